"""The score: what a band plays, to the tick. Stored with each song, as a seed alone would bind it to one version.

Knows nothing of how it came about or how it will sound. Times are ticks, `TICKS` to a quarter note.
"""

from bisect import bisect_right
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from common.types import Seconds

TICKS: Final = 480
STEP: Final = TICKS // 4
"""A sixteenth note: the grid of every pattern."""
DRUM_CHANNEL: Final = 9
"""MIDI's, counted from 0."""


class Note(msgspec.Struct, frozen=True, array_like=True, gc=False):
    start: int
    length: int
    pitch: int
    velocity: int


class Part(msgspec.Struct, frozen=True):
    """One instrument: a General MIDI program, and its place in the mix."""

    name: str
    voice: str
    program: int
    level: float  # 0 to 1
    pan: float  # -1, left, to 1, right
    reverb: float  # 0 to 1
    notes: tuple[Note, ...]


class Section(msgspec.Struct, frozen=True):
    """A stretch of the form. Sections of one kind share their material; `energy` 0 to 1 says how much is made of it."""

    kind: str
    number: int  # of its kind, from 1
    bar: int  # where it begins, from 0
    bars: int
    energy: float
    key: str = ""  # where it is not the song's


class Tempo(msgspec.Struct, frozen=True, array_like=True):
    start: int
    bpm: float


class ChordMark(msgspec.Struct, frozen=True, array_like=True):
    start: int
    symbol: str


class Score(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`tempi` begins at tick 0; `parts` are in the band's order, each with notes in order of time."""

    version: int = 1
    title: str
    artist: str
    style: str = ""
    seed: int
    key: str
    beats: int  # quarter notes in a bar
    tempi: tuple[Tempo, ...]
    sections: tuple[Section, ...]
    chords: tuple[ChordMark, ...]
    parts: tuple[Part, ...]

    @property
    def bar(self) -> int:
        """Ticks in a bar."""
        return self.beats * TICKS

    @property
    def ticks(self) -> int:
        """Where the last bar ends."""
        last = self.sections[-1]
        return (last.bar + last.bars) * self.bar

    @cached_property
    def _clock(self) -> list[tuple[int, float, float]]:
        """(tick, seconds, seconds for each tick) of every tempo."""
        marks: list[tuple[int, float, float]] = []
        for tempo in self.tempi:
            before = marks[-1] if marks else (0, 0.0, 0.0)
            at = before[1] + (tempo.start - before[0]) * before[2]
            marks.append((tempo.start, at, 60 / tempo.bpm / TICKS))
        return marks

    def seconds(self, tick: int) -> Seconds:
        index = bisect_right(self._clock, tick, key=lambda mark: mark[0]) - 1
        start, at, each = self._clock[max(0, index)]
        return Seconds(at + (tick - start) * each)


def channels(score: Score) -> list[int]:
    """A MIDI channel for each part: drums have their own, the others the rest in order."""
    others = iter([channel for channel in range(16) if channel != DRUM_CHANNEL])
    return [DRUM_CHANNEL if part.voice == "drums" else next(others) for part in score.parts]


def encoded(score: Score) -> bytes:
    """JSON, the same bytes for the same score."""
    return msgspec.json.encode(score)


def decoded(data: bytes) -> Score:
    """Raises msgspec.ValidationError."""
    return msgspec.json.decode(data, type=Score)


def read(path: Path) -> Score:
    return decoded(path.read_bytes())
