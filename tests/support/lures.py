"""Files that lure a program to others: playlists, drawings, references, under names of photos, clips, songs, films."""

from __future__ import annotations

import io
from collections.abc import Iterator

import av
import numpy as np
from PIL import Image


def small_clip(*, container: str = "mov") -> bytes:
    """Half a second of moving picture."""
    into = io.BytesIO()
    with av.open(into, "w", format=container) as target:
        stream = target.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * number, np.uint8), format="rgb24")
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return into.getvalue()


def texts(target: str, url: str) -> Iterator[tuple[str, bytes]]:
    """What names another file or an address: a playlist of each kind, by its own name."""
    media = f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXTINF:10,\n{url}/hls.ts\n#EXT-X-ENDLIST\n"
    yield "hls", media.encode()
    yield "hls key", f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{url}/key"\n#EXTINF:10,\n{target}\n'.encode()
    yield "ffconcat", f"ffconcat version 1.0\nfile '{target}'\nfile '{url}/concat.mp4'\n".encode()
    mpd = f"<?xml version='1.0'?><MPD><Period><AdaptationSet><Representation><BaseURL>{url}/dash.mp4</BaseURL>"
    yield "dash", (mpd + "</Representation></AdaptationSet></Period></MPD>").encode()
    host = url.removeprefix("http://").rpartition(":")
    sdp = f"v=0\r\no=- 0 0 IN IP4 {host[0]}\r\nc=IN IP4 {host[0]}\r\nm=video {host[2]} RTP/AVP 96\r\n"
    yield "sdp", sdp.encode()
    yield "pls", f"[playlist]\nFile1={target}\nFile2={url}/pls.mp3\nNumberOfEntries=2\n".encode()
    yield "asx", f"<asx version='3.0'><entry><ref href='{url}/asx.wmv'/></entry></asx>".encode()
    yield "smil", f"<smil><body><video src='{target}'/><video src='{url}/smil.mp4'/></body></smil>".encode()
    picture = f"<image xlink:href='file://{target}'/><image xlink:href='{url}/svg.png'/>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>{picture}</svg>"
    yield "svg", svg.encode()
    yield "xxe", f"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file://{target}'>]><svg>&b;</svg>".encode()
    yield "mvg", f"push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'url({url}/mvg.png)'\n".encode()
    yield "eps", f"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n({target}) (r) file pop\nshowpage\n".encode()
    yield "pdf", f"%PDF-1.4\n1 0 obj<</Type/Action/S/URI/URI({url}/pdf)>>endobj\ntrailer<<>>\n%%EOF\n".encode()
    yield "rtsptext", f"RTSPtext\r\nrtsp://{url.removeprefix('http://')}/x\r\n".encode()
    yield "m3u of ftp", f"#EXTM3U\n{url.replace('http', 'ftp')}/a.mp3\nfile://{target}\n".encode()


def box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def reference_movie(url: str) -> bytes:
    """A QuickTime file that holds nothing but the address of another (rmra/rmda/rdrf)."""
    address = f"{url}/rdrf.mov\0".encode()
    reference = box(b"rdrf", b"\0" * 4 + b"url " + len(address).to_bytes(4, "big") + address)
    return box(b"ftyp", b"qt  \0\0\0\0qt  ") + box(b"moov", box(b"rmra", box(b"rmda", reference)))


def outside_references(target: str) -> Iterator[tuple[str, bytes]]:
    """A real clip whose data reference is made to point at an absolute path, in each of the forms there are."""
    clip = small_clip()
    place = clip.index(b"dref") + 12
    assert clip[place + 4 : place + 8] in (b"url ", b"alis")
    changed = bytearray(clip)
    changed[place + 4 : place + 12] = b"url \0\0\0\0"  # not in this file
    yield "url", bytes(changed)
    path = target.encode() + b"\0"
    alias = bytearray(150)
    alias[10:38] = b"\x05alias".ljust(28, b"\0")
    alias += b"\0\x12" + len(path).to_bytes(2, "big") + path + b"\0" * (len(path) % 2) + b"\xff\xff\0\0"
    entry = box(b"alis", b"\0\0\0\0" + bytes(alias))
    yield "alis", _with_reference(clip, entry)


def _with_reference(clip: bytes, entry: bytes) -> bytes:
    """The clip with another entry in its `dref`; every box around it grows, and the chunk offsets stay (mdat first)."""
    at = clip.index(b"dref") - 4
    old = int.from_bytes(clip[at : at + 4], "big")
    new = box(b"dref", b"\0\0\0\0\0\0\0\1" + entry)
    grown = bytearray(clip[:at] + new + clip[at + old :])
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        place = grown.index(name) - 4
        size = int.from_bytes(grown[place : place + 4], "big") + len(new) - old
        grown[place : place + 4] = size.to_bytes(4, "big")
    return bytes(grown)


def linked_matroska(url: str) -> bytes:
    """A Matroska file with tags that name addresses, and a segment that is said to go on elsewhere."""
    into = io.BytesIO()
    with av.open(into, "w", format="matroska") as target:
        stream = target.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        target.metadata["url"] = f"{url}/tag"
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * number, np.uint8), format="rgb24")
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    data = into.getvalue()
    uid = data.index(b"\x73\xa4\x90")  # SegmentUID, 16 bytes: becomes the UID of a segment that follows (NextUID)
    return data[:uid] + b"\x3e\xb9\x23" + b"\x90" + data[uid + 4 :] if data[uid + 3] == 0x90 else data


def picture_bytes(form: str = "PNG") -> bytes:
    into = io.BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(into, form)
    return into.getvalue()
