import pytest

from common.lineups import HOUSE
from composer.draw import Draw
from composer.form import plan

FORMS = HOUSE["small-robots"].forms


@pytest.mark.parametrize("bars", [20, 40, 56, 75, 100, 200, 400, 750])
def test_a_form_is_about_as_long_as_was_asked(bars: int) -> None:
    sections = plan(bars, FORMS, Draw(3))
    assert sections[-1].bar + sections[-1].bars == pytest.approx(bars, rel=0.15)


@pytest.mark.parametrize("seed", range(30))
def test_sections_follow_each_other_without_a_gap(seed: int) -> None:
    sections = plan(60, FORMS, Draw(seed))
    assert [section.bar for section in sections] == [
        sum(section.bars for section in sections[:place]) for place in range(len(sections))
    ]


@pytest.mark.parametrize("seed", range(30))
def test_a_song_of_the_usual_length_begins_returns_and_ends(seed: int) -> None:
    kinds = [section.kind for section in plan(60, FORMS, Draw(seed))]
    assert kinds[0] == "intro"
    assert kinds[-2:] == ["outro", "ending"]
    assert kinds.count("chorus") >= 2


def test_the_last_chorus_has_the_most_energy() -> None:
    for seed in range(30):
        sections = plan(60, FORMS, Draw(seed))
        last = [section for section in sections if section.kind == "chorus"][-1]
        assert last.energy == 1.0
        assert all(section.energy < 1.0 for section in sections if section is not last)


def test_seeds_differ_in_form() -> None:
    assert len({tuple(section.kind for section in plan(60, FORMS, Draw(seed))) for seed in range(30)}) > 1


def test_a_band_keeps_to_its_own_forms_where_they_fit() -> None:
    kinds = {"".join(section.kind[0] for section in plan(50, ("IVCSVCO",), Draw(seed))) for seed in range(10)}
    assert kinds == {"ivcsvcoe"}
