"""A worker that has its song made by the farm, with a farm client that says what the test wants."""

import hashlib
import os
import socket
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bandstand.common import generators
from bandstand.common.farm import COMPLETE, END, FRAMES, STEP, pack, pack_file
from bandstand.common.jobs import Advanced, Begun, Done, Failed, Job, Noticed, Provenance, Step
from bandstand.common.types import FRAME_BYTES, SongCode
from bandstand.composer.farm import receiver
from bandstand.composer.spool import Report, SpoolWriter

SOUND = np.arange(2000, dtype="<f4").reshape(-1, 2)
BEGUN = Begun("T", "A", 1.0)
DONE = Done(
    song=SongCode("abc"), title="T", artist="A", seconds=1.0, generator="band", seed=5, parameters={}, loudness=-16.0,
    peak=-1.0, making=0.1, files={"audio": "song.flac"},
)  # fmt: skip


def frames(begin: int, end: int, sound: np.ndarray = SOUND) -> bytes:
    return pack(FRAMES, sound[begin:end].tobytes())


def step(what: Step) -> bytes:
    return pack(STEP, msgspec.json.encode(what))


WHOLE = frames(0, 100) + step(BEGUN) + frames(100, 1000) + pack(COMPLETE, b"") + pack_file("song.flac", b"fLaC")


