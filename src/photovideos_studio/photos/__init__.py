"""Opens what people drop: stills decoded upright and in sRGB, clips and songs through a named demuxer.

This room decides nothing about films. It never follows a link, a playlist or an address inside a file, and it runs in
short-lived processes of the farm only. Every refusal is an `Unreadable` with a reason a person understands.
"""

from __future__ import annotations

from photovideos_studio.photos.clips import ClipReader, open_container
from photovideos_studio.photos.formats import MediaFormat, sniff
from photovideos_studio.photos.hdr import needs_conversion, to_sdr
from photovideos_studio.photos.probing import Probe, probe
from photovideos_studio.photos.refusal import Unreadable
from photovideos_studio.photos.stills import JpegPlanes, lay_on_ground, read_jpeg_planes, read_rgb, turn

__all__ = [
    "ClipReader",
    "JpegPlanes",
    "MediaFormat",
    "Probe",
    "Unreadable",
    "lay_on_ground",
    "needs_conversion",
    "open_container",
    "probe",
    "read_jpeg_planes",
    "read_rgb",
    "sniff",
    "to_sdr",
    "turn",
]
