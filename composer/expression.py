"""Expression: from the notes of a member on the grid to what the member's part plays.

Knows the order of the steps; `humanise.py` knows timing and dynamics.
"""

from bandstand.common.bands import Member
from bandstand.composer.humanise import humanise
from bandstand.composer.random_source import RandomSource
from bandstand.composer.streaming_score import Performance
from bandstand.composer.voices.context import GridNote, SectionContext


def perform(
    notes: list[GridNote], context: SectionContext, member: Member, bpm: float, random: RandomSource
) -> Performance:
    """Perform the notes of one member in one section."""
    return Performance(humanise(notes, context, member, bpm, random))
