"""Composers on a machine of the farm: the same workers as the station starts, one of them always waiting.

The machine takes the bot's place: it gives the worker its spool and its pipe, and reads its steps. A worker is started
by `posix_spawn`, in a session of its own, with only the descriptors that are meant for it. One whose machine process
has died finds its standard input closed, or ends after its song; what it leaves behind is removed by the next.

Knows processes and descriptors; neither Dask nor the network.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from bandstand.common.jobs import GROWTH_FD, SPOOL_FD, Done, Job, Step
from bandstand.common.paths import PARTIAL, SONG_FILE, SONG_FILES
from bandstand.common.python import build_command
from bandstand.composer.folder import remove_abandoned

WARM_AFTER: Final = 1.0
"""Seconds from a song's beginning to the start of the next worker, which would take the processor from it."""
ABOVE: Final = 20
"""Descriptors that go to a worker are kept above its own numbers for them."""
NAME: Final = "bandstand-farm"
CHUNK: Final = 1 << 16
decode_step = msgspec.json.Decoder(Step).decode


class Composer:
    """One worker: it waits, is given one job, and is ended by `close`."""

    def __init__(self, argv: list[str], folder: Path) -> None:
        """`folder` is where it keeps its spool, and makes its song. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        self._spool = os.open(self._folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self.growth, growing = os.pipe()
        self.steps, said = os.pipe()
        given, self._orders = os.pipe()
        self._sent = 0
        self._unread = b""
        self._shown: tuple[int, int] | None = None
        self.pid = _spawn(argv, {0: given, 1: said, SPOOL_FD: self._spool, GROWTH_FD: growing})
        for fd in (growing, said, given):
            os.close(fd)

    def give(self, job: Job) -> None:
        """Have it make this song."""
        here = msgspec.structs.replace(job, directory=str(self._folder / job.song), errors="")
        with suppress(BrokenPipeError):
            os.write(self._orders, msgspec.json.encode(here) + b"\n")

    def read_frames(self) -> Iterator[bytes]:
        """Yield the frames that are new, some at a time."""
        with suppress(OSError):
            os.set_blocking(self.growth, False)
            os.read(self.growth, CHUNK)
        while data := os.pread(self._spool, CHUNK, self._sent):
            self._sent += len(data)
            yield data

    def is_complete(self) -> bool:
        """Whether the sound is complete; asked where `growth` is readable, before the last `read_frames`."""
        os.set_blocking(self.growth, False)
        try:
            return not os.read(self.growth, CHUNK)
        except BlockingIOError:
            return False

    def read_steps(self) -> Iterator[Step] | None:
        """What it has said; None if it has ended. Called where `steps` is readable."""
        data = os.read(self.steps, CHUNK)
        if not data:
            return None
        *lines, self._unread = (self._unread + data).split(b"\n")
        return (decode_step(line) for line in lines)

    def read_score(self) -> bytes:
        """The score as far as it is composed, if there is more of it than last time."""
        for path in self._folder.glob(f"*{PARTIAL}*/{SONG_FILES['score']}"):
            with suppress(OSError):
                state = path.stat()
                if (stamp := (state.st_ino, state.st_mtime_ns)) != self._shown:
                    self._shown = stamp
                    return path.read_bytes()
        return b""

    def read_files(self, done: Done) -> Iterator[tuple[str, bytes]]:
        """Name and content of each file of the finished song. Raises OSError."""
        for path in sorted((self._folder / done.song).iterdir()):
            if path.name != SONG_FILE:
                yield path.name, path.read_bytes()

    def close(self) -> None:
        """End it, and remove what it made."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        for fd in (self._spool, self.growth, self.steps, self._orders):
            os.close(fd)
        shutil.rmtree(self._folder, ignore_errors=True)


def _spawn(argv: list[str], descriptors: dict[int, int]) -> int:
    """Start a process with these descriptors, the child's numbers first; standard error is ours."""
    spare = {number: fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, ABOVE) for number, fd in descriptors.items()}
    actions = [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in spare.items()]
    try:
        return os.posix_spawn(argv[0], argv, os.environ, file_actions=actions, setsid=True)
    finally:
        for fd in spare.values():
            os.close(fd)


class Composers:
    """The composers of this process. `take` may be called from any thread."""

    def __init__(self, soundfont: str, arguments: Sequence[str] = (), parent: Path | None = None) -> None:
        """`arguments`: further ones of each worker. `parent`: where they have a folder; None for that of temporary
        files."""
        parent = parent or Path(tempfile.gettempdir())
        remove_abandoned(parent / NAME)
        self._folder = parent / NAME / f"songs{PARTIAL}{os.getpid()}"
        self._argv = build_command("bandstand.composer", ["--soundfont", soundfont, *arguments])
        self._lock = threading.Lock()
        self._waiting: Composer | None = None
        self._timer: threading.Timer | None = None

    def take(self) -> Composer:
        """A composer for one job; another is started a moment later. Raises OSError."""
        with self._lock:
            taken, self._waiting = self._waiting, None
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(WARM_AFTER, self.warm)
            self._timer.daemon = True
            self._timer.start()
        return taken or self._start()

    def warm(self) -> None:
        """Have one waiting. Where none can be started, `take` says why."""
        with self._lock, suppress(OSError):
            if self._waiting is None:
                self._waiting = self._start()

    def close(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._waiting is not None:
                self._waiting.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> Composer:
        return Composer(self._argv, self._folder)
