"""Runs a generator's program as a process: starts it, watches its limits, reads its output, and ends it.

The process begins as a stage (`stage.py`), which becomes the program. It is ended with all processes that it has
started, also those that left its group (`common/descendants.py`). Knows pipes, signals and deadlines, and nothing of
sound.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from types import TracebackType
from typing import IO, Final

import msgspec

from bandstand.common import generators
from bandstand.common.descendants import (
    kill_descendants,
    list_children,
    list_descendants,
    signal_all,
    uses_more_memory,
)
from bandstand.common.errors import ComposeError
from bandstand.common.priority import Sessions
from bandstand.common.text import one_line
from bandstand.composer.generators.messages import MessageReader
from bandstand.composer.generators.stage import NOT_STARTED, StageRequest
from bandstand.composer.generators.staging import Stage

READ_SIZE: Final = 1 << 16
"""Bytes."""
MOST_READS: Final = 16
"""From a pipe at once: a pipe has at most 1 MiB."""
GRACE: Final = 0.3
"""Seconds between SIGTERM and SIGKILL."""
LOOK: Final = 0.1
"""Seconds between two looks at its memory."""
DRAIN: Final = 1.0
"""Seconds without data after which output is closed if the program has ended and another process holds it open."""
MIB: Final = 1 << 20
SIGNALLED: Final = 128
"""bubblewrap, as shells do, ends with this and the signal's number if a signal ended its program."""
VALID_SIGNALS: Final = frozenset(int(number) for number in signal.valid_signals())


