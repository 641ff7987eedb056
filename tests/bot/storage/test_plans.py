"""The library stays quick when it is large: what is asked is found by an index, in few questions."""

from collections.abc import Callable

import pytest

from bandstand.bot.station.repositories import RatedSection, Transaction
from bandstand.bot.storage.sqlite import SqliteStation
from bandstand.common.api.values import CueState, JobState, Song, SongState
from bandstand.common.types import SongCode
from tests.bot.memory import make_database, make_transaction, trace
from tests.bot.storage.samples import make_cue, make_form, make_job, make_song

BY_INDEX: dict[str, Callable[[Transaction], object]] = {
    "a song": lambda tx: tx.songs.get("7kq3"),
    "a song that is kept": lambda tx: tx.songs.find("7kq3"),
    "a code": lambda tx: tx.songs.has_code("7kq3"),
    "a song with parameters": lambda tx: tx.songs.find_made_with("import", {"file": "a.flac"}),
    "a generator's last song": lambda tx: tx.songs.get_newest("mine"),
    "the last song": lambda tx: tx.songs.get_newest(),
    "the newest songs": lambda tx: tx.songs.list_newest(15),
    "an artist's songs": lambda tx: tx.songs.list_by_artist("The Robots", 15),
    "seconds to the air": lambda tx: tx.songs.get_seconds_to_air("7kq3"),
    "saving a song": lambda tx: tx.songs.save(make_song()),
    "a job": lambda tx: tx.jobs.get(1),
    "a worker's next job": lambda tx: tx.jobs.get_next_waiting(),
    "open jobs": lambda tx: tx.jobs.list_in_state(JobState.WAITING, JobState.RUNNING),
    "the last ended job": lambda tx: tx.jobs.list_ended(1),
    "what was heard lately": lambda tx: tx.queue.list_heard(0.0, 100),
    "the maker of a song": lambda tx: tx.songs.get_generator("7kq3"),
    "the stock": lambda tx: tx.rotation.list_stock(),
    "the length of the station's own songs": lambda tx: tx.rotation.measure_own(),
    "ended jobs": lambda tx: tx.jobs.list_ended(15),
    "open versions": lambda tx: tx.jobs.list_open_versions("mine"),
    "a person's jobs": lambda tx: tx.jobs.count_open("ann"),
    "a cue": lambda tx: tx.queue.get(1),
    "the queue": lambda tx: tx.queue.list_open(),
    "cues of a job": lambda tx: tx.queue.list_of_job(1),
    "rests of a cue": lambda tx: tx.queue.list_rests(1),
    "the play log": lambda tx: tx.queue.list_played(15),
    "the last cue": lambda tx: tx.queue.get_last_ended(),
    "a person's songs in the queue": lambda tx: tx.queue.count_queued("ann"),
    "when a song began last": lambda tx: tx.queue.get_last_started("7kq3"),
    "a song's last request": lambda tx: tx.requests.get_last_of_song("7kq3"),
    "the last request of a name": lambda tx: tx.requests.get_last_of_name("ann"),
    "a person's last request": lambda tx: tx.requests.get_last_of_person("ann"),
    "the last request": lambda tx: tx.requests.get_last(),
    "a form": lambda tx: tx.bands.get_form(1),
    "songs of forms": lambda tx: tx.bands.count_songs([1, 2]),
    "a song's rating": lambda tx: tx.ratings.get_mean("7kq3"),
    "rating a section": lambda tx: tx.ratings.put(RatedSection(SongCode("7kq3"), 0, 1.0), "ann", 1.0),
    "a form's rating": lambda tx: tx.ratings.get_mean_of_form(1),
    "people who like a song": lambda tx: tx.favourites.list_fans("7kq3"),
    "how many like a song": lambda tx: tx.favourites.count("7kq3"),
    "somebody's favourites": lambda tx: tx.favourites.list_of(["ann"], 100),
    "how many favourites somebody has": lambda tx: tx.favourites.count_of(["ann"]),
    "people of a name": lambda tx: tx.favourites.find_fans("ann"),
    "votes for skipping": lambda tx: tx.favourites.list_skip_votes(1),
    "bookmarks of a song": lambda tx: tx.bookmarks.list_of_song("7kq3"),
    "a comparison": lambda tx: tx.comparisons.get("7kq3"),
    "the last comparison": lambda tx: tx.comparisons.get_latest(),
    "votes": lambda tx: tx.comparisons.list_votes("7kq3"),
    "a right": lambda tx: tx.people.get_right("ann"),
    "a password": lambda tx: tx.people.get_password("ann"),
}


