"""Real minutes with faults thrown in: whether a listener is lost, and whether memory and descriptors stay flat.

    python bench/soak.py [--minutes 10] [--seed 1]

A whole station plays to four listeners while it is given commands all the time and, every few seconds, one of its parts
is killed, frozen or started again. Prints a table and a verdict; ends with 1 if anything failed.
"""

import argparse
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rig import Ear, Listener, NotRunning, Station, descriptors, memory, threads, until

MOUNTS = ("/stream.mp3", "/stream.opus")
FROZEN = 7.0
"""Seconds for which Icecast stands still."""
BACK = 20.0
"""Seconds after a fault within which the song must be heard."""
MEMORY_GROWTH = 12.0
"""MiB, between the middle third and the last third of a process's samples."""
COMMANDS = ("play {song}", "skip", "queue {song}", "generate minutes=1", "np", "status", "songs", "history")
GENERATE_SHARE = 0.5
"""Of the commands `generate`, so many are given: a song takes seconds of processor time to make."""


@dataclass
class Run:
    station: Station
    ear: Ear
    listeners: list[Listener]
    chance: random.Random
    songs: list[str]
    dead_air: dict[str, list[float]] = field(default_factory=dict)
    """Fault -> for how many seconds nothing was heard, each time."""
    lost: dict[str, int] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    samples: dict[tuple[str, int], list[tuple[float, int, int]]] = field(default_factory=dict)
    """(process, its id) -> memory, descriptors, threads, again and again."""
    commands: int = 0
    failed: list[str] = field(default_factory=list)


def kill_streamer(run: Run) -> None:
    run.station.signal("streamer", signal.SIGKILL)


def kill_standby(run: Run) -> None:
    run.station.signal("standby", signal.SIGKILL)


def kill_bot(run: Run) -> None:
    assert run.station.bot is not None
    run.station.bot.kill()
    run.station.bot.wait()
    time.sleep(1)
    run.station.up()


def freeze_icecast(run: Run) -> None:
    run.station.signal("icecast", signal.SIGSTOP)
    time.sleep(FROZEN)
    run.station.signal("icecast", signal.SIGCONT)


def restart_icecast(run: Run) -> None:
    run.station.signal("icecast", signal.SIGTERM)


def skips(run: Run) -> None:
    for _ in range(20):
        say(run, "skip")


def plays(run: Run) -> None:
    for _ in range(20):
        say(run, f"play {run.chance.choice(run.songs)}")


FAULTS: dict[str, Callable[[Run], None]] = {
    "kill -9 streamer": kill_streamer,
    "kill -9 standby": kill_standby,
    "kill -9 bot, up again": kill_bot,
    f"Icecast frozen for {FROZEN:.0f} s": freeze_icecast,
    "Icecast ended": restart_icecast,
    "20 skips": skips,
    "20 plays": plays,
}
WITHOUT_ICECAST = "Icecast ended"
"""The one fault that no station can hide from its listeners."""
QUIET = {WITHOUT_ICECAST, f"Icecast frozen for {FROZEN:.0f} s"}
"""Faults in which nobody can be sent anything."""


def say(run: Run, line: str) -> None:
    with suppress(NotRunning):  # between a bot and the next
        run.station.say(line)
        run.commands += 1


