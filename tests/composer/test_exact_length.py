import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.common.lineups import HOUSE
from bandstand.composer.compose import compose_streaming
from bandstand.composer.exact_length import Length, count_even_beats, fit_length, slow_down
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import TAIL, Score
from bandstand.composer.styles import STYLES

SECONDS = st.floats(20, 360)
BANDS = st.sampled_from(list(HOUSE.values()))


EXAMPLES = settings(max_examples=40, deadline=None)


def measure(score: Score) -> float:
    """The length of the song, with its tail."""
    return score.seconds(score.ticks) + TAIL


@EXAMPLES
@given(band=BANDS, seconds=SECONDS, seed=st.integers(0, 99))
def test_a_song_of_any_style_ends_at_the_second_that_was_asked_for(band, seconds: float, seed: int) -> None:  # type: ignore[no-untyped-def]
    score = compose_streaming(band, seed, {"seconds": seconds}).header
    assert seconds <= measure(score) <= seconds + 0.02
    near = 0.12 if seconds < 45 else 0.09
    assert score.tempi[0].bpm == pytest.approx(band.tempo, rel=near)


@EXAMPLES
@given(seconds=SECONDS, tempo=st.floats(50, 200), beats=st.sampled_from([3, 4]))
def test_at_any_tempo_the_length_is_exact(seconds: float, tempo: float, beats: int) -> None:
    fit = fit_length(Length(seconds, beats, tempo, keeps_tempo=True), ("IVCO",), RandomSource(1))
    last = fit.sections[-1]
    even = count_even_beats(last.bar + last.bars, last.bars, beats, fit.hold)
    assert even * 60 / fit.bpm + TAIL == pytest.approx(seconds, abs=0.02)


@EXAMPLES
@given(band=BANDS, seconds=st.floats(60, 300), tempo=st.integers(80, 170))
def test_a_tempo_that_was_asked_for_is_kept(band, seconds: float, tempo: int) -> None:  # type: ignore[no-untyped-def]
    score = compose_streaming(band, 3, {"seconds": seconds, "tempo": tempo}).header
    assert score.tempi[0].bpm == tempo
    assert measure(score) == pytest.approx(seconds, abs=0.02)


@EXAMPLES
@given(band=BANDS, seconds=SECONDS)
def test_sections_follow_each_other_to_an_ending(band, seconds: float) -> None:  # type: ignore[no-untyped-def]
    sections = fit_length(Length(seconds, STYLES[band.style].beats, band.tempo), band.forms, RandomSource(2)).sections
    assert [one.bar for one in sections] == [sum(one.bars for one in sections[:at]) for at in range(len(sections))]
    assert sections[-1].kind == "ending"
    assert "chorus" in {one.kind for one in sections}


def test_a_band_plays_a_form_of_its_own_where_it_fits() -> None:
    band = msgspec.structs.replace(HOUSE["small-robots"], forms=("IVCSVCO",))
    kinds = {
        "".join(one.kind[0] for one in compose_streaming(band, seed, {"seconds": 100}).header.sections)
        for seed in range(8)
    }
    assert "ivcsvcoe" in kinds


def test_songs_of_one_length_have_more_than_one_form() -> None:
    band = HOUSE["trio-maresol"]
    forms = {compose_streaming(band, seed, {"seconds": 150}).header.sections for seed in range(12)}
    assert len(forms) > 1


def test_the_ending_keeps_the_slowest_tempo_unless_it_takes_up_what_is_left() -> None:
    sections = fit_length(Length(60, 4, 120), (), RandomSource(1)).sections
    assert slow_down(120, sections, 4)[-1].bpm == pytest.approx(120 * 0.78)
    assert slow_down(120, sections, 4, hold=0.9)[-1].bpm == pytest.approx(108)
