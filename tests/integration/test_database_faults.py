"""A database that takes nothing for a while, under a whole station: nothing that was promised is lost, everybody gets a
plain sentence, and the music goes on by itself."""

import os
import re
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from bandstand.bot.commands.reply import Reply
from bandstand.bot.shell.ctl import Station as Control
from bandstand.common.types import RATE
from tests.integration.streaming import until
from tests.integration.test_station import BURST, PATIENCE, Listener, Station
from tests.postgres import ALL_ON_POSTGRES

pytestmark = pytest.mark.skipif(ALL_ON_POSTGRES, reason="about the file of SQLite")

SECONDS = 8.0
"""Of the two songs that are played again and again: longer than it may take until a write fails, which waits for those
before it."""
NOTHING_HEARD = "no song has been heard long enough yet; try again in a few seconds"
DISK = "400m"
"""Room for the songs that are made before it is filled."""


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def small_disk(station: Station) -> Iterator[Path]:
    """A disk of its own under the station's directory."""
    station.var.mkdir(mode=0o755)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "tmpfs", str(station.var)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield station.var
    finally:
        station.end()
        subprocess.run(["umount", "-l", str(station.var)], check=True)


class People(threading.Thread):
    """Order a song and rate the one they hear, one after the other, until they are told to leave."""

    def __init__(self, station: Station, songs: list[str]) -> None:
        super().__init__(daemon=True)
        self.answers: list[tuple[str, Reply]] = []
        self.deaf_to: list[str] = []
        """What was refused because nothing was heard, while something was."""
        self._station = station
        self._lines = cycle(["queue", "rate 4", "queue", "mark well played"])
        self._songs = cycle(songs)
        self._song = next(self._songs)
        self._must_leave = threading.Event()

    def run(self) -> None:
        with closing(Control(self._station.var / "bot.sock")) as control:

            def ask(line: str) -> Reply:
                return next(control.ask(line, wait=False))

            while not self._must_leave.wait(0.5):
                line = next(self._lines)
                was_playing = ask("np").value["state"] == "playing"
                reply = ask(f"queue {self._song}" if line == "queue" else line)
                self.answers.append((line, reply))
                if line == "queue" and reply.is_good:  # nobody may queue the same song twice in a row
                    self._song = next(self._songs)
                if NOTHING_HEARD in reply.summary and was_playing and ask("np").value["state"] == "playing":
                    self.deaf_to.append(line)

    def leave(self) -> None:
        self._must_leave.set()
        self.join(PATIENCE)

    def count(self, word: str) -> int:
        """How many commands that begin with this word were answered with ok."""
        return sum(line.startswith(word) and reply.is_good for line, reply in self.answers)

    def list_refusals(self) -> list[str]:
        return [reply.summary for _, reply in self.answers if not reply.is_good]


