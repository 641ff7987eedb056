"""One mount's connection to Icecast: connecting, sending, losing it and trying again.

The streamer's mounts and the standby's are the same code; what they send differs (`MountStream`). A connection is in
one of three states: there is none, and the next attempt is due at some time; it is begun, and Icecast has some seconds
to accept it; it is on the air. It is given up if Icecast refuses it or does not answer, if it is lost, if more and more
bytes wait to be sent, or if Icecast does not pass the sound on (`streamer.delivery`). The next attempt is made when
`common.backoff` says, or when the delivery monitor notices that Icecast answers again, whichever comes first.

Pure: no thread and no waiting. Each call is the occasion for the next step; clock, dialling and random source are
passed in. Needs neither Twisted nor NumPy nor a codec, so that the standby stays small.
"""

from collections.abc import Callable
from typing import Final, Protocol

from bandstand.common.backoff import Backoff
from bandstand.common.types import Seconds
from bandstand.streamer.delivery import Delivery
from bandstand.streamer.icecast import IcecastConnection, OffAir

PATIENCE: Final = Seconds(5.0)
"""Icecast may take so long to accept a stream, and so much sound may wait to be sent."""


class MountStream(Protocol):
    """What is sent through a connection, and who hears of its changes."""

    def is_ready(self) -> bool:
        """Whether a connection may be begun now; asked again at each step."""

    def begin(self) -> bytes:
        """Icecast has accepted the stream: what it begins with. Raises OffAir if there is nothing to send."""

    def end(self) -> None:
        """Nothing more is sent; may be called without `begin`."""

    def report(self, trouble: str) -> None:
        """The mount came on the air (empty), or went off it or cannot come on it for another reason than before."""


class MountConnection:
    """Raises nothing. Used by one thread, but for `on_air`, `seconds` and `trouble`."""

    def __init__(
        self,
        stream: MountStream,
        dial: Callable[[], IcecastConnection],
        delivery: Delivery,
        clock: Callable[[], float],
        random: Callable[[], float],
        patience: Seconds = PATIENCE,
    ) -> None:
        """`dial` begins to connect, or raises OffAir; `clock` counts seconds and is monotonic; `random` is that of
        `Backoff`; `patience` is for Icecast to accept the stream."""
        self._stream = stream
        self._dial = dial
        self._delivery = delivery
        self._clock = clock
        self._backoff = Backoff(random)
        self._patience = patience
        self._icecast: IcecastConnection | None = None
        self._due = self._since = clock()
        """When the next attempt is due, or, while one is under way, when it is given up."""
        self.on_air = False
        self.trouble = ""
        """Why the mount is off the air; empty while it is on it, and before the first failure."""

    @property
    def seconds(self) -> float:
        """Since the mount last went on or off the air."""
        return self._clock() - self._since

    @property
    def backlog(self) -> int:
        """Bytes that wait to be sent."""
        return self._icecast.backlog if self._icecast else 0

    def connect(self) -> bool:
        """Take the next step towards the air, if the mount is not on it; returns whether it is then."""
        if not self.on_air:
            try:
                self._advance(self._clock())
            except OffAir as error:
                self._give_up(str(error))
        return self.on_air

    def send(self, data: bytes, most_waiting: float) -> None:
        """Send `data` on a mount that is on the air.

        The connection is given up if more than `most_waiting` bytes wait to be sent besides these.
        """
        assert self._icecast is not None
        try:
            if data:
                self._icecast.send(data)
            if self._icecast.backlog > most_waiting + len(data):
                raise OffAir("Icecast takes no more sound")
            if fault := self._delivery.find_fault(self._clock()):
                raise OffAir(fault)
        except OffAir as error:
            self._give_up(str(error))

    def close(self) -> None:
        """Let go of Icecast, without a report."""
        icecast, self._icecast = self._icecast, None
        self.on_air = False
        self._delivery.stop()
        self._stream.end()
        if icecast:
            icecast.close()

    def _advance(self, now: float) -> None:
        if self._icecast and self._icecast.opened():
            self._begin(self._icecast, now)
            return
        if self._delivery.consume_retry():  # Icecast is back: neither a wait nor an attempt from before counts
            self._backoff.restart()
            self.close()
            self._due = now
        if self._icecast is None:
            if now >= self._due and self._stream.is_ready():
                self._due = now + self._patience
                self._icecast = self._dial()
                if self._icecast.opened():
                    self._begin(self._icecast, now)
        elif now >= self._due:
            raise OffAir("Icecast does not answer")

    def _begin(self, icecast: IcecastConnection, now: float) -> None:
        header = self._stream.begin()
        self.on_air, self.trouble, self._since = True, "", now
        self._delivery.start(now)
        icecast.send(header)
        self._stream.report("")

    def _give_up(self, reason: str) -> None:
        now = self._clock()
        if self.on_air:
            self._backoff.record_success(now - self._since)
            self._since = now
        self.close()
        self._due = now + self._backoff.next_wait()
        if reason != self.trouble:
            self.trouble = reason
            self._stream.report(reason)
