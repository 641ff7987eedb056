"""The grooves of a section: a pattern of two bars, with a variant, soft strokes round the beat, and open hi-hats.

A groove is drawn from a style's patterns, one bar for each drum. The second bar of the pair differs in a drum or two
(`vary_groove`), and so does a section that returns. Soft strokes (ghost notes) go to places that the style names, where
they do not cover a written one. Knows no section: `drums.py` lays the grooves out and adds the fills.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from bandstand.common.bands import Member
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import CLOSED, FORCES, OPEN, RIDE, SHAKER, Drumming, DrumPattern
from bandstand.composer.voices.context import choose_pattern

STEP_WEIGHTS: Final = (1.0, 0.65, 0.8, 0.65)
"""Metrical weight of the four steps of a beat. A sparse drummer leaves out strokes of low weight."""
THINNING: Final = 1.3
"""Threshold for leaving out strokes, for each unit of density below 0.5."""
FILLING: Final = 0.5
"""Probability of a soft stroke between the others, for each unit of density above 0.5."""
FILLED_DRUMS: Final = (CLOSED, RIDE, SHAKER)
"""Drums to which a busy drummer adds soft strokes."""

Groove = list[tuple[int, str]]
"""(drum, bar) for each drum; the bar as in `style.DrumPattern`."""


def make_groove(pattern: DrumPattern, member: Member, random: RandomSource) -> Groove:
    """Choose a bar for each drum that suits the member's density."""
    return [
        (drum, _adapt_bar(drum, choose_pattern(bars, _count_strokes, member, random), member, random))
        for drum, bars in pattern
    ]


def vary_groove(groove: Groove, pattern: DrumPattern, share: float, random: RandomSource) -> Groove:
    """The groove with another of its style's bars for a `share` of the drums that have more than one."""
    varied = []
    for (drum, bar), (_, bars) in zip(groove, pattern, strict=True):
        others = [other for other in bars if other != bar]
        chosen = random.choose(others) if others and random.draw_bool(share) else bar
        varied.append((drum, chosen))
    return varied


def decorate_groove(groove: Groove, drumming: Drumming, share: float, member: Member, random: RandomSource) -> Groove:
    """Add soft strokes and open hi-hats. `share` scales their usual number: 1 is what the style has."""
    return _open_hats(_add_ghosts(groove, drumming, share, member, random), drumming, share, random)


def _add_ghosts(groove: Groove, drumming: Drumming, share: float, member: Member, random: RandomSource) -> Groove:
    """A drum of `Drumming.ghosts` that the groove does not have joins it with soft strokes alone."""
    bars = dict(groove)
    probability = min(1.0, drumming.ghost_share * share * 2 * member.density)
    for drum, choices in drumming.ghosts:
        places = random.choose(choices)
        written = bars.get(drum, "." * len(places))
        bars[drum] = "".join(
            "g" if place == "g" and mark not in FORCES and random.draw_bool(probability) else mark
            for mark, place in zip(written, places, strict=True)
        )
    return list(bars.items())


def _open_hats(groove: Groove, drumming: Drumming, share: float, random: RandomSource) -> Groove:
    bars = dict(groove)
    closed = bars.get(CLOSED, "")
    opened = {
        step
        for step, mark in enumerate(closed)
        if mark in ("x", "o", "-") and drumming.opening[step : step + 1] == "o"
        and random.draw_bool(drumming.opening_share * share)
    }  # fmt: skip
    if not opened or OPEN in bars:
        return groove
    bars[CLOSED] = "".join("." if step in opened else mark for step, mark in enumerate(closed))
    bars[OPEN] = "".join("-" if step in opened else "." for step in range(len(closed)))
    return list(bars.items())


@lru_cache(1024)
def _count_strokes(bar: str) -> int:
    return sum(mark in FORCES for mark in bar)


def _adapt_bar(drum: int, bar: str, member: Member, random: RandomSource) -> str:
    """Adapt a bar to the member's density: leave out light strokes, or add soft ones."""
    threshold = THINNING * max(0.0, 0.5 - member.density)
    probability = FILLING * max(0.0, member.density - 0.5) if drum in FILLED_DRUMS else 0.0
    marks = []
    for step, mark in enumerate(bar):
        has_ghost = random.draw_bool(probability)
        if mark in FORCES:
            marks.append(mark if FORCES[mark] * STEP_WEIGHTS[step % 4] >= threshold else ".")
        else:
            marks.append("g" if has_ghost else ".")
    return "".join(marks)


def join_grooves(one: Groove, other: Sequence[tuple[int, str]]) -> Groove:
    """The groove with further drums; a drum that it has already stays as it is."""
    own = {drum for drum, _ in one}
    return [*one, *((drum, bar) for drum, bar in other if drum not in own)]
