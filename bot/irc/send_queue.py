"""What the bot has yet to say, sent at a rate that no network minds: a burst, then a message every so often.

Networks disconnect clients that send too fast ("Excess Flood"). A burst of 4 messages and then one in 1.5 s is within
the limits of those that were measured: ngircd passes on about 3 a second, InspIRCd with fakelag a burst of 11 and
then one a second.

So few messages have to be shared fairly. Each person has a line of their own, and the next message is always for the
person whose last one was longest ago, or who has had none: who asks for little is answered next, however much others
ask for. The lines are bounded, and a full queue drops from the longest. Messages of the bot itself (JOIN, what is
announced) go before all of them, what nobody asked for (a favourite begins) after them. Knows no connection: `write`
is given each message when it is due.
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
CAPACITY_OF_PERSON = 10
"""The same for one person."""
MAX_SERVED = 500
"""People of whom it is remembered when they had their last message."""
BOT = ""
"""Stands for the bot itself where others name a person."""
UNASKED = "*"
"""Stands for all those who are told something that they did not ask for: it waits until nobody else does."""

log = Logger()


class SendQueue:
    def __init__(self, clock: IReactorTime, write: Callable[[str], None]) -> None:
        """`clock` must be monotonic."""
        self._clock = clock
        self._write = write
        self._waiting: dict[str, deque[str]] = {}
        """By person; nobody's is empty. In the order in which they began to wait."""
        self._served: dict[str, None] = {}
        """People, the one whose last message was longest ago first."""
        self._bucket = TokenBucket(rate=1 / SECONDS_PER_MESSAGE, burst=BURST)
        self._timers = Timers(clock)
        self._dropped = 0

    def send(self, message: str, person: str = BOT) -> bool:
        """Send the message for this person when it is due; False if it was dropped because too many wait."""
        number = len(self._waiting.get(person, ()))
        if (person not in (BOT, UNASKED) and number >= CAPACITY_OF_PERSON) or not self._make_room(person, number):
            self._dropped += 1
            return False
        self._waiting.setdefault(person, deque()).append(message)
        self._send_due()
        return True

    def send_at_once(self, message: str) -> None:
        """Send the message before all that wait, and without a token: an answer to the server itself."""
        self._write(message)

    def clear(self) -> None:
        """Drop what waits; the connection has ended."""
        self._waiting.clear()
        self._timers.clear()

    def _make_room(self, person: str, number: int) -> bool:
        """Make room for one more message of somebody who has so many; False if nobody has clearly more."""
        if sum(map(len, self._waiting.values())) < CAPACITY:
            return True
        longest = max(self._waiting, key=lambda other: 0 if other == BOT else len(self._waiting[other]))
        if longest == BOT or (person != BOT and len(self._waiting[longest]) <= number + 1):
            return False
        self._waiting[longest].pop()
        if not self._waiting[longest]:
            del self._waiting[longest]
        self._dropped += 1
        return True

    def _send_due(self) -> None:
        while self._waiting:
            wait = self._bucket.take(self._clock.seconds())
            if wait:
                self._timers.start("due", wait, self._send_due)
                return
            self._write(self._take_next())
        self._timers.cancel("due")
        if self._dropped:
            log.warn("{number} messages were not sent to IRC: too many were waiting", number=self._dropped)
            self._dropped = 0

    def _take_next(self) -> str:
        person = self._choose_person()
        line = self._waiting[person]
        message = line.popleft()
        if not line:
            del self._waiting[person]
        self._served.pop(person, None)
        self._served[person] = None
        while len(self._served) > MAX_SERVED:
            del self._served[next(iter(self._served))]
        return message

    def _choose_person(self) -> str:
        """The bot itself, then whoever has had none, then whoever's last message was longest ago; what nobody asked for
        comes last."""
        if BOT in self._waiting:
            return BOT
        new = (person for person in self._waiting if person not in self._served and person != UNASKED)
        served = (person for person in self._served if person in self._waiting and person != UNASKED)
        return next(new, "") or next(served, UNASKED)
