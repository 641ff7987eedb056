"""Sound in the making, as the open descriptors that bot, worker and streamer share.

A `Spool` is a song that grows while it is played; `Pipes` are those that somebody handed to the station to be heard.
Knows descriptors; nothing of jobs.
"""

import itertools
import os
import socket
import tempfile
from pathlib import Path
from typing import IO, cast

from bandstand.bot.child import STANDARD
from bandstand.common.jobs import GROWTH_FD, HANDOVER_FD, SPOOL_FD
from bandstand.common.types import FRAME_BYTES


class Spool:
    """A song in the making: an unnamed file of frames, and the end of a pipe that is open while it grows.

    Where the song `is_live`, the frames come out of the pipe. `hand_over` gives the worker a descriptor.
    """

    def __init__(self, folder: Path) -> None:
        """Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = cast(IO[bytes], tempfile.TemporaryFile(dir=folder, buffering=0))  # noqa: SIM115
        self.is_live = False
        try:
            self._growth, self._growing = os.pipe()
            self._ours, self._workers = socket.socketpair()
        except OSError:
            self._file.close()
            raise

    def list_for_worker(self) -> dict[int, int | str]:
        """The descriptors of a worker, by its own numbers."""
        return {**STANDARD, SPOOL_FD: self._file.fileno(), GROWTH_FD: self._growing,
                HANDOVER_FD: self._workers.fileno()}  # fmt: skip

    def leave_to_worker(self) -> None:
        """Close our copy of what only the worker may hold open: that it is closed says that nothing more comes."""
        os.close(self._growing)
        self._workers.close()

    def count_frames(self) -> int:
        """How many there are by now."""
        return os.fstat(self._file.fileno()).st_size // FRAME_BYTES

    def hand_over(self, descriptor: int) -> None:
        """Give the worker a copy of this descriptor, which is closed here. Raises OSError."""
        try:
            socket.send_fds(self._ours, [b"\0"], [descriptor])
        finally:
            os.close(descriptor)

    def duplicate(self) -> tuple[int, int | None]:
        """New descriptors of the file and of the pipe, or of the live pipe alone, for whoever plays it."""
        if self.is_live:
            return os.dup(self._growth), None
        audio = os.dup(self._file.fileno())
        try:
            return audio, os.dup(self._growth)
        except OSError:
            os.close(audio)
            raise

    def close(self) -> None:
        self._file.close()
        self._ours.close()
        os.close(self._growth)


class Pipes:
    """Descriptors of pipes that were given to the station to be heard, each until its job is begun."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._open: dict[int, int] = {}

    def put(self, descriptor: int) -> int:
        """Keep it, under the number that comes back."""
        number = next(self._numbers)
        self._open[number] = descriptor
        return number

    def take(self, number: object) -> int | None:
        return self._open.pop(number, None) if isinstance(number, int) else None

    def drop(self, number: int) -> None:
        """Close it, if it was not taken."""
        descriptor = self.take(number)
        if descriptor is not None:
            os.close(descriptor)
