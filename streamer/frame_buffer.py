"""The frame buffer: a bounded store between the thread that decodes frames and the bus that plays them.

One writer, one reader; the reader never waits for the writer. Knows nothing of where the frames come from.
"""

import threading
from collections import deque
from typing import Final

import numpy as np

from bandstand.common.types import RATE, Frames
from bandstand.streamer.block import Samples, zeros

CAPACITY: Final = Frames(3 * RATE)
"""3 s, more than the longest delay that the bus makes up for at once (`bus.LATEST`)."""
REFILL: Final = Frames(2 * RATE)
"""The writer is woken when no more than this is left, so that it works once a second and not for every block."""


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
        """Store `samples`, of shape (frames, CHANNELS), whether there is room or not; drop them if it is closed."""
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
        """Raise the capacity so that at least `frames` frames are held from now on."""
        with self._changed:
            self._capacity = Frames(max(self._capacity, frames + CAPACITY))
            self._refill = Frames(max(self._refill, frames + REFILL))
            self._changed.notify()

    def finish(self, trouble: str = "") -> None:
        """Mark the end of the sound. `trouble` is a sentence if the sound ended before it should have."""
        with self._changed:
            self._finished = True
            self._trouble = trouble

    def read(self, frames: int) -> Samples:
        """Up to `frames` frames, of shape (frames, CHANNELS), which the caller may change."""
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
        """The first chunk, or its first `frames` frames."""
        chunk = self._chunks.popleft()
        if len(chunk) > frames:
            self._chunks.appendleft(chunk[frames:])
        return chunk[:frames]

    def close(self) -> None:
        """Drop everything: the reader wants no more."""
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
        """Frames that are left, or None while more may be written."""
        with self._changed:
            return Frames(self._held) if self._finished else None

    @property
    def ready(self) -> int:
        """Frames that can be read now."""
        return self._held

    @property
    def trouble(self) -> str:
        return self._trouble
