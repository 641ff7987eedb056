"""An evening of a station on several machines, in which its parts are killed: what was promised, and what is heard.

    python bench/outages.py [--minutes 10] [--songs 120] [--only WORDS ...] [--log FILE]

Starts, on loopback: a PostgreSQL that writes through to the disk, a Dask scheduler with two machines of the farm, a
whole station with its own Icecast, and two relays. A crowd asks by the HTTP API all the time, each from an address of
their own: for songs of the library (tones of 15 to 25 s) and for new ones (wishes); and they like, rate and mark
what is on the air. Listeners at the station's Icecast and at the relays decode what they get; one who is dropped asks
`/listen` for another place. Then each of `FAULTS` is thrown in with SIGKILL, by turns.

At the end the database has to know everything that was answered with success: each song that was asked for was played
or still waits, and each favourite, rating and bookmark is there. Prints a row for each fault, in the form of
docs/faults.md, and ends with 1 where something was lost, or a silence was longer than the fault may cost.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np
import psutil
from rig import BANDSTAND, MARKS, Listener, Station, free_port, until
from scale import PASSWORD, RELAY, RELAYS, Relay

from tests.postgres import PostgresServer

DURABLE = {"fsync": "on", "full_page_writes": "on"}
THRESHOLD = 10 ** (-50 / 20)
SILENCE = 0.5
"""Seconds below the threshold that count as a silence."""
DOWN = 5.0
"""Seconds until what was killed is started again, where the station does not do so itself."""
SETTLE = 10.0
PACE = 0.5
"""Seconds between two of the crowd's actions."""
PATIENCE = 30.0
ACTIONS = {"request": 4, "wish": 1, "favourite": 30, "rating": 30, "bookmark": 10, "look": 25}
"""How often each is chosen."""
STYLES = ("rock", "bossa", "techno", "waltz", "funk", "folk", "swing", "pop")
PLAYED = ("finished", "skipped")


class DecodingListener(Listener):
    """Knows each silence of the sound that it was sent. Once dropped, it asks the page for another place."""

    def __init__(self, port: int, page: int) -> None:
        super().__init__(port, "/stream.mp3")
        self._page = page
        self._silent = 0.0
        self._has_heard = False
        self.heard_at = 0.0
        self.silences: list[tuple[float, float]] = []
        """(when it was over, by the monotonic clock; its seconds)"""
        self.losses: list[tuple[float, float]] = []
        """(when sound came again, seconds since the last sound): one for each connection that ended."""
        self._lost_at = 0.0

    def find_port(self) -> int:
        if not self.dropped:
            return self._port
        answer, place = ask(self._page, "GET", "/listen?format=mp3", {})
        return urlsplit(place).port or self._port if answer == 302 or answer == 307 else self._port

    def begin(self) -> None:
        self._decoder = av.CodecContext.create("mp3float", "r")
        self._lost_at = self.heard_at

    def take(self, data: bytes) -> None:
        for packet in self._decoder.parse(data):
            with suppress(av.FFmpegError):  # the frame in which one source took over from another
                for frame in self._decoder.decode(packet):
                    self._measure(float(np.sqrt(np.mean(frame.to_ndarray() ** 2))), frame.samples / frame.sample_rate)

    def _measure(self, level: float, seconds: float) -> None:
        if level < THRESHOLD:
            self._silent += seconds
            return
        now = time.monotonic()
        if self._lost_at:
            self.losses.append((now, now - self._lost_at))
            self._lost_at = 0.0
        if self._silent > SILENCE and self._has_heard:
            self.silences.append((now, self._silent))
        self._silent, self._has_heard, self.heard_at = 0.0, True, now


