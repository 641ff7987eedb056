"""The farm as a worker of the station uses it: it has another machine make its song, and composes itself where that
does not work.

So the station needs nothing of its own for a farm that fails: the worker has the synthesiser loaded all the same. And
nobody waits for the network: the worker begins a song that somebody waits for, and composes what the ear needs, until a
machine has more of it and goes on. That costs some blocks, a tenth of a second of processor time.

A song is determined by its band, seed and parameters. Where a machine is lost in the middle of one, another makes it
from the beginning, much faster than it is heard; what the spool has already is compared, and the rest goes behind it.
If those who make it differ in a sample, the sound changes there, which is said, and what is stored is as the last one
made it.

Knows messages and the spool; neither Dask nor the machines. It is the farm client (client.py) that it asks, over a UNIX
socket.
"""

import logging
import select
import socket
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from math import inf
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from bandstand.common.errors import ComposeError
from bandstand.common.farm import COMPLETE, FILE, FRAMES, STEP, Unpacker, split_file
from bandstand.common.jobs import Advanced, Begun, Done, Failed, Job, Noticed, Passed, Step
from bandstand.common.types import FRAME_BYTES, RATE
from bandstand.composer.folder import SongFolder, publish_song, read_finished
from bandstand.composer.generators.run import ProgramError
from bandstand.composer.spool import Report, SpoolWriter
from bandstand.composer.worker import report_result

ATTEMPTS: Final = 3
"""Machines that are tried before the song is composed here."""
FIRST_AWAITED: Final = 1.0
"""Seconds to wait for the first sound of a song that somebody waits for, or that may be heard already..."""
FIRST_BEGUN: Final = 3.0
"""... of one that is begun here meanwhile..."""
FIRST: Final = 30.0
"""... and of another, which may stand in a queue of the scheduler's."""
SILENT: Final = (1.5, 10.0)
"""Seconds without a message after which a machine is lost: the second where so much is ahead of the ear, the first
where there is hardly anything, such as the two seconds that are buffered at least."""
MARGIN: Final = 0.5
"""Seconds ahead of the ear that another machine needs to begin."""
AHEAD: Final = 5.0
"""Seconds ahead of the ear that are composed here, as long as no machine has more. So much is there where none comes in
the end, and this machine is busy, too; after ten seconds a song is measured, which costs more than all before."""
CHUNK: Final = 1 << 18
"""Bytes to read at a time."""
log = logging.getLogger("farm")


class Lost(ComposeError):
    """The farm does not make the song, or no longer."""


class Here(NamedTuple):
    """What the worker does itself."""

    compose: Callable[[Report], Done | Passed]
    """The whole song."""
    begin: Callable[[Report], Generator[None, None, None]] | None = None
    """Its beginning, a block at each step; None where that is not possible, or nobody waits for it."""


class FirstBegun:
    """Passes steps on, and of several `Begun` the first: the song is heard by then."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._has_begun = False

    def report(self, step: Step) -> None:
        if isinstance(step, Begun):
            if self._has_begun:
                return
            self._has_begun = True
        self._report(step)


class Patience:
    """How long a machine may be silent. The ear is taken to begin with the first frame that is here."""

    def __init__(self, spool: SpoolWriter, clock: Callable[[], float] = time.monotonic) -> None:
        self._spool = spool
        self._clock = clock
        self._began: float | None = None

    def measure_lead(self) -> float:
        """Seconds of sound ahead of the ear; called whenever something has arrived."""
        now = self._clock()
        if self._began is None and self._spool.frames:
            self._began = now
        return self._spool.frames / RATE - (now - self._began) if self._began is not None else 0.0

    def measure(self) -> float:
        """Seconds; called whenever something has arrived."""
        return min(max(self.measure_lead() - MARGIN, SILENT[0]), SILENT[1])


class Intake:
    """Takes in frames. As long as the song's beginning is composed here, a machine's are held back: it takes over with
    the first that is not here yet, and what it sent before is compared."""

    def __init__(self, spool: SpoolWriter, beginning: Generator[None, None, None] | None) -> None:
        """`beginning` composes a block into the spool at each step; None: a machine makes all."""
        self.spool = spool
        self.patience = Patience(spool)
        self._beginning = beginning
        self._is_whole = False
        self._held: list[bytes] = []
        self._held_frames = 0

    @property
    def is_begun_here(self) -> bool:
        """Whether no machine has taken over."""
        return self._beginning is not None

    def push(self, content: bytes) -> None:
        """Take in a machine's frames. Raises Lost, DiskFull or ComposeError."""
        if len(content) % FRAME_BYTES:
            raise Lost("the farm sent a part of a frame")
        if not self.is_begun_here:
            self.spool.write_bytes(memoryview(content))
            return
        self._held.append(content)
        self._held_frames += len(content) // FRAME_BYTES
        if self._held_frames > self.spool.frames:
            self.hand_over()

    def hand_over(self) -> None:
        """Let the machine go on, if it does not yet. Raises DiskFull or ComposeError."""
        if not self.is_begun_here:
            return
        self.close()
        self.spool.rewind()
        for content in self._held:
            self.spool.write_bytes(memoryview(content))
        self._held.clear()

    def close(self) -> None:
        """End what is composed here."""
        beginning, self._beginning = self._beginning, None
        if beginning is not None:
            beginning.close()

    def wait(self, link: socket.socket, seconds: float) -> bool:
        """Wait until something arrives, and compose meanwhile what the ear needs; False where nothing does."""
        deadline = time.monotonic() + seconds
        while True:
            spare = self.patience.measure_lead() - AHEAD if self._beginning and not self._is_whole else inf
            pause = min(deadline - time.monotonic(), spare)
            if select.select([link], [], [], max(0.0, pause))[0]:
                return True
            if time.monotonic() >= deadline:
                return False
            self._compose()

    def _compose(self) -> None:
        if self._beginning is not None:
            try:
                next(self._beginning)
            except StopIteration:
                self._is_whole = True


