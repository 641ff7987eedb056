from collections import Counter

import pytest

from bandstand.common.bands import Band
from bandstand.common.instruments import RANGES
from bandstand.common.lineups import HOUSE, LINEUPS
from bandstand.composer.compose import compose
from bandstand.composer.guests import (
    ACCOMPANIMENT,
    BARE,
    BRUSHED,
    CARRIED,
    DOUBLE,
    DOUBLES,
    GUESTS,
    INVITED,
    MOST,
    OCTAVE,
    ONE_GUEST,
    SMALL,
    USUAL,
    WAITING,
    draw_company,
    find_share,
    gather_company,
)
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import STEP, Part
from bandstand.composer.styles import STYLES

BANDS = pytest.mark.parametrize("band", HOUSE.values(), ids=lambda band: band.style)
HAS_BRUSHES = {
    band.style for band in HOUSE.values() if all(one.force <= BRUSHED for one in band.members if one.voice == "drums")
}


def gather(band: Band, company: int, seed: int = 1) -> Band:
    return gather_company(band, company, STYLES[band.style].riffs.players, RandomSource(seed))


def list_voices(band: Band) -> list[str]:
    return [one.voice for one in band.members]


@BANDS
def test_the_usual_company_is_the_band(band: Band) -> None:
    assert gather(band, USUAL) == band


@BANDS
def test_a_small_company_has_one_who_accompanies_and_does_so_from_the_beginning(band: Band) -> None:
    small = gather(band, SMALL)
    others = [one for one in small.members if one.voice not in ("drums", "bass", "melody")]
    assert [one.enters for one in others] == [0.0]
    assert [voice for voice in list_voices(small) if voice in ("drums", "bass", "melody")] == [
        voice for voice in list_voices(band) if voice in ("drums", "bass", "melody")
    ]


@BANDS
def test_in_a_bare_song_brushes_stay_at_home_and_other_drums_may_carry_a_doubled_bass(band: Band) -> None:
    bare = gather(band, BARE)
    assert ("drums" in list_voices(bare)) == (band.style not in HAS_BRUSHES)
    doubled = {any(one.name == DOUBLE for one in gather(band, BARE, seed).members) for seed in range(20)}
    assert doubled == ({False} if band.style in HAS_BRUSHES else {True, False})
    waits = band.style not in (*HAS_BRUSHES, *CARRIED) and not STYLES[band.style].riffs.players
    assert (WAITING in [one.enters for one in bare.members]) == waits


def test_a_bare_reggae_has_its_off_beats_from_the_beginning() -> None:
    for seed in range(10):
        members = gather(HOUSE["shady-side-sound"], BARE, seed).members
        assert [(one.voice, one.enters) for one in members if one.voice in ACCOMPANIMENT] == [("chords", 0.0)]


@pytest.mark.parametrize("company", [BARE, SMALL])
def test_who_has_the_riffs_of_a_style_stays(company: int) -> None:
    for seed in range(10):
        assert "rhythm guitar" in [one.name for one in gather(HOUSE["gravel-theory"], company, seed).members]
        assert "sequence" in [one.name for one in gather(HOUSE["null-modem"], company, seed).members]


@BANDS
@pytest.mark.parametrize("company", [ONE_GUEST, GUESTS])
def test_guests_join_the_band_until_there_are_enough(band: Band, company: int) -> None:
    members = gather(band, company).members
    assert members[: len(band.members)] == band.members
    assert len(band.members) < len(members) <= max(MOST, len(band.members) + 1)
    assert max(Counter(one.name for one in members).values()) == 1


def test_every_style_has_guests_whose_instruments_have_their_registers() -> None:
    assert set(INVITED) == set(DOUBLES) == set(LINEUPS)
    for guest in (guest for guests in INVITED.values() for guest in guests):
        assert all(RANGES[one][0] <= guest.bottom and guest.top <= RANGES[one][1] for one in guest.instruments)


def test_songs_of_one_band_are_played_by_few_and_by_many() -> None:
    drawn = Counter(draw_company(RandomSource(seed)) for seed in range(400))
    assert set(drawn) == set(range(BARE, GUESTS + 1))
    assert min(drawn.values()) > 30


@pytest.mark.slow
def test_a_double_plays_what_the_bass_does_an_octave_higher() -> None:
    compared = 0
    for seed in range(12):
        parts = {part.name: part for part in compose(HOUSE["coastline-1986"], seed, {}).parts}
        if DOUBLE in parts:
            compared += 1
            bass, double = set(list_placed(parts["bass"])), list_placed(parts[DOUBLE])
            higher = [(step, pitch - OCTAVE) in bass for step, pitch in double]
            assert all(is_higher or note in bass for is_higher, note in zip(higher, double, strict=True))
            assert higher.count(True) > 0.6 * len(bass)
    assert compared > 1


def test_who_accompanies_is_as_loud_together_with_guests_as_without() -> None:
    band = HOUSE["small-robots"]
    many = gather(band, GUESTS).members
    powers = [find_share(one, many, band) ** 4 for one in many if one.voice in ACCOMPANIMENT]
    assert sum(powers) == pytest.approx(2)
    assert {find_share(one, band.members, band) for one in band.members} == {1.0}
    assert find_share(many[-1], many, band) < 1


def list_placed(part: Part) -> list[tuple[int, int]]:
    return sorted((round(note.start / STEP), note.pitch) for note in part.notes)


@pytest.mark.slow
def test_nobody_stays_at_home_when_somebody_was_asked_for() -> None:
    for seed in range(10):
        played = {part.name for part in compose(HOUSE["trio-maresol"], seed, {"with": "flute"}).parts}
        assert {one.name for one in HOUSE["trio-maresol"].members} <= played
