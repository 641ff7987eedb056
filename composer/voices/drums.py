"""The drums: a groove of two bars for the section's intensity level, fills at the ends of phrases, crashes.

A section ends with a fill, of a whole bar where it is loud; a phrase of four bars inside it may end with a short one.
In some songs the drummer fills more, and in others hardly at all (`MANNERS`).
When a kind of section returns, its groove is a little different; the last chorus has a further drum and more crashes.
"""

from functools import lru_cache
from typing import Final

import msgspec

from bandstand.common.bands import Member
from bandstand.composer.random_source import RandomSource
from bandstand.composer.stagecraft import Opening
from bandstand.composer.style import CRASH, FORCES, KICK, Style
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.grooves import Groove, decorate_groove, join_grooves, make_groove, vary_groove

CRASH_ENERGY: Final = 0.7
"""Lowest energy of a section that begins with a crash cymbal and ends with a fill of a whole bar."""
VARIANT_SHARE: Final = 0.5
"""Share of the drums that play another bar in the second bar of the pair."""
RETURN_SHARE: Final = 0.4
"""Share of the drums that play another bar when a section returns, at the usual development."""
COLOUR_SHARE: Final = 0.7
"""Probability that a further drum joins when a section returns, at the usual development."""
FILLS_DRAWN: Final = 4
"""A busy drummer plays the fullest of so many more: a part of a fill may have next to nothing of it."""
HALF_BAR_SHARE: Final = 0.75
"""Share of the short fills in a quiet section that are half a bar long; the others have its last beat."""
PHRASE: Final = 4
"""Bars."""
MANNERS: Final = (("usual", 4.0), ("plain", 1.7), ("busy", 1.5))
"""(how the drummer of a song fills, weight): a plain one hardly does, a busy one may do so every second bar."""


class Grooves(msgspec.Struct, frozen=True):
    """What a section is made of: two bars that alternate, and another bar for the ends of phrases."""

    first: Groove
    second: Groove
    other: Groove


def play_drums(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> list[GridNote]:
    """Play a section. The kick rests in the first half of an intro."""
    section = context.section
    if section.kind == "ending":
        return [GridNote(0, 1, KICK, 1.0), GridNote(0, 4, CRASH, 0.8)]
    grooves = _make_grooves(context, member, material, occurrence)
    fills = _plan_fills(context, draw_manner(context.style, material), occurrence)
    notes: list[GridNote] = []
    for bar in range(section.bars):
        start, begin = bar * context.steps, fills.get(bar, context.steps)
        is_varied = bar % PHRASE == PHRASE - 1 and material.draw_bool(member.variety)
        groove = grooves.other if is_varied else (grooves.first, grooves.second)[bar % 2]
        notes += _play_bar(groove, start, 0, begin)
        if begin < context.steps:
            notes += _play_fill(context, member, occurrence, (start, begin))
    if section.kind == "intro" and context.stage.opening not in (Opening.DRUMS, Opening.BASS, Opening.ALL):
        notes = [note for note in notes if note.pitch != KICK or note.step >= section.bars * context.steps // 2]
    return notes + [GridNote(bar * context.steps, 4, CRASH, 0.85) for bar in _list_crashes(context, fills)]


def draw_manner(style: Style, random: RandomSource) -> str:
    """Draw the manner of a song's drummer; `random` may be any source of the song."""
    return random.song.branch("drums", style.name).choose_weighted(MANNERS)


def _make_grooves(context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource) -> Grooves:
    """Make the grooves, the same for all sections of a kind but for what a return changes."""
    pattern, drumming = context.style.drums[context.find_level(member)], context.style.drumming
    first, other = make_groove(pattern, member, material), make_groove(pattern, member, material)
    second = vary_groove(first, pattern, VARIANT_SHARE, material)
    colours: list[tuple[int, str]] = []
    if context.section.number > 1:
        change = occurrence.branch("return")
        second = vary_groove(second, pattern, RETURN_SHARE * 2 * context.development, change)
        if change.draw_bool(COLOUR_SHARE * 2 * context.development) or context.is_last_chorus:
            colours = [change.choose(drumming.colours)]
    busy = 2 * context.fills
    made = [
        join_grooves(decorate_groove(groove, drumming, busy, member, material.branch("ghosts")), colours)
        for groove in (first, second, other)
    ]
    return Grooves(*made)


def _play_fill(context: SectionContext, member: Member, random: RandomSource, place: tuple[int, int]) -> list[GridNote]:
    """Play a fill in the bar that starts at the first step of `place`, from the second one, in the bar, on."""
    start, begin = place
    drawn = []
    for _ in range(1 + round(FILLS_DRAWN * member.density)):
        fill = [(drum, random.choose(bars)) for drum, bars in random.choose(context.style.fills)]
        drawn.append(_play_bar(fill, start, begin, context.steps))
    return max(drawn, key=lambda notes: len(notes))


def _plan_fills(context: SectionContext, manner: str, random: RandomSource) -> dict[int, int]:
    """Bar -> first step of its fill: the last bar, and by chance the last bars of the phrases before it.

    A plain drummer has one fill alone, out of the bridge; a busy one takes two bars for a phrase.
    """
    section, steps = context.section, context.steps
    is_loud = section.energy >= CRASH_ENERGY
    fills = {section.bars - 1: 0 if is_loud else steps // 2}
    if manner == "plain":
        return fills if section.kind == "bridge" else {}
    share = min(1.0, context.style.drumming.fill_share * 2 * context.fills)
    every = PHRASE // 2 if manner == "busy" else PHRASE
    for bar in range(section.bars - 1 - every, 0, -every):
        if random.draw_bool(share):
            fills[bar] = steps // 2 if is_loud or random.draw_bool(HALF_BAR_SHARE) else steps - 4
    return fills


def _list_crashes(context: SectionContext, fills: dict[int, int]) -> list[int]:
    """The bars that begin with a crash: the first of a loud section, and those after a fill in the last chorus."""
    if context.section.energy < CRASH_ENERGY:
        return []
    after = [bar + 1 for bar in fills if bar + 1 < context.section.bars] if context.is_last_chorus else []
    return [0, *sorted(after)]


def _play_bar(groove: Groove, start: int, begin: int, end: int) -> list[GridNote]:
    """Play the steps from `begin` up to `end` of a bar that starts at step `start` of the section."""
    return [
        GridNote(start + step, 1, drum, force)
        for drum, bar in groove
        for step, force in list_strokes(bar)
        if begin <= step < end
    ]


@lru_cache(1024)
def list_strokes(bar: str) -> list[tuple[int, float]]:
    """(step, force) of the strokes of a bar."""
    return [(step, FORCES[mark]) for step, mark in enumerate(bar) if mark in FORCES]
