"""Backpressure: whether the other end of a connection reads what it is sent.

Twisted's transports keep what a slow peer has not read yet, without a limit. They tell a registered producer when that
buffer is full; the writers here may write all the same, so they also count what they add to a full buffer and end the
connection when it is too much. Beside the adapters, because the admin socket and telnet have the same need and may not
import each other. Knows nothing of what is sent.
"""

from collections.abc import Callable

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


@implementer(IPushProducer)
class Backpressure:
    """Register it as the transport's streaming producer.

    `is_full`: the transport's buffer is full. `unread`: bytes that the writer has added since then, counted by the
    writer. `on_room` is called when the buffer has room again.
    """

    def __init__(self, on_room: Callable[[], None] = lambda: None) -> None:
        self._on_room = on_room
        self.is_full = False
        self.unread = 0

    def pauseProducing(self) -> None:
        self.is_full = True

    def resumeProducing(self) -> None:
        self.is_full, self.unread = False, 0
        self._on_room()

    def stopProducing(self) -> None:
        """The connection ends; its owner hears of that from the transport."""
