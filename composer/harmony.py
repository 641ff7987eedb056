"""Functional harmony: four-bar phrases as tonic, subdominant and dominant, closed or left open by their cadence.

The functions are expanded to degrees as in Rohrmeier, "Towards a generative syntax of tonal harmony", J. Math. &
Music 5:1 (2011), flattened into a table. Knows no rhythm and no instrument.
"""

from typing import Final, Literal

from composer.draw import Draw
from composer.theory import Chord, Key, Mode

Cadence = Literal["open", "closed"]
PHRASE: Final = 4

TEMPLATES: Final[dict[Cadence, tuple[tuple[str, float], ...]]] = {
    "open": (("TTSD", 4), ("TSTD", 3), ("TDTS", 3), ("TSSD", 2)),
    "closed": (("TSDT", 4), ("SSDT", 2), ("STDT", 2), ("TTDT", 1)),
}
"""A function for each bar, and how often it is chosen."""
DEGREES: Final[dict[Mode, dict[str, tuple[tuple[int, float], ...]]]] = {
    "major": {"T": ((0, 6), (5, 3), (2, 1)), "S": ((3, 4), (1, 3)), "D": ((4, 1),)},
    "minor": {"T": ((0, 6), (5, 3), (2, 2)), "S": ((3, 4), (5, 2)), "D": ((4, 2), (6, 2))},
}
CADENCES: Final[dict[str, tuple[Cadence, Cadence]]] = {
    "intro": ("open", "open"),
    "verse": ("open", "open"),
    "chorus": ("open", "closed"),
    "bridge": ("open", "open"),
    "outro": ("closed", "closed"),
}
"""How each kind of section ends its first phrases, and its last."""
OPENINGS: Final = {"intro": 0, "verse": 0, "bridge": 5, "outro": 0}
"""The degree on which a section begins, where that is not left to the draw."""


def progression(kind: str, bars: int, key: Key, sevenths: float, draw: Draw) -> tuple[Chord, ...]:
    """One chord for each bar. `sevenths` is the share of chords that have one; a closing dominant always has."""
    if kind == "ending":
        return (key.chord(0),) * bars
    inner, last = CADENCES[kind]
    opening = _phrase(OPENINGS.get(kind), inner, key, sevenths, draw)
    closing = _phrase(OPENINGS.get(kind), last, key, sevenths, draw)
    return opening * (bars // PHRASE - 1) + closing


def _phrase(begin: int | None, cadence: Cadence, key: Key, sevenths: float, draw: Draw) -> tuple[Chord, ...]:
    degrees: list[int] = []
    for function in draw.weighted(TEMPLATES[cadence]):
        choices = DEGREES[key.mode][function]
        fresh = [choice for choice in choices if not degrees or choice[0] != degrees[-1]]
        degrees.append(draw.weighted(fresh or choices))
    if begin is not None:
        degrees[0] = begin
    chords = [key.chord(degree, draw.chance(sevenths)) for degree in degrees]
    if cadence == "closed":
        chords[-2:] = [key.chord(4, seventh=True), key.chord(0)]
    return tuple(chords)
