"""The worker's ends of what `common.jobs` describes: the growing spool, and the line of steps to the bot.

Both outlive whoever listens: a reader or a bot that is gone never stops the song.
"""

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator

import msgspec
import numpy as np

from common.errors import ComposeError
from common.jobs import Step
from common.types import CHANNELS, FRAME_BYTES, Frames
from composer.block import Block

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DiskFull(ComposeError):
    """There is no room for the song."""

    def __init__(self) -> None:
        super().__init__("the disk is full; make room where the station keeps its songs and its spool")


class Spool:
    """Whole frames go in; after each write a byte goes into the growth pipe, which is closed at the end."""

    def __init__(self, spool: int, growth: int) -> None:
        self._spool = spool
        self._growth = growth
        self._open = True
        self._digest = hashlib.sha256()
        self.frames = Frames(0)
        os.set_blocking(growth, False)

    @property
    def checksum(self) -> str:
        """Of every frame so far."""
        return self._digest.hexdigest()

    def write(self, block: Block) -> None:
        """Raises DiskFull, or ComposeError; the spool then ends with the last whole frame."""
        data = memoryview(block.astype("<f4").tobytes())
        written = 0
        try:
            while written < len(data):
                written += os.write(self._spool, data[written:])
        except OSError as error:
            with contextlib.suppress(OSError):  # a spool that is not a file has no length to cut
                os.ftruncate(self._spool, (self.frames + written // FRAME_BYTES) * FRAME_BYTES)
            if error.errno in FULL:
                raise DiskFull from None
            raise ComposeError(f"the spool cannot be written: {error.strerror}") from None
        self.frames = Frames(self.frames + len(block))
        self._digest.update(data)
        with contextlib.suppress(BlockingIOError, BrokenPipeError):  # full: a byte is waiting already
            os.write(self._growth, b"\0")

    def blocks(self, count: int) -> Iterator[Block]:
        """What was written, `count` frames at a time. Raises ComposeError where it is not there."""
        for at in range(0, self.frames, count):
            wanted = min(count, self.frames - at) * FRAME_BYTES
            data = os.pread(self._spool, wanted, at * FRAME_BYTES)
            if len(data) < wanted:
                raise ComposeError("the spool cannot be read back, so the song is not kept")
            yield np.frombuffer(data, "<f4").reshape(-1, CHANNELS)

    def close(self) -> None:
        """The spool will not grow."""
        if self._open:
            self._open = False
            os.close(self._growth)


class Steps:
    """One JSON line for each step on a descriptor."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def __call__(self, step: Step) -> None:
        line = memoryview(msgspec.json.encode(step) + b"\n")
        with contextlib.suppress(BrokenPipeError):
            while line:
                line = line[os.write(self._fd, line) :]
