"""Ratings and bookmarks: for what is in the listener's ear, not for what the station is at."""

import msgspec
import pytest

from bandstand.bot.station.bars import EAR_DELAYS, PLAYER
from bandstand.bot.station.listening import LATELY, find_heard
from bandstand.common.api.events import SongRated
from bandstand.common.api.heard import GetHeard, HeardSpan, HeardStream
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import BadRequest, NoSuchSong, NotHeardLately, NothingHeard
from bandstand.common.api.requests import AddBookmark, GetSong, Play, Rate
from bandstand.common.api.values import EndReason, OnAir, RatingMean, Section, SongPlace
from bandstand.common.types import RATE, CueId, Frames, SongCode
from tests.bot.station.conftest import Station, make_person

SECTIONS = (Section("intro", 1, 0.35), Section("verse", 5, 0.5), Section("chorus", 13, 0.8))
DELAY = EAR_DELAYS[PLAYER]
BAR = 2.0
"""Seconds, at 120 beats a minute."""


def play(station: Station, title: str = "One") -> SongCode:
    code = station.store(title, *SECTIONS, tempo=120)
    station.ask(Play(song=code))
    return code


@pytest.mark.parametrize(
    ("bar", "name"), [(1.5, "intro"), (4.9, "intro"), (5.1, "verse"), (12.9, "verse"), (13.1, "chorus"), (40, "chorus")]
)
def test_a_rating_is_for_the_section_that_is_heard(station: Station, bar: float, name: str) -> None:
    play(station)
    station.listen((bar - 1) * BAR + DELAY)
    assert station.ask(Rate(value=1)).section == name


def test_just_after_a_song_has_begun_the_one_before_is_still_heard(station: Station) -> None:
    first = play(station)
    cue = station.listen(30.0)
    play(station, "Two")
    station.end(cue.id, EndReason.CUT, 30.0)
    station.listen(0.5)
    rated = station.ask(Rate(value=1))
    assert (rated.song.code, rated.section) == (first, "chorus")
    assert station.ask(AddBookmark()).at.seconds == 28.5


def test_in_silence_and_before_anything_was_heard_there_is_nothing_to_rate_or_mark(station: Station) -> None:
    for _ in range(2):
        assert station.refuse(Rate(value=1)) == NothingHeard()
        assert station.refuse(AddBookmark(note="here")) == NothingHeard()
        play(station)
        station.listen(0.5)


def test_what_the_streamer_plays_meanwhile_is_not_what_is_on_the_air(station: Station) -> None:
    play(station)
    station.listen(20.0)
    play(station, "Two")
    assert station.refuse(Rate(value=1)) == NothingHeard()


def test_who_rates_again_has_changed_their_mind(station: Station) -> None:
    code = play(station)
    station.listen(20.0)
    ann, bob = make_person("ann", Right.LISTENER), make_person("bob", Right.LISTENER)
    assert station.ask(Rate(value=1), ann).rating == RatingMean(1.0, 1)
    assert station.ask(Rate(value=1), bob).rating == RatingMean(1.0, 2)
    rated = station.ask(Rate(value=-1), ann)
    assert (rated.value, rated.rating) == (-1, RatingMean(0.0, 2))
    [event] = station.get_events(SongRated)
    assert (event.song.code, event.section, event.rating) == (code, rated.section, rated.rating)
    assert station.ask(GetSong(song=code)).rating == RatingMean(0.0, 2)


def test_a_song_that_says_nothing_of_itself_is_rated_as_a_whole_and_marked_by_the_time(station: Station) -> None:
    station.ask(Play(song=station.store("Plain")))
    station.listen(32.0)
    assert find_heard(station.tx).at == SongPlace(30.0, 0, "")
    assert station.ask(Rate(value=0.5)).section == ""


