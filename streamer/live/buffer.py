"""What has come of a DJ's sound and is still to be heard: between the thread that decodes it and the bus.

While nobody hears it, the oldest is dropped. One that is heard begins where the jitter says (`jitter.py`), so that the
delay is as short as the way of the sound allows; from then on it goes on frame by frame, and where the buffer is fuller
or emptier than it needs to be for `SETTLED` seconds, a few milliseconds are taken out or put in (`splice.py`).

One writer, one reader; neither waits for the other. Knows nothing of where the sound comes from.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from bandstand.common.types import RATE, Frames
from bandstand.streamer.block import Samples, zeros
from bandstand.streamer.live.jitter import Jitter, Reading
from bandstand.streamer.live.splice import NEEDED, lengthen, shorten

CAPACITY: Final = Frames(6 * RATE)
"""No more is kept. It is the longest delay that a DJ's sound may have, too."""
SETTLED: Final = 5.0
"""Seconds for which the delay has to be wrong before it is corrected."""
TOLERANCE: Final = RATE // 16
"""Frames, 62 ms, by which it may be wrong."""


class LiveBuffer:
    """`clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._chunks: deque[Samples] = deque()
        self._jitter = Jitter()
        self._reading = Reading()
        self._came = 0
        """Frames that have come since the connection was made."""
        self._held = 0
        self._wrong_since: float | None = None
        self._is_late = False

    def restart(self) -> None:
        """There is another connection: what was left of the one before is dropped."""
        with self._lock:
            self._chunks.clear()
            self._jitter = Jitter()
            self._came = self._held = 0
            self._wrong_since = None

    def append(self, samples: Samples) -> None:
        """Store what has just come, of shape (frames, CHANNELS)."""
        if not len(samples):
            return
        with self._lock:
            self._jitter.record(self._clock(), self._came)
            self._chunks.append(samples)
            self._came += len(samples)
            self._held += len(samples)
            if self._held > CAPACITY:
                self._drop(self._held - CAPACITY)

    @property
    def ready(self) -> int:
        """Frames that can be read now."""
        return self._held

    @property
    def delay(self) -> float:
        """Seconds for which what comes now would wait."""
        return self._held / RATE

    def expect_read(self, frames: int) -> None:
        """The bus takes so many frames now, of this or of what stands in for it."""
        self._reading.record(self._clock(), frames)

    def begin(self) -> bool:
        """Drop what is older than it has to be, so that reading can begin; False while there is too little for it."""
        with self._lock:
            ahead = self._find_ahead()
            if ahead is None or not 0 <= ahead < self._held:
                return False
            self._drop(ahead)
            self._wrong_since = None
            return True

    def read(self, frames: int) -> Samples:
        """Up to `frames` frames, which the caller may change; fewer if there are no more."""
        with self._lock:
            self._correct(frames)
            wanted = min(frames, self._held)
            taken: list[Samples] = []
            while (missing := wanted - _count(taken)) > 0:
                taken.append(self._take(missing))
            self._held -= wanted
        if len(taken) == 1:
            return taken[0].copy()
        return np.concatenate(taken) if taken else zeros(0)

    def _find_ahead(self) -> int | None:
        """By how many frames there is more than is needed; None where nothing is known yet."""
        moment = self._reading.find_moment()
        wanted = self._jitter.find_frame(self._clock() if moment is None else moment)
        return None if wanted < 0 else wanted - (self._came - self._held)

    def _correct(self, frames: int) -> None:
        """Take some milliseconds out, or put some in, where the delay has been wrong for long."""
        ahead = self._find_ahead()
        if ahead is None or abs(ahead) < TOLERANCE:
            self._wrong_since = None
            return
        now = self._clock()
        if self._wrong_since is None or self._is_late != (ahead > 0):
            self._wrong_since, self._is_late = now, ahead > 0
        if now - self._wrong_since < SETTLED or self._held < (frames + 2 * NEEDED if ahead > 0 else NEEDED):
            return
        self._splice(shorten if ahead > 0 else lengthen)
        self._wrong_since = now - SETTLED + 1.0  # again in a second, if that was not enough

    def _splice(self, change: Callable[[Samples], Samples]) -> None:
        """Change the oldest of what is kept."""
        pieces = [self._take(NEEDED)]
        while _count(pieces) < NEEDED:
            pieces.append(self._take(NEEDED - _count(pieces)))
        before = np.concatenate(pieces)
        after = change(before)
        self._held += len(after) - len(before)
        self._chunks.appendleft(after)

    def _drop(self, frames: int) -> None:
        frames = min(frames, self._held)
        self._held -= frames
        while frames > 0:
            frames -= len(self._take(frames))

    def _take(self, frames: int) -> Samples:
        """The first chunk, or its first `frames` frames. `_held` is the caller's to change."""
        chunk = self._chunks.popleft()
        if len(chunk) > frames:
            self._chunks.appendleft(chunk[frames:])
        return chunk[:frames]


def _count(pieces: Sequence[Samples]) -> int:
    """Frames of all of them."""
    return sum(len(piece) for piece in pieces)
