"""Loudness measurement (EBU R 128, ITU-R BS.1770): integrated loudness by FFmpeg's ebur128 filter, and the true peak.

FFmpeg would resample the whole sound for the true peak, which takes three times as long as the loudness. We compute
what is between the samples only where it can matter: near samples that are less than `OVERSHOOT` below the highest
peak so far.
"""

import math
from collections.abc import Iterable
from functools import cache
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph
from numpy.lib.stride_tricks import sliding_window_view

from bandstand.common.types import CHANNELS, RATE, Decibels, Lufs
from bandstand.composer.audio import Block

SILENCE: Final = -99.0
"""Stored instead of minus infinity, which JSON cannot write."""

TAPS: Final = 24
"""Samples from which one between them is computed."""
BETWEEN: Final = 4
"""A sample is divided into so many steps."""
OVERSHOOT: Final = 0.65
"""The least share that one of a piece's samples has of a peak in it: music has one 3.7 dB below it, at least."""
PIECE: Final = 32
"""Frames that are looked at, or passed over, together."""


def round_decibels(decibels: float) -> float:
    """Round a level for storage; `SILENCE` if it is infinite."""
    return round(decibels, 2) if math.isfinite(decibels) else SILENCE


class LoudnessMeter:
    """Measures sound block by block, in little memory."""

    def __init__(self, true_peak: bool = True) -> None:
        self._graph = Graph()
        self._source = self._graph.add_abuffer(sample_rate=RATE, format="flt", layout="stereo")
        measure = self._graph.add("ebur128", "metadata=1:peak=none")
        self._peak = TruePeakMeter() if true_peak else None
        self._sink = self._graph.add("abuffersink")
        self._source.link_to(measure)
        measure.link_to(self._sink)
        self._graph.configure()
        self._last: dict[str, str] = {}
        self.momentary: list[float] = []
        """LUFS of the last 400 ms, for each 100 ms."""

    def push(self, block: Block) -> None:
        """Measure the next block, of any length."""
        if self._peak:
            self._peak.push(block)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = RATE
        self._source.push(frame)
        self._drain()

    def finish(self) -> tuple[Lufs, Decibels]:
        """End the sound. Return (integrated loudness, true peak in dBTP); minus infinity for silence."""
        self._source.push(None)
        self._drain()
        integrated = float(self._last.get("lavfi.r128.I", "-inf"))
        peak = self._peak.finish() if self._peak else 0.0
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


class TruePeakMeter:
    """Finds the highest value of a sound between its samples as well, block by block."""

    def __init__(self) -> None:
        self._peak = 0.0
        self._rest = np.zeros((TAPS // 2 - 1, CHANNELS), np.float32)  # what comes before the first step to be computed

    def push(self, block: Block) -> None:
        """Look at the next block, of any length."""
        sound = np.concatenate((self._rest, block))
        whole = max(0, len(sound) - TAPS + 1) // PIECE * PIECE
        if whole:
            self._look(sound[: whole + TAPS - 1])
        self._rest = sound[whole:]

    def finish(self) -> float:
        """The true peak, linear. Of the last millisecond only the samples count, as nothing is known to come after."""
        return max(self._peak, float(np.abs(self._rest).max()))

    def _look(self, sound: Block) -> None:
        """Look at whole pieces: at what comes after each sample from the middle of the first `TAPS` on."""
        begin, end = TAPS // 2 - 1, len(sound) - TAPS // 2
        inside = np.abs(sound[begin:end]).reshape(-1, PIECE * CHANNELS).max(axis=1)
        after = np.abs(sound[begin + PIECE : end + 1 : PIECE]).max(axis=1)
        self._peak = max(self._peak, float(inside.max()))
        found = np.flatnonzero(np.maximum(inside, after) > self._peak * OVERSHOOT)
        if len(found):
            windows = sliding_window_view(sound, PIECE + TAPS - 1, axis=0)[found * PIECE]
            self._peak = max(self._peak, float(np.abs(windows @ _make_steps()).max()))


@cache
def _make_steps() -> npt.NDArray[np.float32]:
    """The weights of a piece's samples in each step between two of them, shape (`PIECE` + `TAPS` - 1, steps)."""
    at = np.arange(TAPS)[:, None] - (TAPS // 2 - 1) - np.arange(1, BETWEEN) / BETWEEN
    weights = np.sinc(at) * np.cos(np.pi * at / (TAPS + 1)) ** 2
    weights /= weights.sum(axis=0)
    steps = np.zeros((PIECE + TAPS - 1, PIECE, BETWEEN - 1), np.float32)
    for first in range(PIECE):
        steps[first : first + TAPS, first] = weights
    return steps.reshape(len(steps), -1)


def measure_loudness(blocks: Iterable[Block]) -> Lufs:
    """Measure the integrated loudness of a whole sound."""
    meter = LoudnessMeter(true_peak=False)
    for block in blocks:
        meter.push(block)
    return meter.finish()[0]
