"""Requesting a song: its place, the rules, and what becomes of the request."""

import msgspec
import pytest

from bandstand.bot.station import on_air, programme
from bandstand.bot.station.requesting import PERSON_WAIT, SHORTEST
from bandstand.common.api.asking import Requested, RequestSong, SwitchRequests
from bandstand.common.api.events import QueueChanged, SongStarted, SongUnplayable
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import (
    NoSuchSong,
    RequestedAlready,
    RequestsOff,
    RequestTooSoon,
    SongLost,
    SongTooSoon,
    StillBeingMade,
    TooManyQueued,
)
from bandstand.common.api.requests import ClearQueue, CompareSongs, Enqueue, Generate, RemoveFromQueue
from bandstand.common.api.values import Choice, Cue, SongState, Source
from bandstand.common.types import Frames
from tests.bot.station.conftest import ANN, LENGTH, Station, make_person

pytestmark = pytest.mark.usefixtures("either_database")

DEE = make_person("dee", Right.DJ)
RADIO = Place("irc", "libera #radio x *")


def make_listener(name: str) -> Requester:
    return make_person(name, Right.LISTENER)


BOB, CY, EVE = make_listener("bob"), make_listener("cy"), make_listener("eve")


@pytest.fixture
def station(station: Station) -> Station:
    """One song is on the air, and others are in the library."""
    for title in ("On Air", "One", "Two", "Three", "Four"):
        station.store(title)
    station.ask(Enqueue(song="on air"))
    station.start(station.get_air().id)
    return station


def request(station: Station, title: str, by: Requester = BOB) -> Requested:
    result = station.ask(RequestSong(song=title), by)
    assert isinstance(result, Requested)
    return result


def plan(station: Station, *titles: str) -> None:
    """The programme plans these songs."""
    for title in titles:
        song = station.tx.songs.find(station.store(title))
        assert song is not None
        on_air.line_up(station.tx, song.brief, programme.ITSELF, choice=Choice(source=Source.ROTATION))


def play_out(station: Station) -> Cue:
    """The song on the air ends; what follows begins."""
    station.end(station.get_air().id)
    cue = station.get_air()
    station.start(cue.id)
    return cue


# Its place


def test_a_request_is_answered_with_its_place_and_the_time_until_it_is_heard(station: Station) -> None:
    assert request(station, "one") == Requested(
        song=station.get_queue()[0].song, position=1, heard_in=LENGTH, was_planned=False
    )
    assert QueueChanged in station.events


def test_requests_wait_behind_orders_and_before_the_programme_except_for_what_is_next(station: Station) -> None:
    plan(station, "Planned 1", "Planned 2")
    request(station, "one", BOB)
    request(station, "two", CY)
    assert station.queue == ["Planned 1", "One", "Two", "Planned 2"]
    station.ask(Enqueue(song="three"), DEE)
    assert station.queue == ["Three", "Planned 1", "One", "Two", "Planned 2"]
    station.ask(Enqueue(song="four"), DEE)
    request(station, "planned 2", EVE)
    assert station.queue == ["Three", "Four", "Planned 1", "One", "Two", "Planned 2"]


def test_where_an_order_is_next_requests_come_before_all_that_is_planned(station: Station) -> None:
    plan(station, "Planned 1", "Planned 2")
    station.ask(Enqueue(song="three"), DEE)
    request(station, "one", BOB)
    assert station.queue == ["Three", "One", "Planned 1", "Planned 2"]


def test_what_the_programme_plans_later_comes_behind_requests(station: Station) -> None:
    request(station, "one")
    plan(station, "Planned 1")
    assert station.queue == ["One", "Planned 1"]


def test_any_number_of_requests_finds_room_between_what_is_there(station: Station) -> None:
    plan(station, "Planned 1", "Planned 2")
    song, asker = station.get_air().song, on_air.get_asker(BOB)
    requested = [on_air.line_up_request(station.tx, song, asker, station.get_queue()).id for _ in range(56)]
    assert [cue.id for cue in station.get_queue() if cue.is_request] == requested
    assert station.queue == ["Planned 1", *["On Air"] * 56, "Planned 2"]


def test_a_planned_song_becomes_the_request_and_moves_forward(station: Station) -> None:
    plan(station, "Planned 1", "Planned 2", "Planned 3")
    assert request(station, "planned 3") == Requested(
        song=station.get_queue()[1].song, position=2, heard_in=2 * LENGTH, was_planned=True
    )
    cue = station.get_queue()[1]
    assert (cue.name, cue.person, cue.choice, cue.is_request) == ("bob", "libera/bob", None, True)
    assert station.queue == ["Planned 1", "Planned 3", "Planned 2"]


