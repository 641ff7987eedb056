"""A mount's thread and its bounded queue, and the thread that sends titles."""

import threading
from collections.abc import Callable
from dataclasses import replace

from bandstand.common.config import Mount
from bandstand.common.types import Seconds
from bandstand.streamer.block import Block
from bandstand.streamer.codecs.formats import FORMATS
from bandstand.streamer.delivery import Delivery
from bandstand.streamer.output import LONGEST_QUEUE, EncodedMount, MountParts, Output
from bandstand.streamer.titles import Titles

SILENCE = Block(480, None)
OPUS = Mount(path="/stream.opus", format="opus", bitrate=96)


class StuckLink:
    """An Icecast whose first send blocks until the test releases it."""

    backlog = 0

    def __init__(self) -> None:
        self.reached, self.freed, self.closed = threading.Event(), threading.Event(), threading.Event()

    def opened(self) -> bool:
        return True

    def send(self, data: bytes) -> None:
        self.reached.set()
        assert self.freed.wait(10)

    def close(self) -> None:
        self.closed.set()


def make_parts(link: StuckLink) -> MountParts:
    return MountParts(
        dial=lambda: link,
        new_encoder=lambda: FORMATS["opus"].encoder(96),
        set_title=lambda title: None,
        report=lambda event: None,
        clock=lambda: 0.0,
        random=lambda: 0.0,
        delivery=Delivery("/stream.opus"),
    )


def output(link: StuckLink) -> Output:
    return Output(EncodedMount(OPUS, make_parts(link)), None)


def test_a_stuck_mount_loses_sound_that_is_counted_and_holds_nobody_up() -> None:
    link = StuckLink()
    stuck = output(link)
    stuck.start()
    stuck.offer(SILENCE)
    assert link.reached.wait(10)
    for _ in range(LONGEST_QUEUE + 7):
        stuck.offer(SILENCE)
    assert stuck.state().dropped == 7
    link.freed.set()
    stuck.stop()
    stuck.join(Seconds(10))
    assert link.closed.is_set()


class FakeHeartbeat:
    def __init__(self) -> None:
        self.sent: list[float] = []

    def record_sent(self, now: float) -> None:
        self.sent.append(now)

    def record_off_air(self) -> None: ...


def test_a_mount_that_says_it_is_on_the_air_has_a_heartbeat_by_then() -> None:
    heartbeat, seen = FakeHeartbeat(), list[bool]()
    link = StuckLink()
    link.freed.set()
    parts = replace(make_parts(link), heartbeat=heartbeat, report=lambda event: seen.append(bool(heartbeat.sent)))
    EncodedMount(OPUS, parts).push(SILENCE)
    assert seen[0]


class Interrupted(int):
    """A number that lets another thread run in the middle of an addition."""

    def __new__(cls, meanwhile: Callable[[], None]) -> "Interrupted":
        made = super().__new__(cls)
        made.meanwhile = meanwhile
        return made

    meanwhile: Callable[[], None]

    def __add__(self, other: int) -> int:
        thread = threading.Thread(target=self.meanwhile)
        thread.start()
        thread.join(10)
        return int(self) + other


def test_a_block_that_the_bus_drops_while_the_mount_drops_one_is_counted() -> None:
    made = full()
    made._mount.dropped = Interrupted(lambda: made.offer(SILENCE))
    made._mount.push(SILENCE)
    assert made.state().dropped == 2


def test_a_block_that_the_mount_drops_while_the_bus_drops_one_is_counted() -> None:
    made = full()
    made._overflowed = Interrupted(lambda: made._mount.push(SILENCE))
    made.offer(SILENCE)
    assert made.state().dropped == 2


def full() -> Output:
    """An output with a full queue, whose mount Icecast has not accepted."""
    link = StuckLink()
    link.opened = lambda: False  # type: ignore[method-assign]
    made = output(link)
    for _ in range(LONGEST_QUEUE):
        made.offer(SILENCE)
    return made


def test_a_title_that_is_not_taken_is_tried_again_until_there_is_a_newer_one() -> None:
    told: list[str] = []
    first_tried, taken = threading.Event(), threading.Event()

    def tell(title: str) -> bool:
        told.append(title)
        if title == "old":
            first_tried.set()
            return False
        taken.set()
        return True

    titles = Titles(tell)
    titles.start()
    titles.set("old")
    assert first_tried.wait(10)
    titles.set("new")
    assert taken.wait(10)
    titles.stop()
    assert told[-1] == "new"
