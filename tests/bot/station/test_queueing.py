"""The requests about the queue."""

import msgspec
import pytest

from bandstand.bot.station import queueing
from bandstand.bot.station.scheduling import sort_queue
from bandstand.common.api.events import QueueChanged, SongsRemoved
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.api.refusals import (
    AmbiguousSong,
    NotInQueue,
    NotYours,
    QueuedAlready,
    Refused,
    TooManyQueued,
)
from bandstand.common.api.requests import (
    ClearQueue,
    Enqueue,
    Generate,
    GetQueue,
    ListHistory,
    ListNames,
    MoveInQueue,
    Play,
    RemoveFromQueue,
    Stop,
)
from bandstand.common.api.values import EndReason
from tests.bot.station.conftest import ANN, LENGTH, Station, make_person


def make_listener(name: str) -> Requester:
    place = Place("irc", f"libera #radio {name} {name}")
    return msgspec.structs.replace(make_person(name, Right.LISTENER), place=place)


BOB, CY = make_listener("bob"), make_listener("cy")
DJ = make_person("dee", Right.DJ)


def fill(station: Station, *titles: str, by: Requester = BOB) -> None:
    """Of these songs the first is on the air, the others wait."""
    for title in titles:
        station.store(title)
        put_last(station, title, by)


def put_last(station: Station, title: str, by: Requester = BOB) -> None:
    """At the end of the queue, with no rule of requests."""
    station.pass_time()
    queueing.enqueue(Enqueue(song=title), by, station.tx)


def get_waits(station: Station) -> list[float | None]:
    return [one.heard_in for one in station.ask(GetQueue()).songs]


# What is there


def test_two_queued_songs_follow_each_other(station: Station) -> None:
    for title in ("One", "Two"):
        station.store(title)
    assert station.ask(Enqueue(song="one")).position == 0
    assert station.ask(Enqueue(song="two")).position == 1
    assert (station.air, station.queue) == ("One", ["Two"])
    station.end(station.get_air().id)
    assert (station.air, station.queue) == ("Two", [])


def test_the_queue_is_shown_with_what_is_on_the_air_and_who_asked(station: Station) -> None:
    assert station.ask(GetQueue()).on_air is None
    for title in ("One", "Two", "Three"):
        station.store(title)
        station.ask(Enqueue(song=title), make_person("bob"))
    shown = station.ask(GetQueue())
    assert shown.on_air.song.title == "One"
    assert [(one.song.title, one.name) for one in shown.songs] == [("Two", "bob"), ("Three", "bob")]


def test_a_person_has_only_so_many_songs_in_the_queue(station: Station) -> None:
    station.tx.rules = msgspec.structs.replace(station.tx.rules, queued_songs=1)
    ann, bob = make_person("ann"), make_person("bob")
    station.store("One")
    station.ask(Enqueue(song="one"), ann)  # which is on the air at once
    station.ask(Enqueue(song="one"), ann)
    assert isinstance(station.refuse(Enqueue(song="one"), ann), TooManyQueued)
    station.ask(Enqueue(song="one"), bob)
    station.ask(Enqueue(song="one"), make_person("ann", Right.ADMIN))


def test_the_queue_says_when_each_song_will_be_heard(station: Station) -> None:
    fill(station, "One", "Two", "Three")
    station.listen(20.0)
    assert get_waits(station) == [LENGTH - 20.0, 2 * LENGTH - 20.0]
    assert station.ask(GetQueue()).on_air.heard_in == 0.0
    station.store("Four")
    assert station.ask(Enqueue(song="four", crossfade=4)).heard_in == 3 * LENGTH - 24.0


def test_a_crossfade_brings_what_follows_nearer(station: Station) -> None:
    station.tx.rules = msgspec.structs.replace(station.tx.rules, crossfade=2.0)
    fill(station, "One", "Two", "Three")
    station.listen(20.0)
    assert get_waits(station) == [LENGTH - 22.0, 2 * LENGTH - 24.0]