def test_a_mark_is_where_the_listener_hears_it_with_its_bar_and_section(station: Station) -> None:
    code = play(station)
    cue = station.listen(8.0 + DELAY + 0.125)
    marked = station.ask(AddBookmark(note="bass\nis late"))
    assert (marked.song.code, marked.at) == (code, SongPlace(8.125, 5, "verse"))
    station.tx.outside = msgspec.structs.replace(station.tx.outside, on_air=OnAir(cue.id, 8.0 + DELAY - 0.125))
    assert station.ask(AddBookmark()).at == SongPlace(7.875, 4, "intro")
    bookmarks = station.ask(GetSong(song=code)).bookmarks
    assert [(one.at.bar, one.note, one.name) for one in bookmarks] == [(4, "", "ann"), (5, "bass is late", "ann")]


def make_stream(mount: str, serial: int, format: str = "opus") -> HeardStream:
    span = HeardSpan(granule=312, cue=CueId(1), song=SongCode("7kq3"), frame=Frames(0), at=5.0)
    return HeardStream(mount=mount, format=format, serial=serial, spans=(span,))


@pytest.mark.parametrize(
    ("request_", "serial"),
    [
        (GetHeard(), 2),
        (GetHeard(serial=1), 1),
        (GetHeard(mount="/b.flac"), 3),
        (GetHeard(mount="/c.opus"), 4),
        (GetHeard(serial=77), None),
    ],
)
def test_what_is_heard_is_told_of_the_newest_opus_stream_or_of_the_one_asked_for(
    station: Station, request_: GetHeard, serial: int | None
) -> None:
    streams = (
        make_stream("/a.opus", 1),
        make_stream("/a.opus", 2),
        make_stream("/b.flac", 3, "flac"),
        make_stream("/c.opus", 4),
    )
    station.tx.outside = msgspec.structs.replace(station.tx.outside, heard=streams, is_connected=True)
    heard = station.ask(request_)
    assert heard.spans == (() if serial is None else streams[serial - 1].spans)
    assert heard.serial == (serial or request_.serial)


def test_a_station_without_an_opus_mount_tells_what_its_first_mount_has(station: Station) -> None:
    streams = (make_stream("/a.mp3", 1, "mp3"), make_stream("/b.mp3", 2, "mp3"))
    station.tx.outside = msgspec.structs.replace(station.tx.outside, heard=streams, is_connected=True)
    assert station.ask(GetHeard()).serial == 1


# A place that the listener's player knows


def test_a_vote_for_the_exact_place_is_for_its_section_however_far_the_station_is(station: Station) -> None:
    code = play(station)
    station.listen(80.0)
    rated = station.ask(Rate(value=1, song=code, frame=round(5 * BAR * RATE)))
    assert (rated.song.code, rated.section) == (code, "verse")
    marked = station.ask(AddBookmark(song=code, frame=0))
    assert marked.at == SongPlace(0.0, 1, "intro")


def test_who_lags_may_rate_the_song_before_for_two_minutes(station: Station) -> None:
    first = play(station)
    cue = station.listen(30.0)
    play(station, "Two")
    station.end(cue.id, EndReason.CUT, 30.0)
    station.listen(60.0)
    assert station.ask(Rate(value=1, song=first, frame=RATE)).song.code == first
    station.pass_time(LATELY)
    assert station.refuse(Rate(value=1, song=first)) == NotHeardLately(station.get_song(first).brief, int(LATELY))


def test_only_what_is_heard_is_rated_but_a_dj_may_mark_any_song(station: Station) -> None:
    play(station)
    station.listen(30.0)
    other = station.store("Other", *SECTIONS, tempo=120)
    listener = make_person("bob", Right.LISTENER)
    assert isinstance(station.refuse(Rate(value=1, song=other)), NotHeardLately)
    assert isinstance(station.refuse(AddBookmark(song=other), listener), NotHeardLately)
    assert station.ask(AddBookmark(song=other, frame=RATE), make_person("dj")).at.seconds == 1.0


def test_a_place_behind_the_end_is_none(station: Station) -> None:
    code = play(station)
    station.listen(30.0)
    assert station.refuse(Rate(value=1, song=code, frame=92 * RATE)) == BadRequest("the song is shorter than that")
    assert isinstance(station.refuse(Rate(value=1, song="zzzz")), NoSuchSong)
