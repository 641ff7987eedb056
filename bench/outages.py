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
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from crowd import SILENCE, Crowd, DecodingListener, Promises
from rig import BANDSTAND, MARKS, Station, free_port, until
from scale import PASSWORD, RELAY, RELAYS, Relay

from tests.postgres import PostgresServer

DURABLE = {"fsync": "on", "full_page_writes": "on"}
DOWN = 5.0
"""Seconds until what was killed is started again, where the station does not do so itself."""
SETTLE = 10.0
PLAYED = ("finished", "skipped")


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
        until(self._are_relays_well, "the relays are well", 120)

    def _are_relays_well(self) -> bool:
        """An Icecast that is asked in its very first moments may die (docs/faults.md); it is started again."""
        for port, relay in self.relays.items():
            if relay.process.poll() is not None:
                shutil.rmtree(self._folder / str(port))
                self.relays[port] = self._start_relay(port)
        said = "".join(self.station.logged)
        return all(f"the relay {port} is well" in said for port in self._ports)

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
    query = "SELECT song_id, state, reason FROM cue WHERE is_request + is_wish > 0"
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
