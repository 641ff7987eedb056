"""The programme: it plays on where nobody has asked for anything, behind what people order, and says why."""

import msgspec
import pytest

from bandstand.bot.station import filling, ordering, programme
from bandstand.bot.station.filling import RETRY
from bandstand.bot.station.planning import PLANNED, find_position, read_ground
from bandstand.bot.station.programme import WORKING
from bandstand.bot.station.rotation import find_broken
from bandstand.common.api import refusals, requests
from bandstand.common.api.events import JobOrdered, QueueChanged, SongDiscarded
from bandstand.common.api.people import STATION
from bandstand.common.api.values import Distance, EndReason, JobState, QuietReason, SongState, Source
from bandstand.common.generators import FILE, Generator
from tests.bot.station.conftest import ANN, LENGTH, LISTENER, Station

HOUR = 3600.0


@pytest.fixture
def station(station: Station) -> Station:
    station.settle_bands()
    return station


def keep_going(station: Station) -> None:
    station.pass_time()
    programme.keep_going(station.tx)


def compose_stock(station: Station, number: int) -> None:
    """The station composes that many songs by itself and stores them."""
    for index in range(number):
        programme.compose_ahead(station.tx)
        job = station.claim()
        station.finish(job, f"Stock {index}", artist=f"Band {index}")


def planned_titles(station: Station) -> list[str]:
    return [cue.song.title for cue in programme.list_planned(station.tx)]


def test_with_nothing_in_the_library_a_song_is_composed_for_the_moment(station: Station) -> None:
    keep_going(station)
    (job,) = station.get_events(JobOrdered)
    cue = station.get_queue()[0]
    assert cue.choice is not None and cue.choice.source is Source.COMPOSED
    assert station.air is None
    station.begin(job.job, "For Now")
    assert station.air == "For Now"


def test_only_one_song_is_composed_for_the_moment_at_a_time(station: Station) -> None:
    keep_going(station)
    keep_going(station)
    assert len(station.get_queue()) == 1


def test_while_a_band_s_first_song_is_on_its_way_no_other_is_composed_beside_it(station: Station) -> None:
    ordering.order_first_song(station.tx)
    keep_going(station)
    assert len(station.tx.jobs.list_in_state(JobState.WAITING)) == 1
    station.fail(station.claim())
    station.pass_time(filling.RETRY)
    keep_going(station)
    assert len(station.get_queue()) == 1


def test_behind_a_song_that_lasts_a_while_a_song_of_the_stock_is_waited_for(station: Station) -> None:
    keep_going(station)
    air = station.claim()
    station.begin(air)
    station.finish(air)
    station.listen(0.0)
    keep_going(station)
    assert station.get_queue() == []
    assert len(station.tx.jobs.list_in_state(JobState.WAITING)) == 1
    station.set_position(LENGTH - 20.0)
    keep_going(station)
    assert len(station.get_queue()) == 1, "there is no time for the stock any more"


def test_what_left_the_plan_unheard_is_still_fresh_and_makes_no_room(station: Station) -> None:
    compose_stock(station, 3)
    keep_going(station)
    keep_going(station)
    planned = {cue.song.code for cue in programme.list_planned(station.tx)}
    assert planned
    station.tx.rules = msgspec.structs.replace(station.tx.rules, kept=0.0)
    station.ask(requests.SwitchRadio(is_on=False))
    assert planned <= {one.song.code for one in station.tx.rotation.list_stock()}
    assert not planned & {one.code for one in station.tx.rotation.list_discardable(9)}


def test_four_entries_are_planned_and_the_first_is_on_the_air(station: Station) -> None:
    compose_stock(station, 6)
    keep_going(station)
    assert station.air is not None
    keep_going(station)
    assert len(planned_titles(station)) == PLANNED
    assert len({station.air, *planned_titles(station)}) == PLANNED + 1, "no song is planned twice"


def test_what_was_just_heard_is_not_planned_again_while_something_new_is_composed(station: Station) -> None:
    compose_stock(station, 2)
    keep_going(station)
    first = station.get_air()
    station.start(first.id)
    station.end(first.id)
    keep_going(station)
    assert planned_titles(station) == []
    compose_stock(station, 1)
    keep_going(station)
    assert len(planned_titles(station)) == 1 and first.song.title not in planned_titles(station)


def test_what_is_planned_already_is_left_as_it_is(station: Station) -> None:
    compose_stock(station, 8)
    keep_going(station)
    keep_going(station)
    before = planned_titles(station)
    station.tx.events.clear()
    keep_going(station)
    assert planned_titles(station) == before
    assert QueueChanged not in station.events


def test_what_somebody_asks_for_comes_before_the_plan_and_in_the_order_of_asking(station: Station) -> None:
    compose_stock(station, 8)
    for title in ("First Wish", "Second Wish"):
        station.store(title)
    keep_going(station)
    keep_going(station)
    planned = planned_titles(station)
    station.ask(requests.Enqueue(song="first wish"))
    station.ask(requests.Enqueue(song="second wish"))
    assert station.queue == ["First Wish", "Second Wish", *planned]
    keep_going(station)
    assert station.queue == ["First Wish", "Second Wish", *planned]


