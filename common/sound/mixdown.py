"""The mixdown: any channels at any rate become stereo at `RATE`.

Mono becomes the same in both ears at its full level (FFmpeg's own mixing takes 3 dB off), so that a mono file is as
loud as a stereo one. Other layouts are mixed by the names of their channels, with the weights of ITU-R BS.775 (centre
and surround at -3 dB, no LFE). Channels that nothing is known of are averaged: FFmpeg refuses those.

The sums are FFmpeg's and cheap; what costs is to hand them small pieces from Python. So whoever reads a whole file may
have its sound in large pieces (`largest`): the first pieces come at once, and each is as large as all before it, up to
that size.
"""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.filter import Graph
from numpy.typing import NDArray

from bandstand.common.sound import Samples
from bandstand.common.types import CHANNELS, RATE

LAYOUTS: Final = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
"""Number of channels -> the layout that they have if nothing says which."""
HALF_POWER: Final = 2**-0.5
FRONT: Final = {"FL": (1.0, 0.0), "FR": (0.0, 1.0), "DL": (1.0, 0.0), "DR": (0.0, 1.0), "BC": (0.5, 0.5)}
"""Channel -> its weight in (left, right); `find_weights` has the rule for the others."""

LOUDEST: Final = 1000.0
"""60 dB above full scale. What somebody wrote as a float may be beyond it."""
BURST: Final = 4.0
"""12 dB above full scale. No encoder of whole music is beyond it; what a decoder makes of a broken frame may be, by 90
dB, and would make the whole song seem so loud that it is played inaudibly."""
BURST_ENDS: Final = 1024
"""Frames on either side that belong to it, which is one of a codec's own frames."""
UNNAMED: Final = {"NONE", "UNSD", "UNK"}


class Mixdown:
    """Converts frames of one kind; `is_for` says whether a frame is of that kind.

    With `largest`, pieces grow up to so many frames at `RATE`; without, all that is ready comes with each push.
    """

    def __init__(self, frame: AudioFrame, largest: int = 0) -> None:
        self._kind = _get_kind(frame)
        names = [channel.name for channel in frame.layout.channels]
        self._is_mono = len(names) == 1
        is_plain = self._is_mono or frame.layout.name == "stereo" or (len(names) == 2 and UNNAMED.issuperset(names))
        self._weights = None if is_plain else find_weights(frame.layout.name, names)
        self._largest = largest
        self._graph: Graph | None = None
        self._wanted = 0
        """Frames at `RATE`, about, that are pushed before the next are pulled."""
        self._pushed = self._pulled = 0

    def is_for(self, frame: AudioFrame) -> bool:
        return _get_kind(frame) == self._kind

    def push(self, frame: AudioFrame) -> list[Samples]:
        """Convert the next frame; its samples may come later."""
        frame.pts = None
        mixed = frame if self._weights is None else _mix(frame, self._weights)
        if self._graph is None:
            self._graph = _make_resampler(mixed, "mono" if self._is_mono else "stereo")
        self._graph.push(mixed)
        self._pushed += mixed.samples * RATE // mixed.rate
        if self._pushed < self._wanted:
            return []
        made = self._pull(self._graph)
        self._enlarge_pieces(self._graph)
        return made

    def flush(self) -> list[Samples]:
        """What the resampler still holds."""
        graph, self._graph = self._graph, None
        if graph is None:
            return []
        graph.push(None)
        return self._pull(graph)

    def _enlarge_pieces(self, graph: Graph) -> None:
        self._pulled, self._pushed = self._pulled + self._pushed, 0
        wanted = min(self._pulled, self._largest)
        if wanted == self._largest > self._wanted:
            graph.set_audio_frame_size(wanted)
        self._wanted = wanted

    def _pull(self, graph: Graph) -> list[Samples]:
        made = [_copy_samples(piece) for piece in _pull_all(graph)]
        if self._is_mono:
            return [np.repeat(piece.reshape(-1, 1), CHANNELS, axis=1) for piece in made if piece.size]
        return [piece.reshape(-1, CHANNELS) for piece in made if piece.size]


def _make_resampler(frame: AudioFrame, layout: str) -> Graph:
    """FFmpeg's resampler, with its default filter, for frames like this one."""
    graph = Graph()
    graph.threads = 1  # none of its own
    source = graph.add_abuffer(
        sample_rate=frame.rate, format=frame.format, layout=frame.layout, time_base=Fraction(1, frame.rate)
    )
    target = graph.add("aformat", sample_rates=str(RATE), sample_fmts="flt", channel_layouts=layout)
    graph.link_nodes(source, target, graph.add("abuffersink")).configure()
    return graph