@contextmanager
def locked(station: Station) -> Iterator[None]:
    """Another program holds the database."""
    with closing(sqlite3.connect(station.var / "bandstand.db", isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Nothing more can be written to this disk, nor into room that the database's journal has from before."""
    with closing(sqlite3.connect(disk / "bandstand.db", isolation_level=None, timeout=10)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    filler.unlink()


def count_starts(station: Station) -> int:
    """How many songs the streamer has begun."""
    return count_logged(station, r"streamer info: cue \d+ is on the air")


def count_logged(station: Station, pattern: str) -> int:
    return sum(bool(re.search(pattern, line)) for line in list(station.lines))


def ask(station: Station, line: str) -> Reply:
    """The answer to one line, on a connection of its own; the log is kept."""
    with closing(Control(station.var / "bot.sock")) as control:
        return next(control.ask(line, wait=False))


def check_that_nothing_is_lost(station: Station, trouble: Callable[[], Any], sentence: str) -> None:
    station.up()
    station.give_up_first_song()
    songs = [station.tone("tone", SECONDS), station.tone("other", SECONDS)]
    first = station.select("SELECT MAX(id) FROM cue")[0][0] + 1
    people = People(station, [songs[1], songs[0]])
    for line in (f"play {songs[0]}", f"queue {songs[1]}", f"queue {songs[0]}"):
        assert ask(station, line).is_good
    until(lambda: station.select(f"SELECT * FROM cue WHERE id = {first} AND started IS NOT NULL"), "the song")
    until(lambda: count_logged(station, rf"streamer info: cue {first} is on the air"), "its line in the log")
    began = count_starts(station)
    with trouble():
        people.start()
        until(lambda: count_starts(station) == began + 2, "the third song, of which the database knows nothing")
        assert station.select(f"SELECT state FROM cue WHERE id >= {first + 1}")[:2] == [("queued",)] * 2
        status = ask(station, "status")
        assert "not wholly on the air" in status.summary
        assert ["database", f"takes nothing: {sentence}"] in [list(row[:2]) for row in status.rows]
    until(lambda: people.answers and people.answers[-1][1].is_good, "commands are carried out again")
    assert "is on the air" in ask(station, "status").summary
    people.leave()
    until(lambda: not station.select("SELECT * FROM cue WHERE state != 'over'"), "all is played", PATIENCE)

    refusals = people.list_refusals()
    assert refusals, "no command came while the database took nothing"
    assert any(sentence in refusal for refusal in refusals)
    assert [one for one in refusals if sentence not in one and NOTHING_HEARD not in one] == []
    assert people.deaf_to == [], "only before a song has begun there is nothing to rate"
    log = station.select(f"SELECT reason, frames, started, ended FROM cue WHERE id >= {first} ORDER BY id")
    assert len(log) == 3 + people.count("queue")
    assert {row[:2] for row in log} == {("finished", round(SECONDS * RATE))}
    for _, _, started, ended in log:
        assert abs(ended - started - SECONDS) < 0.5
    times = [time for _, _, started, ended in log for time in (started, ended)]
    assert times == sorted(times)
    assert len(station.select("SELECT * FROM rating")) == min(1, people.count("rate"))
    assert len(station.select("SELECT * FROM bookmark")) == people.count("mark")
    assert not station.logged("Traceback")
    assert count_logged(station, "nothing can be written down") == 1
    assert count_logged(station, "the database takes everything again") == 1


def test_a_database_that_another_program_holds_loses_nothing_and_the_music_goes_on(station: Station) -> None:
    sentence = "the database is in use by another program; try again in a moment"
    check_that_nothing_is_lost(station, lambda: locked(station), sentence)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk")
def test_a_disk_that_is_full_for_a_while_loses_nothing_and_the_music_goes_on(
    station: Station, small_disk: Path
) -> None:
    sentence = "the disk is full; free some space and try again"
    check_that_nothing_is_lost(station, lambda: full(small_disk), sentence)


# In the middle of a song, of a job and of a vote

MIDDLE = 8.0
"""Seconds for which the database takes nothing while one song is on the air and another is being made."""


def check_that_the_middle_goes_on(station: Station, trouble: Callable[[], Any], sentence: str) -> None:
    station.up()
    station.give_up_first_song()
    tone = station.tone("tone", 240.0)
    assert ask(station, f"play {tone}").is_good
    listener = Listener(station)
    try:
        listener.hears(True, BURST)
        first = station.select("SELECT MAX(id) FROM cue")[0][0]
        job = ask(station, "generate minutes=1 queue=true").value["job"]
        with trouble():
            vote = ask(station, "rate 3")
            listener.keeps_hearing(MIDDLE)
        until(lambda: ask(station, "rate 4").is_good, "a vote is taken", PATIENCE)
        until(lambda: station.select(f"SELECT state FROM job WHERE id = {job}") == [("done",)], "the job", PATIENCE)
        listener.keeps_hearing(0.1)
    finally:
        listener.end()
    assert vote.is_good or sentence in vote.summary or NOTHING_HEARD in vote.summary
    assert station.select(f"SELECT state FROM cue WHERE id >= {first} ORDER BY id") == [("air",), ("queued",)]
    assert len(station.select("SELECT * FROM rating")) == 1
    assert not station.logged("Traceback")
    told = count_logged(station, "nothing can be written down")
    assert told <= 1 and count_logged(station, "the database takes everything again") == told


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk")
def test_a_job_that_a_full_disk_stops_is_made_when_there_is_room(station: Station, small_disk: Path) -> None:
    station.up()
    station.give_up_first_song()
    job = ask(station, "generate minutes=3 queue=true").value["job"]
    until(lambda: station.select(f"SELECT state FROM job WHERE id = {job}") == [("running",)], "the job", PATIENCE)
    with full(small_disk):
        until(lambda: count_logged(station, rf"job {job} waits: .*the disk is full"), "the job waits", PATIENCE)
        threading.Event().wait(3)
    until(lambda: station.select(f"SELECT state FROM job WHERE id = {job}") == [("done",)], "the job", PATIENCE)
    assert count_logged(station, "there is no room for songs on the disk") == 1
    assert count_logged(station, "there is room for songs on the disk again") == 1
    assert count_logged(station, "the programme could not be planned") <= 1
    assert not station.logged("Traceback")


@pytest.mark.slow
def test_a_locked_database_in_the_middle_of_a_song_and_of_a_job_interrupts_neither(station: Station) -> None:
    sentence = "the database is in use by another program; try again in a moment"
    check_that_the_middle_goes_on(station, lambda: locked(station), sentence)
