"""Runs a generator's program as a process: starts it, applies its limits, reads its output, and ends it.

The program has a process group of its own, with all processes that it starts, so that all of them can be ended. Knows
pipes, signals and deadlines, and nothing of sound.
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

from bandstand.common import generators
from bandstand.common.errors import ComposeError, Missing
from bandstand.common.text import one_line
from bandstand.composer.generators.messages import MessageReader

READ_SIZE: Final = 1 << 16
"""Bytes."""
GRACE: Final = 0.3
"""Seconds between SIGTERM and SIGKILL."""
DRAIN: Final = 1.0
"""Seconds without data after which output is closed if the program has ended and another process holds it open."""
MIB: Final = 1 << 20
Popen = subprocess.Popen[bytes]


def start_program(
    argv: Sequence[str], environment: Mapping[str, str], directory: str, *, has_input: bool = False
) -> Popen:
    """Start a program in a process group of its own, with a pipe for standard input if `has_input`.

    Raises Missing if it cannot be started.
    """
    # If the worker is killed, the kernel kills the program.
    guard = [shutil.which("setpriv") or "", "--pdeathsig", "KILL", "--"]
    try:
        return subprocess.Popen(
            [*(guard if guard[0] else []), *argv],
            stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=directory,
            env=dict(environment),
            bufsize=0,
            process_group=0,
        )
    except (OSError, ValueError) as error:
        raise Missing(f"{argv[0]} cannot be started: {error}") from None


class GeneratorProcess:
    """One run of a program, as a context manager that ends it on exit.

    `request` is written to its standard input. The reader sets `is_audible` at the first audible sound, which ends the
    deadline for silence. `messages` has what the program wrote to standard error.
    """

    def __init__(self, generator: generators.Generator, process: Popen, request: bytes = b"") -> None:
        self.is_audible = False
        self.messages = MessageReader()
        self._limits = generator
        self._request = request
        self._writes_file = generator.writes_file
        self._began = time.monotonic()
        self._selector = selectors.DefaultSelector()
        self._pidfd = -1
        self._ended_at: float | None = None
        self._process = process

    def __enter__(self) -> "GeneratorProcess":
        pid = self._process.pid
        with contextlib.suppress(OSError):  # the program may have ended already
            self._apply_limits(pid)
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

    def _apply_limits(self, pid: int) -> None:
        allowed = self._limits
        processor = max(1, round(allowed.processor))
        resource.prlimit(pid, resource.RLIMIT_AS, (allowed.memory * MIB, allowed.memory * MIB))
        resource.prlimit(pid, resource.RLIMIT_CPU, (processor, processor + 5))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (allowed.disk * MIB, allowed.disk * MIB))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))

    @property
    def status(self) -> int | None:
        """The exit status; the negative signal number if a signal ended it; None while it runs."""
        return self._process.returncode

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
        """Read all that is available on standard error."""
        stream = self._process.stderr
        assert stream is not None
        while data := _read(stream):
            self.messages.push(data)
        if data == b"" and stream in {key.fileobj for key in self._selector.get_map().values()}:
            self._selector.unregister(stream)

    def _is_drained(self) -> bool:
        """Whether the program has ended, and a process that it started keeps the output open without writing."""
        return self._ended_at is not None and time.monotonic() - self._ended_at > DRAIN

    def _compute_timeout(self) -> float:
        """Seconds until the next deadline."""
        now = time.monotonic()
        deadlines = [self._began + self._limits.timeout]
        if not self.is_audible and not self._writes_file:
            deadlines.append(self._began + self._limits.silence)
        if self._ended_at is not None:
            deadlines.append(self._ended_at + DRAIN)
        return max(0.0, min(deadlines) - now) + 0.001

    def _check_deadlines(self) -> None:
        took, limits = time.monotonic() - self._began, self._limits
        if self._ended_at is not None:
            return
        if not self.is_audible and not self._writes_file and took > limits.silence:
            raise ComposeError(f"there was nothing to be heard within {limits.silence:g} s (its limit silence)")
        if took > limits.timeout:
            raise ComposeError(f"it was not finished within {limits.timeout:g} s (its limit timeout)")

    def explain_failure(self) -> str:
        """Say in a sentence why the program failed; empty if it ended with exit status 0."""
        status = self._process.returncode
        if status == 0:
            return ""
        last = self.messages.last_line
        limits = self._limits
        if status == -signal.SIGXCPU:
            return f"it took more than {limits.processor:g} s of processor time (its limit processor)"
        if status == -signal.SIGXFSZ or "File too large" in last:
            return f"it wrote a file of more than {limits.disk} MiB (its limit disk)"
        if "MemoryError" in last or "bad_alloc" in last or "annot allocate memory" in last:
            return f"it needed more than {limits.memory} MiB of memory (its limit memory)"
        what = f"it was ended by {_name_signal(-status)}" if status < 0 else f"it ended with exit status {status}"
        return f"{what}: {one_line(last, 200)}" if last else f"{what} and said nothing on standard error"

    def _end(self) -> None:
        """End all processes of the group."""
        group = self._process.pid
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGTERM)
            if self._process.returncode is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(GRACE)
            os.killpg(group, signal.SIGKILL)
        self._process.wait()


def _read(stream: IO[bytes]) -> bytes | None:
    """Read what is available: None if nothing is, empty at the end."""
    return stream.read(READ_SIZE)


def _name_signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