def ask(page: int, method: str, path: str, value: dict[str, Any], person: str = "10.0.0.1") -> tuple[int, Any]:
    """Status and value of an answer of the page, or where it leads; status 0 where there is none."""
    connection = HTTPConnection("127.0.0.1", page, timeout=PATIENCE)
    try:
        headers = {"Content-Type": "application/json", "X-Forwarded-For": person}
        connection.request(method, path, json.dumps(value) if method == "POST" else None, headers)
        response = connection.getresponse()
        text = response.read()
        where = response.getheader("location")
        return response.status, where if where is not None else json.loads(text)
    except (OSError, HTTPException, ValueError):
        return 0, None
    finally:
        connection.close()


@dataclass
class Promises:
    """What was answered with success."""

    requests: list[str] = field(default_factory=list)
    """Codes of songs."""
    wishes: list[int] = field(default_factory=list)
    """Numbers of jobs."""
    kept: Counter[str] = field(default_factory=Counter)
    """How many of each other kind."""


class Crowd(threading.Thread):
    """People who ask by the API; each action is somebody else's."""

    def __init__(self, page: int, songs: list[str], chance: random.Random) -> None:
        super().__init__(daemon=True)
        self._page, self._songs, self._chance = page, songs, chance
        self._people = 0
        self._is_over = threading.Event()
        self.promises = Promises()
        self.refused: Counter[int] = Counter()
        self.waits: list[tuple[float, float]] = []
        """(when, seconds) of each answer."""
        self.unanswered: list[float] = []
        """When nobody could carry something out: no answer, or 503."""

    def run(self) -> None:
        kinds, weights = list(ACTIONS), list(ACTIONS.values())
        while not self._is_over.wait(PACE):
            self.act(self._chance.choices(kinds, weights)[0])

    def end(self) -> None:
        self._is_over.set()
        self.join(2 * PATIENCE)

    def act(self, kind: str) -> bool:
        """Whether it was answered with success."""
        match kind:
            case "request":
                done = self._post("/api/requests", {"song": self._chance.choice(self._songs)})
                if done:
                    self.promises.requests.append(done["song"]["code"])
            case "wish":
                done = self._post("/api/wishes", {"words": f"{self._chance.choice(STYLES)} for 30 seconds"})
                if done:
                    self.promises.wishes.append(done["job"])
            case "look":
                return self._ask("GET", "/api/nowplaying", {}) is not None
            case "rating":
                done = self._post("/api/ratings", {"value": 1})
                self.promises.kept["rating"] += done is not None
            case "bookmark":
                done = self._post("/api/bookmarks", {"note": "here"})
                self.promises.kept["bookmark"] += done is not None
            case _:
                done = self._post("/api/favourites", {"song": self._chance.choice(self._songs)})
                self.promises.kept["favourite"] += done is not None
        return done is not None

    def wish(self, words: str) -> int | None:
        """The job of a wish that was granted."""
        done = self._post("/api/wishes", {"words": words})
        if done is None:
            return None
        self.promises.wishes.append(done["job"])
        return int(done["job"])

    def _post(self, path: str, value: dict[str, Any]) -> Any:
        answer = self._ask("POST", path, value)
        return None if answer is None else answer["result"]

    def _ask(self, method: str, path: str, value: dict[str, Any]) -> Any:
        self._people += 1
        person = f"10.1.{self._people // 250}.{self._people % 250 + 1}"
        began = time.monotonic()
        status, answer = ask(self._page, method, path, value, person)
        self.waits.append((began, time.monotonic() - began))
        if 200 <= status < 300:
            return answer
        self.refused[status] += 1
        if status in (0, 503):
            self.unanswered.append(time.monotonic())
        return None


