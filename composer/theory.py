"""Keys, scales, chords and voice leading: what is right in tonal music, with no taste and no choice in it.

Pitches are MIDI numbers (60 is middle C), pitch classes 0 to 11 from C, degrees 0 to 6 from the tonic. A step counts
the notes of a scale upwards from the tonic in MIDI's lowest octave, so that a melody can move in its key.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

import msgspec

from common.errors import ComposeError
from common.song_parameters import KEY, KEY_TAKES

Mode = Literal["major", "minor"]

SCALES: Final[dict[Mode, tuple[int, ...]]] = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
LETTERS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHARPS: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLATS: Final = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
SPELT_FLAT: Final[dict[Mode, tuple[int, ...]]] = {"major": (1, 3, 5, 8, 10), "minor": (0, 2, 3, 5, 7, 10)}
"""The tonics whose keys are written with flats."""
QUALITIES: Final = {
    (4, 7): "",
    (3, 7): "m",
    (3, 6): "dim",
    (4, 7, 11): "maj7",
    (4, 7, 10): "7",
    (3, 7, 10): "m7",
    (3, 6, 10): "m7b5",
}
"""Intervals above the root -> the chord symbol's ending."""


class Chord(msgspec.Struct, frozen=True):
    """A chord on a degree of a key; `pitches` are pitch classes, the root first."""

    symbol: str
    degree: int
    pitches: tuple[int, ...]

    @property
    def root(self) -> int:
        return self.pitches[0]

    @property
    def stable(self) -> bool:
        """Major or minor: it can be led to by a dominant of its own."""
        return (self.pitches[2] - self.root) % 12 == 7

    @property
    def hollow(self) -> "Chord":
        """Root and fifth alone."""
        return Chord(self.symbol, self.degree, (self.root, self.pitches[2]))


class Key(msgspec.Struct, frozen=True):
    tonic: int
    mode: Mode

    @classmethod
    def parse(cls, text: str) -> "Key":
        """`C`, `F#m`, `Bb minor`; raises ComposeError."""
        match = KEY.fullmatch(text.strip())
        if not match:
            raise ComposeError(f"key: {text!r} is not a key; write {KEY_TAKES}")
        letter, sign, mode = match.groups()
        tonic = (LETTERS[letter.upper()] + {"#": 1, "b": -1, "": 0}[sign]) % 12
        return cls(tonic, "minor" if mode in ("m", "min", "minor") else "major")

    @property
    def names(self) -> tuple[str, ...]:
        """The twelve pitch classes as this key writes them."""
        return FLATS if self.tonic in SPELT_FLAT[self.mode] else SHARPS

    @property
    def name(self) -> str:
        return self.names[self.tonic] + ("m" if self.mode == "minor" else "")

    @property
    def scale(self) -> tuple[int, ...]:
        return tuple((self.tonic + interval) % 12 for interval in SCALES[self.mode])

    def pitch(self, step: int) -> int:
        octave, degree = divmod(step, 7)
        return 12 * octave + self.tonic + SCALES[self.mode][degree]

    def step(self, pitch: int) -> int:
        """The highest step whose pitch is not above `pitch`."""
        octave, rest = divmod(pitch - self.tonic, 12)
        return 7 * octave + sum(interval <= rest for interval in SCALES[self.mode]) - 1

    def chord(self, degree: int, seventh: bool = False) -> Chord:
        """Thirds stacked on `degree`. A minor key's dominant has the leading note, as harmonic minor does."""
        pitches = [self.scale[(degree + third) % 7] for third in (0, 2, 4, 6)[: 4 if seventh else 3]]
        if self.mode == "minor" and degree == 4:
            pitches[1] = (pitches[1] + 1) % 12
        intervals = tuple((pitch - pitches[0]) % 12 for pitch in pitches[1:])
        return Chord(self.names[pitches[0]] + QUALITIES[intervals], degree, tuple(pitches))

    def dominant(self, chord: Chord) -> Chord:
        """The dominant seventh that leads to `chord`, whatever key that is in."""
        root = (chord.root + 7) % 12
        return Chord(self.names[root] + "7", 4, tuple((root + interval) % 12 for interval in (0, 4, 7, 10)))

    def higher(self, semitones: int) -> "Key":
        return Key((self.tonic + semitones) % 12, self.mode)


def nearest(pitch: int, classes: Sequence[int]) -> int:
    """The pitch of one of the pitch classes that is nearest to `pitch`, the lower of two equally near."""
    return min((pitch + move for move in range(-6, 7) if (pitch + move) % 12 in classes), key=lambda p: abs(p - pitch))


def within(pitch: int, low: int, high: int) -> int:
    """`pitch` moved by octaves into the register; `high` is at least `low + 11`."""
    return low + (pitch - low) % 12 if not low <= pitch <= high else pitch


def voicings(chord: Chord, low: int, high: int) -> Iterator[tuple[int, ...]]:
    """Every close voicing of `chord` in the register, from low to high, and each with its second voice dropped."""
    for bottom in range(low, high + 1):
        if bottom % 12 not in chord.pitches:
            continue
        close = sorted(bottom + (pitch - bottom) % 12 for pitch in chord.pitches)
        dropped = sorted([*close[:-2], close[-2] - 12, close[-1]])
        for voicing in (close, dropped):
            if low <= voicing[0] and voicing[-1] <= high:
                yield tuple(voicing)


@lru_cache(4096)
def led(chord: Chord, previous: tuple[int, ...], low: int, high: int) -> tuple[int, ...]:
    """The voicing whose voices move least from `previous`; a clash of a semitone in it counts as a step."""

    def effort(voicing: tuple[int, ...]) -> int:
        moves = sum(min(abs(pitch - other) for other in previous) for pitch in voicing)
        leaps = abs(voicing[-1] - previous[-1]) + abs(voicing[0] - previous[0])
        return moves + leaps + 2 * sum(b - a == 1 for a, b in pairwise(voicing))

    return min(voicings(chord, low, high), key=effort)
