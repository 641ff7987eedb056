"""Several processes that serve one port: a parent that listens and serves nothing, and workers that share its socket.

Workers are started by exec with the socket as a descriptor. The kernel gives each connection to one of them. One that
ends is started again. A worker's standard input is a pipe to the parent: it ends when the parent does, however that
ended. Each worker has its own connections to the bot, its own cache and its own rate limits.
"""

import asyncio
import logging
import random
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from bandstand.common.backoff import Backoff
from bandstand.common.python import build_command
from bandstand.web.serving import SIGNALS, say

log = logging.getLogger(__name__)

PATIENCE: Final = 1.8
"""Seconds from SIGTERM to SIGKILL; the bot gives this process 2.2."""
READY: Final = b"ready\n"


def build_worker(arguments: Sequence[str], descriptor: int) -> list[str]:
    """The words that start a worker; `arguments` name the configuration file."""
    return build_command("bandstand.web", [*arguments, "--worker", str(descriptor)])


def keep_workers(count: int, command: Sequence[str], listening: socket.socket) -> None:
    """Until a signal. Says `ready` when the first of them is."""
    asyncio.run(_Parent(command, listening.fileno()).run(count))


class _Parent:
    def __init__(self, command: Sequence[str], descriptor: int) -> None:
        self._command = command
        self._descriptor = descriptor
        self._is_ready = False
        self._ending = asyncio.Event()

    async def run(self, count: int) -> None:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGTERM:
                loop.add_signal_handler(number, self.end)
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(self._keep())

    def end(self) -> None:
        """End all workers, and then `run`."""
        self._ending.set()

    async def _keep(self) -> None:
        """Run one worker, and the next when it ends, until this process is to end."""
        backoff = Backoff(random.random, steady=5.0)
        while not self._ending.is_set():
            began = time.monotonic()
            worker = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                pass_fds=[self._descriptor],
            )  # fmt: skip
            listening = asyncio.create_task(self._hear(worker))
            await self._wait(worker)
            await listening
            backoff.record_success(time.monotonic() - began)
            if not self._ending.is_set():
                wait = backoff.next_wait()
                log.warning("a worker ended with %s; starting it again in %.1f s", worker.returncode, wait)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._ending.wait(), wait)

    async def _wait(self, worker: asyncio.subprocess.Process) -> None:
        """Until the worker has ended; it is asked to where this process is to end, and killed if that takes long."""
        gone = asyncio.create_task(worker.wait())
        ending = asyncio.create_task(self._ending.wait())
        await asyncio.wait([gone, ending], return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        with suppress(ProcessLookupError):
            if not gone.done():
                worker.terminate()
                await asyncio.wait([gone], timeout=PATIENCE)
            if not gone.done():
                worker.kill()
        await gone

    async def _hear(self, worker: asyncio.subprocess.Process) -> None:
        assert worker.stdout is not None
        while line := await worker.stdout.readline():
            if line == READY and not self._is_ready:
                self._is_ready = True
                say("ready")
