import pytest

from bandstand.common.bands import Band
from bandstand.common.errors import ComposeError
from bandstand.common.instruments import find_instrument, list_instrument_names
from bandstand.common.jobs import Value
from bandstand.common.lineups import HOUSE
from bandstand.common.song_parameters import checked
from bandstand.composer.arranging import arrange_band, shift_energy
from bandstand.composer.compose import compose, compose_streaming
from bandstand.composer.score import UNPITCHED, Part, Score
from bandstand.composer.theory import Key


def arrange(band: str, **asked: Value) -> Band:
    return arrange_band(HOUSE[band], checked({name.removesuffix("_"): value for name, value in asked.items()}))


def sound(score: Score) -> dict[int, Part]:
    """Program of each part, without the drums."""
    return {part.program: part for part in score.parts if part.voice != "drums"}


def test_a_band_of_which_nothing_is_asked_stays_as_it_is() -> None:
    assert arrange("trio-maresol") is HOUSE["trio-maresol"]


@pytest.mark.parametrize("band", HOUSE)
def test_any_band_brings_in_any_instrument_once(band: str) -> None:
    for name in list_instrument_names():
        instrument = find_instrument(name)
        assert instrument is not None
        members = arrange(band, with_=name).members
        assert any(set(one.instruments) <= set(instrument.programs) for one in members), name
        assert len(members) <= len(HOUSE[band].members) + 1, name
        assert len({one.name for one in members}) == len(members), name
        assert all(one.low < one.high for one in members), name


def test_an_instrument_goes_to_whoever_plays_it_already() -> None:
    (flute,) = [one for one in arrange("trio-maresol", with_="flute").members if one.voice == "melody"]
    assert flute.instruments == (73,)


def test_a_second_tune_becomes_a_pad_so_that_the_song_has_one_tune() -> None:
    members = arrange("trio-maresol", with_="flute,violin").members
    assert [one.voice for one in members].count("melody") == 1
    assert any(one.instruments == (40,) and one.voice == "pad" for one in members)


@pytest.mark.parametrize("band", HOUSE)
def test_without_drums_nobody_drums(band: str) -> None:
    assert not any(one.voice == "drums" for one in arrange(band, without="drums").members)


def test_a_song_without_drums_has_no_reversed_cymbal_either() -> None:
    asked: dict[str, Value] = {"without": "drums", "seconds": 60}
    headers = [compose_streaming(HOUSE["coastline-1986"], seed, asked).header for seed in range(6)]
    assert not any(part.voice in UNPITCHED for header in headers for part in header.parts)


def test_without_an_instrument_its_player_takes_another_or_stays_away() -> None:
    members = arrange("gravel-theory", without="guitar,distorted guitar").members
    assert not any(set(one.instruments) & {24, 25, 26, 27, 29, 30} for one in members if one.voice != "drums")
    assert [one.instruments for one in members if one.name == "lead guitar"] == [(18,)]


def test_somebody_has_to_be_left() -> None:
    with pytest.raises(ComposeError, match="nobody would be left"):
        arrange("8-bit-picnic", without="drums,bass,synth")


def test_energy_keeps_the_order_of_sections_and_stays_within_its_limits() -> None:
    plain = [0.3, 0.35, 0.5, 0.8, 1.0]
    for asked in (0.0, 0.2, 0.5, 0.8, 1.0):
        shifted = [shift_energy(energy, asked) for energy in plain]
        assert shifted == sorted(shifted)
        assert all(0 <= energy <= 1 for energy in shifted)
        assert (shifted[2] < 0.5) == (asked < 0.5) and (shifted[2] > 0.5) == (asked > 0.5)


# What is heard of it


@pytest.mark.parametrize("band", HOUSE)
@pytest.mark.parametrize("mode", ["major", "minor"])
def test_the_mode_that_was_asked_for_is_that_of_the_key(band: str, mode: str) -> None:
    assert Key.parse(compose_streaming(HOUSE[band], 4, {"mode": mode}).header.key).mode == mode


@pytest.mark.slow
@pytest.mark.parametrize("band", HOUSE)
def test_more_energy_is_more_notes_and_harder_ones(band: str) -> None:
    def count(energy: float) -> tuple[int, float]:
        scores = [compose(HOUSE[band], seed, {"energy": energy, "seconds": 60}) for seed in (2, 3, 4)]
        parts = [part for score in scores for part in score.parts if part.voice != "drums"]
        notes = [note for part in parts for note in part.notes]
        return len(notes), sum(note.velocity for note in notes) / len(notes)

    quiet, usual, loud = (count(energy) for energy in (0.1, 0.5, 0.9))
    assert quiet[0] < loud[0]
    assert quiet[1] < usual[1] < loud[1]


@pytest.mark.slow
@pytest.mark.parametrize("band", HOUSE)
def test_instruments_that_were_asked_for_have_notes_and_the_others_none(band: str) -> None:
    score = compose(HOUSE[band], 5, {"with": "flute,cello,harp", "without": "drums", "seconds": 60})
    for program in (73, 42, 46):
        assert len(sound(score)[program].notes) >= 8
    assert not any(part.voice == "drums" for part in score.parts)
