"""Reads raw frames (`common.types.FRAME_BYTES`) from a file that may still be growing.

The file is read with os.pread, since the offset behind a descriptor is shared with the process that sent it. A read may
end inside a frame; those bytes are read again when the frame is whole, so frames are the unit everywhere. Knows the
file and the pipe that tells of its growth; nothing of the playout.
"""

import os
import select
import threading
from typing import Final

import numpy as np

from bandstand.common.types import CHANNELS, FRAME_BYTES, RATE, Frames
from bandstand.streamer.block import Pieces, zeros

PIECE: Final = RATE // 10 * FRAME_BYTES
BEGINNING: Final = Frames(0)


class PipeReader:
    """Raw frames of a pipe, as they come: live sound, whose source waits when its reader does. Takes it over."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._woken, self._waker = os.pipe()
        self._lock = threading.Lock()
        self._open = True

    def pieces(self) -> Pieces:
        """The frames, of shape (any, CHANNELS), to the end of the pipe; an empty piece before it waits for more."""
        rest = b""
        try:
            while True:
                if not _is_readable(self._pipe, self._woken, 0):
                    yield zeros(0)
                if not _is_readable(self._pipe, self._woken, None):
                    return
                data = os.read(self._pipe, PIECE)
                if not data:
                    return
                data = rest + data
                whole = len(data) // FRAME_BYTES * FRAME_BYTES
                rest = data[whole:]
                if whole:
                    yield np.frombuffer(data[:whole], dtype="<f4").reshape(-1, CHANNELS)
        finally:
            with self._lock:
                self._open = False
                for fd in (self._pipe, self._woken, self._waker):
                    os.close(fd)

    def wake(self) -> None:
        """End `pieces` even if it is waiting. May be called by any thread."""
        with self._lock:
            if self._open:
                os.write(self._waker, b"!")


def _is_readable(pipe: int, woken: int, milliseconds: int | None) -> bool:
    """Wait until there is something in the pipe, or its end; False after that time, or if woken."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    poll.register(woken, select.POLLIN)
    ready = {fd for fd, _ in poll.poll(milliseconds)}
    return pipe in ready and woken not in ready


class SpoolReader:
    """Takes over both descriptors. `growth` is the reading end of a pipe: a byte in it says that there is more."""

    def __init__(self, audio: int, growth: int | None) -> None:
        self._audio = audio
        self._growth = growth
        self._woken, self._waker = os.pipe()
        self._lock = threading.Lock()
        self._open = True

    def pieces(self, start: Frames = BEGINNING) -> Pieces:
        """The frames from `start` on in order, of shape (any, CHANNELS). Waits for frames that are still to be written;
        gives an empty piece before it waits. The bytes of a frame that never becomes whole are left out."""
        offset, growing = start * FRAME_BYTES, self._growth is not None
        try:
            while True:
                data = os.pread(self._audio, PIECE, offset)
                whole = len(data) // FRAME_BYTES * FRAME_BYTES
                offset += whole
                if whole:
                    yield np.frombuffer(data[:whole], dtype="<f4").reshape(-1, CHANNELS)
                elif growing:
                    yield zeros(0)
                    growing = self._grew()
                else:
                    return
        finally:
            self._close()

    def wake(self) -> None:
        """End `pieces` even if it is waiting. May be called by any thread."""
        with self._lock:
            if self._open:
                os.write(self._waker, b"!")

    def _grew(self) -> bool:
        """Wait until the file has grown; False if it will not grow any more."""
        assert self._growth is not None
        poll = select.poll()
        poll.register(self._growth, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        ready = {fd for fd, _ in poll.poll()}
        return self._woken not in ready and bool(os.read(self._growth, 4096))

    def _close(self) -> None:
        with self._lock:
            self._open = False
            for fd in (self._audio, self._growth, self._woken, self._waker):
                if fd is not None:
                    os.close(fd)
