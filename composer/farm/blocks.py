"""A song's sound from the farm for somebody who has no station, such as `bandstand compose --count`.

The same that a station's worker does (receiver.py), with a temporary file for the spool: where the farm does not make
the song, or breaks off, it is composed here.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from bandstand.common.config import Config
from bandstand.common.errors import ComposeError
from bandstand.common.farm import FarmState
from bandstand.common.jobs import Failed, Job, Passed, Step
from bandstand.common.python import build_command
from bandstand.common.types import RATE
from bandstand.composer.audio import BLOCK_FRAMES, SINGLE_BLOCKS, SPAN, Block
from bandstand.composer.farm.receiver import Here, run_job
from bandstand.composer.spool import Report, SpoolWriter

LONGEST_STATE = 1 << 16
"""Bytes of a state's line."""


@contextmanager
def start_client(settings: Config) -> Iterator[tuple[Path, FarmState]]:
    """A farm client for as long as the context lasts: its socket, and what it found of the farm."""
    with tempfile.TemporaryDirectory(prefix="bandstand-") as folder:
        path = Path(folder) / "farm.sock"
        arguments = [
            "--farm", msgspec.json.encode(settings.farm).decode(), "--socket", str(path),
            "--soundfont", settings.composer.soundfont,
        ]  # fmt: skip
        command = build_command("bandstand.composer.farm.client", arguments)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
            try:
                yield path, _read_state(client)
            finally:
                client.terminate()


def _read_state(client: "subprocess.Popen[bytes]") -> FarmState:
    assert client.stdout is not None
    try:
        return msgspec.json.decode(client.stdout.readline(LONGEST_STATE), type=FarmState)
    except msgspec.DecodeError:
        return FarmState(trouble="the farm client does not run")


def make_blocks(job: Job, here: Iterable[Block], client: Path) -> Iterator[Block]:
    """Yield the song's sound once it is whole, from the farm or from `here`, cut as it was composed.

    Raises ComposeError.
    """
    with tempfile.TemporaryDirectory(prefix="bandstand-") as folder, tempfile.TemporaryFile() as file:
        growth, growing = os.pipe()
        spool = SpoolWriter(file.fileno(), growing)

        def compose(report: Report) -> Passed:
            for block in here:
                spool.write(block)
            return Passed(spool.frames / RATE)

        steps: list[Step] = []
        try:
            work = msgspec.structs.replace(job, directory=str(Path(folder) / "song"))
            run_job(work, spool, steps.append, client, Here(compose))
        finally:
            os.close(growth)
        if isinstance(steps[-1], Failed):
            raise ComposeError(steps[-1].reason)
        yield from _cut_as_composed(spool.read_blocks(BLOCK_FRAMES))


def _cut_as_composed(blocks: Iterator[Block]) -> Iterator[Block]:
    """The blocks of `audio.plan_blocks`: a file's dither depends on them."""
    yield from islice(blocks, SINGLE_BLOCKS)
    while several := list(islice(blocks, SPAN)):
        yield np.concatenate(several)
