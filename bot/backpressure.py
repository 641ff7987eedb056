"""Whether the other end of a connection reads what it is sent. Knows nothing of what is sent."""

from collections.abc import Callable

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


@implementer(IPushProducer)
class Gauge:
    """Told by the transport when its buffer is full; `unread` is for the writer to count what it writes all the same.
    `on_room` is called when the buffer has room again."""

    def __init__(self, on_room: Callable[[], None] = lambda: None) -> None:
        self._on_room = on_room
        self.full = False
        self.unread = 0

    def pauseProducing(self) -> None:
        self.full = True

    def resumeProducing(self) -> None:
        self.full, self.unread = False, 0
        self._on_room()

    def stopProducing(self) -> None:
        """The connection ends; its owner hears of that from the transport."""
