"""The library stays quick when it is large: what is asked is found by an index, and in few questions."""

from collections.abc import Callable, Iterator
from random import Random

import pytest
from peewee import SqliteDatabase

from bot.database.models import Song
from bot.songs import bands, library, programme
from common.lineups import HOUSE

CHANCE = Random(1)
BY_INDEX: dict[str, Callable[[], object]] = {
    "slots": library.slots,
    "history": lambda: library.history(15),
    "jobs": lambda: library.jobs(15),
    "open jobs": library.open_jobs,
    "a person's jobs": lambda: library.open_jobs_of("ann"),
    "a person's songs in the queue": lambda: library.queued_by("ann"),
    "a song by its code": lambda: Song.get_or_none(Song.code == "7kq3"),
    "a generator's last song": lambda: library.newest_of("mine"),
    "songs of a band": lambda: bands.songs([bands.BandView("rock", 1, 1, 0.0, HOUSE["gravel-theory"])]),
    "a worker's next job": programme.take_job,
}


@pytest.fixture
def asked(database: SqliteDatabase, bench) -> Iterator[list[str]]:
    """Every statement that is given to SQLite."""
    bands.settle(0.0)
    bench.stored("Blue Lantern")
    statements: list[str] = []
    database.connection().set_trace_callback(statements.append)
    yield statements
    database.connection().set_trace_callback(None)


@pytest.mark.parametrize("name", BY_INDEX)
def test_nothing_that_grows_with_the_library_is_read_through(name: str, asked: list[str], database) -> None:
    BY_INDEX[name]()
    assert asked
    for query in list(asked):
        plan = [row[3] for row in database.execute_sql(f"EXPLAIN QUERY PLAN {query}")]
        read_through = any(step.startswith("SCAN") for step in plan)
        first_few = "LIMIT" in query and "USE TEMP B-TREE FOR ORDER BY" not in plan
        assert first_few or not read_through, (query, plan)


def test_a_take_needs_no_more_questions_the_more_bands_there_are(asked: list[str]) -> None:
    bands.take("", 0.0, CHANCE)
    few = len(asked)
    for _ in range(20):
        bands.new("rock", 0.0, CHANCE)
    asked.clear()
    bands.take("", 0.0, CHANCE)
    assert len(asked) == few


@pytest.mark.parametrize("words", ["blue lantern", "LANTERN", "Straße", "strasse", "ÉTÉ d'azur"])
def test_a_song_is_found_by_its_words_in_any_case(words: str, asked: list[str], bench) -> None:
    bench.stored("Die Straße")
    bench.stored("Été d'Azur")
    assert library.find(words).title
