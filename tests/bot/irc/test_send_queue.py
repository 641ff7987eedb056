"""The send queue: a burst, then an even rate, and a bound."""

from twisted.internet.task import Clock
from twisted.logger import capturedLogs

from bandstand.bot.irc.send_queue import BURST, CAPACITY, SECONDS_PER_MESSAGE, SendQueue


def test_a_burst_goes_out_at_once_and_then_one_message_at_a_time_in_order() -> None:
    clock = Clock()
    sent: list[str] = []
    queue = SendQueue(clock, sent.append)
    for number in range(BURST + 3):
        assert queue.send(str(number))
    assert len(sent) == BURST
    clock.advance(SECONDS_PER_MESSAGE)
    assert len(sent) == BURST + 1
    clock.pump([SECONDS_PER_MESSAGE] * 2)
    assert sent == [str(number) for number in range(BURST + 3)]
    assert clock.getDelayedCalls() == []


def test_a_message_to_the_server_itself_goes_first_and_uses_up_nothing() -> None:
    clock = Clock()
    sent: list[str] = []
    queue = SendQueue(clock, sent.append)
    for number in range(BURST + 1):
        queue.send(str(number))
    queue.send_at_once("PONG")
    assert sent[-1] == "PONG"
    clock.advance(SECONDS_PER_MESSAGE)
    assert sent[-1] == str(BURST)


def test_too_many_messages_are_dropped_and_counted_in_the_log() -> None:
    clock = Clock()
    sent: list[str] = []
    queue = SendQueue(clock, sent.append)
    kept = [queue.send(str(number)) for number in range(BURST + CAPACITY + 5)]
    assert kept.count(False) == 5
    with capturedLogs() as records:
        clock.pump([SECONDS_PER_MESSAGE] * (CAPACITY + 1))
    assert len(sent) == BURST + CAPACITY
    assert [record["number"] for record in records] == [5]


def test_nothing_is_sent_after_it_was_cleared() -> None:
    clock = Clock()
    sent: list[str] = []
    queue = SendQueue(clock, sent.append)
    for number in range(BURST + 1):
        queue.send(str(number))
    queue.clear()
    clock.advance(100)
    assert len(sent) == BURST
    assert clock.getDelayedCalls() == []