def run_job(job: Job, spool: SpoolWriter, report: Report, client: Path, here: Here) -> int:
    """Make the song on the farm, or `here`; report as `composer.worker.run_job` does, and return the status."""

    def make() -> Done | Passed:
        steps = FirstBegun(report)
        done = None if read_finished(job) else _make_on_farm(job, spool, steps.report, client, here)
        if done is None:
            spool.rewind()
            return _tell_patched(here.compose(steps.report), spool, report)
        return _tell_patched(done, spool, report)

    try:
        return report_result(make, report)
    finally:
        spool.close()


def _tell_patched(done: Done | Passed, spool: SpoolWriter, report: Report) -> Done | Passed:
    if spool.is_patched:
        report(Noticed("two machines made it that do not agree in every sample, so its sound changed in the middle"))
    return done


def _make_on_farm(job: Job, spool: SpoolWriter, report: Report, client: Path, here: Here) -> Done | None:
    """None where it is to be composed here. Raises DiskFull, ComposeError or OSError where that would not help."""
    with closing(Intake(spool, here.begin(report) if here.begin else None)) as intake:
        for attempt in range(ATTEMPTS):
            if attempt:
                spool.rewind()
            try:
                with _ask(job, client) as link:
                    return _receive(job, link, report, intake)
            except Lost as error:
                log.warning("%s: %s", job.song, error)
                if intake.is_begun_here or not spool.frames:
                    return None
    return None


def _ask(job: Job, client: Path) -> socket.socket:
    link = socket.socket(socket.AF_UNIX)
    try:
        link.settimeout(SILENT[0])
        link.connect(str(client))
        link.sendall(msgspec.json.encode(job) + b"\n")
    except OSError as error:
        link.close()
        raise Lost(f"the farm client cannot be asked: {error.strerror or error}") from None
    return link


def _receive(job: Job, link: socket.socket, report: Report, intake: Intake) -> Done:
    """Take in one machine's song. Raises Lost."""
    with SongFolder(Path(job.directory)) as folder:
        for kind, content in _read_messages(link, _choose_patience(job, intake), intake):
            if kind == FRAMES:
                intake.push(content)
            elif kind == COMPLETE:
                intake.hand_over()
                intake.spool.close()
            elif kind == FILE:
                _keep_file(content, folder.path)
            elif kind == STEP:
                step = _read_step(content)
                if isinstance(step, Failed) and job.program and intake.spool.frames and not step.is_disk_full:
                    raise ProgramError(step.reason, step.provenance)  # it would fail again
                if isinstance(step, Failed):
                    raise Lost(step.reason)
                if isinstance(step, Done):
                    intake.hand_over()
                    return publish_song(folder, job, _adopt(job, step))
                report(Advanced(round(intake.spool.frames / RATE, 3)) if isinstance(step, Advanced) else step)
    raise Lost("the machine that made it is away")


def _choose_patience(job: Job, intake: Intake) -> float:
    """Seconds to wait for the first sound."""
    if intake.is_begun_here:
        return FIRST_BEGUN
    return FIRST_AWAITED if job.is_awaited or intake.spool.frames else FIRST


def _read_messages(link: socket.socket, first: float, intake: Intake) -> Iterator[tuple[bytes, bytes]]:
    """All messages until the other end closes. Raises Lost."""
    unpacker = Unpacker()
    seconds = first
    while True:
        if not intake.wait(link, seconds):
            raise Lost("nothing more came from the machine that made it")
        try:
            data = link.recv(CHUNK)
        except OSError as error:
            raise Lost(f"the farm client is away: {error.strerror or error}") from None
        if not data:
            return
        try:
            yield from unpacker.push(data)
        except ComposeError as error:
            raise Lost(str(error)) from None
        seconds = intake.patience.measure()


def _keep_file(content: bytes, folder: Path) -> None:
    """Raises Lost, or OSError where it cannot be written."""
    try:
        name, data = split_file(content)
    except ComposeError as error:
        raise Lost(str(error)) from None
    (folder / name).write_bytes(data)


def _read_step(content: bytes) -> Step:
    """Raises Lost where the machine says what is no step of a song."""
    try:
        step: Step = msgspec.json.decode(content, type=Step)
    except msgspec.DecodeError:
        raise Lost("the farm sent what is no step") from None
    if isinstance(step, Passed):
        raise Lost("the farm sent what is no song")
    return step


def _adopt(job: Job, done: Done) -> Done:
    """The result as one of this job's. Raises Lost where it is another's."""
    if (done.song, done.generator, done.seed, done.parameters) != (job.song, job.generator, job.seed, job.parameters):
        raise Lost("the farm sent another song")
    return done
