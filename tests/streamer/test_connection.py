"""A mount's way to Icecast, block by block."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from bandstand.common.backoff import LAST
from bandstand.common.config import Mount
from bandstand.common.types import RATE, Frames
from bandstand.streamer.block import Block, Title
from bandstand.streamer.codecs.formats import FORMATS
from bandstand.streamer.connection import PATIENCE
from bandstand.streamer.delivery import SWALLOWED, Delivery
from bandstand.streamer.heard import SpanBegan
from bandstand.streamer.icecast import OffAir
from bandstand.streamer.output import STANDBY_WAIT, CameOnAir, EncodedMount, MountEvent, MountParts, WentOffAir

SILENCE = Block(1920, None)
MOUNT = Mount(path="/stream.mp3", format="mp3", bitrate=128)


@dataclass
class FakeLink:
    """Icecast's end: what it answers is set, what it got is kept."""

    accepts: bool = True
    refuses: str = ""
    lost: str = ""
    backlog: int = 0
    data: bytes = b""
    closed: bool = False

    def opened(self) -> bool:
        if self.refuses:
            raise OffAir(self.refuses)
        return self.accepts

    def send(self, data: bytes) -> None:
        if self.lost:
            raise OffAir(self.lost)
        self.data += data

    def close(self) -> None:
        self.closed = True


@dataclass
class Rig:
    """A mount, and all that it is given and does."""

    links: list[FakeLink]
    now: float = 100.0
    events: list[MountEvent] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    dialled: list[float] = field(default_factory=list)
    has_standby: bool = True
    arrives: bool = True
    delivery: Delivery = field(default_factory=lambda: Delivery("/stream.mp3"))

    def __post_init__(self) -> None:
        parts = MountParts(
            dial=self._dial,
            new_encoder=lambda: FORMATS["mp3"].encoder(128),
            set_title=lambda title: self.titles.append(title.line),
            report=self._keep,
            clock=lambda: self.now,
            random=lambda: 0.0,
            delivery=self.delivery,
            has_standby=lambda: self.has_standby,
        )
        self.mount = EncodedMount(MOUNT, parts)

    def _keep(self, event: MountEvent) -> None:
        """What a stream has where is no matter here: see test_heard.py."""
        if not isinstance(event, SpanBegan):
            self.events.append(event)

    def _dial(self) -> FakeLink:
        self.dialled.append(self.now)
        link = self.links.pop(0)
        if link.refuses == "nobody":
            raise OffAir("nobody")
        return link

    def run(self, seconds: float) -> None:
        """Blocks of 40 ms for so long."""
        for _ in range(round(seconds / 0.04)):
            self.mount.push(SILENCE)
            self.now += 0.04
            if self.arrives:
                self.delivery.record_figure(round(self.now), self.now)


def test_the_first_block_connects_and_is_sent() -> None:
    rig = Rig([link := FakeLink()])
    rig.run(1.0)
    assert rig.events == [CameOnAir("/stream.mp3")]
    assert len(link.data) == pytest.approx(16_000, rel=0.05)
    assert rig.mount.on_air and rig.mount.state().dropped == 0


def test_blocks_are_dropped_and_counted_until_icecast_accepts() -> None:
    rig = Rig([link := FakeLink(accepts=False)])
    rig.run(1.0)
    assert not rig.mount.on_air and rig.mount.dropped == 25
    link.accepts = True
    rig.run(1.0)
    assert rig.mount.on_air and rig.mount.dropped == 25


def test_an_icecast_that_does_not_answer_is_given_up() -> None:
    rig = Rig([first := FakeLink(accepts=False), FakeLink()])
    rig.run(PATIENCE + 1)
    assert first.closed
    assert rig.events == [WentOffAir("/stream.mp3", "Icecast does not answer"), CameOnAir("/stream.mp3")]


def test_tries_are_ever_rarer_and_never_end() -> None:
    rig = Rig([FakeLink(refuses="nobody") for _ in range(100)])
    rig.run(100.0)
    gaps = np.diff(rig.dialled)
    assert np.all(np.diff(gaps[:6]) > 0.1)
    assert gaps[0] == pytest.approx(0.25, abs=0.05) and gaps[-1] == pytest.approx(LAST, abs=0.05)


def test_the_same_trouble_is_told_once_and_another_one_anew() -> None:
    rig = Rig([FakeLink(refuses="nobody"), FakeLink(refuses="nobody"), FakeLink(refuses="the password")])
    rig.links += [FakeLink()]
    rig.run(5.0)
    reasons = [event.reason for event in rig.events if isinstance(event, WentOffAir)]
    assert reasons == ["nobody", "the password"]
    assert rig.mount.state().trouble == "" and rig.mount.on_air


