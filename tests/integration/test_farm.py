"""A real scheduler, a machine of the farm and a farm client on loopback, and workers that ask them for songs."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import psutil
import pytest

from bandstand.common.config import Config
from bandstand.common.farm import Farm, FarmState
from bandstand.common.generators import Generator
from bandstand.common.jobs import Done, Noticed, Step
from bandstand.common.python import build_command
from bandstand.common.sandbox import choose_sandbox
from bandstand.composer.farm.client import make_key_pair
from tests.integration.song_worker import Worker
from tests.integration.streaming import free_port, until

pytest.importorskip("distributed")


PROGRAM = """
import os, struct, sys
print("made in", os.getcwd(), file=sys.stderr)
sound = struct.pack("<h", 8000) * 24000 + struct.pack("<h", -8000) * 24000
sys.stdout.buffer.write(sound * 4)
"""


BANDSTAND = [sys.executable, "-P", "-c", "import sys; from bandstand.common.cli import main; sys.exit(main())"]


class Program:
    """A process of the farm; `kill` ends it and those that it has started, as a machine that loses its power."""

    def __init__(self, argv: list[str], folder: Path) -> None:
        self.log = folder / f"{len(list(folder.glob('*.log')))}.log"
        environment = os.environ | {"TMPDIR": str(folder), "DASK_TEMPORARY_DIRECTORY": str(folder)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment
            )

    def hold(self) -> None:
        """Have it stand still until `go_on`."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self.process.poll() is None:
            process = psutil.Process(self.process.pid)
            process.suspend()
            for one in [*process.children(recursive=True), process]:
                with suppress(psutil.NoSuchProcess):  # some end with others
                    one.kill()
        self.process.communicate()


class Bench:
    """A scheduler, machines that make one song at a time, and the station's farm client."""

    def __init__(
        self, folder: Path, machines: int = 1, pem: Path | None = None, configuration: Path | None = None
    ) -> None:
        """`pem`: a key and its certificate, which vouches for itself; without one nothing of Dask's is encrypted.
        `configuration`: a file with the machines' generators."""
        self._folder = folder
        self._socket = folder / "farm.sock"
        kind, files = ("tls", [str(pem)] * 3) if pem else ("tcp", [""] * 3)
        farm = Farm(scheduler=f"{kind}://127.0.0.1:{free_port()}", ca_file=files[0], certificate=files[1], key=files[2])
        dask = [sys.executable, "-m", "dask", "scheduler", "--host", farm.scheduler, "--no-dashboard"]
        self.address = farm.scheduler
        machine = [*BANDSTAND, "worker", "--farm", farm.scheduler, "--songs", "1"]
        if pem:
            dask += ["--tls-ca-file", farm.ca_file, "--tls-cert", farm.certificate, "--tls-key", farm.key]
            machine += ["--ca-file", farm.ca_file, "--certificate", farm.certificate, "--key", farm.key]
        if configuration:
            machine += ["--config", str(configuration)]
        client = ["--farm", msgspec.json.encode(farm).decode(), "--socket", str(self._socket)]
        self.scheduler = Program(dask, folder)
        self.machines = [Program(machine, folder) for _ in range(machines)]
        self.client = Program(build_command("bandstand.composer.farm.client", client), folder)
        self._workers: list[Worker] = []

    def wait_for(self, slots: int) -> FarmState:
        """What the client says when the farm makes so many songs at once."""
        assert self.client.process.stdout
        for line in self.client.process.stdout:
            state = msgspec.json.decode(line, type=FarmState)
            if state.slots == slots:
                return state
        raise AssertionError(self.client.log.read_text())

    def give_song(self, *, to_farm: bool = True, is_awaited: bool = False, program: Generator | None = None) -> Worker:
        folder = self._folder / f"worker-{len(self._workers)}"
        folder.mkdir()
        worker = Worker(folder, *(["--farm", str(self._socket)] if to_farm else []))
        self._workers.append(worker)
        worker.give(generator="mine" if program else "band", is_awaited=is_awaited, program=program)
        return worker

    def make_song(self, *, is_awaited: bool = False, program: Generator | None = None) -> tuple[Worker, list[Step]]:
        """A song that one machine made. A busy one may be silent for too long, and then it is made at the station."""
        said = ""
        for _ in range(5):
            worker = self.give_song(is_awaited=is_awaited, program=program)
            status, steps, said = worker.end()
            assert status == 0
            if " warn: " not in said:
                return worker, steps
        raise AssertionError(said)

    def close(self) -> None:
        for worker in self._workers:
            worker.close()
        for program in (self.client, *self.machines, self.scheduler):
            program.kill()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_a_song_of_the_farm_is_the_one_that_the_station_makes_also_where_its_machine_dies(bench: Bench) -> None:
    assert bench.wait_for(1).machines == 1
    far, (begun, *_, done) = bench.make_song()
    assert isinstance(done, Done)
    assert {path.name for path in (far.directory / "songs" / "abc").iterdir()} == {*done.files.values(), "song.json"}

    patched = bench.give_song()
    until(lambda: os.fstat(patched.spool).st_size, "the first sound of the farm")
    bench.machines[0].kill()
    status, steps, said = patched.end()
    assert (status, steps[0]) == (0, begun)
    assert " warn: " in said
    assert bench.wait_for(0).trouble == "no machine on the farm makes this station's songs"
    bench.scheduler.kill()
    assert bench.wait_for(0).trouble == "the farm's scheduler is away"

    near = bench.give_song(to_farm=False)
    near.end()
    assert far.sound() == patched.sound() == near.sound()
    assert isinstance(steps[-1], Done)
    assert steps[-1].provenance.sound == done.provenance.sound


