"""One mount's thread: takes what the bus offers and hands it to its uplink.

The queue between them is bounded, so a mount that cannot keep up loses sound of its own and holds up nothing else.
"""

import queue
import threading
from typing import Final

from common.types import Seconds
from common.wire import MountState
from streamer.block import Block, Item
from streamer.titles import Titles
from streamer.uplink import Uplink

LONGEST_QUEUE: Final = 1000
"""Items; more than the bus makes at once when it was late."""


class Output:
    """Starts with `start`; `offer` never waits, from any one thread."""

    def __init__(self, uplink: Uplink, titles: Titles | None) -> None:
        self._uplink = uplink
        self._titles = titles
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)

    def start(self) -> None:
        if self._titles:
            self._titles.start()
        self._thread.start()

    @property
    def on_air(self) -> bool:
        return self._uplink.on_air

    def state(self) -> MountState:
        return self._uplink.state()

    def offer(self, item: Item) -> None:
        if isinstance(item, Block) and self._queue.qsize() >= LONGEST_QUEUE:
            self._uplink.dropped += 1
        else:
            self._queue.put(item)

    def stop(self) -> None:
        """Ask the thread to let go of Icecast; `join` waits for it."""
        if self._titles:
            self._titles.stop()
        self._queue.put(None)

    def join(self, timeout: Seconds) -> None:
        self._thread.join(timeout)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            self._uplink.take(item)
        self._uplink.close()