class Bench:
    """A worker's spool and steps. Each machine is what it sends; the connection is closed behind that."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "spool"
        self.folder = folder / "songs" / "abc"
        self.client = folder / "farm.sock"
        self.steps: list[Step] = []
        self.asked: list[Job] = []
        self.program: generators.Generator | None = None
        self.composed = 0
        self.is_begun_here = False
        self.begun = 0
        """Blocks that were composed here before a machine went on."""
        self.has_let_go = False
        self.may_send = threading.Event()
        """Set when the machine may send: at once, where the song is not begun here."""
        self.may_send.set()
        self._fd = os.open(self.path, os.O_CREAT | os.O_RDWR)
        self.growth, growing = os.pipe()
        self.spool = SpoolWriter(self._fd, growing)

    def run(self, *machines: bytes) -> int:
        job = Job(
            song=SongCode("abc"), generator="band", seed=5, directory=str(self.folder), is_awaited=True,
            program=self.program,
        )  # fmt: skip
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(self.client))
            server.listen()
            serving = threading.Thread(target=self._serve, args=(server, machines))
            serving.start()
            try:
                return receiver.run_job(job, self.spool, self.steps.append, self.client, self.here)
            finally:
                self.client.unlink()
                server.shutdown(socket.SHUT_RDWR)
                serving.join()

    def _serve(self, server: socket.socket, machines: tuple[bytes, ...]) -> None:
        waiting = list(machines)
        try:
            while True:
                link, _ = server.accept()
                with link, link.makefile("rb") as lines:
                    self.asked.append(msgspec.json.decode(lines.readline(), type=Job))
                    self.may_send.wait()
                    link.sendall(waiting.pop(0) if waiting else b"")
        except OSError:
            return

    def _compose(self, report: Report) -> Done:
        self.composed += 1
        self.spool.write(SOUND[:50])
        report(BEGUN)
        self.spool.write(SOUND[50:])
        return DONE

    def begin_here(self) -> None:
        """Have the song begun here: machines send nothing before there are three blocks of it."""
        self.is_begun_here = True
        self.may_send.clear()

    def _begin(self, report: Report) -> Generator[None, None, None]:
        try:
            while True:
                if self.begun < 5:  # on a busy machine the other may come later
                    self.spool.write(SOUND[self.begun * 100 : (self.begun + 1) * 100])
                    self.begun += 1
                if self.begun == 2:
                    report(BEGUN)
                if self.begun == 3:
                    self.may_send.set()
                yield
        finally:
            self.has_let_go = True

    @property
    def here(self) -> receiver.Here:
        return receiver.Here(self._compose, self._begin if self.is_begun_here else None)

    @property
    def sound(self) -> bytes:
        return self.path.read_bytes()

    def close(self) -> None:
        self.spool.close()
        os.close(self._fd)
        os.close(self.growth)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_a_song_of_the_farm_is_spooled_told_and_stored_as_one_that_was_made_here(bench: Bench) -> None:
    assert bench.run(WHOLE + step(Advanced(1.0)) + step(DONE) + pack(END, b"")) == 0
    assert bench.sound == SOUND.tobytes()
    assert bench.steps == [BEGUN, Advanced(round(1000 / 48000, 3)), DONE]
    assert (bench.folder / "song.flac").read_bytes() == b"fLaC"
    assert msgspec.json.decode((bench.folder / "song.json").read_bytes(), type=Done) == DONE
    assert os.read(bench.growth, 100).strip(b"\0") == b""
    assert bench.asked[0].is_awaited and not bench.composed


def test_without_a_machine_the_song_is_composed_here(bench: Bench) -> None:
    assert bench.run() == 0
    assert (bench.sound, bench.steps, bench.composed) == (SOUND.tobytes(), [BEGUN, DONE], 1)


def test_without_a_farm_client_the_song_is_composed_here(bench: Bench) -> None:
    job = Job(song=SongCode("abc"), generator="band", seed=5, directory=str(bench.folder))
    assert receiver.run_job(job, bench.spool, bench.steps.append, bench.client, bench.here) == 0
    assert bench.steps == [BEGUN, DONE]


def test_another_machine_goes_on_where_one_was_lost(bench: Bench) -> None:
    half = frames(0, 100) + step(BEGUN) + frames(100, 333)
    assert bench.run(half, WHOLE + step(DONE)) == 0
    assert bench.sound == SOUND.tobytes()
    assert (bench.steps, bench.composed, len(bench.asked)) == ([BEGUN, DONE], 0, 2)
    assert bench.spool.checksum == hashlib.sha256(SOUND.tobytes()).hexdigest()


def test_where_machines_are_lost_again_and_again_it_goes_on_here(bench: Bench) -> None:
    assert bench.run(WHOLE, frames(0, 10), frames(0, 999)) == 0
    assert (bench.sound, bench.steps, bench.composed) == (SOUND.tobytes(), [BEGUN, DONE], 1)


def test_a_song_that_is_begun_here_is_gone_on_with_by_the_machine(bench: Bench) -> None:
    bench.begin_here()
    assert bench.run(WHOLE + step(DONE)) == 0
    assert bench.begun >= 3 and bench.has_let_go and not bench.composed
    assert (bench.sound, bench.steps) == (SOUND.tobytes(), [BEGUN, DONE])
    assert bench.spool.checksum == hashlib.sha256(SOUND.tobytes()).hexdigest()


def test_a_song_that_is_begun_here_is_also_composed_here_where_no_machine_goes_on(bench: Bench) -> None:
    bench.begin_here()
    assert bench.run(b"", WHOLE + step(DONE)) == 0
    assert bench.begun >= 3 and bench.has_let_go
    assert (bench.sound, bench.steps) == (SOUND.tobytes(), [BEGUN, DONE])
    assert (bench.composed, len(bench.asked)) == (1, 1)


def test_a_machine_that_goes_on_and_is_lost_is_followed_by_another(bench: Bench) -> None:
    bench.begin_here()
    assert bench.run(frames(0, 999), WHOLE + step(DONE)) == 0
    assert (bench.sound, bench.steps, bench.composed) == (SOUND.tobytes(), [BEGUN, DONE], 0)


def test_a_machine_that_goes_on_with_other_sound_than_what_was_begun_is_told_of(bench: Bench) -> None:
    bench.begin_here()
    bench.run(frames(0, 1000, SOUND + 1) + step(BEGUN) + step(DONE))
    here = bench.begun * 100
    assert bench.sound == SOUND[:here].tobytes() + (SOUND + 1)[here:].tobytes()
    assert [type(told) for told in bench.steps] == [Begun, Noticed, Done]


def test_no_more_is_composed_here_than_the_ear_needs_while_a_machine_is_awaited(bench: Bench) -> None:
    blocks = 0

    def begin(report: Report) -> Generator[None, None, None]:
        nonlocal blocks
        while True:
            bench.spool.write(np.zeros((4800, 2), np.float32))
            blocks += 1
            yield

    intake = receiver.Intake(bench.spool, begin(bench.steps.append))
    silent, link = socket.socketpair()
    began = time.monotonic()
    with silent, link:
        while blocks < receiver.AHEAD * 10:
            assert not intake.wait(link, 0.01)
        assert not intake.wait(link, 0.01)
    intake.close()
    assert blocks <= (receiver.AHEAD + time.monotonic() - began) * 10 + 1


def test_machines_that_differ_are_told_of(bench: Bench) -> None:
    bench.run(frames(0, 500, SOUND + 1), WHOLE + step(DONE))
    assert bench.sound == (SOUND + 1)[:500].tobytes() + SOUND[500:].tobytes()
    assert [type(told) for told in bench.steps] == [Begun, Noticed, Done]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        pack(FRAMES, b"x" * (FRAME_BYTES + 1)),
        pack_file("../../bandstand.db", b""),
        pack(STEP, b"{"),
        step(Failed("the disk is full", is_disk_full=True)),
        step(msgspec.structs.replace(DONE, seed=6)),
    ],
)
def test_a_machine_that_sends_nonsense_or_fails_is_done_without(nonsense: bytes, bench: Bench) -> None:
    assert bench.run(nonsense) == 0
    assert (bench.sound, bench.steps, bench.composed) == (SOUND.tobytes(), [BEGUN, DONE], 1)
    assert not list(bench.folder.parent.glob("*.db"))


def test_a_program_that_fails_in_the_middle_of_its_sound_is_not_run_again(bench: Bench) -> None:
    bench.program = generators.Generator(command=["mine"], farm=True)
    failed = Failed("mine, 0:01 into its sound: it crashed", Provenance(status=3))
    assert bench.run(frames(0, 500) + step(BEGUN) + step(failed), WHOLE) == 1
    assert (bench.steps, bench.composed, len(bench.asked)) == ([BEGUN, failed], 0, 1)


def test_a_program_that_fails_before_its_sound_is_run_here(bench: Bench) -> None:
    bench.program = generators.Generator(command=["mine"], farm=True)
    assert bench.run(step(Failed("mine: there is no numpy"))) == 0
    assert (bench.steps, bench.composed) == ([BEGUN, DONE], 1)


def test_a_machine_that_falls_silent_is_done_without(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "FIRST_AWAITED", 0.01)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(bench.client))
        server.listen()
        job = Job(song=SongCode("abc"), generator="band", seed=5, directory=str(bench.folder), is_awaited=True)
        assert receiver.run_job(job, bench.spool, bench.steps.append, bench.client, bench.here) == 0
    assert (bench.sound, bench.composed) == (SOUND.tobytes(), 1)


def test_a_machine_may_be_silent_for_longer_the_more_is_ahead_of_the_ear(bench: Bench) -> None:
    now = [0.0]
    patience = receiver.Patience(bench.spool, lambda: now[0])
    assert patience.measure() == receiver.SILENT[0]
    second = np.zeros((48000, 2), np.float32)
    bench.spool.write(second)
    assert patience.measure() == receiver.SILENT[0]
    for _ in range(5):
        bench.spool.write(second)
    assert patience.measure() == 6 - receiver.MARGIN
    now[0] = 5.5
    assert patience.measure() == receiver.SILENT[0]
    for _ in range(20):
        bench.spool.write(second)
    assert patience.measure() == receiver.SILENT[1]


def test_what_may_be_heard_already_waits_no_longer_than_what_is_awaited(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "FIRST_AWAITED", 0.01)
    bench.spool.write(SOUND[:10])
    bench.spool.rewind()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(bench.client))
        server.listen()
        job = Job(song=SongCode("abc"), generator="band", seed=5, directory=str(bench.folder))
        assert receiver.run_job(job, bench.spool, bench.steps.append, bench.client, bench.here) == 0
    assert (bench.sound, bench.composed) == (SOUND.tobytes(), 1)
