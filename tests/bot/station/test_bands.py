"""The bands: who there is, variations, and the line that a band comes from."""

import msgspec
import pytest

from bandstand.bot.station import bands
from bandstand.common import band_names, lineups
from bandstand.common.api.events import BackgroundJobOrdered
from bandstand.common.api.refusals import (
    FirstForm,
    NeverRated,
    NoNameLeft,
    NoSuchArtist,
    NoSuchBand,
    NoSuchStyle,
    Refused,
)
from bandstand.common.api.requests import (
    EvolveBand,
    FoundBand,
    Generate,
    GetArtist,
    GetBand,
    GetFamily,
    ListBands,
    Rate,
    RevertBand,
)
from bandstand.common.api.values import BandForm, RatingMean, Section
from bandstand.common.background_jobs import Breed
from tests.bot.station.conftest import CONSOLE, Station


@pytest.fixture
def settled(station: Station) -> Station:
    station.settle_bands()
    return station


def find(station: Station, words: str) -> BandForm:
    return bands.find_band(station.tx, words)


def play(station: Station, seconds: float = 30.0) -> None:
    """A song by the rock band is on the air."""
    job = station.ask(Generate(generator="rock")).job
    sections = (Section("intro", 1, 0.35), Section("chorus", 13, 0.8))
    station.begin(job, "Blue Lantern", *sections, tempo=120)
    station.listen(seconds)


def test_a_station_has_a_band_of_every_style_once(settled: Station) -> None:
    settled.settle_bands()
    listed = settled.ask(ListBands()).bands
    assert sorted(one.form.band.style for one in listed) == sorted(lineups.STYLES)
    assert all(one.songs == 0 for one in listed)


@pytest.mark.parametrize("words", ["gravel-theory", "Gravel Theory", "gravel", "theory", "rock", "ROCK"])
def test_a_band_is_found_by_name_or_part_of_it_or_style(settled: Station, words: str) -> None:
    assert settled.ask(GetBand(band=words)).form.band.name == "Gravel Theory"


@pytest.mark.parametrize("words", ["", "zydeco", "theory of gravel", "\x1b"])
def test_an_unknown_band_is_told_which_there_are(settled: Station, words: str) -> None:
    refused = settled.refuse(GetBand(band=words))
    assert isinstance(refused, NoSuchBand)
    assert "gravel-theory" in refused.bands
    assert refused.words.isprintable()


def test_new_bands_differ_in_name_and_habits(settled: Station) -> None:
    one, other = (settled.ask(FoundBand(style="bossa")) for _ in range(2))
    assert one.is_new and other.is_new
    assert one.form.band.style == other.form.band.style == "bossa"
    assert one.form.band.name != other.form.band.name
    assert one.form.band.members != other.form.band.members
    assert settled.ask(FoundBand()).form.band.style in lineups.STYLES
    assert settled.refuse(FoundBand(style="zydeco")) == NoSuchStyle("zydeco", tuple(lineups.STYLES))


def test_a_new_band_can_be_asked_to_play(settled: Station) -> None:
    slug = settled.ask(FoundBand(style="waltz")).form.slug
    song = settled.get_song(settled.ask(Generate(generator=slug, cuts_in=False)).song)
    assert bands.get_slug(settled.tx, song.form) == slug
    [mine] = [one for one in settled.ask(ListBands()).bands if one.form.slug == slug]
    assert mine.songs == 1


def test_when_every_name_is_taken_no_band_is_founded(settled: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band_names, "draw_band_name", lambda chance: "Gravel Theory")
    assert settled.refuse(FoundBand(style="rock")) == NoNameLeft()


def test_a_variation_is_near_its_band_and_leaves_it_as_it_was(settled: Station) -> None:
    before = find(settled, "rock")
    number = bands.add_variation(settled.tx, before.slug)
    variation = settled.tx.bands.get_form(number) if number else None
    assert variation is not None
    assert (variation.is_variation, variation.parent) == (True, before.id)
    assert variation.band != before.band
    assert abs(variation.band.tempo - before.band.tempo) < 20
    assert find(settled, "rock") == before


def test_without_a_band_there_is_no_variation(station: Station) -> None:
    assert bands.add_variation(station.tx, "") is None
    assert bands.get_slug(station.tx, None) == ""


def test_breeding_makes_a_generation_and_reverting_goes_back(settled: Station) -> None:
    first = find(settled, "rock")
    child = msgspec.structs.replace(first.band, tempo=99.0)
    assert bands.record_bred(settled.tx, first.slug, first.id, child) == 2
    assert find(settled, "rock").band.tempo == 99.0
    family = settled.ask(GetFamily(band="rock"))
    assert (family.band, [one.form.generation for one in family.forms]) == ("Gravel Theory", [2, 1])
    assert settled.ask(RevertBand(band="rock")).form == first
    assert find(settled, "rock") == first
    assert settled.refuse(RevertBand(band="rock")) == FirstForm("Gravel Theory")


def test_a_band_that_changed_meanwhile_is_not_overwritten(settled: Station) -> None:
    first = find(settled, "rock")
    bands.record_bred(settled.tx, first.slug, first.id, first.band)
    second = find(settled, "rock")
    assert bands.record_bred(settled.tx, first.slug, first.id, first.band) == 0
    assert find(settled, "rock") == second


def test_an_artist_is_shown_with_their_part_and_their_bands_last_songs(settled: Station) -> None:
    player = find(settled, "rock").band.members[1].player
    play(settled)
    settled.finish(1, "Blue Lantern", artist="Gravel Theory")
    [shown] = settled.ask(GetArtist(name=f" {player.upper()} ")).players
    assert (shown.band.slug, shown.member.player) == ("gravel-theory", player)
    assert [song.title for song in shown.songs] == ["Blue Lantern"]
    assert settled.refuse(GetArtist(name="nobody\n")) == NoSuchArtist("nobody")


def test_a_band_is_bred_from_its_own_songs_as_they_were_heard(settled: Station) -> None:
    assert settled.refuse(EvolveBand(band="rock")) == NeverRated("Gravel Theory")
    play(settled)
    settled.ask(Rate(value=1))
    evolving = settled.ask(EvolveBand(band="rock"))
    assert (evolving.band, evolving.ratings) == ("Gravel Theory", 1)
    [ordered] = settled.get_events(BackgroundJobOrdered)
    rock = find(settled, "rock")
    assert (ordered.place, ordered.subject, ordered.slug, ordered.form) == (CONSOLE, rock.band.name, rock.slug, rock.id)
    assert isinstance(ordered.work, Breed)
    [heard] = ordered.work.archive
    assert (ordered.work.band, heard.variation.tempo, heard.energy, heard.count) == (rock.band, 120.0, 0.8, 1)
    assert heard.variation != rock.band
    assert settled.refuse(EvolveBand(band="techno")) == NeverRated("Null Modem")


def test_the_mean_of_a_form_is_of_its_variations(settled: Station) -> None:
    for value in (1, 0):
        play(settled)
        settled.ask(Rate(value=value))
    [form] = settled.ask(GetFamily(band="rock")).forms
    assert (form.rating, form.songs) == (RatingMean(0.5, 2), 2)
    [form] = settled.ask(GetFamily(band="techno")).forms
    assert (form.rating, form.songs) == (RatingMean(), 0)


def test_who_is_not_there_is_refused(settled: Station) -> None:
    for request in (GetFamily(band="x"), RevertBand(band="x"), EvolveBand(band="x")):
        assert isinstance(settled.refuse(request), NoSuchBand)
    with pytest.raises(Refused):
        find(settled, "x")
