"""A bounded store of frames between the thread that decodes them and the bus that plays them.

Knows nothing of where the frames come from. One writer, one reader; the reader never waits for the writer.
"""

import threading
from collections import deque
from typing import Final

import numpy as np

from common.types import RATE, Frames
from streamer.block import Samples, zeros

CAPACITY: Final = Frames(5 * RATE // 2)
"""More than the longest delay that the bus makes up for at once."""
REFILL: Final = Frames(2 * RATE)
"""The writer is woken when no more than this is left, so that it works twice a second rather than for every block."""


class FrameBuffer:
    """Frames in order. It may exceed its capacity by the length of one offer."""

    def __init__(self, capacity: Frames = CAPACITY, refill: Frames = REFILL) -> None:
        self._capacity = capacity
        self._refill = refill
        self._chunks: deque[Samples] = deque()
        self._held = 0
        self._finished = False
        self._closed = False
        self._trouble = ""
        self._changed = threading.Condition()

    def offer(self, samples: Samples) -> None:
        """Store `samples`, whether there is room or not."""
        with self._changed:
            if len(samples) and not self._closed:
                self._chunks.append(samples)
                self._held += len(samples)

    def wait_for_room(self) -> bool:
        """Return when the buffer may be offered more; False if its reader has closed and wants nothing."""
        with self._changed:
            if self._held >= self._capacity:
                self._changed.wait_for(lambda: self._held <= self._refill or self._closed)
            return not self._closed

    def keep_ready(self, frames: Frames) -> None:
        """Hold at least so much from now on."""
        with self._changed:
            self._capacity = Frames(max(self._capacity, frames + CAPACITY))
            self._refill = Frames(max(self._refill, frames + REFILL))
            self._changed.notify()

    def finish(self, trouble: str = "") -> None:
        """Nothing more will be written; `trouble` says why, if that is not the proper end."""
        with self._changed:
            self._finished = True
            self._trouble = trouble

    def read(self, frames: int) -> Samples:
        """Up to `frames` frames, the caller's own."""
        with self._changed:
            wanted = min(frames, self._held)
            taken = [self._take(wanted)] if wanted else []
            while (got := sum(map(len, taken))) < wanted:
                taken.append(self._take(wanted - got))
            before, self._held = self._held, self._held - wanted
            if before > self._refill >= self._held:
                self._changed.notify()
        if len(taken) == 1:
            return taken[0]
        return np.concatenate(taken) if taken else zeros(0)

    def _take(self, frames: int) -> Samples:
        """The first chunk, or so much of it."""
        chunk = self._chunks.popleft()
        if len(chunk) > frames:
            self._chunks.appendleft(chunk[frames:])
        return chunk[:frames]

    def close(self) -> None:
        """Nothing more will be read."""
        with self._changed:
            self._closed = True
            self._chunks.clear()
            self._held = 0
            self._changed.notify()

    @property
    def ended(self) -> bool:
        return self._closed or (self._finished and not self._held)

    @property
    def remaining(self) -> Frames | None:
        """How much is left, once nothing more will be written."""
        with self._changed:
            return Frames(self._held) if self._finished else None

    @property
    def trouble(self) -> str:
        return self._trouble
