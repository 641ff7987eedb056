"""The standby: sends silence to each mount's fallback at Icecast, so that no listener is dropped while the streamer is
away.

A small process of its own: it sends packets that the streamer encoded, and needs no reactor, no NumPy and no codec.
"""

import argparse
import math
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final

from bandstand.common import config
from bandstand.common.config import Config, Log, Mount
from bandstand.common.lock import ProcessLock
from bandstand.common.log_format import LEVELS, Record
from bandstand.common.station_folder import make_folder
from bandstand.common.types import RATE, Seconds
from bandstand.streamer import silence
from bandstand.streamer.codecs.containers import CONTAINERS
from bandstand.streamer.connection import PATIENCE, MountConnection
from bandstand.streamer.delivery import Delivery, DeliveryMonitor
from bandstand.streamer.heartbeat import OFF_AIR, Beat, Heartbeat, StallDetector, read_state
from bandstand.streamer.icecast import (
    IcecastConnection,
    OffAir,
    ShoutHandle,
    end_source,
    fetch_bytes_received,
    probe,
)
from bandstand.streamer.silence import Silence

STEP: Final = Seconds(0.1)
"""How often silence is sent; a listener never waits longer for bytes."""
TRICKLE: Final = Seconds(0.5)
"""While Icecast does not answer, one packet is sent in such a time: enough that it keeps the connection when it goes
on, and so little that listeners are not held back by it."""
ENDINGS: Final = (signal.SIGTERM, signal.SIGINT)
LATEST: Final = Seconds(2.0)
"""A longer delay is not made up for; Icecast may also take so long to accept the stream."""


class SilentMount:
    """A `streamer.connection.MountStream` of one mount's silence, with its connection. Knows neither thread nor signal;
    raises nothing."""

    def __init__(self, parts: "StandbyParts") -> None:
        self._parts = parts
        self._loop: Loop | None = None
        self._stall = StallDetector(read_state)
        self._next_trickle = 0.0
        patience = LATEST
        self._connection = MountConnection(self, parts.dial, parts.delivery, parts.clock, parts.random, patience)

    def step(self) -> None:
        """Send what is due, or try to reach Icecast if that is due."""
        now = self._parts.clock()
        if self._connection.connect() and self._loop:
            if self._parts.delivery.is_answered:
                self._connection.send(self._loop.pack_due(now), self._loop.most_waiting)
            elif now >= self._next_trickle and self._connection.backlog < self._loop.most_waiting:
                self._next_trickle = now + TRICKLE
                self._connection.send(self._loop.pack_one(now), math.inf)
        if self._connection.on_air and self._stall.detect(self._parts.read_beat(), now):
            self._parts.take_over()

    def close(self) -> None:
        self._connection.close()

    def is_ready(self) -> bool:
        return self._parts.load() is not None

    def begin(self) -> bytes:
        silence = self._parts.load()
        if silence is None:
            raise OffAir("the silence for it is gone")
        self._loop = Loop(silence, self._parts.clock())
        return self._loop.header()

    def end(self) -> None:
        self._loop = None
        self._parts.mark(False)

    def report(self, trouble: str) -> None:
        if trouble:
            self._parts.say("warn", f"off the air: {trouble}")
        else:
            self._parts.mark(True)
            self._parts.say("info", "on the air")


@dataclass(frozen=True)
class StandbyParts:
    """What a mount's standby is given from outside."""

    dial: Callable[[], IcecastConnection]
    load: Callable[[], Silence | None]
    """The silence that the streamer has written; None while there is none."""
    say: Callable[[str, str], None]
    """Logs at this level what the mount is."""
    mark: Callable[[bool], None]
    """Writes down for the streamer whether the silence is on the air."""
    clock: Callable[[], float]
    random: Callable[[], float]
    delivery: Delivery
    read_beat: Callable[[], Beat]
    """The heartbeat of the streamer's mount."""
    take_over: Callable[[], None]
    """Has Icecast pass on listeners of a streamer that stands still; does not wait."""


