"""Functional harmony: four-bar phrases as tonic, subdominant and dominant, closed or left open by their cadence.

The functions are expanded to degrees as in Rohrmeier, "Towards a generative syntax of tonal harmony", J. Math. &
Music 5:1 (2011), flattened into a table. Knows no rhythm but where in a bar a second chord comes, and no instrument.
"""

from itertools import pairwise
from typing import Final, Literal

from composer.band import Language
from composer.draw import Draw
from composer.theory import Chord, Key, Mode

Cadence = Literal["open", "closed"]
Bar = tuple[Chord, ...]
"""One chord, or two of which the second comes on the step `HALF`."""
PHRASE: Final = 4
HALF: Final = 8
"""The step of a bar's second chord: the third beat, in three as in four."""

DEGREES: Final[dict[Mode, dict[str, tuple[tuple[int, float], ...]]]] = {
    "major": {"T": ((0, 6), (5, 3), (2, 1)), "S": ((3, 4), (1, 3)), "D": ((4, 1),)},
    "minor": {"T": ((0, 6), (5, 3), (2, 2)), "S": ((3, 4), (5, 2)), "D": ((4, 2), (6, 2))},
}
CADENCES: Final[dict[str, tuple[Cadence, Cadence]]] = {
    "intro": ("open", "open"),
    "verse": ("open", "open"),
    "chorus": ("open", "closed"),
    "bridge": ("open", "open"),
    "solo": ("open", "closed"),
    "break": ("open", "open"),
    "outro": ("closed", "closed"),
}
"""How each kind of section ends its first phrases, and its last."""
OPENINGS: Final = {"intro": 0, "verse": 0, "bridge": 5, "solo": 0, "break": 0, "outro": 0}
"""The degree on which a section begins, where that is not left to the draw."""


def progression(kind: str, bars: int, key: Key, colour: float, language: Language, draw: Draw) -> tuple[Bar, ...]:
    """The chords of each bar. `colour` is the share of chords with a seventh; a closing dominant always has it."""
    if kind == "ending":
        return ((key.chord(0),),) * bars
    inner, last = CADENCES[kind]
    opening = _phrase(OPENINGS.get(kind), inner, key, colour, language, draw)
    closing = _phrase(OPENINGS.get(kind), last, key, colour, language, draw)
    return opening * (bars // PHRASE - 1) + closing


def _phrase(
    begin: int | None, cadence: Cadence, key: Key, colour: float, language: Language, draw: Draw
) -> tuple[Bar, ...]:
    functions = draw.weighted(language.closed if cadence == "closed" else language.open)
    degrees: list[int] = []
    for function in functions:
        choices = DEGREES[key.mode][function]
        fresh = [choice for choice in choices if not degrees or choice[0] != degrees[-1]]
        degrees.append(draw.weighted(fresh or choices))
    if begin is not None:
        degrees[0] = begin
    chords = [key.chord(degree, draw.chance(colour)) for degree in degrees]
    if cadence == "closed":
        chords[-1] = key.chord(0)
    if cadence == "closed" and language.leads:
        at = functions.rfind("D")
        chords[max(1, at)] = key.chord(4, seventh=True)
        if at < PHRASE - 2:  # the tonic came early, and stays
            chords[at + 1] = key.chord(0, draw.chance(colour))
    ahead = [*chords[1:], None]
    return tuple(
        _bar(chord, function, following, key, colour, language, draw)
        for chord, function, following in zip(chords, functions, ahead, strict=True)
    )


def _bar(
    chord: Chord, function: str, ahead: Chord | None, key: Key, colour: float, language: Language, draw: Draw
) -> Bar:
    """One bar, perhaps with a second chord that leads on. The last bar of a phrase rests."""
    split, spiced = draw.chance(language.split), draw.chance(language.spice)
    if not split or ahead is None:
        return (chord,)
    if chord.degree == 4:
        return (key.chord(3 if key.mode == "minor" else 1, draw.chance(colour)), chord)
    if spiced and ahead.degree != chord.degree and ahead.stable:
        return (chord, key.dominant(ahead))
    others = [degree for degree, _ in DEGREES[key.mode][function] if degree not in (chord.degree, ahead.degree)]
    return (chord, key.chord(draw.pick(others), draw.chance(colour))) if others else (chord,)


def turned(bars: tuple[Bar, ...], into: Key) -> tuple[Bar, ...]:
    """The same, but for a last bar that leads into another key by its dominant."""
    return (*bars[:-1], (bars[-1][0], into.chord(4, seventh=True)))


def marks(bars: tuple[Bar, ...]) -> list[tuple[int, int, Chord]]:
    """(bar, step, chord), a chord that goes on left out."""
    every = [(bar, HALF * half, chord) for bar, chords in enumerate(bars) for half, chord in enumerate(chords)]
    return [every[0], *(after for before, after in pairwise(every) if after[1] == 0 or after[2] != before[2])]
