"""The station's time of day: it goes on evenly, whatever somebody does to the machine's clock.

What is stored has a time, and is shown as so long ago; so an hour by which the clock is set must not be in between. But
a clock that is set was wrong before, and dates should be right in the end. So the station's time runs at the pace of a
clock that nobody sets, a little faster or slower until it agrees with the machine's again (as adjtime(3) does it): an
hour takes a day. Only a clock that is off by more than a day, as on a machine without a battery before it has asked the
network, is taken over at once.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

PACE: Final = 0.04
"""Seconds by which each second may be longer or shorter."""
AT_ONCE: Final = 86_400.0
"""Seconds; a greater difference is taken over at once."""


def read_elapsed() -> float:
    """Seconds that go on evenly and while the machine sleeps, too."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SteadyClock:
    """Unix time in seconds that never goes back, except where `wall` differs by more than `AT_ONCE`."""

    def __init__(self, wall: Callable[[], float] = time.time, elapsed: Callable[[], float] = read_elapsed) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._time = wall()
        self._read = elapsed()
        self._lock = threading.Lock()  # the database has a thread of its own

    def __call__(self) -> float:
        with self._lock:
            return self._go_on()

    def _go_on(self) -> float:
        now = self._elapsed()
        passed, self._read = max(0.0, now - self._read), now
        self._time += passed
        wall = self._wall()
        difference = wall - self._time
        if abs(difference) > AT_ONCE:
            self._time = wall
        else:
            self._time += max(-PACE * passed, min(PACE * passed, difference))
        return self._time