def test_of_two_machines_that_encrypt_the_first_makes_an_awaited_song_and_the_other_is_free_for_the_next(
    tmp_path: Path,
) -> None:
    pem = tmp_path / "farm.pem"
    pem.write_bytes(b"".join(make_key_pair()))
    bench = Bench(tmp_path, machines=2, pem=pem)
    try:
        assert bench.wait_for(2).machines == 2
        slow, quick = bench.machines
        slow.hold()
        first, steps = bench.make_song(is_awaited=True)
        slow.go_on()
        quick.hold()
        second, others = bench.make_song(is_awaited=True)
        assert first.sound() == second.sound()
        assert not any(isinstance(step, Noticed) for step in [*steps, *others]), "what was begun here is the same"
    finally:
        bench.close()


def declare_program(folder: Path) -> Generator:
    folder.mkdir()
    (folder / "mine.py").write_text(PROGRAM)
    return Generator(command=[sys.executable, "mine.py"], directory=str(folder), format="s16le", farm=True)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A farm whose machine has a generator, too, and which nobody takes apart."""
    folder = tmp_path_factory.mktemp("lasting")
    program = declare_program(folder / "machine")
    configuration = folder / "machine" / "bandstand.toml"
    sandbox = "auto" if choose_sandbox(Config(), None)[0] else "off"
    declared = f"command = {msgspec.json.encode(program.command).decode()}\nformat = 's16le'\nfarm = true\n"
    configuration.write_text(f'[composer]\nsandbox = "{sandbox}"\n[generators.mine]\n{declared}')
    bench = Bench(folder, configuration=configuration)
    try:
        assert bench.wait_for(1).machines == 1
        yield bench
    finally:
        bench.close()


def test_a_generator_for_the_farm_is_run_by_a_machine_that_has_the_same_program(lasting: Bench, tmp_path: Path) -> None:
    program = declare_program(tmp_path / "station")
    _, steps = lasting.make_song(program=program, is_awaited=True)
    assert isinstance(steps[-1], Done)
    assert "/machine\n" in steps[-1].provenance.errors + "\n"
    (tmp_path / "station" / "mine.py").write_text(PROGRAM + "# changed\n")
    _, steps, _ = lasting.give_song(program=program).end()
    assert isinstance(steps[-1], Done)
    assert f"made in {program.directory}" in steps[-1].provenance.errors


def test_many_songs_are_composed_by_the_farm_and_are_the_same_files_as_without_it(
    lasting: Bench, tmp_path: Path
) -> None:
    configuration = tmp_path / "bandstand.toml"
    configuration.write_text(f'[farm]\nscheduler = "{lasting.address}"\n')
    words = ["compose", "--count", "1", "--seed", "5", "--band", "null-modem", "--seconds", "20", "--format", "wav"]
    near = subprocess.run([*BANDSTAND, *words, "--out", str(tmp_path / "near")], capture_output=True, check=True)
    assert not near.stderr
    for _ in range(5):  # a busy machine may be silent for too long
        command = [*BANDSTAND, *words, "--out", str(tmp_path / "far"), "--config", str(configuration)]
        far = subprocess.run(command, capture_output=True, check=True)
        if not far.stderr:
            break
    assert not far.stderr
    name = "null-modem-5.wav"
    assert (tmp_path / "far" / name).read_bytes() == (tmp_path / "near" / name).read_bytes()