def test_a_song_follows_the_one_that_ends(station: Station) -> None:
    compose_stock(station, 12)
    keep_going(station)
    for _ in range(5):
        cue = station.get_air()
        station.start(cue.id)
        station.end(cue.id)
        keep_going(station)
        assert station.get_air().id != cue.id
        assert len(programme.list_planned(station.tx)) == PLANNED


def test_a_song_that_was_heard_comes_again_when_there_is_nothing_fresh_and_the_rule_that_it_breaks_is_kept(
    station: Station,
) -> None:
    compose_stock(station, 1)
    keep_going(station)
    cue = station.get_air()
    station.start(cue.id)
    station.end(cue.id)
    keep_going(station)
    choice = station.get_air().choice
    assert choice is not None and choice.source is Source.ROTATION
    assert Distance.SONG in choice.relaxed
    assert choice.last_started is not None


def test_users_generators_are_not_in_the_rotation(station: Station) -> None:
    station.declare(mine=Generator(command=["true"]))
    ordered = station.ask(requests.Generate(generator="mine"))
    station.begin(ordered.job, "Mine")
    station.finish(ordered.job, "Mine")
    station.start(station.get_air().id)
    station.end(station.get_air().id)
    station.pass_time(WORKING + 1)
    keep_going(station)
    assert "Mine" not in station.queue and station.air is None


def test_it_is_quiet_for_ten_minutes_after_a_user_s_generator_was_heard(station: Station) -> None:
    compose_stock(station, 6)
    station.declare(mine=Generator(command=["true"]))
    keep_going(station)
    ordered = station.ask(requests.Generate(generator="mine"))
    station.begin(ordered.job, "Mine")
    keep_going(station)
    assert planned_titles(station) == []
    station.start(station.get_air().id)
    station.end(station.get_air().id)
    keep_going(station)
    assert station.air is None
    assert station.ask(requests.ExplainSong()).quiet is QuietReason.PROGRAMMING
    station.pass_time(WORKING)
    keep_going(station)
    assert station.air is not None


def test_a_file_that_was_played_is_no_program_that_somebody_works_on(station: Station) -> None:
    compose_stock(station, 2)
    code = station.store("A File")
    station.tx.songs.save(msgspec.structs.replace(station.get_song(code), generator=FILE))
    station.ask(requests.Play(song="a file"))
    station.start(station.get_air().id)
    station.end(station.get_air().id)
    keep_going(station)
    assert station.air is not None


def test_it_is_quiet_while_a_generator_is_watched(station: Station) -> None:
    compose_stock(station, 6)
    station.declare(mine=Generator(command=["true"]))
    station.ask(requests.WatchGenerator(generator="mine"))
    keep_going(station)
    assert planned_titles(station) == []
    assert station.ask(requests.GetRadio()).quiet is QuietReason.WATCHING


def test_radio_off_withdraws_the_plan_and_lets_the_song_on_the_air_end(station: Station) -> None:
    compose_stock(station, 6)
    keep_going(station)
    cue = station.get_air()
    station.start(cue.id)
    assert station.ask(requests.SwitchRadio(is_on=False)).quiet is QuietReason.OFF
    assert station.get_air().id == cue.id and station.queue == []
    station.end(cue.id)
    keep_going(station)
    assert station.air is None
    assert station.ask(requests.SwitchRadio(is_on=True)).planned > 0
    assert station.air is not None


def test_what_was_switched_counts_more_than_the_configuration(station: Station) -> None:
    station.tx.rules = msgspec.structs.replace(station.tx.rules, plays_on=False)
    compose_stock(station, 2)
    keep_going(station)
    assert station.air is None
    station.ask(requests.SwitchRadio(is_on=True))
    assert station.air is not None


def test_stop_is_silence_until_resume_and_the_plan_stays(station: Station) -> None:
    compose_stock(station, 6)
    keep_going(station)
    keep_going(station)
    planned = planned_titles(station)
    station.ask(requests.Stop())
    keep_going(station)
    assert planned_titles(station) == planned
    assert station.ask(requests.ExplainSong()).quiet is QuietReason.STOPPED


def test_the_stock_is_filled_one_song_at_a_time_up_to_its_length(station: Station) -> None:
    station.tx.rules = msgspec.structs.replace(station.tx.rules, stock=3 * LENGTH)
    for _ in range(3):
        programme.compose_ahead(station.tx)
        programme.compose_ahead(station.tx)
        assert len(station.tx.jobs.list_in_state(JobState.WAITING)) == 1
        station.finish(station.claim())
    station.tx.events.clear()
    programme.compose_ahead(station.tx)
    assert JobOrdered not in station.events
    assert station.ask(requests.GetRadio()).stock_seconds == 3 * LENGTH


def test_the_stock_waits_while_somebody_s_song_is_made(station: Station) -> None:
    station.ask(requests.Generate())
    station.tx.events.clear()
    programme.compose_ahead(station.tx)
    assert JobOrdered not in station.events


