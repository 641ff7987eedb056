"""Turns members of a band into parts of a score: draws the instrument and sets its level in the mix.

General MIDI specifies no loudness, and the programs of a soundfont differ by 20 dB. `LOUDNESS_DB` was measured on
TimGM6mb, with a frequency weighting like the ear's: one note of a second at velocity 96 in the middle of the compass.
Other soundfonts are corrected to it when a song is rendered (`soundfont_levels`).
The level of a part is computed from it, so that a voice has about the same loudness with every instrument.
"""

from typing import Final

import msgspec

from bandstand.common.bands import Member
from bandstand.common.instruments import RANGES
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import EFFECTS, Part

LOUDNESS_DB: Final = (
    -36, -36, -33, -34, -30, -34, -35, -31, -34, -35, -32, -28, -37, -40, -29, -36, -30, -32, -31, -30, -28, -29, -28,
    -31, -31, -34, -30, -37, -34, -30, -26, -28, -33, -31, -32, -30, -31, -36, -33, -32, -26, -27, -26, -28, -29, -36,
    -28, -36, -34, -34, -34, -30, -29, -30, -30, -30, -29, -29, -30, -35, -23, -32, -28, -28, -27, -28, -28, -32, -27,
    -27, -29, -28, -27, -28, -27, -29, -31, -30, -25, -24, -26, -28, -26, -29, -27, -26, -29, -28, -30, -32, -32, -28,
    -32, -32, -30, -33, -30, -28, -30, -30, -28, -32, -28, -28, -35, -32, -37, -32, -34, -26, -27, -27, -34, -39, -35,
    -41, -33, -40, -33, -46, -40, -48, -28, -39, -33, -48, -43, -36,
)  # fmt: skip
"""Index: General MIDI program."""
VOICE_LOUDNESS_DB: Final = {"bass": -33.4, "chords": -40.0, "arpeggio": -38.5, "pad": -46.0, "melody": -32.6}
"""Voice -> loudness of one note in the mix, on the same scale. Chords and pads play several notes at once."""
REVERSED: Final = 119
"""General MIDI's program of a reversed cymbal. It is soft, so its part is at the full level."""
MOST_MOVED: Final = 7
"""Semitones by which a compass is moved for an instrument."""
NARROWEST: Final = 16
"""Semitones of the narrowest compass in which every voice can play, with a register of its own at one end."""
DRUMS_LEVEL: Final = 0.95
LOWEST_LEVEL: Final = 0.25


def make_part(member: Member, random: RandomSource) -> Part:
    """Make the part of a member, still without notes, with one of the member's instruments."""
    program = choose_instrument(member, random)
    return Part(
        name=member.name,
        voice=member.voice,
        program=program,
        level=compute_level(member.voice, program),
        pan=member.pan,
        reverb=member.reverb,
        notes=(),
    )


def make_effects_part() -> Part:
    """The part of reversed cymbals, still without notes: no member of the band plays it."""
    return Part(name="reversed cymbal", voice=EFFECTS, program=REVERSED, level=1.0, pan=0.0, reverb=0.3, notes=())


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


def compute_level(voice: str, program: int) -> float:
    """Compute the level of a part, 0 to 1. A synthesiser's gain is its square (General MIDI's volume controller)."""
    if voice not in VOICE_LOUDNESS_DB:
        return DRUMS_LEVEL
    return round(max(LOWEST_LEVEL, min(1.0, 10 ** ((VOICE_LOUDNESS_DB[voice] - LOUDNESS_DB[program]) / 40))), 3)
