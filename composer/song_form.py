"""The song form: the sections of a song in order, each with its length in bars and its energy.

A form is written as letters (`IVCVCBCO`), see `KINDS`. Intro, break, outro and ending have fixed lengths; all other
sections have one common length, the unit, so that letters and unit together decide the length of a song. A band's own
forms are preferred if one of them is about as long as wanted; otherwise a usual form of verses and choruses is built.
Knows nothing of what is played in a section.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import Section

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
"""Letter -> kind of section."""
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
"""Kind -> energy of its first section."""
REPEAT_ENERGY: Final = 0.06
"""Energy that is added each time a kind of section returns."""
FIXED_BARS: Final = {"intro": 4, "break": 4, "outro": 4, "ending": 2}
"""Kind -> bars, for the sections whose length does not depend on the unit."""
FIXED_LETTERS: Final = tuple((letter, kind) for letter, kind in KINDS.items() if kind in FIXED_BARS)
UNITS: Final = (4, 8, 16)
"""Possible lengths of the other sections, in bars."""
USUAL_UNIT: Final = 8
LONG_UNIT: Final = 16
"""The unit of a song that would have more than `MOST_CHORUSES` of the usual one, as fast ones have, and waltzes."""
MOST_CHORUSES: Final = 4
"""Choruses that a listener likes in one song, if its length allows it."""
CYCLES: Final = range(1, 25)
"""Numbers of verse and chorus pairs in a usual form."""
TOLERANCE_ASKED: Final = 0.09
"""Largest difference, as a share of the length, between a band's own form and a length that somebody asked for."""
TOLERANCE_FREE: Final = 0.14
"""The same if nobody asked for a length."""
TOLERANCE_USUAL: Final = 0.07
"""The same for a usual form; if none is that near, the nearest is taken."""


def plan_song_form(
    bars: float, forms: tuple[str, ...], random: RandomSource, tolerance: float = TOLERANCE_ASKED
) -> tuple[Section, ...]:
    """Plan a song of about `bars` bars: one of the band's own `forms` if one fits, otherwise a usual form."""
    fitting = [
        (f"{form}E", unit)
        for form in forms
        for unit in UNITS
        if abs(count_bars(f"{form}E", unit) - bars) / bars <= tolerance
    ]
    return make_sections(*(random.choose(fitting) if fitting else _choose_usual_form(bars, random)))


def count_bars(letters: str, unit: int, fixed: Mapping[str, int] = FIXED_BARS) -> int:
    """The bars of a form, as `make_sections` makes it."""
    usual = len(letters)
    total = 0
    for letter, kind in FIXED_LETTERS:
        number = letters.count(letter)
        usual -= number
        total += number * fixed[kind]
    return total + usual * unit


def _choose_usual_form(bars: float, random: RandomSource) -> tuple[str, int]:
    """Choose (letters, unit) of a form that is near in length. With the usual unit it has at least two choruses."""
    forms = list_usual_forms()
    for unit, most in ((USUAL_UNIT, MOST_CHORUSES), (LONG_UNIT, MOST_CHORUSES), (USUAL_UNIT, len(CYCLES) + 1)):
        usual = [form for form in forms if form[1] == unit and form[0][-2] == "O" and form[0].count("C") <= most]
        good = [form for form in usual if abs(count_bars(*form) - bars) / bars <= TOLERANCE_USUAL]
        if good:
            return random.choose(good)
    return min(forms, key=lambda form: abs(count_bars(*form) - bars))


@cache
def list_usual_forms() -> tuple[tuple[str, int], ...]:
    """(letters, unit) of every usual form."""
    middles = [_alternate(cycles, has_two_verses) for cycles in CYCLES for has_two_verses in (False, True)]
    return tuple(
        (f"{opening}{middle}{final}{closing}E", unit)
        for unit in UNITS
        for opening, closing in (("I", "O"), ("I", ""), ("", ""))
        for middle in middles
        for final in ("", "C")
    )


def _alternate(cycles: int, has_two_verses: bool) -> str:
    """Alternate verses and choruses, with a bridge in place of every third verse, perhaps after one more verse."""
    pairs = ["BC" if cycle % 3 == 2 else "VC" for cycle in range(cycles)]
    return ("V" if has_two_verses else "") + "".join(pairs)


def make_sections(letters: str, unit: int, fixed: Mapping[str, int] = FIXED_BARS) -> tuple[Section, ...]:
    """The sections of these letters; `fixed` has the bars of those whose length is not the unit.

    The last chorus has the energy 1, unless it is the only one.
    """
    sections: list[Section] = []
    bar = 0
    for index, letter in enumerate(letters):
        kind = KINDS[letter]
        number = 1 + sum(section.kind == kind for section in sections)
        is_last_chorus = kind == "chorus" and letter not in letters[index + 1 :]
        energy = 1.0 if is_last_chorus and number > 1 else min(0.94, ENERGY[kind] + REPEAT_ENERGY * (number - 1))
        sections.append(Section(kind, number, bar, fixed.get(kind, unit), round(energy, 2)))
        bar += sections[-1].bars
    return tuple(sections)
