"""One mount of the streamer: takes what the bus offers, encodes it and sends it to Icecast.

`EncodedMount` is the work itself, driven by the blocks: no thread, no waiting, and everything from outside passed in.
`Output` is the thread around it. The queue between bus and thread is bounded, so a mount that cannot keep up loses
sound of its own and holds up nothing else. Each counter is written by one thread alone, since `+=` on a shared one
loses counts.

Of several blocks that come at once (`streamer.bus`), the last is encoded with the others, and its bytes are held back
for as long as the block before it lasts, or until something else comes. So the thread works half as often as sound is
sent, and Icecast, and after a crash the listener, never waits longer for bytes than one block lasts.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from bandstand.common.config import Mount
from bandstand.common.types import RATE, Seconds
from bandstand.common.wire import MountState
from bandstand.streamer.block import NOTHING, Block, Item, Mark, Title
from bandstand.streamer.codecs.containers import Comments
from bandstand.streamer.codecs.encoder import Encoder
from bandstand.streamer.connection import PATIENCE, MountConnection
from bandstand.streamer.delivery import Delivery
from bandstand.streamer.heard import SpanBegan, SpanFinder
from bandstand.streamer.icecast import IcecastConnection
from bandstand.streamer.titles import Titles

LONGEST_QUEUE: Final = 1000
"""Items; more than the bus makes at once when it was late."""
STANDBY_WAIT: Final = Seconds(2.0)
"""At first a standby that has just started is waited for, but no longer than this."""


@dataclass(frozen=True)
class CameOnAir:
    mount: str


@dataclass(frozen=True)
class WentOffAir:
    mount: str
    reason: str


MountEvent = CameOnAir | WentOffAir | SpanBegan


class MountHeartbeat(Protocol):
    """See `streamer.heartbeat`."""

    def record_sent(self, now: float) -> None: ...

    def record_off_air(self) -> None: ...


@dataclass(frozen=True)
class MountParts:
    """What a mount is given from outside."""

    dial: Callable[[], IcecastConnection]
    """Begins to connect; raises OffAir."""
    new_encoder: Callable[[], Encoder]
    set_title: Callable[[Title], None]
    """Sets the title beside the stream; does not wait."""
    report: Callable[[MountEvent], None]
    """Told of each change, by the thread that pushes."""
    clock: Callable[[], float]
    """Seconds, monotonic."""
    random: Callable[[], float]
    """Numbers from 0 to 1."""
    delivery: Delivery
    comments: Callable[[Title], Comments] | None = None
    """If given, each title begins a logical stream of its own, with these in its head."""
    heartbeat: "MountHeartbeat | None" = None
    """Is told of each block, so that the standby notices when none is sent."""
    has_standby: Callable[[], bool] = lambda: True
    """Whether a standby would catch the listeners if this process died."""


class EncodedMount:
    """A `streamer.connection.MountStream` with its connection. Takes blocks and titles in order; raises nothing."""

    def __init__(self, mount: Mount, parts: MountParts) -> None:
        self._mount = mount
        self._parts = parts
        self._connection = MountConnection(self, parts.dial, parts.delivery, parts.clock, parts.random)
        self._most_waiting = mount.bitrate * 1000 / 8 * PATIENCE
        """Bytes of sound that may wait to be sent."""
        self._standby_awaited_until = parts.clock() + STANDBY_WAIT
        self._encoder: Encoder | None = None
        self._title: Title | None = None
        self._spans = SpanFinder(mount.path)
        self._before = Block(0, None)
        """The last block that came."""
        self._held = b""
        self._held_until = 0.0
        self.dropped = 0
        """Blocks that were thrown away while the mount was off the air; written by the thread that pushes, and no
        other."""

    @property
    def on_air(self) -> bool:
        return self._connection.on_air

    def state(self, queue_dropped: int = 0) -> MountState:
        """The mount as the bot sees it; `queue_dropped` blocks were lost on the way here."""
        mount, connection = self._mount, self._connection
        dropped = self.dropped + queue_dropped
        return MountState(
            path=mount.path,
            format=mount.format,
            bitrate=mount.bitrate,
            on_air=connection.on_air,
            seconds=connection.seconds,
            trouble=connection.trouble,
            dropped=dropped,
        )

    def push(self, item: Item) -> None:
        """Send the next block, or show this title from the next block on, or take in where a cue is from then on."""
        if isinstance(item, Mark):
            self._spans.take_mark(item)
            return
        self.send_held()
        if isinstance(item, Title):
            self._retitle(item)
        elif self._connection.connect() and self._encoder:
            self._push_block(item, self._encoder)
        else:
            self.dropped += 1

    def _push_block(self, block: Block, encoder: Encoder) -> None:
        before, self._before = self._before, block
        data = encoder.encode_silence(block.frames) if block.samples is None else encoder.encode(block.samples)
        if before.behind and not block.behind:
            self._held, self._held_until = data, self._parts.clock() + before.frames / RATE
        else:
            self._send(data)
        for begun in self._spans.find(block, encoder.find_place(block.frames)):
            self._parts.report(begun)

    @property
    def held_for(self) -> Seconds | None:
        """Seconds until `send_held` is to be called, unless something is pushed before; None if nothing is held."""
        return Seconds(max(0.0, self._held_until - self._parts.clock())) if self._held else None

    def send_held(self) -> None:
        """Send what was held back of the last block."""
        if self._held:
            data, self._held = self._held, b""
            self._send(data)

    def _send(self, data: bytes) -> None:
        self._connection.send(data, self._most_waiting)
        if self._parts.heartbeat and self._connection.on_air:
            self._parts.heartbeat.record_sent(self._parts.clock())

    def close(self) -> None:
        """Send what is held back, and let go of Icecast, without a report."""
        self.send_held()
        self._connection.close()

    def is_ready(self) -> bool:
        """Whether listeners would be caught, or have been waited for long enough."""
        now = self._parts.clock()
        if now < self._standby_awaited_until and not self._parts.has_standby():
            return False
        self._standby_awaited_until = now
        return True

    def begin(self) -> bytes:
        self._encoder = self._parts.new_encoder()
        return self._encoder.header(self._parts.comments(self._title or NOTHING) if self._parts.comments else ())

    def end(self) -> None:
        if self._parts.heartbeat:
            self._parts.heartbeat.record_off_air()
        self._held = b""
        encoder, self._encoder = self._encoder, None
        if encoder:
            encoder.close()

    def report(self, trouble: str) -> None:
        if trouble:
            self._parts.report(WentOffAir(self._mount.path, trouble))
            return
        if self._parts.heartbeat:  # a streamer may stand still before it sends its first sound
            self._parts.heartbeat.record_sent(self._parts.clock())
        if self._title is not None:
            self._parts.set_title(self._title)
        self._parts.report(CameOnAir(self._mount.path))

    def _retitle(self, title: Title) -> None:
        self._title = title
        if self._encoder is None:
            return
        if self._parts.comments:
            self._encoder.begin_next_stream(self._parts.comments(title))
        self._parts.set_title(title)


class Output:
    """A mount's thread. Starts with `start`; `offer` never waits, and is called by one thread, the bus's."""

    def __init__(self, mount: EncodedMount, titles: Titles | None) -> None:
        self._mount = mount
        self._titles = titles
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)
        self._overflowed = 0
        """Blocks that found the queue full; written by the bus's thread, and no other."""

    def start(self) -> None:
        if self._titles:
            self._titles.start()
        self._thread.start()

    @property
    def on_air(self) -> bool:
        return self._mount.on_air

    def state(self) -> MountState:
        return self._mount.state(self._overflowed)

    def offer(self, item: Item) -> None:
        if isinstance(item, Block) and self._queue.qsize() >= LONGEST_QUEUE:
            self._overflowed += 1
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
        while True:
            try:
                item = self._queue.get(timeout=self._mount.held_for)
            except queue.Empty:
                self._mount.send_held()
                continue
            if item is None:
                break
            self._mount.push(item)
        self._mount.close()
