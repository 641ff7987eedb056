"""The form of a song: its sections in order, each with its length in bars and its energy.

Knows how long a song is to be, and nothing of what will be played in it.
"""

from typing import Final

from composer.draw import Draw
from composer.score import Section

KINDS: Final = {
    "I": "intro",
    "V": "verse",
    "C": "chorus",
    "B": "bridge",
    "S": "solo",
    "K": "break",
    "O": "outro",
    "E": "ending",
}
ENERGY: Final = {
    "intro": 0.35,
    "verse": 0.5,
    "chorus": 0.8,
    "bridge": 0.45,
    "solo": 0.7,
    "break": 0.3,
    "outro": 0.55,
    "ending": 0.5,
}
LIFT: Final = 0.06
"""What each return of a section adds to its energy."""
FIXED: Final = {"intro": 4, "break": 4, "outro": 4, "ending": 2}
"""Sections whose length does not follow the song's."""
UNITS: Final = (4, 8, 16)
"""Lengths of a verse, chorus or bridge, in bars."""
CYCLES: Final = range(1, 25)
NEAR: Final = 0.09
"""A band's own form is taken where its length is within this share of the wish."""
FREE: Final = 0.14
"""The same where nobody asked for a length."""
TOLERANCE: Final = 0.07
"""A form whose length is within this share of the wish is as good as the nearest, if its sections are as usual."""


def _middle(cycles: int, doubled: bool) -> str:
    """Verses and choruses in turn, a bridge in place of every third verse; `doubled` gives two verses first."""
    turns = ["BC" if cycle % 3 == 2 else "VC" for cycle in range(cycles)]
    return ("V" if doubled else "") + "".join(turns)


def _length(letters: str, unit: int) -> int:
    return sum(FIXED.get(KINDS[letter], unit) for letter in letters)


def plan(bars: float, own: tuple[str, ...], draw: Draw, near: float = NEAR) -> tuple[Section, ...]:
    """One of the band's own forms where that is about `bars` long, otherwise the usual one that is nearest."""
    fitting = [
        (f"{form}E", unit) for form in own for unit in UNITS if abs(_length(f"{form}E", unit) - bars) / bars <= near
    ]
    return _laid(*(draw.pick(fitting) if fitting else _usual(bars, draw)))


def _usual(bars: float, draw: Draw) -> tuple[str, int]:
    """A song of the usual length has at least two choruses."""
    forms = [
        (f"{opening}{_middle(cycles, doubled)}{final}{closing}E", unit)
        for unit in UNITS
        for opening, closing in (("I", "O"), ("I", ""), ("", ""))
        for cycles in CYCLES
        for doubled in (False, True)
        for final in ("", "C")
    ]
    distance = {form: abs(_length(*form) - bars) / bars for form in forms}
    good = [form for form in forms if distance[form] <= TOLERANCE and form[1] == 8 and form[0][-2] == "O"]
    return draw.pick(good) if good else min(forms, key=lambda form: distance[form])


def _laid(letters: str, unit: int) -> tuple[Section, ...]:
    sections: list[Section] = []
    bar = 0
    for place, letter in enumerate(letters):
        kind = KINDS[letter]
        number = 1 + sum(section.kind == kind for section in sections)
        last_chorus = kind == "chorus" and letter not in letters[place + 1 :]
        energy = 1.0 if last_chorus and number > 1 else min(0.94, ENERGY[kind] + LIFT * (number - 1))
        sections.append(Section(kind, number, bar, FIXED.get(kind, unit), round(energy, 2)))
        bar += sections[-1].bars
    return tuple(sections)
