"""A connection to the streamer as AMP has it on the wire, both of whose ends are here."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport
from twisted.protocols import amp

from bandstand.bot.playout.connection import NumberedReport, StreamerConnection
from bandstand.common import wire
from bandstand.common.api.values import Loudness
from bandstand.common.errors import BandstandError

STARTED = wire.Started(4, 0)


class Owner:
    def __init__(self) -> None:
        self.committing: Deferred[None] = Deferred()
        self.told: list[object] = []

    async def take_report(self, report: NumberedReport) -> None:
        self.told.append(report)
        await self.committing

    def take_loudness(self, loudness: Loudness) -> None:
        self.told.append(loudness)

    def take_heard(self, mount: str, format: str, spans: Sequence[wire.HeardSpan]) -> None:
        self.told.append((mount, format, spans))

    def take_underrun(self, seconds: float) -> None:
        self.told.append(seconds)

    def take_mount_on(self, mount: str) -> None:
        self.told.append(mount)

    def take_mount_off(self, mount: str, reason: str) -> None:
        self.told.append((mount, reason))

    def take_loss(self, connection: StreamerConnection) -> None:
        self.told.append("lost")


class Wire:
    def __init__(self) -> None:
        self.owner = Owner()
        self.bot, self.streamer = StreamerConnection(self.owner), amp.AMP()
        self.transports = StringTransport(), StringTransport()
        for end, transport in zip((self.bot, self.streamer), self.transports, strict=True):
            end.makeConnection(transport)

    def carry(self) -> None:
        for transport, far in zip(self.transports, (self.streamer, self.bot), strict=True):
            data = transport.value()
            transport.clear()
            far.dataReceived(data)

    def tell(self, command: type[amp.Command], **values: Any) -> list[object]:
        answers: list[object] = []
        self.streamer.callRemote(command, **values).addBoth(answers.append)
        self.carry()
        return answers

    def report(self, text: str) -> list[object]:
        return self.tell(wire.Report, streamer="life", number=7, ago=1.5, report=text)


@pytest.fixture
def wired() -> Wire:
    return Wire()


def test_a_report_is_answered_when_its_owner_has_committed_it(wired: Wire) -> None:
    answers = wired.report(msgspec.json.encode(STARTED).decode())
    assert wired.owner.told == [NumberedReport("life", 7, 1.5, STARTED)]
    wired.carry()
    assert answers == []
    wired.owner.committing.callback(None)
    wired.carry()
    assert answers == [{}]


@pytest.mark.filterwarnings("ignore")
def test_one_that_cannot_be_committed_closes_the_connection_so_that_it_comes_again(wired: Wire) -> None:
    wired.report(msgspec.json.encode(STARTED).decode())
    wired.owner.committing.errback(BandstandError("the database is damaged"))
    assert wired.transports[0].disconnecting


def test_one_that_cannot_be_read_is_answered_or_it_would_come_for_ever(wired: Wire) -> None:
    answers = wired.report("{}")
    wired.carry()
    assert answers == [{}] and wired.owner.told == []


def test_mounts_and_loudness_are_passed_on(wired: Wire) -> None:
    wired.tell(wire.Level, loudness=-16.0)
    wired.tell(wire.CameOnAir, mount="/a")
    wired.tell(wire.WentOffAir, mount="/a", reason="no Icecast")
    assert wired.owner.told == [Loudness(-16.0, None), "/a", ("/a", "no Icecast")]


def test_what_is_heard_is_passed_on(wired: Wire) -> None:
    span = wire.HeardSpan(serial=5, granule=312, cue=4, frame=0, moves=True, ago=0.1)
    wired.tell(wire.Heard, mount="/stream.opus", format="opus", spans=msgspec.json.encode([span]))
    assert wired.owner.told == [("/stream.opus", "opus", [span])]