def test_after_a_loss_the_mount_comes_back_soon_with_a_new_stream() -> None:
    rig = Rig([first := FakeLink(), second := FakeLink()])
    rig.run(20.0)
    first.lost = "the connection was lost"
    rig.run(1.0)
    assert first.closed and rig.mount.on_air and second.data
    assert [type(event) for event in rig.events] == [CameOnAir, WentOffAir, CameOnAir]
    assert rig.dialled[1] - 120.0 < 0.35


def test_an_icecast_that_takes_no_more_is_left() -> None:
    rig = Rig([first := FakeLink(), FakeLink()])
    rig.run(1.0)
    first.backlog = 128 * 125 * 6
    rig.run(1.0)
    assert first.closed
    assert rig.events[1] == WentOffAir("/stream.mp3", "Icecast takes no more sound")


def test_a_title_is_set_and_set_again_after_a_reconnection() -> None:
    rig = Rig([first := FakeLink(), FakeLink()])
    rig.mount.push(Title("band", "song"))
    assert rig.titles == []
    rig.run(1.0)
    assert rig.titles == ["band - song"]
    first.lost = "lost"
    rig.run(1.0)
    assert rig.titles == ["band - song"] * 2


def test_when_icecast_answers_again_the_mount_does_not_wait_for_its_turn() -> None:
    rig = Rig([FakeLink(refuses="nobody") for _ in range(8)])
    rig.run(30.0)
    rig.links[:] = [FakeLink(accepts=False), link := FakeLink()]
    rig.run(8.0)
    rig.dialled.clear()
    rig.delivery.retry_now = True  # in the middle of an attempt from before
    rig.run(0.08)
    assert len(rig.dialled) == 1 and rig.mount.on_air and link.data


def test_a_verdict_takes_the_mount_off_the_air_and_tries_anew() -> None:
    rig = Rig([first := FakeLink(), FakeLink()], arrives=False)
    rig.run(12.0)
    assert first.closed
    assert rig.events[1] == WentOffAir("/stream.mp3", SWALLOWED)
    assert [type(event) for event in rig.events[:3]] == [CameOnAir, WentOffAir, CameOnAir]


def test_a_standby_that_has_only_just_begun_is_waited_for_but_not_for_long() -> None:
    rig = Rig([FakeLink(), FakeLink()], has_standby=False)
    rig.run(0.5)
    assert rig.dialled == []
    rig.has_standby = True
    rig.run(0.08)
    assert rig.mount.on_air
    alone = Rig([FakeLink()], has_standby=False)
    alone.run(STANDBY_WAIT + 0.2)
    assert alone.mount.on_air


def test_later_no_standby_is_waited_for() -> None:
    rig = Rig([first := FakeLink(), FakeLink()])
    rig.run(0.5)
    rig.has_standby, first.lost = False, "lost"
    rig.run(1.0)
    assert rig.mount.on_air and len(rig.dialled) == 2


def test_closing_lets_go_of_icecast() -> None:
    rig = Rig([link := FakeLink()])
    rig.run(1.0)
    rig.mount.close()
    assert link.closed and not rig.mount.on_air


# Blocks that come at once

TWO = (Block(4608, None, behind=Frames(4608)), Block(4608, None))


def push_two(rig: Rig, link: FakeLink) -> tuple[int, int]:
    """On a mount that is on the air; the bytes that were sent before, and after the first of the two."""
    rig.run(1.0)
    before = len(link.data)
    rig.mount.push(TWO[0])
    first = len(link.data)
    rig.mount.push(TWO[1])
    assert len(link.data) == first
    return before, first


def test_the_second_of_two_blocks_is_held_back_for_as_long_as_the_first_lasts() -> None:
    rig = Rig([link := FakeLink()])
    before, first = push_two(rig, link)
    assert first - before == 4 * 384
    assert rig.mount.held_for == pytest.approx(4608 / RATE)
    rig.now += 0.2
    assert rig.mount.held_for == 0
    rig.mount.send_held()
    assert len(link.data) - first == 4 * 384 and rig.mount.held_for is None


def test_what_is_held_back_goes_before_whatever_comes() -> None:
    for item in (SILENCE, Title("band", "song")):
        rig = Rig([link := FakeLink()])
        _, first = push_two(rig, link)
        rig.mount.push(item)
        assert len(link.data) >= first + 4 * 384 and rig.mount.held_for is None


def test_what_is_held_back_goes_before_the_end() -> None:
    rig = Rig([link := FakeLink()])
    _, first = push_two(rig, link)
    rig.mount.close()
    assert len(link.data) == first + 4 * 384 and link.closed


def test_what_was_held_back_for_a_lost_connection_is_not_sent_on_another() -> None:
    rig = Rig([link := FakeLink(), after := FakeLink()])
    push_two(rig, link)
    link.lost = "gone"
    rig.mount.send_held()
    assert not rig.mount.on_air and rig.mount.held_for is None
    rig.now += LAST
    rig.mount.push(SILENCE)
    assert rig.mount.on_air and len(after.data) <= 2 * 384
