"""Plans a song that ends after exactly so many seconds, by its form and its tempo.

A form of N bars at a constant tempo has one length, so the tempo that fits it is a division. The last beats slow down
and the ending keeps the slowest tempo (`slow_down`), which is like some more beats at the song's tempo; those are the
**even beats** of a form. With the tail the song then lasts `even beats * 60 / tempo + TAIL`.

Whole sections are steps of several seconds. So that the tempo stays near the one that the band would have chosen, the
intro, breaks, the outro and the ending may be some bars shorter or longer than usual; each of these, and a form that is
not the band's own, costs a little. What costs least is taken; chance moves the costs a little, so that two songs of one
length have not always the same form.

Where somebody asked for a tempo, it is kept, and the hold of the ending takes up what is left: a final chord may be
shorter or longer. Only where that would be too much does the tempo give way.

Pure sums: knows neither notes nor sound.
"""

from functools import cache
from itertools import product
from math import floor, log
from typing import Final

import msgspec

from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import STEP, TAIL, Section, Tempo
from bandstand.composer.song_form import FIXED_BARS, KINDS, USUAL_UNIT, count_bars, list_usual_forms, make_sections

RITARDANDO: Final = (0.96, 0.91, 0.85, 0.78)
"""Tempo of each of the last beats before the ending, as a share of the song's."""
USUAL_HOLD: Final = RITARDANDO[-1]
"""The same of the ending."""
HOLDS: Final = (0.5, 1.0)
"""Slowest and fastest tempo of an ending that takes up what is left of the time."""
SHORT_FORMS: Final = tuple((f"{letters}E", unit) for letters in ("C", "IC", "CO", "ICO") for unit in (4, 8))
"""(letters, unit) of songs for which verse and chorus would be too long."""
BAND_UNITS: Final = (4, 8, 16)
LENGTHS: Final = {"intro": (4, 2, 6), "outro": (4, 2, 6), "break": (4, 2, 8), "ending": (2, 1, 3)}
"""Kind -> bars that it may have, the usual number first."""
NEAR: Final = 0.2
"""Largest difference, as a logarithm, between the wanted tempo and that of a band's own form, at which its lengths are
tried."""
TRIED: Final = 16
"""Other forms whose lengths are tried."""
OTHER_FORM: Final = 0.015
"""Cost of a form that is not the band's own; a tempo that is a hundredth off costs 0.01."""
OTHER_UNIT: Final = 0.01
OTHER_LENGTH: Final = 0.006
"""Cost of each section that is not as long as usual."""
ROUNDING: Final = 0.001
"""Seconds: more than what rounding the tempi of the last beats can take away."""
GIVES_WAY: Final = 1.0
"""Cost of a tempo that is not as it was asked for."""
CHANCE: Final = 0.006
"""Largest cost that chance adds."""


class Length(msgspec.Struct, frozen=True):
    """What is asked of a song: to last `seconds`, its tail included, at about `bpm`, with `beats` in a bar."""

    seconds: float
    beats: int
    bpm: float
    keeps_tempo: bool = False
    """The tempo is to be exactly this."""
    slows: bool = True
    """The tempo slows at the end. A song that keeps its tempo must."""

    @property
    def time(self) -> float:
        """Seconds to its last bar's end. A little more than asked, so that a clock never shows a second less."""
        return self.seconds - TAIL + ROUNDING


class Fit(msgspec.Struct, frozen=True):
    """A song's form and tempo. `hold` is the tempo of the ending as a share of `bpm`."""

    sections: tuple[Section, ...]
    bpm: float
    hold: float = USUAL_HOLD


def count_even_beats(bars: int, ending: int, beats: int, hold: float = USUAL_HOLD) -> float:
    """The beats at the song's tempo that last as long as a form of `bars` bars, `ending` of them the ending."""
    even = (bars - ending) * beats - len(RITARDANDO)
    return even + sum(1 / share for share in RITARDANDO) + ending * beats / hold


