"""One mount on its way to Icecast: connecting, sending, losing it and trying again, driven by the blocks themselves.

No thread and no waiting: each block that comes is the occasion for the next step. Clock, connection, encoder and chance
are passed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from common.config import Mount
from common.types import Seconds
from common.wire import MountState
from streamer.backoff import Backoff
from streamer.block import NOTHING, Block, Item, Title
from streamer.codecs.containers import Comments
from streamer.codecs.encoder import Encoder
from streamer.delivery import Delivery
from streamer.icecast import IcecastConnection, OffAir

PATIENCE: Final = Seconds(5.0)
"""So long may Icecast take to accept a stream, and so much sound may wait for it to be taken."""


COVER: Final = Seconds(2.0)
"""So long a standby that has only just begun is waited for."""


@dataclass(frozen=True)
class CameOnAir:
    mount: str


@dataclass(frozen=True)
class WentOffAir:
    mount: str
    reason: str


MountEvent = CameOnAir | WentOffAir


class Uplink:
    """Takes blocks and titles in order; raises nothing. `report` hears of each change, from the calling thread."""

    def __init__(
        self,
        mount: Mount,
        dial: Callable[[], IcecastConnection],
        encoder: Callable[[], Encoder],
        set_title: Callable[[Title], None],
        report: Callable[[MountEvent], None],
        clock: Callable[[], float],
        random: Callable[[], float],
        delivery: Delivery,
        comments: Callable[[Title], Comments] | None = None,
        covered: Callable[[], bool] = lambda: True,
    ) -> None:
        """`comments`: each title begins a logical stream of its own, with these in its head.

        `covered`: whether listeners would be caught if this process died. At first that is waited for, a little.
        """
        self._mount = mount
        self._dial = dial
        self._new_encoder = encoder
        self._set_title = set_title
        self._comments = comments
        self._covered = covered
        self._uncovered_until = clock() + COVER
        self._report = report
        self._clock = clock
        self._backoff = Backoff(random)
        self._delivery = delivery
        self._link: IcecastConnection | None = None
        self._encoder: Encoder | None = None
        self._title: Title | None = None
        self._trouble = ""
        self._due = self._since = clock()
        self.dropped = 0

    @property
    def on_air(self) -> bool:
        return self._encoder is not None

    def state(self) -> MountState:
        seconds = self._clock() - self._since
        mount = self._mount
        return MountState(
            mount.path, mount.format, mount.bitrate, self.on_air, seconds, self._trouble, dropped=self.dropped
        )

    def take(self, item: Item) -> None:
        try:
            if isinstance(item, Title):
                self._retitle(item)
            else:
                self._pass_on(item)
        except OffAir as error:
            self._lost(str(error))

    def close(self) -> None:
        """Let go of Icecast, without a word."""
        link, self._link = self._link, None
        encoder, self._encoder = self._encoder, None
        self._delivery.stop()
        if link:
            link.close()
        if encoder:
            encoder.close()

    def _retitle(self, title: Title) -> None:
        self._title = title
        if self._encoder is None:
            return
        if self._comments:
            self._encoder.relink(self._comments(title))
        self._set_title(title)

    def _pass_on(self, block: Block) -> None:
        if not self.on_air:
            self._connect()
        if self._link is None or self._encoder is None:
            self.dropped += 1
            return
        encoder = self._encoder
        data = encoder.encode_silence(block.frames) if block.samples is None else encoder.encode(block.samples)
        if data:
            self._link.send(data)
        if self._link.backlog > self._mount.bitrate * 1000 / 8 * PATIENCE:
            raise OffAir("Icecast takes no more sound")
        if fault := self._delivery.find_fault(self._clock()):
            raise OffAir(fault)

    def _connect(self) -> None:
        """One step towards the air. Where Icecast answers again, whatever was being waited for is not."""
        now = self._clock()
        if self._link and self._link.opened():
            self._came(now)
        elif self._delivery.consume_retry():
            self._backoff.restart()
            self.close()
            self._begin(now)
        elif self._link is None and now >= self._due and (now >= self._uncovered_until or self._covered()):
            self._uncovered_until = now
            self._begin(now)
        elif self._link and now >= self._due:
            raise OffAir("Icecast does not answer")

    def _begin(self, now: float) -> None:
        self._due = now + PATIENCE
        self._link = self._dial()
        if self._link.opened():
            self._came(now)

    def _came(self, now: float) -> None:
        assert self._link is not None
        self._encoder = self._new_encoder()
        self._since = now
        self._trouble = ""
        self._delivery.start(now)
        comments = self._comments(self._title or NOTHING) if self._comments else ()
        self._link.send(self._encoder.header(comments))
        if self._title is not None:
            self._set_title(self._title)
        self._report(CameOnAir(self._mount.path))

    def _lost(self, reason: str) -> None:
        now = self._clock()
        if self.on_air:
            self._backoff.held(now - self._since)
            self._since = now
        self.close()
        self._due = now + self._backoff.wait()
        if reason != self._trouble:
            self._trouble = reason
            self._report(WentOffAir(self._mount.path, reason))
