"""Opens clips, songs and films: an open file, a demuxer named here by the first bytes, no protocols, never a path.

So a playlist, a concat script or an SDP file under the name of a song is simply not a song: no demuxer of this list
reads another file, and what would ask for one is refused.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import av
from av.container import InputContainer

_HEAD_BYTES = 4096
_BUFFER_BYTES = 256 * 1024
_MOV_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"pnot")
_MAX_TAG_BYTES = 64 * 1024 * 1024

# Decoders that may run while a file is looked into; what else there is in libavcodec stays shut.
_CODECS = (
    "h264,hevc,vp8,vp9,libdav1d,av1,mpeg1video,mpeg2video,mpeg4,msmpeg4v3,h263,mjpeg,prores,dnxhd,theora,wmv3,vc1,dvvideo,"
    "aac,mp3,mp3float,mp2,mp2float,ac3,eac3,opus,vorbis,flac,alac,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,"
    "pcm_f32le,pcm_u8,pcm_alaw,pcm_mulaw,amrnb,amrwb,wmav2,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt"
)


class NotMedia(Exception):
    """The first bytes belong to no container of the list, or the container cannot be read."""


def demuxer_of(file: BinaryIO) -> str | None:
    """The name of the demuxer for these first bytes, or None. The position is at the start afterwards."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if head[4:8] in _MOV_BOXES:
        return "mov"
    if head[:4] == b"RIFF":
        return {b"AVI ": "avi", b"WAVE": "wav"}.get(head[8:12])
    for magic, demuxer in _MAGIC.items():
        if head.startswith(magic):
            return demuxer
    return _mpeg_audio(file, head)


_MAGIC = {
    b"\x1aE\xdf\xa3": "matroska",
    b"RF64": "wav",
    b"OggS": "ogg",
    b"fLaC": "flac",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "asf",
    b"\x00\x00\x01\xba": "mpeg",
}


def _mpeg_audio(file: BinaryIO, head: bytes) -> str | None:
    """MP3 or ADTS by their sync word, behind an ID3 tag if there is one; a transport stream by its step of 188."""
    if head[:3] == b"ID3" and len(head) >= 10:
        length = 0
        for byte in head[6:10]:
            length = length << 7 | byte & 0x7F
        file.seek(10 + min(length, _MAX_TAG_BYTES))
        head = file.read(4)
        file.seek(0)
        return "aac" if _is_adts(head) else "mp3"
    if _is_adts(head):
        return "aac"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 and head[2] & 0xF0 != 0xF0:
        return "mp3"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "mpegts"
    return None


def _is_adts(head: bytes) -> bool:
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


def _refuse(*_: Any) -> Any:
    raise PermissionError("a media file asked for another file")


def open_media(file: BinaryIO, *, only: frozenset[str] | None = None) -> InputContainer:
    """`only`: the demuxers that will do; None: any of the list. NotMedia where the file is none of them."""
    demuxer = demuxer_of(file)
    if demuxer is None or (only is not None and demuxer not in only):
        raise NotMedia
    try:
        return av.open(
            file,
            "r",
            format=demuxer,
            container_options={"protocol_whitelist": "none", "codec_whitelist": _CODECS, "enable_drefs": "0"}
            if demuxer == "mov"
            else {"protocol_whitelist": "none", "codec_whitelist": _CODECS},
            metadata_errors="replace",
            buffer_size=_BUFFER_BYTES,
            io_open=_refuse,
        )
    except (av.FFmpegError, ValueError) as error:
        raise NotMedia(str(error)) from error
