"""The voices of a band: a table from a member's voice to the function that plays it."""

from collections.abc import Callable
from typing import Final

from bandstand.common.bands import Member
from bandstand.composer.random_source import RandomSource
from bandstand.composer.voices.bass import play_bass
from bandstand.composer.voices.chords import play_arpeggio, play_chords, play_pad
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.drums import play_drums
from bandstand.composer.voices.melody import play_melody

Voice = Callable[[SectionContext, Member, RandomSource, RandomSource], list[GridNote]]
"""(context, member, material, occurrence) -> notes. The last two are random sources. `material` is the same in all
sections of a kind, so that what is drawn from it returns with the section; `occurrence` differs each time."""

VOICES: Final[dict[str, Voice]] = {
    "drums": play_drums,
    "bass": play_bass,
    "chords": play_chords,
    "arpeggio": play_arpeggio,
    "pad": play_pad,
    "melody": play_melody,
}
