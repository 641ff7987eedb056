"""The score: every note of a song, as it is performed.

A score is stored with each song, because the seed alone would give the same song only with the same version of the
composer. Positions and lengths are ticks, `TICKS` to a quarter note. Knows neither how a score is composed nor how it
is rendered.
"""

from bisect import bisect_right
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from bandstand.common import song_parameters
from bandstand.common.types import Seconds

TICKS: Final = 480
"""Ticks in a quarter note."""
STEP: Final = TICKS // 4
"""Ticks in a sixteenth note, the grid of all patterns."""
TAIL: Final = Seconds(song_parameters.TAIL)
"""Sound after the last bar, while the last notes decay; it counts for the length of a song."""
DRUM_CHANNEL: Final = 9
"""General MIDI's channel for drums, counted from 0."""
EFFECTS: Final = "effects"
"""Voice of a part of sounds without pitch that no member plays."""
UNPITCHED: Final = ("drums", EFFECTS)
VIBRATO: Final = 1
"""Controller of the depth of vibrato, the modulation wheel."""
EXPRESSION: Final = 11
"""Controller of swells: the level of what sounds, beside the velocity of its notes and the level of its part."""
BEND_RANGE: Final = 200
"""Widest bend in cents: General MIDI's usual range."""


class Note(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A note: start and length in ticks, MIDI pitch, MIDI velocity."""

    start: int
    length: int
    pitch: int
    velocity: int


class Control(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A controller moves: tick, General MIDI's number of the controller, value from 0 to 127."""

    start: int
    number: int
    value: int


class Bend(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The pitch wheel moves: tick, and cents from the written pitch, -`BEND_RANGE` to `BEND_RANGE`."""

    start: int
    cents: int


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """The notes of one member: a General MIDI program and its place in the mix.

    `controls` and `bends` are in order of time, hold until the next one, and apply to all notes of the part. A part
    begins with no bend, no vibrato and full expression.
    """

    name: str
    voice: str
    program: int
    level: float  # 0 to 1
    pan: float  # -1 left to 1 right
    reverb: float  # reverb send, 0 to 1
    notes: tuple[Note, ...]
    controls: tuple[Control, ...] = ()
    bends: tuple[Bend, ...] = ()


class Section(msgspec.Struct, frozen=True):
    """A section of the song form. Sections of one kind share chords and patterns; `energy` is 0 to 1."""

    kind: str
    number: int  # among the sections of its kind, from 1
    bar: int  # first bar, from 0
    bars: int
    energy: float
    key: str = ""  # empty for the key of the song


class Tempo(msgspec.Struct, frozen=True, array_like=True):
    """The tempo from tick `start` on, quarter notes a minute."""

    start: int
    bpm: float


class ChordMark(msgspec.Struct, frozen=True, array_like=True):
    """The symbol of the chord from tick `start` on."""

    start: int
    symbol: str


class Score(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A whole song. `tempi` begins at tick 0; `parts` are in the order of the band, their notes in order of time."""

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
        """End of the last bar."""
        last = self.sections[-1]
        return (last.bar + last.bars) * self.bar

    @cached_property
    def _clock(self) -> list[tuple[int, float, float]]:
        """(start in ticks, start in seconds, seconds in a tick) of each tempo."""
        marks: list[tuple[int, float, float]] = []
        for tempo in self.tempi:
            before = marks[-1] if marks else (0, 0.0, 0.0)
            at = before[1] + (tempo.start - before[0]) * before[2]
            marks.append((tempo.start, at, 60 / tempo.bpm / TICKS))
        return marks

    def seconds(self, tick: int) -> Seconds:
        """Convert a position from ticks to seconds."""
        index = bisect_right(self._clock, tick, key=lambda mark: mark[0]) - 1
        start, at, each = self._clock[max(0, index)]
        return Seconds(at + (tick - start) * each)


def assign_channels(score: Score) -> list[int]:
    """Assign a MIDI channel, 0 to 15, to each part: the drum channel to drums, the others in order."""
    others = iter([channel for channel in range(16) if channel != DRUM_CHANNEL])
    return [DRUM_CHANNEL if part.voice == "drums" else next(others) for part in score.parts]


def encode_score(score: Score) -> bytes:
    """Encode a score as JSON: the same bytes for the same score."""
    return msgspec.json.encode(score)


def decode_score(data: bytes) -> Score:
    """Decode JSON. Raises msgspec.DecodeError, also for a value of a wrong type."""
    return msgspec.json.decode(data, type=Score)


def read_score(path: Path) -> Score:
    """Read a score file. Raises OSError or msgspec.DecodeError."""
    return decode_score(path.read_bytes())
