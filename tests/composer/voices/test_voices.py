"""Properties of all voices in all kinds of sections."""

from collections.abc import Callable
from itertools import product

import pytest

from bandstand.common.bands import Member
from bandstand.common.lineups import HOUSE
from bandstand.composer.harmony import CADENCES
from bandstand.composer.random_source import RandomSource
from bandstand.composer.voices import VOICES
from bandstand.composer.voices.context import SectionContext

MakeContext = Callable[..., SectionContext]
ROBOTS = HOUSE["small-robots"]
MEMBERS = [pytest.param(member, id=member.name) for member in ROBOTS.members]
SEATS = [
    pytest.param(band.style, member, id=f"{band.style}-{member.name}")
    for band in HOUSE.values()
    for member in band.members
]


@pytest.mark.parametrize(("style", "member"), SEATS)
def test_notes_are_inside_the_section_with_a_length_and_a_force(
    style: str, member: Member, context: MakeContext
) -> None:
    for kind, energy, seed in product([*CADENCES, "ending"], [0.3, 0.5, 1.0], range(3)):
        section = context(kind, 2 if kind == "ending" else 8, energy, "Bbm", seed, style)
        notes = VOICES[member.voice](section, member, RandomSource(seed), RandomSource(seed, "/now"))
        case = (kind, energy, seed)
        assert notes or (kind, member.voice) == ("intro", "melody"), case
        for note in notes:
            assert 0 <= note.step < section.section.bars * section.steps, case
            assert note.length > 0, case
            assert 0 < note.force <= 1, case


@pytest.mark.parametrize("member", MEMBERS)
def test_the_same_random_sources_give_the_same_notes(member: Member, context: MakeContext) -> None:
    one, other = (VOICES[member.voice](context(), member, RandomSource(2), RandomSource(3)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("name", ["bass", "keys", "pad", "lead"])
def test_no_other_voice_than_the_drums_differs_by_occurrence(name: str, context: MakeContext) -> None:
    member = next(member for member in ROBOTS.members if member.name == name)
    play = VOICES[member.voice]
    sections = [play(context(), member, RandomSource(2), RandomSource(occurrence)) for occurrence in range(4)]
    assert all(notes == sections[0] for notes in sections)