class Loop:
    """Silence without an end, as much as time has passed since `origin`, in seconds by the caller's clock."""

    def __init__(self, packets: Silence, origin: float) -> None:
        self._packets = cycle(packets.packets)
        self._frame = packets.frame
        self._origin = origin
        self._sent = 0
        self._container = CONTAINERS[packets.format](random.getrandbits(32), packets.frame, packets.pre_skip, ())
        self.most_waiting = (
            sum(map(len, packets.packets)) * RATE // (packets.frame * len(packets.packets)) * int(PATIENCE)
        )
        """Bytes of silence that may wait to be sent."""

    def header(self) -> bytes:
        return self._container.header()

    def pack_one(self, now: float) -> bytes:
        """One packet, and what is due counts from `now`."""
        self._origin, self._sent = now, 0
        return self._container.pack([next(self._packets)])

    def pack_due(self, now: float) -> bytes:
        late = now - self._origin - self._sent * self._frame / RATE
        if late > LATEST:
            self._origin, self._sent, late = now, 0, 0.0
        count = max(0, int(late * RATE) // self._frame)
        self._sent += count
        return self._container.pack([next(self._packets) for _ in range(count)])


def silent_mount(settings: Config, mount: Mount, delivery: Delivery) -> SilentMount:
    directory = settings.paths.standby
    return SilentMount(
        StandbyParts(
            dial=ShoutHandle(settings.icecast, settings.station, mount, mount.standby).dial,
            load=lambda: silence.load(directory, mount),
            say=lambda level, what: say(level, f"{mount.standby} is {what}", settings.log),
            mark=lambda is_on_air: silence.mark_standby(directory, mount, is_on_air),
            clock=time.monotonic,
            random=random.random,
            delivery=delivery,
            read_beat=_find_heartbeat(directory, mount),
            take_over=lambda: take_over(settings, mount),
        )
    )


def _find_heartbeat(directory: Path, mount: Mount) -> Callable[[], Beat]:
    """Reads the heartbeat; where there is no room for one, the streamer is taken to send nothing on purpose."""
    try:
        return Heartbeat(directory, mount).read
    except OSError:
        return lambda: Beat(0, OFF_AIR)


def take_over(settings: Config, mount: Mount) -> None:
    """Have Icecast end the source of a streamer that stands still, in a thread. It takes Icecast's admin password;
    without it, Icecast passes the listeners on by itself when its `source-timeout` is over."""

    def end() -> None:
        if end_source(settings.icecast, mount.path):
            say("warn", f"{mount.path} got no sound from the streamer; its listeners hear the silence", settings.log)

    if settings.icecast.admin_password:
        threading.Thread(target=end, name="take-over", daemon=True).start()


def say(level: str, message: str, settings: Log) -> None:
    """One record on standard error, whether anyone is there to read it or not."""
    if LEVELS.index(level) < LEVELS.index(settings.level):
        return
    record = Record(time.time(), "standby", level, message, "bandstand.streamer.standby")
    with suppress(OSError, ValueError, AttributeError):
        line = record.as_json() if settings.format == "json" else record.as_text()
        sys.stderr.write(f"{line}\n")  # at once, since other threads write as well
        sys.stderr.flush()


def is_told_to_end() -> bool:
    """Wait for a step, or for the signal to end. After a SIGSTOP, Python returns a signal that there was not."""
    told = signal.sigtimedwait(ENDINGS, STEP)
    return told is not None and told.si_signo in ENDINGS


def main(arguments: list[str]) -> int:
    """Run until SIGTERM or SIGINT; prints `ready`. Raises BandstandError if it cannot begin."""
    parser = argparse.ArgumentParser(prog="bandstand standby", description="The silence behind the streamer alone.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    settings = config.load(config.find(parser.parse_args(arguments).config))
    make_folder(settings.paths)
    lock = ProcessLock(settings.paths.standby_lock, settings.get_streaming_mark(is_admin=True))
    lock.acquire("the standby")
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    deliveries = [Delivery(mount.standby, outlasts_silence=True) for mount in settings.mounts]
    icecast = settings.icecast
    monitor = DeliveryMonitor(
        deliveries,
        fetch_figure=lambda path: fetch_bytes_received(icecast, path),
        probe=lambda: probe(icecast),
        clock=time.monotonic,
        wall=time.time,
    )
    mounts = [silent_mount(settings, mount, each) for mount, each in zip(settings.mounts, deliveries, strict=True)]
    monitor.start()
    with suppress(OSError, ValueError, AttributeError):  # nobody may be listening there
        print("ready", flush=True)
    while not is_told_to_end():
        for each in mounts:
            each.step()
    monitor.stop()
    for each in mounts:
        each.close()
    lock.release()
    return 0


if __name__ == "__main__":
    from bandstand.common.cli import main as bandstand

    sys.exit(bandstand(["standby", *sys.argv[1:]]))
