"""A generator's program as a process: started with its limits, read until it ends, and ended whole.

Knows pipes, signals and deadlines; nothing of sound. A group of its own holds the program and whatever it starts.
"""

import contextlib
import os
import resource
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import IO, Final

from common import generators
from common.errors import ComposeError, Missing
from common.text import one_line
from composer.generators.words import Words

PIECE: Final = 1 << 16
GRACE: Final = 0.3
"""Seconds from the request to end until the end."""
LEFT_OPEN: Final = 1.0
"""Seconds for which a program that has ended is listened to while another still holds its output."""
MIB: Final = 1 << 20


def started(
    argv: Sequence[str], environment: Mapping[str, str], directory: str, *, asked: bool = False
) -> subprocess.Popen[bytes]:
    """The program, in a group of its own; `asked`: it is to be sent something. Raises Missing."""
    # The kernel ends the program when the worker is killed and cannot do it itself.
    guard = [shutil.which("setpriv") or "", "--pdeathsig", "KILL", "--"]
    try:
        return subprocess.Popen(
            [*(guard if guard[0] else []), *argv],
            stdin=subprocess.PIPE if asked else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=directory,
            env=dict(environment),
            bufsize=0,
            process_group=0,
        )
    except (OSError, ValueError) as error:
        raise Missing(f"{argv[0]} cannot be started: {error}") from None


class Child:
    """One run. `heard` is set by whoever reads, once there is something to be heard."""

    def __init__(self, generator: generators.Generator, process: subprocess.Popen[bytes], request: bytes = b"") -> None:
        self.heard = False
        self.words = Words()
        self._limits = generator
        self._request = request
        self._to_file = generator.writes_file
        self._began = time.monotonic()
        self._selector = selectors.DefaultSelector()
        self._pidfd = -1
        self._ended_at: float | None = None
        self._process = process

    def __enter__(self) -> "Child":
        pid = self._process.pid
        with contextlib.suppress(OSError):  # one that has ended already needs no limits
            self._limit(pid)
        self._pidfd = os.pidfd_open(pid)
        for stream in (self._process.stderr, self._process.stdout):
            assert stream is not None
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ)
        self._selector.register(self._pidfd, selectors.EVENT_READ)
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(self._request)
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

    def _limit(self, pid: int) -> None:
        allowed = self._limits
        processor = max(1, round(allowed.processor))
        resource.prlimit(pid, resource.RLIMIT_AS, (allowed.memory * MIB, allowed.memory * MIB))
        resource.prlimit(pid, resource.RLIMIT_CPU, (processor, processor + 5))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (allowed.disk * MIB, allowed.disk * MIB))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))

    @property
    def status(self) -> int | None:
        return self._process.returncode

    def sound(self) -> Generator[bytes, None, None]:
        """Standard output as it comes, until the program has ended. Raises ComposeError at a limit."""
        while self._selector.get_map() and not self._left():
            ready = {key.fileobj for key, _ in self._selector.select(self._patience())}
            if not ready:
                self._check()
            if self._process.stderr in ready:  # first, as what is said of the sound comes before it
                self._listen()
            if self._pidfd in ready:
                self._selector.unregister(self._pidfd)
                self._ended_at = time.monotonic()
                self._process.wait()
            if self._process.stdout in ready:
                yield from self._output()
            self._check()
        self._listen()

    def _output(self) -> Iterator[bytes]:
        assert self._process.stdout is not None
        data = _read(self._process.stdout)
        if data == b"":
            self._selector.unregister(self._process.stdout)
        elif data and self._to_file:
            self.words.push(data)
        elif data:
            self._ended_at = self._ended_at and time.monotonic()
            yield data

    def _listen(self) -> None:
        """Take in all that is waiting on standard error."""
        stream = self._process.stderr
        assert stream is not None
        while data := _read(stream):
            self.words.push(data)
        if data == b"" and stream in {key.fileobj for key in self._selector.get_map().values()}:
            self._selector.unregister(stream)

    def _left(self) -> bool:
        """Ended, while something that it started keeps its output open and says nothing."""
        return self._ended_at is not None and time.monotonic() - self._ended_at > LEFT_OPEN

    def _patience(self) -> float:
        now = time.monotonic()
        deadlines = [self._began + self._limits.timeout]
        if not self.heard and not self._to_file:
            deadlines.append(self._began + self._limits.silence)
        if self._ended_at is not None:
            deadlines.append(self._ended_at + LEFT_OPEN)
        return max(0.0, min(deadlines) - now) + 0.001

    def _check(self) -> None:
        took, limits = time.monotonic() - self._began, self._limits
        if self._ended_at is not None:
            return
        if not self.heard and not self._to_file and took > limits.silence:
            raise ComposeError(f"there was nothing to be heard within {limits.silence:g} s (its limit silence)")
        if took > limits.timeout:
            raise ComposeError(f"it was not finished within {limits.timeout:g} s (its limit timeout)")

    def verdict(self) -> str:
        """Why its end was no good one, empty where it was."""
        status = self._process.returncode
        if status == 0:
            return ""
        last = self.words.last
        limits = self._limits
        if status == -signal.SIGXCPU:
            return f"it took more than {limits.processor:g} s of processor time (its limit processor)"
        if status == -signal.SIGXFSZ or "File too large" in last:
            return f"it wrote a file of more than {limits.disk} MiB (its limit disk)"
        if "MemoryError" in last or "bad_alloc" in last or "annot allocate memory" in last:
            return f"it needed more than {limits.memory} MiB of memory (its limit memory)"
        what = f"it was ended by {_signal(-status)}" if status < 0 else f"it ended with exit status {status}"
        return f"{what}: {one_line(last, 200)}" if last else f"{what} and said nothing on standard error"

    def _end(self) -> None:
        """The whole group, whoever is left of it."""
        group = self._process.pid
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGTERM)
            if self._process.returncode is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(GRACE)
            os.killpg(group, signal.SIGKILL)
        self._process.wait()


def _read(stream: IO[bytes]) -> bytes | None:
    """What is there: None for nothing yet, empty at the end."""
    return stream.read(PIECE)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
