"""The whole station as a person has it: `bandstand up`, commands from a shell, and a listener at its Icecast."""

import array
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any

import pytest

from bandstand.bot.commands import render
from bandstand.bot.commands.reply import Reply
from bandstand.bot.shell import ctl
from tests.integration.streaming import free_port, until
from tests.postgres import ALL_ON_POSTGRES, put_database

BANDSTAND = str(Path(sys.executable).parent / "bandstand")
PATIENCE = 180.0
"""Seconds that a slow machine is given for anything."""
LONGEST = 240
"""Seconds of a song that is composed for a tone."""
RATE = 8000
LOUD, QUIET = 0.01, 0.001
"""Root mean square of a tenth of a second of sound, and of what counts as silence."""
BURST = 2.5
"""Seconds of sound after which a new listener has surely left behind what was on the air before they came: Icecast
gives them the last 1.7 s, and a song that has ended there sounds like the one that is looked for."""
HOLE = 1.0
"""Seconds of silence in a row that a song may have where the machine gave the streamer no processor time..."""
STARVED = r"was not ready: |got no sound from the streamer"
"""... which the log has to own up to."""


def read_words(pid: int) -> list[bytes]:
    """The words that a process was started with; none where it has just ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


class Station:
    """`bandstand up` in a folder of its own, without a terminal; its log is read as it comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.var = folder / "var"
        self.config = folder / "bandstand.toml"
        self.config.write_text(f'[icecast]\nport = {self.port}\n[radio]\nidle = "silence"\n[web]\nenabled = false\n')
        self.executable = BANDSTAND
        self.environment: dict[str, str] | None = None
        """Of its processes; None: that of the tests."""
        self.process: subprocess.Popen[str] | None = None
        self.logged_lines: list[str] = []
        """All that was logged; `lines` has what came since the mark."""
        self.lines: list[str] = []
        self.news = threading.Condition()

    def up(self) -> None:
        self.start()
        self.wait_for(r"/stream\.mp3 is on the air")
        until(self.is_listening, "the bot takes commands")

    def is_listening(self) -> bool:
        """Whether commands reach the bot: the streamer may be there first."""
        try:
            ctl.Station(self.var / "bot.sock").close()
        except ctl.NotRunning:
            return False
        return True

    def give_up_first_song(self) -> None:
        """For a test that does not need the song that a new station makes: ten seconds of processor time less. The mark
        stays where it is."""
        self._control("cancel", "1")

    def select(self, query: str) -> list[Any]:
        """What its database answers to SQL."""
        address = put_database(self.config)
        if address:
            import psycopg

            with psycopg.connect(address) as server:
                return server.execute(query).fetchall()  # type: ignore[arg-type]
        with closing(sqlite3.connect(f"file:{self.var}/bandstand.db?mode=ro", uri=True, timeout=10)) as database:
            return database.execute(query).fetchall()

    def start(self) -> None:
        put_database(self.config)
        self.process = subprocess.Popen(
            [self.executable, "up", "--config", str(self.config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            start_new_session=True,
        )
        assert self.process.stderr is not None
        self.mark()
        threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True).start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            with self.news:
                self.logged_lines.append(line)
                self.lines.append(line)
                self.news.notify_all()

    def mark(self) -> None:
        """What is logged from now on is what `wait_for` looks at; a start and a command mark by themselves."""
        with self.news:
            self.lines.clear()

    def logged(self, pattern: str) -> bool:
        return any(re.search(pattern, line) for line in self.lines)

    def wait_for(self, pattern: str) -> None:
        """Until a record since the mark fits."""
        with self.news:
            if not self.news.wait_for(lambda: self.logged(pattern), PATIENCE):
                pytest.fail(f"{pattern} was never logged; the log says:\n{''.join(self.lines)}")

    def ask(self, *words: str) -> dict[str, Any]:
        """The value of the answer to one command, as `bandstand ctl --json` prints it."""
        self.mark()
        value: dict[str, Any] = json.loads(render.as_json(self._control(*words)))
        return value

    def say(self, *words: str) -> str:
        """The sentence that answers one command through `bandstand ctl`."""
        self.mark()
        _, _, sentence = render.render_text(self._control(*words)).splitlines()[0].partition(" ")
        return sentence

    def _control(self, *words: str) -> Reply:
        """The first answer of `bandstand ctl`, by its own code: to start it anew for each command, and in each step of
        `until`, would cost the machine more than the command does."""
        with closing(ctl.Station(self.var / "bot.sock")) as connection:
            first, *_ = ctl.answer_line(connection, ctl.joined(words))
            return first

    def pids(self) -> list[int]:
        """Every process of this station, by its configuration or folder in its arguments, and those that it started."""
        found, parents = set(), {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes()
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except OSError:
                    continue
                if str(self.folder).encode() in words and not words.startswith(b"ffmpeg"):
                    found.add(int(entry.name))
        while children := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= children
        return sorted(found)

    def pids_of(self, module: str) -> list[int]:
        """The processes that run this Python module: two during a rolling restart."""
        return [pid for pid in self.pids() if module.encode() in read_words(pid)]

    def pid(self, module: str) -> int:
        """The one process that runs this Python module."""
        found = self.pids_of(module)
        assert found, f"no process runs {module}"
        return found[0]

    def tone(self, name: str, seconds: float) -> str:
        """A stored song whose sound is now a plain tone; its code. The song itself is the shortest that there is, or as
        long as the tone: where another song follows, it does so at the end of what the station knows."""
        code: str = self.ask("generate", f"seconds={min(max(20, round(seconds)), LONGEST)}")["song"]
        self.wait_for(rf"\({code}\) is made")
        self.say("skip")
        until(self.is_idle, "its worker has ended, and left the disk")
        sine = f"sine=frequency=440:duration={seconds}:sample_rate=48000"
        target = self.var / "songs" / code / "song.flac"
        command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", sine, "-af", "volume=4", str(target)]
        subprocess.run(command, check=True, timeout=PATIENCE)
        return code

    def is_idle(self) -> bool:
        return any(cell.startswith("0 at work") for row in self._control("status").rows for cell in row)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class Listener:
    """ffmpeg at a mount; `level` is the loudness of the newest tenth of a second that it decoded."""

    def __init__(self, station: Station, mount: str = "/stream.mp3") -> None:
        url = f"http://127.0.0.1:{station.port}{mount}"
        command = ["ffmpeg", "-v", "error", "-fflags", "nobuffer", "-probesize", "4096", "-i", url]
        self.process = subprocess.Popen(
            [*command, "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-flush_packets", "1", "-"], stdout=subprocess.PIPE
        )
        self._station = station

    def level(self) -> float:
        assert self.process.stdout is not None
        data = self.process.stdout.read(RATE // 10 * 2)
        assert data, "the listener was disconnected"
        samples = array.array("h", data)
        return float((sum(s * s for s in samples) / len(samples)) ** 0.5 / 32768)

    def hears(self, sound: bool, seconds: float = 0.5) -> float:
        """Listen until there is sound, or silence, for `seconds` on end; the seconds of stream that it took."""
        run = waited = 0
        deadline = time.monotonic() + PATIENCE
        while run < seconds * 10:
            level = self.level()
            waited += 1
            run = run + 1 if (level > LOUD if sound else level < QUIET) else 0
            assert time.monotonic() < deadline, f"never heard {'sound' if sound else 'silence'}; level {level:.4f}"
        return waited / 10

    def keeps_hearing(self, seconds: float, is_right: Callable[[], bool] | None = None) -> None:
        """Listen for so many seconds of the clock, in which the sound is not interrupted.

        `is_right` listens to a tenth of a second and says whether it is what should be heard; otherwise any sound is.
        """
        is_right = is_right or (lambda: self.level() > QUIET)
        hole, last = 0, time.monotonic() + seconds
        while hole or time.monotonic() < last:
            is_whole = is_right()
            is_owned_up_to = any(re.search(STARVED, line) for line in self._station.logged_lines)
            if hole >= HOLE * 10 or (is_whole and hole and not is_owned_up_to):
                pytest.fail(
                    f"{hole / 10:.1f} s were not as they should be; the log:\n{''.join(self._station.logged_lines)}"
                )
            hole = 0 if is_whole else hole + 1

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def on_air(station: Station) -> Station:
    station.up()
    return station


@pytest.fixture
def listener(on_air: Station) -> Iterator[Listener]:
    made = Listener(on_air)
    try:
        yield made
    finally:
        made.end()


@pytest.mark.parametrize("mount", ["/stream.mp3", "/stream.opus"])
def test_a_new_station_is_heard_before_anybody_asked_and_while_its_song_is_made(on_air: Station, mount: str) -> None:
    until(lambda: on_air.logged(rf"{mount} is on the air"), f"{mount} is on the air")
    listener = Listener(on_air, mount)
    try:
        listener.hears(True)
    finally:
        listener.end()


def test_a_generated_song_is_heard_before_its_worker_has_finished(on_air: Station, listener: Listener) -> None:
    on_air.give_up_first_song()
    listener.hears(False)
    assert on_air.ask("generate", "minutes=3")["job"] == 2
    listener.hears(True)
    assert not on_air.logged("job 2: .* is made"), "the worker had finished before its song was heard"
    on_air.wait_for(r"job 2: .* is made")


def test_a_song_whose_worker_is_killed_is_made_again_and_heard_on(on_air: Station, listener: Listener) -> None:
    """All workers are killed here, the one that waits as well, and early: so there may be a short silence between."""
    on_air.give_up_first_song()
    listener.hears(False)
    song = on_air.ask("generate", "minutes=4")["song"]

    def list_plays() -> list[str]:
        """Why each playing of the song ended, the newest first."""
        return [play["reason"] for play in on_air.ask("history")["plays"] if play["song"] == song]

    listener.hears(True, 0.2)
    until(list_plays, "the bot knows that the song is heard: otherwise it lets it begin anew")
    for pid in on_air.pids_of("bandstand.composer"):
        os.kill(pid, signal.SIGKILL)
    on_air.wait_for("job 2: the worker ended by signal 9 before the song was done; it is made again")
    until(lambda: len(list_plays()) == 2, "the rest of the song", PATIENCE)
    until(lambda: on_air.select("SELECT state FROM job WHERE id = 2") == [("done",)], "the song is made", PATIENCE)
    listener.hears(True, 2.0)
    assert list_plays() == ["", "finished"]


def test_silence_then_a_tone_then_silence_ten_times_and_a_queue_without_a_gap(on_air: Station) -> None:
    on_air.give_up_first_song()
    code, other = on_air.tone("tone", 2.0), on_air.tone("other", 8.0)
    until(lambda: on_air.ask("np")["state"] == "silence", "the songs before are over")
    listener = Listener(on_air)  # not before: what it does not read meanwhile is kept for it, tens of seconds long
    try:
        listener.hears(False, BURST)
        hear_ten_times_and_a_queue(on_air, listener, code, other)
    finally:
        listener.end()


def hear_ten_times_and_a_queue(on_air: Station, listener: Listener, code: str, other: str) -> None:
    for _ in range(10):
        assert on_air.say("play", code).startswith("playing")
        listener.hears(True)
        listener.hears(False)
    on_air.say("queue", other)  # long enough for the next command on a slow machine
    on_air.say("queue", code)
    listener.hears(True)
    assert listener.hears(False) > 9.0, "the second song did not follow the first"
    assert on_air.say("np").startswith("silence")
    played = on_air.ask("history")["plays"]
    assert [one["reason"] for one in played[:12]] == ["finished"] * 12


def test_stop_goes_to_silence_and_resume_goes_on_where_it_was(on_air: Station, listener: Listener) -> None:
    listener.hears(True)
    on_air.say("stop")
    listener.hears(False)
    assert on_air.say("np").startswith("stopped in")
    on_air.say("resume")
    listener.hears(True)
    assert re.search(r", at [0-9]+:[0-9]{2} of ", on_air.say("np"))


def test_what_cannot_be_played_is_told_and_the_stream_goes_on(on_air: Station, listener: Listener) -> None:
    on_air.wait_for(r"job 1: .* is made")
    listener.hears(True)
    code = on_air.ask("songs")["songs"][0]["code"]
    (on_air.var / "songs" / code / "song.flac").write_text("this is no sound\n" * 100)
    command = [BANDSTAND, "ctl", "--config", str(on_air.config), "play", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert "cannot be played" in done.stdout + done.stderr
    assert not on_air.logged("Traceback")
    listener.hears(False)
    for words, said in (
        (["play", "no such song"], 'no song "no such song"'),
        (["frobnicate"], "no command of that name"),
        (["play"], "play SONG"),
        (["cancel", "99"], "no open job 99"),
        (["generate", "tempo=900"], "tempo: 900 is not a number of beats a minute"),
    ):
        assert said in on_air.say(*words)
    on_air.ask("generate")
    listener.hears(True)


def test_the_streamer_killed_is_back_with_the_song(on_air: Station, listener: Listener) -> None:
    on_air.wait_for(r"standby info: /standby/stream\.mp3 is on the air")
    listener.hears(True)
    on_air.mark()
    os.kill(on_air.pid("bandstand.streamer"), signal.SIGKILL)
    on_air.wait_for(r"cue 1 is on the air")
    listener.hears(True)
    assert " at 0:" in on_air.say("np")


def test_the_bot_killed_is_not_noticed_and_a_new_one_takes_over(on_air: Station, listener: Listener) -> None:
    on_air.wait_for(r"job 1: .* is made")
    listener.hears(True)
    streamer = on_air.pid("bandstand.streamer")
    assert on_air.process is not None
    on_air.process.kill()
    on_air.process.wait()
    listener.hears(True)
    on_air.start()
    on_air.wait_for(r"takes commands")
    listener.hears(True)
    assert on_air.pid("bandstand.streamer") == streamer
    assert " at " in on_air.say("np")


def test_a_job_that_the_bot_died_over_is_made_by_the_next_one(station: Station) -> None:
    station.up()
    station.give_up_first_song()
    station.ask("generate", "--queue", "minutes=1")
    assert station.process is not None
    station.process.kill()
    station.process.wait()
    station.start()
    station.wait_for(r"job 2: .* is made")


@pytest.mark.parametrize("how", ["quit", "SIGTERM", "SIGINT"])
def test_the_station_ends_whole_and_begins_again_where_it_was(station: Station, how: str) -> None:
    station.up()
    station.give_up_first_song()
    station.say("play", station.tone("tone", 300.0))
    station.wait_for(r"cue \d is on the air")
    assert station.process is not None
    if how == "quit":
        station.say("quit")
    else:
        station.process.send_signal(getattr(signal, how))
    assert station.process.wait(PATIENCE) == 0
    until(lambda: station.pids() == [], "nothing runs on")
    left = sorted(path.name for path in station.var.rglob("*") if path.is_socket() or path.suffix == ".lock")
    assert left == []
    assert not list((station.var / "spool").iterdir())
    station.up()
    station.wait_for(r"now: |cue \d is on the air")
    assert re.search(r", at [0-9]+:[0-9]{2} of ", station.say("np"))


def test_a_second_station_in_one_folder_is_refused_by_the_first_ones_name(on_air: Station) -> None:
    on_air.give_up_first_song()
    second = subprocess.run(
        [BANDSTAND, "up", "--config", str(on_air.config)], capture_output=True, text=True, timeout=PATIENCE
    )
    assert second.returncode == 1
    assert on_air.process is not None
    assert f"already running in {on_air.var} (process {on_air.process.pid})" in second.stderr
    assert on_air.say("np")


def test_a_taken_port_is_left_to_whoever_has_it(station: Station) -> None:
    with socket.create_server(("127.0.0.1", station.port)):
        station.up()
        station.give_up_first_song()
        mounts = station.ask("status")["station"]["mounts"]
        urls = [mount["url"] for mount in mounts if mount["path"] == "/stream.mp3"]
        assert urls
        assert f":{station.port}/" not in urls[0]


def test_no_process_holds_anothers_epoll_eventfd_socket_or_database(on_air: Station) -> None:
    on_air.give_up_first_song()
    until(lambda: on_air.pids_of("bandstand.composer"), "a worker waits")
    held: dict[int, dict[str, list[str]]] = {}
    for pid in on_air.pids():
        links = []
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            try:
                links.append(str(entry.readlink()))
            except FileNotFoundError:
                continue
        held[pid] = {
            "socket": [link for link in links if link.startswith("socket:")],
            "epoll": [link for link in links if "eventpoll" in link or "eventfd" in link],
            "database": [link for link in links if "bandstand.db" in link],
        }
    assert len(held) >= 4
    sockets = [link for found in held.values() for link in found["socket"]]
    assert len(sockets) == len(set(sockets))
    assert on_air.process is not None
    owners = [pid for pid, found in held.items() if found["database"]]
    assert owners == ([] if ALL_ON_POSTGRES else [on_air.process.pid])
    workers = [pid for pid in held if b"bandstand.composer" in read_words(pid)]
    assert workers
    for pid in workers:
        assert held[pid]["epoll"] == []
        assert len(held[pid]["socket"]) <= 1, "more than the one through which the bot hands it a pipe"
