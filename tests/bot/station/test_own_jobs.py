"""What the station makes by itself: few songs at a time, the next one first, and nothing beside what is heard."""

from bandstand.bot.station import making, own_jobs
from bandstand.bot.station.filling import ITSELF
from bandstand.bot.station.on_air import line_up
from bandstand.bot.station.ordering import Order, order_song
from bandstand.common.api.people import STATION
from bandstand.common.api.requests import Generate
from bandstand.common.api.values import Choice, JobState, Source
from bandstand.common.generators import IDENT
from tests.bot.station.conftest import ANN, Station


def order(station: Station, generator: str = "band", *, is_queued: bool = False) -> int:
    """A song that the programme orders."""
    station.pass_time()
    job = order_song(station.tx, Order(generator, ITSELF, {}, is_played=False))
    if is_queued:
        song = station.tx.songs.get(job.song).brief
        line_up(station.tx, song, ITSELF, job.id, choice=Choice(source=Source.COMPOSED))
    return job.id


def claim(station: Station) -> int | None:
    claimed = making.claim_job(station.tx)
    return claimed.job.id if claimed else None


def test_two_of_the_programme_s_songs_are_made_at_a_time(station: Station) -> None:
    first, second, third = (order(station) for _ in range(3))
    assert [claim(station), claim(station), claim(station)] == [first, second, None]
    station.finish(first)
    assert claim(station) == third


def test_the_next_entry_people_s_songs_and_what_comes_between_songs_wait_for_none(station: Station) -> None:
    running = [order(station), order(station)]
    assert [claim(station), claim(station)] == running
    order(station)
    following = order(station, is_queued=True)
    ident = order(station, IDENT)
    theirs = station.ask(Generate(), ANN).job
    assert [claim(station), claim(station), claim(station), claim(station)] == [following, ident, theirs, None]


def test_what_nobody_waits_for_is_given_up_while_the_song_on_the_air_is_being_made(station: Station) -> None:
    heard, stray = order(station, is_queued=True), order(station)
    station.begin(stray)
    station.begin(heard)
    station.listen(1.0)
    assert station.get_air().job == heard
    own_jobs.give_up_strays(station.tx)
    assert station.get_job(stray).state is JobState.CANCELLED
    assert station.get_job(heard).state is JobState.RUNNING


def test_it_is_finished_for_the_stock_where_it_hinders_nobody(station: Station) -> None:
    heard, stray = order(station, is_queued=True), order(station)
    station.begin(stray)
    station.begin(heard)
    station.listen(1.0)
    station.finish(heard)
    own_jobs.give_up_strays(station.tx)
    assert station.get_job(stray).state is JobState.RUNNING
    following = order(station, is_queued=True)
    own_jobs.give_up_strays(station.tx)
    assert station.get_job(stray).state is JobState.RUNNING, "the next song has time yet"
    station.set_position(60.0)
    own_jobs.give_up_strays(station.tx)
    assert station.get_job(stray).state is JobState.CANCELLED
    assert station.get_job(following).place == STATION