@pytest.fixture
def database() -> SqliteStation:
    database = make_database()
    tx = make_transaction(database)
    form = tx.bands.add_form(make_form())
    tx.bands.set_form(form.slug, form.id, 1.0)
    tx.songs.add(make_song())
    tx.jobs.add(make_job())
    tx.queue.add(make_cue(state=CueState.OVER, started=1.0, ended=2.0))
    return database


@pytest.mark.parametrize("name", BY_INDEX)
def test_nothing_that_grows_with_the_library_is_read_through(name: str, database: SqliteStation) -> None:
    with trace(database) as asked:
        BY_INDEX[name](make_transaction(database))
    assert asked
    for query in asked:
        if query.startswith("--"):  # what a foreign key does by itself
            continue
        plan = [row[3] for row in database.execute_sql(f"EXPLAIN QUERY PLAN {query}")]
        is_read_through = any(step.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in step for step in plan)
        is_first_few = "LIMIT" in query and "USE TEMP B-TREE FOR ORDER BY" not in plan
        assert is_first_few or not is_read_through, (query, plan)


@pytest.mark.parametrize("name", ["the last ended job", "what was heard lately", "the queue"])
def test_nothing_that_ever_was_is_sorted_for_the_last_few(name: str, database: SqliteStation) -> None:
    with trace(database) as asked:
        BY_INDEX[name](make_transaction(database))
    for query in asked:
        plan = [row[3] for row in database.execute_sql(f"EXPLAIN QUERY PLAN {query}")]
        is_sorted = "USE TEMP B-TREE FOR ORDER BY" in plan
        assert not is_sorted or "'queued'" in query, "of the queue alone, which is short"


@pytest.mark.parametrize(
    "song",
    [
        make_song(f"s{number}", generator=generator, state=state)
        for number, (generator, state) in enumerate([("import", SongState.READY), ("band", SongState.DISCARDED)])
    ],
)
def test_the_stations_own_songs_are_found_whatever_else_there_is(song: Song, database: SqliteStation) -> None:
    """A library of imports, or what was removed to make room, is not looked through: the index has both columns."""
    make_transaction(database).songs.add(song)
    for name in ("the stock", "the length of the station's own songs"):
        with trace(database) as asked:
            BY_INDEX[name](make_transaction(database))
        plan = [row[3] for query in asked for row in database.execute_sql(f"EXPLAIN QUERY PLAN {query}")]
        assert any("song_generator_state_index (generator=? AND state=?)" in step for step in plan)


@pytest.mark.parametrize(
    "ask",
    [
        lambda tx: tx.bands.list_all(),
        lambda tx: tx.bands.count_songs([form.id for form in tx.bands.list_all()]),
        lambda tx: tx.queue.list_open(),
        lambda tx: tx.queue.list_played(50),
        lambda tx: tx.jobs.list_ended(50),
        lambda tx: tx.songs.list_newest(50),
        lambda tx: tx.ratings.list_of_band("gravel-theory"),
    ],
)
def test_a_list_is_one_question_however_long_it_is(ask: Callable[[Transaction], object]) -> None:
    def count_questions(many: int) -> int:
        database = make_database()
        tx = make_transaction(database)
        for number in range(many):
            form = tx.bands.add_form(make_form(slug=f"band-{number}"))
            tx.bands.set_form(form.slug, form.id, 1.0)
            song = make_song(f"s{number}")
            tx.songs.add(song)
            tx.jobs.add(make_job(song.code, state=JobState.DONE))
            tx.queue.add(make_cue(song))
        with trace(database) as asked:
            ask(tx)
        return len(asked)

    assert count_questions(1) == count_questions(12) <= 2