def test_a_planned_song_that_is_next_becomes_the_request_where_it_is(station: Station) -> None:
    plan(station, "Planned 1", "Planned 2")
    assert request(station, "planned 1").position == 1
    assert station.queue == ["Planned 1", "Planned 2"]
    assert station.get_queue()[0].is_request


def test_with_nothing_on_the_air_a_request_begins_at_once(station: Station) -> None:
    station.end(station.get_air().id)
    assert request(station, "one").position == 0
    assert station.air == "One"


def test_when_it_begins_its_asker_can_be_told(station: Station) -> None:
    request(station, "one")
    play_out(station)
    [started] = station.get_events(SongStarted)[-1:]
    assert (started.name, started.place, started.is_request) == ("bob", BOB.place, True)


# The rules


def test_a_song_that_somebody_asked_for_is_refused_with_its_place(station: Station) -> None:
    request(station, "one", BOB)
    song = station.get_queue()[0].song
    assert station.refuse(RequestSong(song="one"), CY) == RequestedAlready(song, "bob", False, 1, LENGTH)
    assert station.refuse(RequestSong(song="one"), BOB) == RequestedAlready(song, "bob", True, 1, LENGTH)
    assert isinstance(station.refuse(RequestSong(song="one"), DEE), RequestedAlready)


def test_a_person_may_request_once_an_hour_and_is_told_from_when(station: Station) -> None:
    request(station, "one")
    asked = station.tx.now
    why = station.refuse(RequestSong(song="two"), BOB)
    assert isinstance(why, RequestTooSoon)
    assert (why.last_song.title, why.allowed_at, why.wait) == ("One", asked + PERSON_WAIT, PERSON_WAIT - 1.0)
    request(station, "two", CY)
    station.pass_time(PERSON_WAIT)
    request(station, "three", BOB)


def test_a_song_that_was_heard_is_refused_until_it_has_rested(station: Station) -> None:
    began = station.get_air().started
    why = station.refuse(RequestSong(song="on air"), BOB)
    assert isinstance(why, SongTooSoon)
    assert (why.last, why.was_heard, why.is_on_air, why.position) == (began, True, True, 0)
    play_from(station, "one")
    station.tx.now = why.allowed_at - 2.0
    assert isinstance(station.refuse(RequestSong(song="on air"), BOB), SongTooSoon)
    request(station, "on air")


def play_from(station: Station, title: str) -> None:
    station.ask(Enqueue(song=title), DEE)
    play_out(station)


def test_a_song_that_was_requested_rests_from_its_last_play_or_request_whichever_is_later(station: Station) -> None:
    request(station, "one", BOB)
    station.pass_time(600.0)
    play_out(station)
    began = station.get_air().started
    play_from(station, "two")
    why = station.refuse(RequestSong(song="one"), CY)
    assert isinstance(why, SongTooSoon)
    assert (why.last, why.was_heard, why.is_on_air) == (began, True, False)
    assert why.allowed_at == pytest.approx((began or 0.0) + SHORTEST)


def test_what_is_planned_though_it_may_not_be_requested_is_told_with_its_place(station: Station) -> None:
    play_from(station, "one")
    on_air.line_up(station.tx, station.get_air().song, programme.ITSELF, choice=Choice(source=Source.ROTATION))
    why = station.refuse(RequestSong(song="one"), BOB)
    assert isinstance(why, SongTooSoon) and (why.position, why.heard_in) == (1, LENGTH)


def test_the_later_of_the_two_moments_is_told(station: Station) -> None:
    request(station, "one", BOB)
    play_from(station, "two")
    station.pass_time(PERSON_WAIT - 600.0)
    station.ask(Enqueue(song="three"), DEE)
    play_out(station)
    assert isinstance(station.refuse(RequestSong(song="three"), BOB), SongTooSoon)
    assert isinstance(station.refuse(RequestSong(song="four"), BOB), RequestTooSoon)


