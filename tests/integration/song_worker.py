"""A song worker as a process, started with its two descriptors as the bot starts it. For tests only."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from bandstand.common.generators import Generator
from bandstand.common.jobs import GROWTH_FD, SPOOL_FD, Job, Step, Value
from bandstand.common.types import SongCode

PATIENCE = 280
"""Seconds; only a worker that hangs needs them."""
SHORT: dict[str, Value] = {"seconds": 20}
"""Of a song, the shortest that there is: workers are niced, and on a busy machine each second of sound takes long."""


class Worker:
    """A worker and the bot's ends of its descriptors."""

    def __init__(self, directory: Path, *arguments: str, spool: int | None = None, limit: int | None = None) -> None:
        self.directory = directory
        self.spool = os.open(directory, os.O_TMPFILE | os.O_RDWR, 0o600) if spool is None else spool
        self.growth, growth = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-c", PLACE, str(self.spool), str(growth), str(limit or ""), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(self.spool, growth),
        )
        os.close(growth)

    def give(
        self,
        song: str = "abc",
        generator: str = "band",
        seed: int = 5,
        *,
        is_awaited: bool = False,
        program: Generator | None = None,
        **parameters: Value,
    ) -> None:
        asked: dict[str, Value] = parameters or ({} if program else SHORT)
        job = Job(
            song=SongCode(song),
            generator=generator,
            seed=seed,
            parameters=asked,
            directory=str(self.directory / "songs" / song),
            is_awaited=is_awaited,
            program=program,
        )
        self.line(msgspec.json.encode(job))

    def line(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data + b"\n")
        self.process.stdin.flush()

    def end(self) -> tuple[int, list[Step], str]:
        """(exit status, steps, log)"""
        out, log = self.process.communicate(timeout=PATIENCE)
        steps = [msgspec.json.decode(line, type=Step) for line in out.splitlines()]
        return self.process.returncode, steps, log.decode()

    def sound(self) -> bytes:
        return os.pread(self.spool, os.fstat(self.spool).st_size, 0)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.communicate()
        os.close(self.spool)
        os.close(self.growth)


PLACE = f"""
import fcntl, os, resource, sys
spool, growth, limit = sys.argv[1:4]
spare = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 50) for fd in (spool, growth)]
for number, fd in zip(({SPOOL_FD}, {GROWTH_FD}), spare):
    os.dup2(fd, number)
os.closerange(5, 100)
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
os.execv(sys.executable, [sys.executable, "-m", "bandstand.composer", *sys.argv[4:]])
"""
"""Puts the descriptors where a worker looks for them, and becomes the worker."""
