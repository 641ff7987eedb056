"""What bench/scale.py measures of a farm: songs an hour, what they cost, and how long the first sound takes.

A machine is a `bandstand worker` that makes one song at a time. Two things make it more like a machine of its own than
a process beside the others: a share of a core, which the kernel keeps it to (a control group of its own with a quota;
needs root), and a network with delay between it and the station (far_network.py; needs root).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median

import msgspec
import psutil
from far_network import FarNetwork
from rig import free_port, processor, until

from bandstand.common.farm import Farm, FarmState
from bandstand.common.jobs import Begun, Done, Failed, Job, Step, Value
from bandstand.common.python import build_command
from bandstand.common.types import SongCode
from bandstand.composer.farm.composers import Composer

FIRSTS = 10
"""Songs whose first sound is measured, of each kind."""
SONGS = 4
"""Songs of each machine, one after the other."""
MINUTES = 1
GROUPS = Path("/sys/fs/cgroup")
PERIOD = 20_000
"""Microseconds within which a machine gets its share: short, so that no sound waits for the next one."""
SETTLE = 5.0


class Share:
    """A control group (version 2, or 1) whose processes together take so many percent of a core at most."""

    def __init__(self, percent: float) -> None:
        is_new = (GROUPS / "cpu.max").exists() or not (GROUPS / "cpu").is_dir()
        self._folder = Path(tempfile.mkdtemp(prefix="machine-", dir=GROUPS if is_new else GROUPS / "cpu"))
        quota = str(round(PERIOD * percent / 100))
        files = {"cpu.max": f"{quota} {PERIOD}"} if is_new else {
            "cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": quota
        }  # fmt: skip
        for name, text in files.items():
            (self._folder / name).write_text(text)

    def take(self, process: psutil.Process) -> None:
        for one in [process, *process.children(recursive=True)]:
            (self._folder / "cgroup.procs").write_text(str(one.pid))

    def close(self) -> None:
        """Once its processes have ended, which the kernel notices a moment later."""
        until(lambda: not (self._folder / "cgroup.procs").read_text(), "a machine's processes are gone")
        self._folder.rmdir()


class Machines:
    """A scheduler, machines, and a station's farm client."""

    def __init__(self, folder: Path, number: int, network: FarNetwork | None = None) -> None:
        """`network` is between the machines and the rest; None for loopback."""
        self._folder = folder
        self._socket = folder / "farm.sock"
        self._shares: list[Share] = []
        address = f"tcp://{network.here if network else '127.0.0.1'}:{free_port()}"
        program = [sys.executable, "-P", "-c", "from bandstand.common.cli import main; raise SystemExit(main())"]
        apart = network.prefix if network else []
        farm = msgspec.json.encode(Farm(scheduler=address)).decode()
        client = build_command("bandstand.composer.farm.client", ["--farm", farm, "--socket", str(self._socket)])
        self.scheduler = self._start([sys.executable, "-m", "dask", "scheduler", "--no-dashboard", "--host", address])
        self.machines = [
            self._start([*apart, *program, "worker", "--farm", address, "--songs", "1"]) for _ in range(number)
        ]
        self.client = self._start(client)
        assert self.client.stdout is not None
        for line in self.client.stdout:
            if msgspec.json.decode(line, type=FarmState).slots == number:
                break
        time.sleep(SETTLE)  # until their composers wait

    def _start(self, argv: list[str]) -> "psutil.Popen":
        environment = os.environ | {"TMPDIR": str(self._folder), "DASK_TEMPORARY_DIRECTORY": str(self._folder)}
        with (self._folder / "log").open("ab") as log:
            return psutil.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment)

    def limit(self, percent: float) -> None:
        """Let each machine have so much of a core."""
        for machine in self.machines:
            self._shares.append(Share(percent))
            self._shares[-1].take(machine)

    def start_worker(self, *, is_far: bool) -> Composer:
        """A worker of the station's."""
        arguments = ["--farm", str(self._socket)] if is_far else []
        return Composer(build_command("bandstand.composer", arguments), self._folder / "songs")

    def measure_processor(self) -> float:
        """Seconds of processor time of all machines, with the composers that have ended."""
        times = [machine.cpu_times() for machine in self.machines]
        return sum(t.user + t.system + t.children_user + t.children_system for t in times)

    def end(self) -> None:
        for process in (self.client, *self.machines, self.scheduler):
            for one in [*process.children(recursive=True), process]:
                with suppress(psutil.NoSuchProcess):  # some end with others
                    one.kill()
            process.wait()
        for share in self._shares:
            share.close()


