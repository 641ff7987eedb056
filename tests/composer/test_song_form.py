import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.random_source import RandomSource
from bandstand.composer.song_form import plan_song_form

FORMS = HOUSE["small-robots"].forms


@pytest.mark.parametrize("bars", [20, 40, 56, 75, 100, 200, 400, 750])
def test_a_form_is_about_as_long_as_wanted(bars: int) -> None:
    sections = plan_song_form(bars, FORMS, RandomSource(3))
    assert sections[-1].bar + sections[-1].bars == pytest.approx(bars, rel=0.15)


@pytest.mark.parametrize("seed", range(30))
def test_sections_follow_each_other_without_gaps(seed: int) -> None:
    sections = plan_song_form(60, FORMS, RandomSource(seed))
    assert [section.bar for section in sections] == [
        sum(section.bars for section in sections[:place]) for place in range(len(sections))
    ]


@pytest.mark.parametrize("seed", range(30))
def test_a_song_of_the_usual_length_has_an_intro_choruses_and_an_outro(seed: int) -> None:
    kinds = [section.kind for section in plan_song_form(60, FORMS, RandomSource(seed))]
    assert kinds[0] == "intro"
    assert kinds[-2:] == ["outro", "ending"]
    assert kinds.count("chorus") >= 2


@pytest.mark.parametrize("bars", range(40, 170, 10))
def test_a_song_has_at_most_four_choruses_also_where_its_bars_are_many(bars: int) -> None:
    for seed in range(10):
        kinds = [section.kind for section in plan_song_form(bars, (), RandomSource(seed))]
        assert 2 <= kinds.count("chorus") <= 4


def test_the_last_chorus_has_the_most_energy() -> None:
    for seed in range(30):
        sections = plan_song_form(60, FORMS, RandomSource(seed))
        last = [section for section in sections if section.kind == "chorus"][-1]
        assert last.energy == 1.0
        assert all(section.energy < 1.0 for section in sections if section is not last)


def test_forms_differ_by_seed() -> None:
    assert (
        len({tuple(section.kind for section in plan_song_form(60, FORMS, RandomSource(seed))) for seed in range(30)})
        > 1
    )


def test_a_form_of_the_band_is_chosen_if_it_fits() -> None:
    kinds = {
        "".join(section.kind[0] for section in plan_song_form(50, ("IVCSVCO",), RandomSource(seed)))
        for seed in range(10)
    }
    assert kinds == {"ivcsvcoe"}
