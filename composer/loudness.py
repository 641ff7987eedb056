"""Loudness measurement: integrated loudness (EBU R 128, ITU-R BS.1770) and true peak, by FFmpeg's ebur128 filter."""

import math
from collections.abc import Iterable
from typing import Final

import av
import numpy as np
from av.filter import Graph

from bandstand.common.types import RATE, Decibels, Lufs
from bandstand.composer.audio import Block

SILENCE: Final = -99.0
"""Stored instead of minus infinity, which JSON cannot write."""


def round_decibels(decibels: float) -> float:
    """Round a level for storage; `SILENCE` if it is infinite."""
    return round(decibels, 2) if math.isfinite(decibels) else SILENCE


class LoudnessMeter:
    """Measures sound block by block, in little memory."""

    def __init__(self, true_peak: bool = True) -> None:
        self._graph = Graph()
        self._source = self._graph.add_abuffer(sample_rate=RATE, format="flt", layout="stereo")
        measure = self._graph.add("ebur128", f"metadata=1:peak={'true' if true_peak else 'none'}")
        self._sink = self._graph.add("abuffersink")
        self._source.link_to(measure)
        measure.link_to(self._sink)
        self._graph.configure()
        self._last: dict[str, str] = {}
        self.momentary: list[float] = []
        """LUFS of the last 400 ms, for each 100 ms."""

    def push(self, block: Block) -> None:
        """Measure the next block, of any length."""
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = RATE
        self._source.push(frame)
        self._drain()

    def finish(self) -> tuple[Lufs, Decibels]:
        """End the sound. Return (integrated loudness, true peak in dBTP); minus infinity for silence."""
        self._source.push(None)
        self._drain()
        integrated = float(self._last.get("lavfi.r128.I", "-inf"))
        peak = float(self._last.get("lavfi.r128.true_peak", "0"))
        return Lufs(integrated), Decibels(20 * math.log10(peak) if peak > 0 else -math.inf)

    def _drain(self) -> None:
        while True:
            try:
                frame = self._sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if frame.metadata:  # a short last frame has none
                self._last = dict(frame.metadata)
                self.momentary.append(float(self._last.get("lavfi.r128.M", "-inf")))


def measure_loudness(blocks: Iterable[Block]) -> Lufs:
    """Measure the integrated loudness of a whole sound."""
    meter = LoudnessMeter(true_peak=False)
    for block in blocks:
        meter.push(block)
    return meter.finish()[0]