def order_song(worker: Composer, seed: int, *, is_awaited: bool) -> None:
    parameters: dict[str, Value] = {"minutes": MINUTES}
    worker.give(
        Job(
            song=SongCode(f"s{seed}"), generator="band", seed=seed, parameters=parameters, directory="",
            is_awaited=is_awaited,
        )
    )  # fmt: skip


def wait_for(worker: Composer, *kinds: type[Step]) -> Step:
    while True:
        for step in worker.read_steps() or [Failed("it ended")]:
            if isinstance(step, (*kinds, Failed)):
                return step


def measure_first(farm: Machines, seed: int, *, is_far: bool) -> float:
    """Milliseconds from an order until the song can be put on the air."""
    worker = farm.start_worker(is_far=is_far)
    time.sleep(3)  # until it waits, and the machine's composer as well
    began = time.perf_counter()
    order_song(worker, seed, is_awaited=True)
    wait_for(worker, Begun)
    first = (time.perf_counter() - began) * 1000
    worker.close()
    return first


def make_songs(farm: Machines, number: int) -> float:
    """Make songs one after the other, as a station does that has a worker waiting; seconds of the workers' processor
    time."""
    used = 0.0
    waiting = farm.start_worker(is_far=True)
    for seed in range(number * SONGS, (number + 1) * SONGS):
        worker, waiting = waiting, farm.start_worker(is_far=True)
        order_song(worker, seed, is_awaited=False)
        if isinstance(wait_for(worker, Done), Failed):
            raise RuntimeError(f"song {seed} was not made")
        times = psutil.Process(worker.pid).cpu_times()
        used += times.user + times.system
        worker.close()
    waiting.close()
    return used


def run_songs(number: int, percent: float | None) -> None:
    """Songs an hour with so many machines, each of which always has one."""
    folder = Path(tempfile.mkdtemp(prefix="farm-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        farm = Machines(folder, number)
        stack.callback(farm.end)
        if percent is not None:
            farm.limit(percent)
        spent, passed, decided = farm.measure_processor(), processor(farm.client.pid), processor(farm.scheduler.pid)
        began = time.perf_counter()
        with ThreadPoolExecutor(number) as pool:
            used = list(pool.map(lambda one: make_songs(farm, one), range(number)))
        seconds, made = time.perf_counter() - began, number * SONGS
        here = (folder / "log").read_text(errors="replace").count(" warn: ")
        print(
            f"{number} machines: {made / seconds * 3600:.0f} songs of {MINUTES} min an hour; of the processor, for "
            f"each: {(farm.measure_processor() - spent) / made:.2f} s at the machine, "
            f"{(processor(farm.client.pid) - passed) / made:.2f} s client, {sum(used) / made:.2f} s worker; "
            f"{(processor(farm.scheduler.pid) - decided) / seconds * 100:.1f} % of a core scheduler; "
            f"{here} times a machine was given up"
        )


def run_firsts(delays: Sequence[float], first_flight: int) -> None:
    """The first sound, composed here and by a machine behind each of the delays, in turn. No delay: on loopback."""
    with ExitStack() as stack:
        farms: dict[str, Machines] = {}
        for index, delay in enumerate(delays or [None]):
            folder = Path(tempfile.mkdtemp(prefix="farm-"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            network = None
            if delay is not None:
                network = FarNetwork(delay, index, first_flight)
                stack.callback(network.close)
            farm = Machines(folder, 1, network)
            stack.callback(farm.end)
            farms["on loopback" if delay is None else f"{delay:g} ms away"] = farm
        waits: dict[str, list[float]] = defaultdict(list)
        for seed in range(FIRSTS):
            waits["here"].append(measure_first(next(iter(farms.values())), seed, is_far=False))
            for name, farm in farms.items():
                waits[name].append(measure_first(farm, seed, is_far=True))
        for name, measured in waits.items():
            print(f"first sound {name}: {median(measured):.0f} ms in the median, {min(measured):.0f} at least")