class GeneratorProcess:
    """One run of a program, as a context manager that ends it on exit.

    `stage` is the waiting process (`staging.py`), and `request` what it is to become. The reader sets `is_audible` at
    the first audible sound, which ends the deadline for silence. `messages` has what the program wrote to standard
    error.
    """

    def __init__(self, generator: generators.Generator, stage: Stage, request: StageRequest) -> None:
        self.is_audible = False
        self.messages = MessageReader()
        self._limits = generator
        self.on_look: Callable[[], None] = lambda: None
        """Called again and again while the program runs."""
        self._request = request
        self._writes_file = generator.writes_file
        self._began = time.monotonic()
        self._selector = selectors.DefaultSelector()
        self._pidfd = -1
        self._ended_at: float | None = None
        self._process = stage.process
        self._is_bubblewrap = stage.is_bubblewrap
        self._others = {child for child in list_children(os.getpid()) if child != stage.process.pid}
        """Children of this process that have nothing to do with the program."""
        self._looked = 0.0
        """When its memory was measured last."""
        self._sessions = Sessions()

    def __enter__(self) -> "GeneratorProcess":
        pid = self._process.pid
        self._pidfd = os.pidfd_open(pid)
        for stream in (self._process.stderr, self._process.stdout):
            assert stream is not None
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ)
        self._selector.register(self._pidfd, selectors.EVENT_READ)
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it was killed
            self._process.stdin.write(msgspec.json.encode(self._request) + b"\n")
            self._process.stdin.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._selector.close()
        os.close(self._pidfd)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream:
                stream.close()

    @property
    def status(self) -> int | None:
        """The exit status; the negative signal number if a signal ended it; None while it runs."""
        status = self._process.returncode
        if self._is_bubblewrap and status is not None and status - SIGNALLED in VALID_SIGNALS:
            return SIGNALLED - status
        return status

    def read_sound(self) -> Generator[bytes, None, None]:
        """Yield standard output as it comes, until the program has ended. Raises ComposeError at a deadline."""
        while self._selector.get_map() and not self._is_drained():
            ready = {key.fileobj for key, _ in self._selector.select(self._compute_timeout())}
            if not ready:
                self._check_deadlines()
            if self._process.stderr in ready:  # first, because facts are written before the sound
                self._read_messages()
            if self._pidfd in ready:
                self._selector.unregister(self._pidfd)
                self._ended_at = time.monotonic()
                self._process.wait()
            if self._process.stdout in ready:
                yield from self._read_output()
            self._check_deadlines()
            self.on_look()
        self._read_messages()

    def _read_output(self) -> Iterator[bytes]:
        assert self._process.stdout is not None
        data = _read(self._process.stdout)
        if data == b"":
            self._selector.unregister(self._process.stdout)
        elif data and self._writes_file:
            self.messages.push(data)
        elif data:
            self._ended_at = self._ended_at and time.monotonic()
            yield data

    def _read_messages(self) -> None:
        """Read what is available on standard error, and no more than a pipe holds: some programs never stop talking."""
        stream = self._process.stderr
        assert stream is not None
        data: bytes | None = None
        for _ in range(MOST_READS):
            if not (data := _read(stream)):
                break
            self.messages.push(data)
        if data == b"" and stream in {key.fileobj for key in self._selector.get_map().values()}:
            self._selector.unregister(stream)

    def _is_drained(self) -> bool:
        """Whether the program has ended, and a process that it started keeps the output open without writing."""
        return self._ended_at is not None and time.monotonic() - self._ended_at > DRAIN

    def _compute_timeout(self) -> float:
        """Seconds until the next deadline."""
        now = time.monotonic()
        deadlines = [self._looked + LOOK]
        if not self._limits.live:
            deadlines.append(self._began + self._limits.timeout)
        if not self.is_audible and not self._writes_file:
            deadlines.append(self._began + self._limits.silence)
        if self._ended_at is not None:
            deadlines.append(self._ended_at + DRAIN)
        return max(0.0, min(deadlines) - now) + 0.001

    def _check_deadlines(self) -> None:
        took, limits = time.monotonic() - self._began, self._limits
        if self._ended_at is not None:
            return
        self._look_at_processes()
        if not self.is_audible and not self._writes_file and took > limits.silence:
            raise ComposeError(f"there was nothing to be heard within {limits.silence:g} s (its limit silence)")
        if took > limits.timeout and not limits.live:
            raise ComposeError(f"it was not finished within {limits.timeout:g} s (its limit timeout)")

    def _look_at_processes(self) -> None:
        """Whether they use too much memory; new sessions have to give way."""
        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        running = self._list_all()
        self._sessions.give_way(running)
        if uses_more_memory(running, self._limits.memory * MIB):
            raise ComposeError(f"it needed more than {self._limits.memory} MiB of memory (its limit memory)")

    def _list_all(self) -> list[int]:
        """The program and everything that it has started."""
        return list_descendants(os.getpid(), self._others)

    def explain_failure(self) -> str:
        """Say in a sentence why the program failed; empty if it ended with exit status 0."""
        status = self.status
        if not status:
            return ""
        last = self.messages.last_line
        limits = self._limits
        if status == -signal.SIGXCPU:
            return f"it took more than {limits.processor:g} s of processor time (its limit processor)"
        if status == -signal.SIGXFSZ or "File too large" in last:
            return f"it wrote a file of more than {limits.disk} MiB (its limit disk)"
        if status == NOT_STARTED and self._request.argv and last.startswith(f"{self._request.argv[0]} cannot be"):
            return one_line(last, 200)
        what = f"it was ended by {_name_signal(-status)}" if status < 0 else f"it ended with exit status {status}"
        return f"{what}: {one_line(last, 200)}" if last else f"{what} and said nothing on standard error"

    def _end(self) -> None:
        """End the program and everything that it has started."""
        told = [pid for pid in self._list_all() if not (self._is_bubblewrap and pid == self._process.pid)]
        signal_all(told, signal.SIGTERM)  # bubblewrap's end would be the immediate end of all in the sandbox
        if self._process.returncode is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
        main = self._process.pid if self._process.returncode is None else 0
        kill_descendants(os.getpid(), self._others, main)
        self._process.wait()


def _read(stream: IO[bytes]) -> bytes | None:
    """Read what is available: None if nothing is, empty at the end."""
    return stream.read(READ_SIZE)


def _name_signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