class Evening:
    """All that runs."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        folder.chmod(0o755)
        self._folder, self._stack = folder, stack
        self.page, self._farm = free_port(), f"tcp://127.0.0.1:{free_port()}"
        self._ports = [free_port(), free_port()]
        self.server = PostgresServer(settings=DURABLE)
        stack.callback(self.server.end)
        self.scheduler = self._start_scheduler()
        self.machines = [self._start_machine() for _ in range(2)]
        stack.callback(self._end_farm)
        (folder / "station").mkdir()
        self.station = Station(folder / "station", self._make_settings(), idle="radio")
        self.log: list[str] = []

    def _make_settings(self) -> str:
        relays = "".join(RELAY.format(port=port, name=str(port), password=PASSWORD, places=100) for port in self._ports)
        address = self.server.make_database("station")
        return (
            f"stock = 1\nidents = false\n{RELAYS.format(page=self.page)}{relays}"
            f'[farm]\nscheduler = "{self._farm}"\n[station]\ndatabase = "{address}"\n[live]\nport = {free_port()}\n'
        )

    def begin(self) -> None:
        self._stack.callback(self.station.end)
        self.station.up()
        self.station.wait_for(r"/stream\.mp3 is on the air")
        self.relays = {port: self._start_relay(port) for port in self._ports}
        for port in self._ports:
            self.station.wait_for(f"the relay {port} is well")

    def import_songs(self, number: int) -> list[str]:
        tones = self._folder / "tones"
        tones.mkdir()
        for index in range(number):
            source = f"sine=frequency={220 + 5 * index}:duration={15 + index % 11}:sample_rate=44100"
            labels = ["-metadata", f"title=Tone {index}", "-metadata", f"artist=Player {index}"]
            quietly = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-ac", "2"]
            subprocess.run([*quietly, *labels, str(tones / f"{index}.flac")], check=True)
        command = [BANDSTAND, "import", str(tones), "--link", "--config", str(self.station.config)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        rows = self.select("SELECT code FROM song WHERE state = 'ready' AND title LIKE 'Tone %'")
        return [code for (code,) in rows]

    def select(self, query: str) -> list[Any]:
        import psycopg

        with psycopg.connect(self.server.get_address("station")) as database:
            return database.execute(query).fetchall()  # type: ignore[arg-type]

    def restart_bot(self) -> None:
        assert self.station.bot is not None
        self.station.bot.kill()
        self.station.bot.wait()
        self.log += self.station.logged
        self.station.up()

    def get_log(self) -> list[str]:
        return [*self.log, *self.station.logged]

    def kill_machine(self) -> None:
        """The one that works; as a machine that loses its power, with all that it runs. Another comes later."""
        before = [measure_tree(machine) for machine in self.machines]
        time.sleep(0.3)
        spent = [measure_tree(machine) - was for machine, was in zip(self.machines, before, strict=True)]
        victim = max(range(len(spent)), key=spent.__getitem__)
        kill_tree(self.machines[victim])
        time.sleep(DOWN)
        self.machines[victim] = self._start_machine()

    def kill_scheduler(self) -> None:
        kill_tree(self.scheduler)
        time.sleep(DOWN)
        self.scheduler = self._start_scheduler()

    def kill_relay(self) -> None:
        port = self._ports[0]
        self.relays[port].close()
        time.sleep(DOWN)
        shutil.rmtree(self._folder / str(port))
        self.relays[port] = self._start_relay(port)

    def find_workers(self) -> list[psutil.Process]:
        assert self.station.bot is not None
        children = psutil.Process(self.station.bot.pid).children()
        return [one for one in children if MARKS["worker"].strip(b"\0").decode() in one.cmdline()]

    def _start_relay(self, port: int) -> Relay:
        relay = Relay(self._folder / str(port), self.station, port, 100)
        self._stack.callback(relay.close)
        return relay

    def _start_scheduler(self) -> psutil.Popen:
        port = self._farm.rpartition(":")[2]
        dask = [sys.executable, "-m", "dask", "scheduler", "--no-dashboard", "--host", "127.0.0.1", "--port", port]
        return self._start(dask)

    def _start_machine(self) -> psutil.Popen:
        return self._start([BANDSTAND, "worker", "--farm", self._farm, "--songs", "1"])

    def _start(self, argv: list[str]) -> psutil.Popen:
        environment = os.environ | {"TMPDIR": str(self._folder), "DASK_TEMPORARY_DIRECTORY": str(self._folder)}
        with (self._folder / "farm.log").open("ab") as log:
            return psutil.Popen(argv, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment)

    def _end_farm(self) -> None:
        for process in (*self.machines, self.scheduler):
            with suppress(psutil.NoSuchProcess):
                kill_tree(process)


def measure_tree(process: psutil.Popen) -> float:
    spent = 0.0
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            spent += times.user + times.system
    return spent


def kill_tree(process: psutil.Popen) -> None:
    process.suspend()
    for one in [*process.children(recursive=True), process]:
        one.kill()
    process.wait()


def kill_database(evening: Evening, crowd: Crowd) -> None:
    evening.server.kill()
    time.sleep(DOWN)
    evening.server.start()


def kill_worker(evening: Evening, crowd: Crowd) -> None:
    """All that are at work or wait, the one that has just been given a song among them."""
    workers = evening.find_workers()
    crowd.wish("rock for 2 minutes")
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            worker.kill()


def kill_machine(evening: Evening, crowd: Crowd) -> None:
    crowd.wish("pop for 4 minutes")
    evening.kill_machine()


def kill_part(name: str) -> Callable[[Evening, Crowd], None]:
    def kill(evening: Evening, crowd: Crowd) -> None:
        evening.station.signal(name, signal.SIGKILL)

    return kill


@dataclass(frozen=True)
class Fault:
    name: str
    strike: Callable[[Evening, Crowd], None]
    silence: float = SILENCE
    """Seconds that it may cost at most, by docs/faults.md."""
    drops: int = 0
    """Connections of listeners that may end."""


FAULTS = (
    Fault("kill -9 PostgreSQL, 5 s", kill_database),
    Fault("kill -9 scheduler, 5 s", lambda evening, _: evening.kill_scheduler()),
    Fault("kill -9 machine in mid-song", kill_machine),
    Fault("kill -9 relay, 5 s", lambda evening, _: evening.kill_relay(), drops=2),
    Fault("kill -9 worker in mid-song", kill_worker),
    Fault("kill -9 web", lambda evening, _: kill_web(evening)),
    Fault("kill -9 standby", kill_part("standby")),
    Fault("kill -9 streamer", kill_part("streamer"), silence=2.0),
    Fault("kill -9 bot", lambda evening, _: evening.restart_bot()),
)


def kill_web(evening: Evening) -> None:
    lock = (evening.station.folder / "var" / "web.lock").read_text()
    os.kill(int(lock.split()[0]), signal.SIGKILL)


@dataclass
class Row:
    """What one fault cost; seconds."""

    fault: Fault
    drops: int
    gap: float
    silence: float
    loss: float
    unanswered: float
    answer: float
    told: list[str]


def measure(evening: Evening, crowd: Crowd, listeners: list[DecodingListener], fault: Fault, seconds: float) -> Row:
    for listener in listeners:
        listener.longest_wait = 0.0
    dropped, began, said = sum(one.dropped for one in listeners), time.monotonic(), len(evening.get_log())
    fault.strike(evening, crowd)
    time.sleep(max(SETTLE, began + seconds - time.monotonic()))
    lost = [at for at in crowd.unanswered if at > began]
    return Row(
        fault,
        sum(one.dropped for one in listeners) - dropped,
        max(one.longest_wait for one in listeners),
        max((length for one in listeners for at, length in one.silences if at > began), default=0.0),
        max((length for one in listeners for at, length in one.losses if at > began), default=0.0),
        max(lost) - began if lost else 0.0,
        max((took for at, took in crowd.waits if at + took > began), default=0.0),
        evening.get_log()[said:],
    )


def find_lost(evening: Evening, promises: Promises) -> list[str]:
    """What was promised, and is not in the database. Prints how much of it has been heard by now."""
    lost, cues, jobs, heard = [], Counter[str](), {}, 0
    query = "SELECT song_id, state, reason FROM cue WHERE is_request OR is_wish"
    for song, state, reason in evening.select(query):
        if state != "over" or reason in PLAYED:
            cues[song] += 1
            heard += state != "queued"
    print(f"of {len(promises.requests)} requests and {len(promises.wishes)} wishes {heard} were heard by the end")
    for song, number in Counter(promises.requests).items():
        if cues[song] < number:
            lost.append(f"{song} was requested {number} times, and played or queued {cues[song]} times")
    query = "SELECT job.id, job.state, job.reason, cue.state, cue.reason FROM job LEFT JOIN cue USING (song_id)"
    for job, *states in evening.select(query):
        jobs[job] = states
    for wish in promises.wishes:
        state, why, cue, reason = jobs.get(wish, ("missing", "", None, ""))
        if state in ("failed", "cancelled", "missing") or cue is None or (cue == "over" and reason not in PLAYED):
            lost.append(f"the wish of job {wish}: {state} {why}, its playing {cue} {reason}")
    for kind, number in promises.kept.items():
        ((kept,),) = evening.select(f"SELECT count(*) FROM {kind}")
        if kept < number:
            lost.append(f"{number} of {kind} were answered with success, and {kept} are kept")
    return lost


def show(rows: list[Row]) -> list[str]:
    """Prints the table; what cost more than it may."""
    wrong = []
    print("| fault | closed | longest gap, s | longest silence, s | sound again after a closed connection, s | "
          "refused until, s | slowest answer, s |")  # fmt: skip
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        figures = (row.gap, row.silence, row.loss, row.unanswered, row.answer)
        print(f"| {row.fault.name} | {row.drops} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |")
        if row.silence > row.fault.silence:
            wrong.append(f"{row.silence:.1f} s of silence: {row.fault.name}")
        if row.drops > row.fault.drops:
            wrong.append(f"{row.drops} connections ended: {row.fault.name}")
    return wrong


def report(evening: Evening, crowd: Crowd, listeners: list[DecodingListener], rows: list[Row]) -> list[str]:
    promises = crowd.promises
    wrong = [*show(rows), *find_lost(evening, promises)]
    kept = ", ".join(f"{number} of {kind}" for kind, number in promises.kept.items())
    states = Counter(state for (state,) in evening.select("SELECT state FROM cue"))
    print(f"and promised: {kept}")
    print(f"not carried out, by status: {dict(crowd.refused)}; playings: {dict(states)}")
    for listener in listeners:
        times = ", ".join(f"{length:.2f}" for _, length in listener.silences)
        print(
            f"a listener: dropped {listener.dropped} times, {listener.bytes / 1e6:.1f} MB, silences: {times or 'none'}"
        )
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--songs", type=int, default=120, help="in the library")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="faults that have one of these words")
    parser.add_argument("--log", type=Path, metavar="FILE", help="where the log of station and farm is kept")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended, too
    faults = [fault for fault in FAULTS if not options.only or any(word in fault.name for word in options.only)]
    folder = Path(tempfile.mkdtemp(prefix="outages-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        evening = Evening(folder, stack)
        try:
            evening.begin()
            songs = evening.import_songs(options.songs)
            listeners = [DecodingListener(port, evening.page) for port in 2 * [evening.station.port, *evening.relays]]
            for listener in listeners:
                listener.start()
            until(lambda: all(one.heard_at for one in listeners), "every listener hears the station", 120)
            crowd = Crowd(evening.page, songs, random.Random(options.seed))
            crowd.start()
            time.sleep(SETTLE)
            rows = []
            for fault in faults:
                print(f"{time.strftime('%H:%M:%S')} {fault.name}", flush=True)
                rows.append(measure(evening, crowd, listeners, fault, options.minutes * 60 / len(faults)))
            crowd.end()
            wrong = report(evening, crowd, listeners, rows)
        finally:
            if options.log:
                options.log.write_text("".join(evening.get_log()) + (folder / "farm.log").read_text())
        for listener in listeners:
            listener.end()
    print("\n" + ("\n".join(f"FAILED: {why}" for why in wrong) or "nothing that was promised is lost; no dead air"))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