def test_what_goes_on_after_an_interruption_is_only_as_long_as_its_rest(station: Station) -> None:
    fill(station, "One", "Two")
    station.listen(20.0)
    station.store("Jingle")
    station.ask(Play(song="jingle", resumes=True))
    station.listen(10.0)
    assert get_waits(station) == [LENGTH - 10.0, LENGTH - 10.0 + LENGTH - 20.0]


def test_nobody_knows_when_what_follows_a_song_without_a_length_will_be_heard(station: Station) -> None:
    fill(station, "One")
    station.listen(20.0)
    station.ask(Generate(cuts_in=False))
    fill(station, "Two")
    assert get_waits(station) == [LENGTH - 20.0, None]


def test_while_nothing_plays_nobody_knows_when_a_song_will_be_heard(station: Station) -> None:
    fill(station, "One", "Two")
    station.listen(20.0)
    station.lose_streamer()
    assert get_waits(station) == [None]
    station.listen(20.0)
    station.ask(Stop())
    assert get_waits(station) == [None]


def test_what_is_made_for_an_empty_station_is_heard_as_soon_as_it_can_be(station: Station) -> None:
    station.ask(Generate(cuts_in=False))
    assert get_waits(station) == [0.0]


# The same twice


def test_nobody_queues_the_same_song_twice_in_a_row(station: Station) -> None:
    fill(station, "One", "Two")
    two = station.ask(GetQueue()).songs[0].song
    with pytest.raises(Refused) as refused:
        put_last(station, "two", BOB)
    assert refused.value.why == QueuedAlready(two, 1)
    assert station.queue == ["Two"]


def test_somebody_else_may_queue_it_too_and_so_may_they_with_another_song_between(station: Station) -> None:
    fill(station, "One", "Two")
    put_last(station, "two", CY)
    put_last(station, "one", BOB)
    put_last(station, "two", BOB)
    assert station.queue == ["Two", "Two", "One", "Two"]


def test_a_song_that_is_to_go_on_is_no_song_that_was_queued(station: Station) -> None:
    fill(station, "One")
    station.listen(20.0)
    station.store("Jingle")
    station.ask(Play(song="jingle", resumes=True))
    put_last(station, "one", BOB)
    assert station.queue == ["One", "One"]


# Taking out


@pytest.mark.parametrize("which", ["2", "three", "THREE LIVES", "lives"])
def test_ones_own_song_is_removed_by_its_number_or_by_its_words(station: Station, which: str) -> None:
    fill(station, "One", "Two", "Three Lives", "Four")
    assert [song.title for song in station.ask(RemoveFromQueue(which=which), BOB).songs] == ["Three Lives"]
    assert station.queue == ["Two", "Four"]
    assert QueueChanged in station.events


def test_a_song_is_removed_by_its_code_or_its_cue(station: Station) -> None:
    fill(station, "One", "Two", "Three")
    two, three = station.ask(GetQueue()).songs
    station.ask(RemoveFromQueue(which=two.song.code.upper()), BOB)
    station.ask(RemoveFromQueue(cue=three.cue), BOB)
    assert station.queue == []
    assert station.refuse(RemoveFromQueue(cue=three.cue), BOB) == NotInQueue("", 0)


def test_a_number_beyond_the_queue_is_a_title(station: Station) -> None:
    fill(station, "One", "Two", "1999")
    station.ask(RemoveFromQueue(which="1999"), BOB)
    assert station.queue == ["Two"]


def test_without_a_name_it_is_the_last_that_one_asked_for(station: Station) -> None:
    fill(station, "One", "Two", "Three")
    fill(station, "Four", by=CY)
    station.ask(RemoveFromQueue(), BOB)
    assert station.queue == ["Two", "Four"]
    station.ask(RemoveFromQueue(), BOB)
    assert station.refuse(RemoveFromQueue(), BOB) == NotInQueue("", 1)


def test_somebody_elses_song_is_removed_only_by_a_dj_and_its_asker_is_told(station: Station) -> None:
    fill(station, "One", "Two")
    [two] = [one.song for one in station.ask(GetQueue()).songs]
    assert station.refuse(RemoveFromQueue(which="two"), CY) == NotYours(two, "bob")
    station.ask(RemoveFromQueue(which="two"), DJ)
    assert station.get_events(SongsRemoved) == [
        SongsRemoved(songs=(two,), place=BOB.place, by="dee", by_place=DJ.place)
    ]
    assert station.queue == []


