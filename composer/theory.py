"""Music theory: keys, scales, chords and voice leading. Makes no choices.

Pitches are MIDI note numbers (60 is middle C); pitch classes are 0 to 11 from C; degrees are 0 to 6 from the tonic. A
scale step numbers the notes of a key upwards from the tonic in MIDI's lowest octave, so that a melody can move by steps
of its key.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final, Literal

import msgspec

from bandstand.common.errors import ComposeError
from bandstand.common.song_parameters import KEY, KEY_SYNTAX

Mode = Literal["major", "minor"]

SCALES: Final[dict[Mode, tuple[int, ...]]] = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_PITCH_CLASSES: Final = {
    mode: tuple(tuple((tonic + interval) % 12 for interval in scale) for tonic in range(12))
    for mode, scale in SCALES.items()
}
"""Mode -> tonic -> the pitch classes of the key's scale."""
LETTERS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHARPS: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLATS: Final = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
FLAT_TONICS: Final[dict[Mode, tuple[int, ...]]] = {"major": (1, 3, 5, 8, 10), "minor": (0, 2, 3, 5, 7, 10)}
"""Mode -> tonics whose keys are written with flats."""
QUALITIES: Final = {
    (4, 7): "",
    (3, 7): "m",
    (3, 6): "dim",
    (4, 7, 11): "maj7",
    (4, 7, 10): "7",
    (3, 7, 10): "m7",
    (3, 6, 10): "m7b5",
    (4, 7, 9): "6",
    (3, 7, 9): "m6",
    (4, 7, 2): "add9",
    (3, 7, 2): "madd9",
    (5, 7): "sus4",
    (2, 7): "sus2",
    (5, 7, 10): "7sus4",
    (4, 7, 11, 2): "maj9",
    (4, 7, 10, 2): "9",
    (3, 7, 10, 2): "m9",
}
"""Intervals above the root -> ending of the chord symbol."""
RAISED: Final = (2, 4, 7, 11)
"""Intervals above a chord's root at which a note outside the key is one of its notes raised; others are lowered."""
Extension = Literal["6", "9", "add9", "sus4", "sus2"]
ADDED: Final[dict[Extension, int]] = {"6": 9, "9": 2, "add9": 2, "sus4": 5, "sus2": 2}
"""Extension -> the interval above the root that it brings, semitones."""


class Chord(msgspec.Struct, frozen=True):
    """A chord on a degree of a key.

    `pitches` are pitch classes: root, third (or what is suspended), fifth, and then sixth or seventh, and ninth.
    """

    symbol: str
    degree: int
    pitches: tuple[int, ...]
    bass: int | None = None
    """Pitch class of the lowest note, if it is not the root."""

    @property
    def root(self) -> int:
        return self.pitches[0]

    @property
    def foot(self) -> int:
        """Pitch class of the lowest note."""
        return self.root if self.bass is None else self.bass

    @property
    def has_perfect_fifth(self) -> bool:
        """Whether it has a perfect fifth, so that a secondary dominant can lead to it."""
        return (self.pitches[2] - self.root) % 12 == 7

    @property
    def power_chord(self) -> "Chord":
        """The root and the fifth alone."""
        return Chord(self.symbol, self.degree, (self.root, self.pitches[2]))