def _pull_all(graph: Graph) -> Iterator[AudioFrame]:
    with suppress(EOFError, BlockingIOError):
        while True:
            piece = graph.pull()
            assert isinstance(piece, AudioFrame)
            yield piece


def _copy_samples(piece: AudioFrame) -> Samples:
    """The samples of a frame of interleaved floats, one after the other; `to_ndarray` takes twice as long."""
    data: Samples = np.frombuffer(memoryview(piece.planes[0]), np.float32, piece.samples * piece.layout.nb_channels)
    return data.copy()


def find_weights(layout: str, names: list[str]) -> NDArray[np.float32]:
    """The weights of shape (channels, 2) by which the channels with these names are mixed.

    The strongest weight is 1, so that two surround channels alone are as loud as two front channels.
    """
    count = len(names)
    if layout.startswith("ambisonic"):
        return _make_weights([(1.0, 1.0)] + [(0.0, 0.0)] * (count - 1))  # W has all directions
    if UNNAMED.issuperset(names):
        if count not in LAYOUTS:
            return _make_weights([(1 / count, 1 / count)] * count)
        names = [channel.name for channel in AudioLayout(LAYOUTS[count]).channels]
    weights = _make_weights([_weigh(name) for name in names])
    loudest = float(weights.max())
    return weights / np.float32(loudest) if loudest else _make_weights([(1 / count, 1 / count)] * count)


def _weigh(name: str) -> tuple[float, float]:
    if name in FRONT:
        return FRONT[name]
    if name.startswith("LFE"):
        return (0.0, 0.0)
    side = name.removesuffix("C")[-1:] if name in ("FLC", "FRC") else name[-1:]
    return (HALF_POWER * (side != "R"), HALF_POWER * (side != "L"))


def _make_weights(pairs: list[tuple[float, float]]) -> NDArray[np.float32]:
    return np.array(pairs, np.float32)


def _mix(frame: AudioFrame, weights: NDArray[np.float32]) -> AudioFrame:
    """`frame` in stereo, at its own rate."""
    raw = frame.to_ndarray()
    samples = raw.T if frame.format.is_planar else raw.reshape(-1, len(weights))
    mixed = _to_floats(samples) @ weights
    made = AudioFrame.from_ndarray(np.ascontiguousarray(mixed).reshape(1, -1), format="flt", layout="stereo")
    made.sample_rate = frame.rate
    return made


def _to_floats(samples: NDArray[np.generic]) -> NDArray[np.float32]:
    """Samples of any of FFmpeg's formats as floats with full scale at 1.0."""
    if samples.dtype.kind == "f":
        return samples.astype(np.float32, copy=False)
    wide = samples.astype(np.float32)
    if samples.dtype.kind == "u":
        return (wide - np.float32(128)) / np.float32(128)
    return wide / np.float32(2.0 ** (8 * samples.dtype.itemsize - 1))


def replace_nonsense(frame: AudioFrame) -> tuple[AudioFrame, bool]:
    """A frame of floats with silence for what is no number, and nothing louder than `LOUDEST`; and whether that changed
    anything. A resampler would spread such a sample over its neighbours, and a loudness would become infinite."""
    raw = frame.to_ndarray()
    if raw.max() <= LOUDEST and raw.min() >= -LOUDEST:  # both are false of NaN
        return frame, False
    clean = np.clip(np.nan_to_num(raw, nan=0.0, posinf=0.0, neginf=0.0), -LOUDEST, LOUDEST)
    made = AudioFrame.from_ndarray(clean, frame.format.name, frame.layout.name)
    made.sample_rate = frame.rate
    return made, True


def mute_burst(piece: Samples) -> bool:
    """Put silence in place of what is louder than `BURST`; whether anything was."""
    if not piece.size or (piece.max() <= BURST and piece.min() >= -BURST):
        return False
    loud = np.flatnonzero(np.abs(piece).max(axis=1) > BURST)
    piece[max(0, loud[0] - BURST_ENDS) : loud[-1] + BURST_ENDS] = 0
    return True


def _get_kind(frame: av.AudioFrame) -> tuple[int, str, str]:
    return frame.rate, frame.layout.name, frame.format.name
