"""What holds for every voice in every kind of section."""

from collections.abc import Callable

import pytest

from common.bands import Member
from common.lineups import HOUSE
from composer.draw import Draw
from composer.harmony import CADENCES
from composer.voices import VOICES
from composer.voices.scene import Scene

MakeScene = Callable[..., Scene]
ROBOTS = HOUSE["small-robots"]
MEMBERS = [pytest.param(member, id=member.name) for member in ROBOTS.members]
SEATS = [
    pytest.param(band.style, member, id=f"{band.style}-{member.name}")
    for band in HOUSE.values()
    for member in band.members
]


@pytest.mark.parametrize(("style", "member"), SEATS)
@pytest.mark.parametrize("kind", [*CADENCES, "ending"])
@pytest.mark.parametrize("energy", [0.3, 0.5, 1.0])
def test_hits_are_inside_the_section_and_sane(
    style: str, member: Member, kind: str, energy: float, scene: MakeScene
) -> None:
    for seed in range(3):
        here = scene(kind, 2 if kind == "ending" else 8, energy, "Bbm", seed, style)
        hits = VOICES[member.voice](here, member, Draw(seed), Draw(seed, "/now"))
        assert hits or (kind, member.voice) == ("intro", "melody")
        for hit in hits:
            assert 0 <= hit.step < here.section.bars * here.steps
            assert hit.length > 0
            assert 0 < hit.force <= 1


@pytest.mark.parametrize("member", MEMBERS)
def test_the_same_draws_play_the_same(member: Member, scene: MakeScene) -> None:
    one, other = (VOICES[member.voice](scene(), member, Draw(2), Draw(3)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("name", ["bass", "keys", "pad", "lead"])
def test_only_the_drummer_plays_by_the_occasion(name: str, scene: MakeScene) -> None:
    member = next(member for member in ROBOTS.members if member.name == name)
    plays = [VOICES[member.voice](scene(), member, Draw(2), Draw(occasion)) for occasion in range(4)]
    assert all(play == plays[0] for play in plays)
