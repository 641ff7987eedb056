"""The send queue: a burst, then an even rate, and a bound."""

from twisted.internet.task import Clock
from twisted.logger import capturedLogs

from bandstand.bot.irc.send_queue import BURST, CAPACITY, CAPACITY_OF_PERSON, SECONDS_PER_MESSAGE, UNASKED, SendQueue


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


def test_who_asks_for_little_is_answered_next_however_much_others_ask_for() -> None:
    clock = Clock()
    sent: list[str] = []
    queue = SendQueue(clock, sent.append)
    for _ in range(60):
        for flooder in "abcde":
            queue.send(f"{flooder} floods", flooder)
        clock.advance(0.5)
    del sent[:]
    assert queue.send("np", "sixth")
    clock.advance(SECONDS_PER_MESSAGE)
    assert sent == ["np"]


def test_those_who_wait_take_turns_and_each_has_their_own_in_order() -> None:
    clock = Clock()
    sent: list[str] = []
    queue = SendQueue(clock, sent.append)
    for number in range(BURST + 3):
        queue.send(f"ann {number}", "ann")
    queue.send("bob 0", "bob")
    queue.send("bob 1", "bob")
    queue.send("JOIN #radio")
    clock.pump([SECONDS_PER_MESSAGE] * 6)
    waited = ["JOIN #radio", "bob 0", f"ann {BURST}", "bob 1", f"ann {BURST + 1}", f"ann {BURST + 2}"]
    assert sent[BURST:] == waited


def test_who_floods_loses_their_own_messages_and_nobody_elses() -> None:
    clock = Clock()
    sent: list[str] = []
    queue = SendQueue(clock, sent.append)
    kept = [queue.send(f"ann {number}", "ann") for number in range(BURST + CAPACITY_OF_PERSON + 5)]
    assert kept.count(False) == 5
    for number in range(CAPACITY):
        queue.send(f"{number}", f"person {number % 20}")
    assert queue.send("only one", "zoe"), "the longest line makes room"
    clock.pump([SECONDS_PER_MESSAGE] * (CAPACITY + 1))
    assert "only one" in sent
    assert len(sent) == BURST + CAPACITY


def test_the_bot_itself_is_never_dropped_for_people() -> None:
    clock = Clock()
    sent: list[str] = []
    queue = SendQueue(clock, sent.append)
    for number in range(CAPACITY + BURST):
        queue.send(f"{number}", f"person {number}")
    assert not queue.send("one more", "somebody")
    assert queue.send("JOIN #radio")
    clock.advance(SECONDS_PER_MESSAGE)
    assert sent[-1] == "JOIN #radio"


def test_what_nobody_asked_for_waits_until_nobody_else_does() -> None:
    clock = Clock()
    sent: list[str] = []
    queue = SendQueue(clock, sent.append)
    for number in range(BURST + 20):
        assert queue.send(f"told {number}", UNASKED)
    assert queue.send("answer", "ann") and queue.send("joined") and queue.send("another", "bob")
    del sent[:]
    clock.pump([SECONDS_PER_MESSAGE] * 30)
    assert sent == ["joined", "answer", "another", *(f"told {number}" for number in range(BURST, BURST + 20))]


def test_what_nobody_asked_for_is_dropped_before_an_answer() -> None:
    clock = Clock()
    sent: list[str] = []
    queue = SendQueue(clock, sent.append)
    for number in range(BURST + CAPACITY + 10):
        queue.send(f"told {number}", UNASKED)
    assert all(queue.send(f"answer {person}", person) for person in "abcde")
    del sent[:]
    clock.pump([SECONDS_PER_MESSAGE] * (CAPACITY + 1))
    assert sent[:5] == [f"answer {person}" for person in "abcde"] and len(sent) == CAPACITY