def test_djs_are_only_told_what_would_bind_a_listener(station: Station) -> None:
    request(station, "one", DEE)
    result = request(station, "two", DEE)
    assert result.allowed_at == station.tx.now + result.wait == station.tx.now - 1.0 + PERSON_WAIT
    assert request(station, "on air", DEE).allowed_at is not None
    assert request(station, "three", CY).allowed_at is None


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (Identity("irc:n", mask="ann!a@h.example"), Identity("irc:n", mask="bob!b@h.example"), True),
        (Identity("irc:n", mask="ann!a@h.example"), Identity("irc:n", "ann", "ann!a@h.example"), False),
        (Identity("web", cookie="1", address="192.0.2.1"), Identity("web", cookie="1", address="192.0.2.9"), True),
        (Identity("web", cookie="1", address="192.0.2.1"), Identity("web", cookie="2", address="192.0.2.1"), False),
        (Identity("web", address="2001:db8::1"), Identity("web", address="2001:db8::2:1"), True),
        (Identity("web", "ann"), Identity("telnet", "ann"), True),
    ],
)
def test_the_hour_is_the_persons_however_they_came(
    one: Identity, other: Identity, is_same: bool, station: Station
) -> None:
    request(station, "one", Requester("x", Place("web", "1"), identity=one))
    by = Requester("y", Place("web", "2"), identity=other)
    if is_same:
        assert isinstance(station.refuse(RequestSong(song="two"), by), RequestTooSoon)
    else:
        request(station, "two", by)


def test_the_limit_of_songs_in_the_queue_holds_for_requests(station: Station) -> None:
    station.tx.rules = msgspec.structs.replace(station.tx.rules, queued_songs=1)
    request(station, "one", DEE)
    station.listen(30)
    refused = station.refuse(RequestSong(song="two"), DEE)
    assert isinstance(refused, TooManyQueued)
    assert refused.wait == pytest.approx(LENGTH - 30, abs=2)
    assert refused.allowed_at == pytest.approx(station.tx.now + refused.wait)
    station.lose_streamer()
    assert station.refuse(RequestSong(song="two"), DEE) == TooManyQueued(1)


def test_what_a_listener_queues_is_a_request(station: Station) -> None:
    assert isinstance(station.ask(Enqueue(song="one"), BOB), Requested)
    assert isinstance(station.refuse(Enqueue(song="two"), BOB), RequestTooSoon)


def test_where_requests_are_off_none_is_taken(station: Station) -> None:
    station.ask(SwitchRequests(is_on=False, where="page"))
    assert station.refuse(RequestSong(song="one"), Requester("x", Place("web", "1"))) == RequestsOff("page")
    request(station, "one", BOB)


# Requests that come to nothing


@pytest.mark.parametrize("taken_out", [RemoveFromQueue(which="one"), ClearQueue()])
def test_a_request_that_is_taken_out_unheard_does_not_count(
    taken_out: RemoveFromQueue | ClearQueue, station: Station
) -> None:
    request(station, "one")
    station.ask(taken_out)
    assert request(station, "one").position == 1
    last = station.tx.requests.get_last_of_song(station.get_queue()[0].song.code)
    assert last is not None and last.count == 2


def test_a_request_whose_file_is_gone_does_not_count_and_the_music_goes_on(station: Station) -> None:
    request(station, "one")
    request(station, "two", CY)
    station.end(station.get_air().id)
    on_air.record_unplayable(station.tx, station.get_air().id, "no such file")
    [told] = station.get_events(SongUnplayable)
    assert (told.place, told.is_request) == (BOB.place, True)
    assert station.air == "Two"
    request(station, "three", BOB)


def test_a_request_that_was_skipped_or_broke_off_after_it_began_counts(station: Station) -> None:
    request(station, "one")
    play_out(station)
    on_air.record_ended(station.tx, station.get_air().id, on_air.EndReason.BROKEN, Frames(48_000), "", station.tx.now)
    assert isinstance(station.refuse(RequestSong(song="two"), BOB), RequestTooSoon)


# Songs that cannot be requested


def test_a_song_that_is_being_made_is_told_to_be(station: Station) -> None:
    code = station.ask(Generate(cuts_in=False)).song
    why = station.refuse(RequestSong(song=code), BOB)
    assert isinstance(why, StillBeingMade) and why.purpose == "request"


@pytest.mark.parametrize("state", [SongState.FAILED, SongState.DISCARDED, SongState.GONE])
def test_a_song_of_which_nothing_is_left_is_told_to_be_lost(state: SongState, station: Station) -> None:
    code = station.store("Lost")
    station.tx.songs.write_state(code, state)
    why = station.refuse(RequestSong(song=code.upper()), BOB)
    assert isinstance(why, SongLost) and why.song.state is state
    assert isinstance(station.refuse(RequestSong(song="lost"), BOB), NoSuchSong)


def test_a_comparison_is_nothing_to_request(station: Station) -> None:
    code = station.ask(CompareSongs(first="one", second="two"), ANN).song
    assert station.refuse(RequestSong(song=code), BOB).__class__.__name__ == "IsComparison"


@pytest.mark.parametrize("words", ["", "  ", "no such song", "%", "🎵" * 300])
def test_words_that_name_no_song_are_refused(words: str, station: Station) -> None:
    assert isinstance(station.refuse(RequestSong(song=words), BOB), NoSuchSong)
