"""How loud a film is: integrated LUFS and true peak (EBU R 128), by libavfilter, while the sound goes by."""

from __future__ import annotations

import math

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.filter import Graph

_SILENCE_LUFS = -70.0  # the absolute gate of R 128: below it nothing counts


class LoudnessMeter:
    """Feed it every frame, then read it once."""

    def __init__(self, stream: AudioStream) -> None:
        self._graph = Graph()
        source = self._graph.add_abuffer(template=stream)
        meter = self._graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()
        self._source, self._sink = source, sink
        self._last: dict[str, str] = {}

    def feed(self, frame: AudioFrame) -> None:
        self._source.push(frame)
        self._drain()

    def result(self) -> tuple[float | None, float | None]:
        """(LUFS, dBTP); None for what silence does not have."""
        self._source.push(None)
        self._drain()
        integrated = float(self._last.get("lavfi.r128.I", "nan"))
        peak = float(self._last.get("lavfi.r128.true_peak", "nan"))
        lufs = integrated if integrated > _SILENCE_LUFS else None
        return lufs, 20 * math.log10(peak) if peak > 0 else None

    def _drain(self) -> None:
        while True:
            try:
                frame = self._sink.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            self._last = dict(frame.metadata) or self._last