def slow_down(bpm: float, sections: tuple[Section, ...], beats: int, hold: float = USUAL_HOLD) -> tuple[Tempo, ...]:
    """One tempo with a ritardando over the last beats before the ending, which keeps the slowest, or is at `hold`."""
    end = sections[-1].bar * beats
    first = end - len(RITARDANDO)
    slowing = [Tempo((first + beat) * 4 * STEP, round(bpm * share, 2)) for beat, share in enumerate(RITARDANDO)]
    held = [Tempo(end * 4 * STEP, round(bpm * hold, 4))] if hold != USUAL_HOLD else []
    return (Tempo(0, bpm), *slowing, *held)


def fit_length(length: Length, forms: tuple[str, ...], random: RandomSource) -> Fit:
    """Plan a song of exactly this length. `forms` are the band's own, as letters without the ending."""
    best, cost = Fit((), length.bpm), float("inf")
    for letters, unit, base in _list_near_forms(length, forms):
        for lengths, changed in _vary_lengths(letters):
            bars, ending = count_bars(letters, unit, lengths), lengths["ending"]
            even = count_even_beats(bars, ending, length.beats) if length.slows else bars * length.beats
            fitting = even * 60 / length.time
            hold = _find_hold(bars, ending, length) if length.keeps_tempo else None
            total = base + OTHER_LENGTH * changed + random.draw_uniform() * CHANCE
            total += abs(log(fitting / length.bpm)) + (GIVES_WAY if length.keeps_tempo and hold is None else 0.0)
            if total < cost:
                bpm = floor(fitting * 1000) / 1000 if hold is None else length.bpm
                cost, best = total, Fit(make_sections(letters, unit, lengths), bpm, hold or USUAL_HOLD)
    return best


def _find_hold(bars: int, ending: int, length: Length) -> float | None:
    """The hold with which a form at exactly the wanted tempo has the length; None where it is outside of `HOLDS`."""
    held = ending * length.beats
    before = count_even_beats(bars, ending, length.beats, hold=1.0) - held
    left = length.time - before * 60 / length.bpm
    return held * 60 / length.bpm / left if HOLDS[0] <= held * 60 / length.bpm / max(left, 1e-9) <= HOLDS[1] else None


def _list_near_forms(length: Length, forms: tuple[str, ...]) -> list[tuple[str, int, float]]:
    """(letters, unit, cost) of forms that are nearest with their usual lengths: the band's own, and `TRIED` more."""

    def measure(letters: str, unit: int) -> float:
        even = count_even_beats(count_bars(letters, unit), FIXED_BARS["ending"], length.beats)
        return abs(log(even * 60 / length.time / length.bpm))

    own = [(f"{form}E", unit, 0.0) for form in forms if "C" in form for unit in BAND_UNITS]
    near = [(letters, unit, cost) for letters, unit, cost in own if measure(letters, unit) <= NEAR]
    others = sorted(_list_other_forms(), key=lambda form: measure(*form) + OTHER_UNIT * (form[1] != USUAL_UNIT))
    near += [(letters, unit, OTHER_FORM) for letters, unit in others[:TRIED]]
    return [(letters, unit, cost + OTHER_UNIT * (unit != USUAL_UNIT)) for letters, unit, cost in near]


@cache
def _list_other_forms() -> tuple[tuple[str, int], ...]:
    return (*dict.fromkeys(list_usual_forms()), *SHORT_FORMS)


@cache
def _vary_lengths(letters: str) -> tuple[tuple[dict[str, int], int], ...]:
    """(kind -> bars, how many are not as usual) of every choice of lengths that makes a difference to this form."""
    kinds = [kind for kind in LENGTHS if any(KINDS[letter] == kind for letter in letters)]
    return tuple(
        (
            {**FIXED_BARS, **dict(zip(kinds, bars, strict=True))},
            sum(n != FIXED_BARS[k] for k, n in zip(kinds, bars, strict=True)),
        )
        for bars in product(*(LENGTHS[kind] for kind in kinds))
    )
