"""Reports are kept until they are answered, and sent again to whoever connects."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.protocols import amp
from twisted.python.failure import Failure

from bandstand.common import wire
from bandstand.streamer.control import BotConnection, ControlFactory
from bandstand.streamer.reports import Reports


class FarEnd(amp.AMP):
    """A bot that answers each report when the test says so."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.got: list[int] = []
        self.reports: list[wire.PlayoutReport] = []
        self.agos: list[float] = []
        self.answers: dict[int, Deferred[dict[str, object]]] = {}

    @wire.Report.responder
    def report(self, streamer: str, number: int, ago: float, report: str) -> "Deferred[dict[str, object]]":
        self.got.append(number)
        self.reports.append(msgspec.json.decode(report, type=wire.PlayoutReport))
        self.agos.append(ago)
        self.answers[number] = Deferred()
        return self.answers[number]


class Rig:
    def __init__(self) -> None:
        self.now = 100.0
        self.reports = Reports(lambda: self.now)
        self.factory = ControlFactory(None, self.reports, Deferred, lambda: None)  # type: ignore[arg-type]

    def report(self, cue: int) -> None:
        self.factory.report(wire.Started(cue, 0))

    def connect(self) -> "Wire":
        return Wire(self.factory)


class Wire:
    """A connection, both of whose ends are here."""

    def __init__(self, factory: ControlFactory) -> None:
        self.near, self.bot = BotConnection(factory), FarEnd()
        self._transports = StringTransport(), StringTransport()
        self.bot.makeConnection(self._transports[1])  # type: ignore[no-untyped-call]
        self.near.makeConnection(self._transports[0])  # type: ignore[no-untyped-call]
        self.carry()

    def carry(self) -> None:
        """What was written at one end arrives at the other."""
        for transport, far in zip(self._transports, (self.bot, self.near), strict=True):
            data = transport.value()
            transport.clear()
            far.dataReceived(data)  # type: ignore[no-untyped-call]

    def answer(self, number: int) -> None:
        self.bot.answers.pop(number).callback({})
        self.carry()

    def fail(self, number: int) -> None:
        self.bot.answers.pop(number).errback(RuntimeError("the disk is full"))
        self.carry()

    def lose(self) -> None:
        self.near.connectionLost(Failure(ConnectionDone()))


def test_a_report_is_sent_at_once_and_forgotten_when_it_is_answered() -> None:
    rig = Rig()
    wire_ = rig.connect()
    rig.report(1)
    wire_.carry()
    assert wire_.bot.reports == [wire.Started(1, 0)]
    assert rig.reports.unanswered() == [1]
    wire_.answer(1)
    assert rig.reports.unanswered() == []


def test_after_a_reconnection_what_is_unanswered_is_sent_again_oldest_first_and_nothing_else() -> None:
    rig = Rig()
    first = rig.connect()
    for cue in range(1, 5):
        rig.report(cue)
    first.carry()
    first.answer(2)
    first.lose()
    rig.report(5)
    assert rig.connect().bot.got == [1, 3, 4, 5]


def test_a_report_says_how_long_ago_it_happened_when_it_is_sent() -> None:
    rig = Rig()
    rig.report(1)
    rig.now += 30.0
    rig.report(2)
    rig.now += 5.0
    assert rig.connect().bot.agos == [35.0, 5.0]


@pytest.mark.filterwarnings("ignore")
def test_an_error_for_an_answer_leaves_the_report_kept() -> None:
    rig = Rig()
    rig.report(1)
    first = rig.connect()
    first.fail(1)
    assert rig.reports.unanswered() == [1]
    first.lose()
    assert rig.connect().bot.got == [1]


def test_with_two_bots_both_are_sent_each_report_and_one_answer_is_enough() -> None:
    rig = Rig()
    wires = [rig.connect(), rig.connect()]
    rig.report(1)
    for each in wires:
        each.carry()
        assert each.bot.got == [1]
    for each in wires:
        each.answer(1)
        assert rig.reports.unanswered() == []


def test_each_life_of_a_streamer_has_a_name_of_its_own() -> None:
    assert Reports(lambda: 0.0).streamer != Reports(lambda: 0.0).streamer


@given(st.lists(st.sampled_from(["report", "answer", "lose"]), max_size=60), st.randoms())
def test_whatever_is_lost_on_the_way_each_report_is_written_down_once_or_more_and_first_in_order(
    steps: list[str], chance: object
) -> None:
    rig = Rig()
    connection = rig.connect()
    written: list[int] = []
    count = 0
    for step in [*steps, "lose", *["answer"] * 61]:
        if step == "report":
            count += 1
            rig.report(count)
            connection.carry()
        elif step == "lose":
            connection.lose()
            connection = rig.connect()
        elif connection.bot.answers:
            number = min(connection.bot.answers)
            written.append(number)
            connection.answer(number)
    assert written == list(range(1, count + 1))
