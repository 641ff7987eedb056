"""The worker's side of `common.jobs`: it writes the growing spool, and sends steps to the bot as lines of JSON.

A reader or a bot that is gone does not stop the song: errors of the pipes to them are ignored.
"""

import array
import contextlib
import errno
import fcntl
import hashlib
import os
import select
import termios
from collections.abc import Callable, Iterator
from typing import Final

import msgspec
import numpy as np

from bandstand.common.errors import ComposeError
from bandstand.common.files import is_full
from bandstand.common.jobs import LIVE_BYTES, Step
from bandstand.common.types import CHANNELS, FRAME_BYTES, Frames
from bandstand.composer.audio import Block
from bandstand.composer.pace import Pace

Report = Callable[[Step], None]
"""Sends a step to the bot."""
PROGRESS_SECONDS: Final = 0.25
"""Shortest time between two reports of progress."""
DRAIN_MILLISECONDS: Final = 50
"""Between two looks at whether a pipe was read to its end."""


class DiskFull(ComposeError):
    """There is no room for the song."""

    def __init__(self, error: OSError) -> None:
        is_limit = error.errno == errno.EFBIG
        super().__init__(
            "a file may not become so large here (ulimit -f, or the kind of disk)"
            if is_limit
            else "the disk is full; make room where the station keeps its songs and its spool"
        )


class NobodyListens(ComposeError):
    """Live sound has lost its reader."""

    def __init__(self) -> None:
        super().__init__("nobody listens any more")


class PipeWriter:
    """Writes whole frames to a pipe that holds a few seconds, and waits while it is full: the pace is its reader's.

    Takes the place of a `SpoolWriter` for live sound, of which nothing is kept.
    """

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self.frames = Frames(0)
        """Frames written so far."""
        os.set_blocking(pipe, True)
        with contextlib.suppress(OSError):  # then it holds less
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, LIVE_BYTES)

    @property
    def checksum(self) -> str:
        """Empty: there is no whole that it could be of."""
        return ""

    def write(self, block: Block) -> None:
        """Write a block. Raises NobodyListens if there is no reader any more."""
        data = memoryview(block.astype("<f4").tobytes())
        try:
            while data:
                data = data[os.write(self._pipe, data) :]
        except BrokenPipeError:
            raise NobodyListens from None
        self.frames = Frames(self.frames + len(block))

    def close(self) -> None:
        """Wait until all was read, or nobody reads any more. The pipe ends with the process."""
        poll = select.poll()
        poll.register(self._pipe, 0)
        while _count_unread(self._pipe) and not poll.poll(DRAIN_MILLISECONDS):
            pass


def _count_unread(pipe: int) -> int:
    counted = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, counted)
    return counted[0]


class SpoolWriter:
    """Appends whole frames to the spool. Writes a byte to the growth pipe after each write, and closes it at the end.

    `spool` and `growth` are open descriptors; only `growth` is closed here. `pace` is told of what is written.
    """

    def __init__(self, spool: int, growth: int, pace: Pace | None = None) -> None:
        self._spool = spool
        self._growth = growth
        self._pace = pace
        self._is_open = True
        self._digest = hashlib.sha256()
        self._again: hashlib._Hash | None = None
        self._again_bytes = 0
        self.is_patched = False
        """What came after a `rewind` was not the same as before, so that the sound changes there."""
        self.frames = Frames(0)
        """Frames written so far."""
        os.set_blocking(growth, False)

    @property
    def checksum(self) -> str:
        """SHA-256 of all frames so far, hexadecimal."""
        return self._digest.hexdigest()

    def rewind(self) -> None:
        """The song comes once more from its first frame, made by somebody else: what is here already is compared, not
        written again, and the spool grows from where it was."""
        self._again, self._again_bytes = hashlib.sha256(), 0

    def write(self, block: Block) -> None:
        """Append a block. Raises DiskFull or ComposeError; the spool then ends with the last whole frame."""
        self.write_bytes(np.ascontiguousarray(block, "<f4").reshape(-1).view(np.uint8).data)

    def write_bytes(self, data: memoryview) -> None:
        """As `write`, for whole frames as the spool has them."""
        if self._again is not None:
            data = self._leave_out_known(data, self._again)
            if not data:
                return
        written = 0
        try:
            while written < len(data):
                written += os.write(self._spool, data[written:])
        except OSError as error:
            with contextlib.suppress(OSError):  # a spool that is not a file cannot be truncated
                os.ftruncate(self._spool, (self.frames + written // FRAME_BYTES) * FRAME_BYTES)
            if is_full(error):
                raise DiskFull(error) from None
            raise ComposeError(f"the spool cannot be written: {error.strerror}") from None
        self.frames = Frames(self.frames + len(data) // FRAME_BYTES)
        self._digest.update(data)
        if not self._is_open:
            return
        with contextlib.suppress(BlockingIOError, BrokenPipeError):  # if the pipe is full, the reader will wake anyway
            os.write(self._growth, b"\0")
        if self._pace:
            self._pace.note_written(self.frames)

    def _leave_out_known(self, data: memoryview, again: "hashlib._Hash") -> memoryview:
        """What of it is new, after a `rewind`; the rest is compared with what is here."""
        known = data[: self.frames * FRAME_BYTES - self._again_bytes]
        again.update(known)
        self._again_bytes += len(known)
        if self._again_bytes == self.frames * FRAME_BYTES:
            self.is_patched |= again.digest() != self._digest.digest()
            self._again = None
        return data[len(known) :]

    def open_pipe(self) -> PipeWriter:
        """The growth pipe for the frames themselves, in place of this spool."""
        self._is_open = False
        if self._pace:
            self._pace.end()
        return PipeWriter(self._growth)

    def read_blocks(self, count: int) -> Iterator[Block]:
        """Read back all frames, `count` at a time. Raises ComposeError if they are not there."""
        for at in range(0, self.frames, count):
            wanted = min(count, self.frames - at) * FRAME_BYTES
            data = os.pread(self._spool, wanted, at * FRAME_BYTES)
            if len(data) < wanted:
                raise ComposeError("the spool cannot be read back, so the song is not kept")
            yield np.frombuffer(data, "<f4").reshape(-1, CHANNELS)

    def close(self) -> None:
        """Tell the reader that the spool is complete. A second call does nothing."""
        if self._is_open:
            self._is_open = False
            os.close(self._growth)
            if self._pace:
                self._pace.end()


class StepWriter:
    """Writes steps to a descriptor, one line of JSON each."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def report(self, step: Step) -> None:
        """Write one step. Does nothing if the bot is gone."""
        line = memoryview(msgspec.json.encode(step) + b"\n")
        with contextlib.suppress(BrokenPipeError):
            while line:
                line = line[os.write(self._fd, line) :]
