"""The standby: a silence on each mount's fallback at Icecast, so that nobody is dropped while the streamer is away.

A small process of its own: it sends what the streamer once encoded, and needs no reactor, no NumPy and no codec.
"""

import argparse
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from typing import Final

from common import config
from common.config import Config, Log, Mount
from common.errors import BandstandError
from common.lock import ProcessLock
from common.log_format import LEVELS, Record
from common.types import RATE, Seconds
from streamer import silence
from streamer.backoff import Backoff
from streamer.codecs.containers import CONTAINERS
from streamer.delivery import Delivery, DeliveryMonitor
from streamer.icecast import IcecastConnection, OffAir, ShoutConnection, fetch_bytes_received, probe
from streamer.silence import Silence

STEP: Final = Seconds(0.1)
"""How often silence is sent; a listener never waits longer for bytes."""
RETRY: Final = STEP
"""How often a silence that the streamer has not written yet is looked for: until it is there, nobody stands by."""
ENDINGS: Final = (signal.SIGTERM, signal.SIGINT)
LATEST: Final = Seconds(2.0)
"""More than this is not caught up."""


class Carrier:
    """One mount's silence, step by step. Knows neither thread nor signal; raises nothing."""

    def __init__(
        self,
        dial: Callable[[], IcecastConnection],
        read: Callable[[], Silence | None],
        report: Callable[[str, str], None],
        clock: Callable[[], float],
        chance: Callable[[], float],
        delivery: Delivery,
        stand: Callable[[bool], None],
    ) -> None:
        """`report` is given a level and what the mount is; `stand`, whether the silence is on the air."""
        self._dial = dial
        self._read = read
        self._report = report
        self._clock = clock
        self._backoff = Backoff(chance)
        self._delivery = delivery
        self._stand = stand
        self._link: IcecastConnection | None = None
        self._loop: Loop | None = None
        self._due = self._since = clock()
        self._trouble = ""

    def step(self) -> None:
        """Send what is due, or try to reach Icecast if that is due."""
        try:
            if self._link and self._loop:
                self._send(self._link, self._loop)
            elif self._link:
                self._open(self._link)
            elif self._delivery.consume_retry() or self._clock() >= self._due:
                self._link = self._dial() if self._read() else None
                self._due = self._clock() + (LATEST if self._link else RETRY)
        except OffAir as error:
            self._lost(str(error))

    def close(self) -> None:
        link, self._link, self._loop = self._link, None, None
        self._delivery.stop()
        self._stand(False)
        if link:
            link.close()

    def _open(self, link: IcecastConnection) -> None:
        if link.opened():
            packets = self._read()
            if packets is None:
                raise OffAir("the silence for it is gone")
            self._loop = Loop(packets, self._clock())
            self._since = self._clock()
            self._trouble = ""
            self._delivery.start(self._since)
            link.send(self._loop.header())
            self._stand(True)
            self._report("info", "on the air")
        elif self._clock() >= self._due:
            raise OffAir("Icecast does not answer")

    def _send(self, link: IcecastConnection, loop: "Loop") -> None:
        data = loop.due(self._clock())
        if data:
            link.send(data)
        if link.backlog > len(data) + loop.longest_backlog:
            raise OffAir("Icecast takes no more sound")
        if fault := self._delivery.find_fault(self._clock()):
            raise OffAir(fault)

    def _lost(self, reason: str) -> None:
        now = self._clock()
        if self._loop:
            self._backoff.held(now - self._since)
        self.close()
        self._due = now + self._backoff.wait()
        if reason != self._trouble:
            self._trouble = reason
            self._report("warn", f"off the air: {reason}")


class Loop:
    """Silence for ever, as much as time has passed since `origin`."""

    def __init__(self, packets: Silence, origin: float) -> None:
        self._packets = cycle(packets.packets)
        self._frame = packets.frame
        self._origin = origin
        self._sent = 0
        self._container = CONTAINERS[packets.format](random.getrandbits(32), packets.frame, packets.pre_skip, ())
        self.longest_backlog = sum(map(len, packets.packets)) * RATE // (packets.frame * len(packets.packets)) * 5
        """Bytes in five seconds."""

    def header(self) -> bytes:
        return self._container.header()

    def due(self, now: float) -> bytes:
        late = now - self._origin - self._sent * self._frame / RATE
        if late > LATEST:
            self._origin, self._sent, late = now, 0, 0.0
        count = max(0, int(late * RATE) // self._frame)
        self._sent += count
        return self._container.pack([next(self._packets) for _ in range(count)])


def carrier(settings: Config, mount: Mount, delivery: Delivery) -> Carrier:
    directory = settings.paths.standby
    return Carrier(
        dial=lambda: ShoutConnection(settings.icecast, settings.station, mount, mount.standby),
        read=lambda: silence.load(directory, mount),
        report=lambda level, what: say(level, f"{mount.standby} is {what}", settings.log),
        clock=time.monotonic,
        chance=random.random,
        delivery=delivery,
        stand=lambda stands: silence.mark_standby(directory, mount, stands),
    )


def say(level: str, message: str, settings: Log) -> None:
    """One record on standard error, whether anyone is there to read it or not."""
    if LEVELS.index(level) < LEVELS.index(settings.level):
        return
    record = Record(time.time(), "standby", level, message, "streamer.standby")
    with suppress(OSError, ValueError, AttributeError):
        print(record.as_json() if settings.format == "json" else record.as_text(), file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Run until SIGTERM or SIGINT; prints `ready`. Raises BandstandError if it cannot begin."""
    parser = argparse.ArgumentParser(prog="bandstand standby", description="The silence behind the streamer alone.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    settings = config.load(config.find(parser.parse_args(arguments).config))
    settings.paths.directory.mkdir(parents=True, exist_ok=True)
    lock = ProcessLock(settings.paths.standby_lock)
    lock.acquire("the standby")
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    deliveries = [Delivery(mount.standby) for mount in settings.mounts]
    icecast = settings.icecast
    monitor = DeliveryMonitor(
        deliveries, lambda path: fetch_bytes_received(icecast, path), lambda: probe(icecast), time.monotonic
    )
    carriers = [carrier(settings, mount, delivery) for mount, delivery in zip(settings.mounts, deliveries, strict=True)]
    monitor.start()
    with suppress(OSError, ValueError, AttributeError):  # nobody may be listening there
        print("ready", flush=True)
    while signal.sigtimedwait(ENDINGS, STEP) is None:
        for each in carriers:
            each.step()
    monitor.stop()
    for each in carriers:
        each.close()
    lock.release()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BandstandError as error:
        sys.exit(f"standby: {error}")
