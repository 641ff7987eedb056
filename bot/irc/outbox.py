"""What is to be said, at a pace that no network minds: a burst, then a line every so often, and few lines kept.

Knows lines and time, no connection: `write` is given each line when its turn has come.
"""

from collections import deque
from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

BURST = 4
SECONDS_A_LINE = 1.5
WAITING = 40
"""Lines kept: a minute of talk. What comes on top is not said any more."""

log = Logger()


class Outbox:
    def __init__(self, clock: IReactorTime, write: Callable[[str], None]) -> None:
        self._clock = clock
        self._write = write
        self._waiting: deque[str] = deque()
        self._tokens = float(BURST)
        self._counted = clock.seconds()
        self._next: IDelayedCall | None = None
        self._dropped = 0

    def say(self, line: str) -> bool:
        """Write the line in its turn; False if too many wait already."""
        if len(self._waiting) >= WAITING:
            self._dropped += 1
            return False
        self._waiting.append(line)
        self._go_on()
        return True

    def say_now(self, line: str) -> None:
        """Before everything that waits, and at no cost: an answer to the server itself."""
        self._write(line)

    def clear(self) -> None:
        """Forget what waits; the connection has ended."""
        self._waiting.clear()
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _go_on(self) -> None:
        now = self._clock.seconds()
        self._tokens = min(BURST, self._tokens + (now - self._counted) / SECONDS_A_LINE)
        self._counted = now
        while self._waiting and self._tokens >= 1:
            self._tokens -= 1
            self._write(self._waiting.popleft())
        if self._waiting and self._next is None:
            self._next = self._clock.callLater((1 - self._tokens) * SECONDS_A_LINE, self._turn)
        elif not self._waiting and self._dropped:
            log.warn("{number} lines were not said on IRC: too many were waiting", number=self._dropped)
            self._dropped = 0

    def _turn(self) -> None:
        self._next = None
        # The clock may have rounded down: without this a line could wait for one more turn of next to nothing.
        self._tokens += 1e-6
        self._go_on()
