"""A database in memory, and the commands over it without threads or a reactor."""

from collections.abc import Iterator
from random import Random

import pytest
from peewee import SqliteDatabase
from playhouse.migrations import Runner

from bot.commands import BY_NAME, TABLE, grammar
from bot.commands.table import Desk, fit
from bot.database.models import MODELS
from bot.database.store import MIGRATIONS
from bot.effects import Outcome
from bot.request import Request, Right
from bot.songs import programme
from bot.view import StationView
from common.jobs import Begun, Done
from common.types import SongCode


@pytest.fixture(scope="session")
def migrated() -> Iterator[SqliteDatabase]:
    """An empty database of the newest version, to copy: the migrations take 20 ms."""
    memory = SqliteDatabase(":memory:")
    memory.connect()
    Runner(memory, directory=str(MIGRATIONS)).up()
    yield memory
    memory.close()


@pytest.fixture
def database(migrated: SqliteDatabase) -> Iterator[SqliteDatabase]:
    memory = SqliteDatabase(":memory:", pragmas={"foreign_keys": 1})
    with memory.bind_ctx(MODELS):
        memory.connect()
        migrated.connection().backup(memory.connection())
        yield memory
    memory.close()


class Bench:
    """Says lines to the commands, and plays the worker's part; `now` moves by a second with each."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.chance = Random(1)
        self.view = StationView(connected=True)

    def say(self, line: str, right: Right = Right.OWNER) -> Outcome:
        self.now += 1
        request = Request(line, "ann", "console", right)
        parsed = grammar.parse(line)
        command = BY_NAME[parsed.command]
        return command.run(fit(command, parsed, request), Desk(self.now, self.chance, self.view, TABLE))

    def begun(self, job: int, title: str = "Blue Lantern") -> None:
        self.now += 1
        taken = programme.take_job()
        assert taken is not None
        assert taken[0] == job
        programme.begun(job, Begun(title, "The Robots", 90.0), self.now)

    def done(self, job: int, code: str, title: str = "Blue Lantern") -> None:
        self.now += 1
        programme.done(job, made(code, title), self.now)

    def stored(self, title: str) -> str:
        """A song that is in the library and was never on the air."""
        self.now += 1
        job, code = programme.order_song(
            generator="band", seed=1, parameters={}, who="ann", where="console", cut=True, now=self.now,
            chance=self.chance,
        )  # fmt: skip
        programme.take_job()
        programme.done(job, made(code, title), self.now)
        return code


def made(code: str, title: str) -> Done:
    return Done(
        song=SongCode(code), title=title, artist="The Robots", seconds=90.0, generator="band", seed=1, parameters={},
        loudness=-16.2, peak=-1.5, making=2.0, files={"audio": "song.flac"},
    )  # fmt: skip


@pytest.fixture
def bench(database: SqliteDatabase) -> Bench:
    return Bench()