def keep_busy(run: Run, seconds: float) -> None:
    """Commands, and samples of what each process has, for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        command = run.chance.choice(COMMANDS)
        if not command.startswith("generate") or run.chance.random() < GENERATE_SHARE:
            say(run, command.format(song=run.chance.choice(run.songs)))
        time.sleep(run.chance.uniform(0.3, 1.2))
    for name, pid in run.station.processes().items():
        with suppress(OSError):
            run.samples.setdefault((name, pid), []).append((memory(pid), descriptors(pid), threads(pid)))


def strike(run: Run, name: str) -> None:
    """One fault, and what a listener hears of it until the song is there again."""
    reply = run.station.say(f"play {run.songs[0]}")
    if not reply.is_good:
        raise RuntimeError(reply.summary)
    until(lambda: time.monotonic() - run.ear.heard < 0.5, "the song before the fault")
    dropped = [listener.dropped for listener in run.listeners]
    for listener in run.listeners:
        listener.longest_wait = 0.0
    run.ear.dead_air = 0.0
    FAULTS[name](run)
    began = time.monotonic()
    if name == "20 skips":
        say(run, f"play {run.songs[0]}")
    # What was on its way to the listener is no sign of life.
    time.sleep(1)
    try:
        until(lambda: run.ear.heard > max(began + 0.5, time.monotonic() - 0.5), f"sound after {name}", BACK)
        until(lambda: all(listener.connected for listener in run.listeners), f"every listener after {name}", BACK)
        run.dead_air.setdefault(name, []).append(run.ear.dead_air)
    except TimeoutError as error:
        run.failed.append(str(error))
    lost = sum(listener.dropped for listener in run.listeners) - sum(dropped)
    run.lost[name] = run.lost.get(name, 0) + lost
    wait = max(listener.longest_wait for listener in run.listeners)
    run.waits[name] = max(run.waits.get(name, 0.0), wait)


def soak(run: Run, minutes: float) -> None:
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        for name in run.chance.sample(list(FAULTS), len(FAULTS)):
            keep_busy(run, run.chance.uniform(3, 8))
            strike(run, name)
            print(f"{time.strftime('%H:%M:%S')} {name}", flush=True)
            if time.monotonic() > end:
                return


def verdict(run: Run) -> list[str]:
    """What is wrong; prints everything."""
    wrong = list(run.failed)
    print(f"\n{run.commands} commands")
    print(f"{'fault':<26}{'times':>6}{'nothing heard for, s':>26}{'lost':>6}{'longest wait, s':>17}")
    for name, took in run.dead_air.items():
        median, worst = statistics.median(took), max(took)
        heard = f"{median:.2f} (at most {worst:.2f})"
        print(f"{name:<26}{len(took):>6}{heard:>26}{run.lost[name]:>6}{run.waits[name]:>17.2f}")
        if run.lost[name] and name != WITHOUT_ICECAST:
            wrong.append(f"{run.lost[name]} listeners were lost: {name}")
        if run.waits[name] > 1.0 and name not in QUIET:
            wrong.append(f"a listener waited {run.waits[name]:.1f} s for bytes: {name}")
    print(f"\n{'longest-lived':<14}{'samples':>8}{'PSS, MiB':>20}{'descriptors':>14}{'threads':>10}")
    for name in ("bot", "streamer", "standby", "icecast"):
        taken = max((samples for (kind, _), samples in run.samples.items() if kind == name), key=len, default=[])
        if taken:
            wrong += flat(name, taken)
    return wrong


def flat(name: str, taken: list[tuple[float, int, int]]) -> list[str]:
    """Prints one process's figures, first and last; what grew."""
    third = max(1, len(taken) // 3)
    before, after = taken[third : 2 * third] or taken[:1], taken[-third:]
    rows = [tuple(statistics.median(sample[of] for sample in part) for of in range(3)) for part in (before, after)]
    (size, files, tasks), (size_after, files_after, tasks_after) = rows
    sizes, fds = f"{size:.1f} -> {size_after:.1f}", f"{files:.0f} -> {files_after:.0f}"
    running = f"{tasks:.0f} -> {tasks_after:.0f}"
    print(f"{name:<14}{len(taken):>8}{sizes:>20}{fds:>14}{running:>10}")
    wrong = []
    if size_after > size + MEMORY_GROWTH:
        wrong.append(f"the memory of {name} grew from {size:.0f} to {size_after:.0f} MiB")
    if name != "icecast" and files_after > files + 6:
        wrong.append(f"the descriptors of {name} grew from {files:.0f} to {files_after:.0f}")
    if name != "icecast" and tasks_after > tasks + 3:
        wrong.append(f"the threads of {name} grew from {tasks:.0f} to {tasks_after:.0f}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1, help="of the order of faults and commands")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        station = Station(Path(folder))
        try:
            station.up()
            station.wait_for(r"/stream\.mp3 is on the air")
            songs = station.make(3, 3)
            ear = Ear(station.port, MOUNTS[0])
            listeners = [ear, *(Listener(station.port, mount) for mount in (*MOUNTS, MOUNTS[1]))]
            for listener in listeners:
                listener.start()
            run = Run(station, ear, listeners, random.Random(arguments.seed), songs)
            soak(run, arguments.minutes)
            wrong = verdict(run)
        except BaseException:
            print("".join(station.logged[-40:]), file=sys.stderr)
            raise
        finally:
            station.end()
    print("\n" + ("\n".join(f"FAILED: {why}" for why in wrong) or "no listener lost, memory and descriptors flat"))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
