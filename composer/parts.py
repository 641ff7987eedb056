"""Turns members of a band into parts of a score: draws the instrument and sets its level in the mix."""

from typing import Final

import msgspec

from bandstand.common.bands import Member
from bandstand.common.instruments import RANGES
from bandstand.composer.mixing import compute_level
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import EFFECTS, Part

REVERSED: Final = 119
"""General MIDI's program of a reversed cymbal. It is soft; its part is as loud as the drums are."""
MOST_MOVED: Final = 7
"""Semitones by which a compass is moved for an instrument."""
NARROWEST: Final = 16
"""Semitones of the narrowest compass in which every voice can play, with a register of its own at one end."""


def make_part(member: Member, style: str, random: RandomSource) -> Part:
    """Make the part of a member of a band of this style, still without notes, with one of the member's instruments."""
    program = choose_instrument(member, random)
    return Part(
        name=member.name,
        voice=member.voice,
        program=program,
        level=compute_level(style, member.voice, program),
        pan=member.pan,
        reverb=member.reverb,
        notes=(),
    )


def make_effects_part(style: str) -> Part:
    """The part of reversed cymbals, still without notes: no member of the band plays it."""
    level = compute_level(style, EFFECTS, REVERSED)
    return Part(name="reversed cymbal", voice=EFFECTS, program=REVERSED, level=level, pan=0.0, reverb=0.3, notes=())


def choose_instrument(member: Member, random: RandomSource) -> int:
    """Choose one of the member's programs for a song: the same for the same source."""
    return random.branch("instrument").choose(member.instruments)


def settle_instrument(member: Member, random: RandomSource) -> Member:
    """The member with the one instrument that is played in a song."""
    return msgspec.structs.replace(member, instruments=(choose_instrument(member, random),))


def fit_to_instrument(member: Member, program: int) -> Member:
    """The member with this one instrument and a compass that it has: moved by at most `MOST_MOVED`, then cut."""
    member = msgspec.structs.replace(member, instruments=(program,))
    if member.voice == "drums":
        return member
    lowest, highest = RANGES[program]
    move = max(-MOST_MOVED, min(0, highest - member.top)) or min(MOST_MOVED, max(0, lowest - member.bottom))
    bottom, top = max(lowest, member.bottom + move), min(highest, member.top + move)
    if top - bottom < NARROWEST:  # bred or configured far outside: the instrument's own middle
        return member
    return msgspec.structs.replace(member, bottom=bottom, top=top)
