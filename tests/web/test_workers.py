"""Several workers on one port: they are started again, and end with their parent."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from bandstand.web.workers import _Parent, build_worker

PROGRAM = """
import os, sys
print(os.getpid(), file=open(sys.argv[1], "a"), flush=True)
print("ready", flush=True)
sys.stdin.read()
"""


def test_a_worker_is_told_its_configuration_and_its_socket() -> None:
    assert build_worker(["--config", "x"], 5)[-6:] == ["-m", "bandstand.web", "--config", "x", "--worker", "5"]


async def wait_for_lines(path: Path, count: int) -> list[int]:
    while not path.exists() or path.read_text().count("\n") < count:
        await asyncio.sleep(0.01)
    return [int(line) for line in path.read_text().split()]


@pytest.mark.slow
def test_one_that_dies_is_started_again_and_all_end_with_the_parent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pids = tmp_path / "pids"

    async def work(descriptor: int) -> None:
        parent = _Parent([sys.executable, "-c", PROGRAM, str(pids)], descriptor)
        running = asyncio.create_task(parent.run(2))
        first, _ = await wait_for_lines(pids, 2)
        os.kill(first, signal.SIGKILL)
        await wait_for_lines(pids, 3)
        parent.end()
        await running

    with socket.create_server(("127.0.0.1", 0)) as listening:
        asyncio.run(asyncio.wait_for(work(listening.fileno()), 60))
    assert capsys.readouterr().out == "ready\n"
    running = [pid for pid in pids.read_text().split() if Path(f"/proc/{pid}").exists()]
    assert running == []