class Key(msgspec.Struct, frozen=True):
    """A major or natural minor key; `tonic` is a pitch class."""

    tonic: int
    mode: Mode

    @classmethod
    def parse(cls, text: str) -> "Key":
        """Parse a key such as `C`, `F#m` or `Bb minor`. Raises ComposeError."""
        match = KEY.fullmatch(text.strip())
        if not match:
            raise ComposeError(f"key: {text!r} is not a key; write {KEY_SYNTAX}")
        letter, sign, mode = match.groups()
        tonic = (LETTERS[letter.upper()] + {"#": 1, "b": -1, "": 0}[sign]) % 12
        return cls(tonic, "minor" if mode in ("m", "min", "minor") else "major")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the twelve pitch classes in this key, with sharps or flats."""
        return FLATS if self.tonic in FLAT_TONICS[self.mode] else SHARPS

    @property
    def name(self) -> str:
        return self.names[self.tonic] + ("m" if self.mode == "minor" else "")

    @property
    def scale(self) -> tuple[int, ...]:
        """The seven pitch classes from the tonic upwards."""
        return _PITCH_CLASSES[self.mode][self.tonic]

    def pitch_at(self, step: int) -> int:
        """The pitch of a scale step."""
        octave, degree = divmod(step, 7)
        return 12 * octave + self.tonic + SCALES[self.mode][degree]

    def step_at(self, pitch: int) -> int:
        """The highest scale step whose pitch is not above `pitch`."""
        octave, rest = divmod(pitch - self.tonic, 12)
        return 7 * octave + sum(interval <= rest for interval in SCALES[self.mode]) - 1

    def pitch_over(self, step: int, chord: Chord) -> int:
        """The pitch of a scale step over a chord, which may raise or lower some notes of the key."""
        return self.pitch_at(step) + find_alterations(self, chord.pitches)[step % 7]

    def step_over(self, pitch: int, chord: Chord) -> int:
        """The highest scale step whose pitch over a chord is not above `pitch`."""
        highest = self.step_at(pitch) + 1
        return next(step for step in range(highest, highest - 3, -1) if self.pitch_over(step, chord) <= pitch)

    def spell(self, pitch: int, chord: Chord) -> str:
        """The name of a pitch class of a chord: outside the key, by whether it is a note raised or lowered."""
        if pitch in self.scale:
            return self.names[pitch]
        return (SHARPS if (pitch - chord.root) % 12 in RAISED else FLATS)[pitch]

    def build_chord(self, degree: int, seventh: bool = False) -> Chord:
        """Build the triad or seventh chord on a degree. In minor, degree 4 has the leading note (harmonic minor)."""
        return _build_chord(self, degree, seventh)

    def build_secondary_dominant(self, chord: Chord) -> Chord:
        """Build the dominant seventh chord that leads to `chord`, inside or outside the key."""
        root = (chord.root + 7) % 12
        return Chord(self.names[root] + "7", 4, tuple((root + interval) % 12 for interval in (0, 4, 7, 10)))

    def extend_chord(self, chord: Chord, extension: Extension) -> Chord:
        """The chord with a sixth or ninth, or with its third suspended; as it is where the key has no such chord.

        Only notes of the key are added. A sixth takes the place of a seventh; a ninth is added to a triad as add9.
        """
        third, fifth, *sevenths = ((pitch - chord.root) % 12 for pitch in chord.pitches[1:4])
        added = ADDED[extension]
        if chord.bass is not None or (chord.root + added) % 12 not in self.scale:
            return chord
        intervals = {
            "6": (third, fifth, added),
            "9": (third, fifth, *sevenths, added),
            "add9": (third, fifth, added),
            "sus4": (added, fifth, *sevenths),
            "sus2": (added, fifth),
        }[extension]
        if intervals not in QUALITIES:
            return chord
        pitches = tuple((chord.root + interval) % 12 for interval in (0, *intervals))
        return Chord(self.names[chord.root] + QUALITIES[intervals], chord.degree, pitches)

    def invert_chord(self, chord: Chord) -> Chord:
        """The chord over its third."""
        bass = chord.pitches[1]
        return msgspec.structs.replace(chord, symbol=f"{chord.symbol}/{self.spell(bass, chord)}", bass=bass)

    def transpose(self, semitones: int) -> "Key":
        """Return the key that is `semitones` higher, in the same mode."""
        return Key((self.tonic + semitones) % 12, self.mode)


@lru_cache(4096)
def find_alterations(key: Key, pitches: tuple[int, ...]) -> tuple[int, ...]:
    """The semitones by which each degree of a key is higher over a chord of these pitch classes, its root the first.

    The third of a dominant raises a note of the key, its seventh and the notes of borrowed chords lower one.
    """
    moves = [0] * 7
    for pitch in pitches:
        if pitch in key.scale:
            continue
        for move in (1, -1) if (pitch - pitches[0]) % 12 in RAISED else (-1, 1):
            plain = (pitch - move) % 12
            if plain in key.scale and plain not in pitches:
                moves[key.scale.index(plain)] = move
                break
    return tuple(moves)


@cache
def _build_chord(key: Key, degree: int, seventh: bool) -> Chord:
    scale = key.scale
    pitches = [scale[(degree + third) % 7] for third in (0, 2, 4, 6)[: 4 if seventh else 3]]
    if key.mode == "minor" and degree == 4:
        pitches[1] = (pitches[1] + 1) % 12
    intervals = tuple((pitch - pitches[0]) % 12 for pitch in pitches[1:])
    return Chord(key.names[pitches[0]] + QUALITIES[intervals], degree, tuple(pitches))


@lru_cache
def find_pitch_classes(symbol: str) -> tuple[int, ...]:
    """The pitch classes of a chord symbol, from the root up; over which of them it stands makes no difference.

    Raises ValueError for one that is not in `QUALITIES`.
    """
    symbol = symbol.partition("/")[0]
    root = symbol[:2] if symbol[1:2] in ("#", "b") else symbol[:1]
    names = SHARPS if root in SHARPS else FLATS
    for intervals, ending in QUALITIES.items():
        if root in names and root + ending == symbol:
            return tuple((names.index(root) + interval) % 12 for interval in (0, *intervals))
    raise ValueError(f"{symbol}: not a chord symbol of this composer")


@lru_cache(4096)
def find_nearest_pitch(pitch: int, classes: tuple[int, ...]) -> int:
    """Find the pitch nearest to `pitch` in the pitch classes; of two equally near ones, the lower."""
    return min((pitch + move for move in range(-6, 7) if (pitch + move) % 12 in classes), key=lambda p: abs(p - pitch))


def fold_into_register(pitch: int, low: int, high: int) -> int:
    """Move `pitch` by octaves into the register from `low` to `high`, which spans at least 11 semitones."""
    return low + (pitch - low) % 12 if not low <= pitch <= high else pitch


def list_voicings(chord: Chord, low: int, high: int) -> Iterator[tuple[int, ...]]:
    """Yield all close voicings of `chord` in the register, from low to high, each followed by its drop-2 voicing.

    A chord of five notes goes without its fifth.
    """
    pitches = chord.pitches if len(chord.pitches) < 5 else chord.pitches[:2] + chord.pitches[3:]
    for bottom in range(low, high + 1):
        if bottom % 12 not in pitches:
            continue
        close = sorted(bottom + (pitch - bottom) % 12 for pitch in pitches)
        dropped = sorted([*close[:-2], close[-2] - 12, close[-1]])
        for voicing in (close, dropped):
            if low <= voicing[0] and voicing[-1] <= high:
                yield tuple(voicing)


@lru_cache(4096)
def lead_voices(chord: Chord, previous: tuple[int, ...], low: int, high: int) -> tuple[int, ...]:
    """Choose the voicing whose voices move least from `previous`. Each semitone clash in it costs two semitones."""

    def compute_cost(voicing: tuple[int, ...]) -> int:
        moves = sum(min(abs(pitch - other) for other in previous) for pitch in voicing)
        leaps = abs(voicing[-1] - previous[-1]) + abs(voicing[0] - previous[0])
        return moves + leaps + 2 * sum(b - a == 1 for a, b in pairwise(voicing))

    return min(list_voicings(chord, low, high), key=compute_cost)