def test_of_two_playings_of_a_song_ones_own_is_removed(station: Station) -> None:
    fill(station, "One", "Two")
    put_last(station, "two", CY)
    station.ask(RemoveFromQueue(which="two"), BOB)
    assert [cue.name for cue in station.get_queue()] == ["cy"]


def test_words_that_fit_several_songs_of_the_queue_remove_none(station: Station) -> None:
    fill(station, "One", "Blue Two", "Blue Three")
    assert isinstance(station.refuse(RemoveFromQueue(which="blue"), BOB), AmbiguousSong)
    assert station.refuse(RemoveFromQueue(which="red"), BOB) == NotInQueue("red", 2)
    assert station.refuse(RemoveFromQueue(which="one"), BOB) == NotInQueue("one", 2), "it is on the air"
    assert len(station.queue) == 2


def test_what_was_removed_is_neither_heard_nor_in_the_history(station: Station) -> None:
    fill(station, "One", "Two")
    air, [queued] = station.listen(20.0), station.get_queue()
    station.ask(RemoveFromQueue(), BOB)
    station.end(air.id)
    station.start(queued.id)  # the streamer had begun it by itself
    assert station.air is None
    assert station.get_cue(queued.id).reason is EndReason.REMOVED
    assert [play.title for play in station.ask(ListHistory()).plays] == ["One"]


def test_a_song_that_is_being_made_for_the_queue_is_made_and_kept_though_nobody_hears_it(station: Station) -> None:
    ordered = station.ask(Generate(cuts_in=False), DJ)
    station.ask(RemoveFromQueue(), DJ)
    station.begin(ordered.job)
    station.finish(ordered.job)
    assert (station.air, station.queue) == (None, [])


def test_clear_takes_out_all_that_waits_and_each_asker_is_told_once(station: Station) -> None:
    fill(station, "One", "Two", "Three")
    fill(station, "Four", by=CY)
    assert len(station.ask(ClearQueue(), DJ).songs) == 3
    told = station.get_events(SongsRemoved)
    assert [(event.place, len(event.songs)) for event in told] == [(BOB.place, 2), (CY.place, 1)]
    assert (station.air, station.queue) == ("One", [])
    assert station.ask(ClearQueue(), DJ).songs == ()


# Moving


@pytest.mark.parametrize(
    ("which", "place", "queue"),
    [
        ("4", 1, ["Five", "Two", "Three", "Four"]),
        ("two", 3, ["Three", "Four", "Two", "Five"]),
        ("1", 99, ["Three", "Four", "Five", "Two"]),
        ("3", 3, ["Two", "Three", "Four", "Five"]),
    ],
)
def test_a_song_is_moved_to_a_place(station: Station, which: str, place: int, queue: list[str]) -> None:
    fill(station, "One", "Two", "Three", "Four", "Five")
    moved = station.ask(MoveInQueue(which=which, place=place), DJ)
    assert station.queue == queue
    assert queue[moved.position - 1] == moved.song.title
    assert station.events == [QueueChanged]


def test_what_is_queued_or_goes_on_later_keeps_its_side_of_what_was_moved(station: Station) -> None:
    fill(station, "One", "Two", "Three")
    station.listen(20.0)
    station.ask(MoveInQueue(which="three", place=1), DJ)
    fill(station, "Four")
    station.ask(Play(song="two", resumes=True), DJ)
    assert station.queue == ["One", "Three", "Two", "Four"]


def test_moving_what_is_not_there_moves_nothing(station: Station) -> None:
    fill(station, "One", "Two")
    assert station.refuse(MoveInQueue(which="red", place=1), DJ) == NotInQueue("red", 1)


def test_names_are_offered_of_what_waits(station: Station) -> None:
    fill(station, "One", "Two")
    two = sort_queue(station.tx.queue.list_open())[0].song
    assert station.ask(ListNames(kind="queued"), ANN).names == (two.code, "Two")
