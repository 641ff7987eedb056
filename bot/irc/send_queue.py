"""What the bot has yet to say, sent at a rate that no network minds: a burst, then a message every so often.

Networks disconnect clients that send too fast ("Excess Flood"). A burst of 4 messages and then one in 1.5 s is within
the limits of those that were measured: ngircd passes on about 3 a second, InspIRCd with fakelag a burst of 11 and
then one a second. Knows no connection: `write` is given each message when it is due.
"""

from collections import deque
from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from bandstand.common.timers import Timers
from bandstand.common.token_bucket import TokenBucket

BURST = 4
SECONDS_PER_MESSAGE = 1.5
CAPACITY = 40
"""Messages that may wait: a minute of talk. Those beyond are dropped."""

log = Logger()


class SendQueue:
    def __init__(self, clock: IReactorTime, write: Callable[[str], None]) -> None:
        """`clock` must be monotonic."""
        self._clock = clock
        self._write = write
        self._waiting: deque[str] = deque()
        self._bucket = TokenBucket(rate=1 / SECONDS_PER_MESSAGE, burst=BURST)
        self._timers = Timers(clock)
        self._dropped = 0

    def send(self, message: str) -> bool:
        """Send the message when it is due; False if it was dropped because too many wait."""
        if len(self._waiting) >= CAPACITY:
            self._dropped += 1
            return False
        self._waiting.append(message)
        self._send_due()
        return True

    def send_at_once(self, message: str) -> None:
        """Send the message before all that wait, and without a token: an answer to the server itself."""
        self._write(message)

    def clear(self) -> None:
        """Drop what waits; the connection has ended."""
        self._waiting.clear()
        self._timers.clear()

    def _send_due(self) -> None:
        while self._waiting:
            wait = self._bucket.take(self._clock.seconds())
            if wait:
                self._timers.start("due", wait, self._send_due)
                return
            self._write(self._waiting.popleft())
        self._timers.cancel("due")
        if self._dropped:
            log.warn("{number} messages were not sent to IRC: too many were waiting", number=self._dropped)
            self._dropped = 0
