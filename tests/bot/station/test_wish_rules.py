from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.wish_rules import (
    BURST,
    REFILL,
    choose_band,
    correct_style,
    find_turn,
    find_wish_time,
    make_parameters,
)
from bandstand.common.api.values import BandForm
from bandstand.common.lineups import HOUSE
from bandstand.common.token_bucket import TokenBucket
from bandstand.common.wish_grammar import Wish
from bandstand.common.wish_words import Pace

FORMS = [BandForm(id=number, slug=slug, band=band, created=0.0) for number, (slug, band) in enumerate(HOUSE.items())]


def choose(wish: Wish) -> set[str]:
    chosen = [choose_band(wish, FORMS, Random(seed)) for seed in range(40)]
    return {form.band.style for form in chosen if form}


def test_a_band_or_a_style_that_is_named_plays() -> None:
    assert choose(Wish(style="swing")) == {"swing"}
    assert choose(Wish(band="null-modem", style="swing")) == {"techno"}
    assert len(choose(Wish())) > 5


def test_moods_and_paces_make_some_styles_likelier() -> None:
    sad = [choose_band(Wish(moods=("sad",)), FORMS, Random(seed)) for seed in range(200)]
    assert sum(form.band.style in ("ballad", "waltz", "bossa") for form in sad if form) > 160


def test_a_station_without_bands_has_none_to_choose() -> None:
    assert choose_band(Wish(), [], Random(1)) is None


def test_parameters_follow_from_the_wish_alone() -> None:
    bossa = HOUSE["trio-maresol"]
    assert make_parameters(Wish(), bossa, Random(1)) == {}
    wish = Wish(moods=("sad", "quiet"), seconds=90, wanted=("flute", "cello"), unwanted=("drums",))
    assert make_parameters(wish, bossa, Random(1)) | {"tempo": 0} == {
        "mode": "minor", "energy": 0.2, "seconds": 90, "with": "flute,cello", "without": "drums", "tempo": 0,
    }  # fmt: skip
    assert "mode" not in make_parameters(Wish(moods=("sad",), key="C"), bossa, Random(1))


@pytest.mark.parametrize("pace", Pace)
@pytest.mark.parametrize("band", HOUSE.values())
def test_paces_are_in_order_whatever_band_plays(pace: Pace, band) -> None:  # type: ignore[no-untyped-def]
    tempi = [make_parameters(Wish(pace=pace), band, Random(seed))["tempo"] for seed in range(5)]
    assert all(50 <= tempo <= 200 for tempo in tempi)
    if pace is not Pace.MEDIUM:
        assert all((tempo < band.tempo) == (pace in (Pace.SLOW, Pace.VERY_SLOW)) for tempo in tempi)


def test_a_style_that_the_band_does_not_play_is_told() -> None:
    wish = Wish(band="slow-harbour", style="techno")
    assert correct_style(wish, FORMS[5]) == {"techno": "ballad, which Slow Harbour plays"}


@given(st.lists(st.floats(0, 4 * REFILL), max_size=12))
def test_the_times_allow_what_a_bucket_would(times: list[float]) -> None:
    bucket = TokenBucket(1 / REFILL, BURST)
    allowed: list[float] = []
    for time in sorted(times):
        wait = bucket.take(time)
        at = find_wish_time(allowed, time)
        assert at - time == pytest.approx(wait, abs=1e-3)
        if not wait:
            allowed.append(time)


def test_two_wishes_at_once_and_the_third_after_ten_minutes() -> None:
    assert find_wish_time([], 100) == 100
    assert find_wish_time([100], 100) == 100
    assert find_wish_time([100, 100], 100) == 100 + REFILL
    assert find_wish_time([100, 100], 100 + REFILL) == 100 + REFILL


@given(st.lists(st.integers(0, 4)).map(sorted), st.integers(0, 4))
def test_a_wish_goes_before_those_of_persons_who_were_heard_more(waiting: list[int], own: int) -> None:
    place = find_turn(waiting, own)
    assert all(heard <= own for heard in waiting[:place])
    assert all(heard > own for heard in waiting[place:])