def test_after_a_failure_of_its_own_the_station_composes_again_a_minute_later(station: Station) -> None:
    programme.compose_ahead(station.tx)
    station.fail(station.claim(), "the disk is full")
    station.tx.events.clear()
    keep_going(station)
    assert JobOrdered not in station.events
    station.pass_time(RETRY)
    keep_going(station)
    assert JobOrdered in station.events


def test_the_stock_has_songs_of_all_bands(station: Station) -> None:
    slugs = []
    for _ in range(8):
        programme.compose_ahead(station.tx)
        job = station.claim()
        song = station.get_song(station.get_job(job).song)
        form = station.tx.bands.get_form(song.form or 0)
        assert form is not None
        slugs.append(form.slug)
        station.finish(job, artist=form.band.name)
    assert len(set(slugs)) == 8


def test_the_least_liked_and_oldest_songs_of_its_own_make_room(station: Station) -> None:
    compose_stock(station, 4)
    keep_going(station)
    for _ in range(4):
        cue = station.get_air()
        station.start(cue.id)
        station.end(cue.id)
    kept = station.store("Ordered By Ann")
    station.tx.rules = msgspec.structs.replace(station.tx.rules, kept=3 * LENGTH)
    station.tx.events.clear()
    programme.make_room(station.tx)
    (removed,) = station.get_events(SongDiscarded)
    assert station.get_song(removed.song).state is SongState.DISCARDED
    assert station.get_song(kept).state is SongState.READY
    assert removed.song not in [song.code for song in station.tx.songs.list_newest(10)]
    assert station.tx.songs.list_discarded() == [removed.song]


def test_a_favourite_of_somebody_s_never_makes_room(station: Station) -> None:
    compose_stock(station, 3)
    keep_going(station)
    for _ in range(3):
        cue = station.get_air()
        station.ask(requests.AddFavourite(), LISTENER)
        station.start(cue.id)
        station.end(cue.id)
    liked = [cue.song.code for cue in station.tx.queue.list_played(9)]
    station.ask(requests.RemoveFavourite(song=liked[0]), LISTENER)
    station.tx.rules = msgspec.structs.replace(station.tx.rules, kept=0.0)
    station.tx.events.clear()
    programme.make_room(station.tx)
    assert [event.song for event in station.get_events(SongDiscarded)] == liked[:1]


def test_why_says_who_asked_or_what_the_programme_chose(station: Station) -> None:
    assert station.ask(requests.ExplainSong()).song is None
    station.store("Ordered")
    station.ask(requests.Play(song="ordered"))
    explained = station.ask(requests.ExplainSong())
    assert explained.name == ANN.name and explained.choice is None
    compose_stock(station, 1)
    station.start(station.get_air().id)
    station.end(station.get_air().id, EndReason.FINISHED)
    keep_going(station)
    explained = station.ask(requests.ExplainSong())
    assert explained.choice is not None and explained.choice.source in (Source.STOCK, Source.ROTATION)
    assert station.get_air().place == STATION


def test_why_says_why_a_song_is_in_the_queue(station: Station) -> None:
    compose_stock(station, 3)
    keep_going(station)
    station.ask(requests.Enqueue(song=station.store("Ordered")))
    ordered = station.ask(requests.ExplainSong(which="ordered"))
    assert (ordered.name, ordered.choice, ordered.position) == (ANN.name, None, 1)
    planned = station.ask(requests.ExplainSong(which="2"))
    assert planned.choice is not None and planned.position == 2
    assert isinstance(station.refuse(requests.ExplainSong(which="nothing")), refusals.NotInQueue)


@pytest.mark.parametrize("hours", [1, pytest.param(24, marks=pytest.mark.slow)])
def test_a_day_without_a_person_has_no_dead_air_and_breaks_no_rule_without_a_word(station: Station, hours: int) -> None:
    """The streamer and the workers are simulated: a song is composed in a tenth of its length."""
    tx = station.tx
    keep_going(station)
    ends = tx.now + hours * HOUR
    silent = 0.0
    while tx.now < ends:
        programme.keep_going(tx)
        while (job := next(iter(tx.jobs.list_in_state(JobState.WAITING)), None)) is not None:
            song = station.get_song(job.song)
            form = tx.bands.get_form(song.form or 0)
            assert form is not None
            station.claim()
            tx.now += LENGTH / 10
            station.finish(job.id, f"Song {job.id}", artist=form.band.name)
            programme.keep_going(tx)
            if station.air is not None:
                break
        if station.air is None:
            silent += 1
            tx.now += 1
            continue
        cue = station.get_air()
        history = find_position(tx, [], read_ground(tx)).heard
        assert cue.choice is not None
        broken = find_broken(cue.song, [one for one in history if one.started < tx.now], tx.now)
        assert broken <= set(cue.choice.relaxed), "a rule was broken without a word"
        station.start(cue.id)
        tx.now += LENGTH
        station.end(cue.id)
    assert silent < 15
