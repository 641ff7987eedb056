"""Events reach every subscriber in their order."""

from bandstand.bot.station.event_bus import EventBus
from bandstand.common.api.events import Event, JobReturned, StationQuit, StreamerCameBack, StreamerWentAway


def fail_the_test(event: Event, error: Exception) -> None:
    raise AssertionError((event, error))


def test_every_subscriber_gets_every_event_in_order() -> None:
    bus, told = EventBus(fail_the_test), []
    bus.subscribe(lambda event: told.append((1, event)))
    bus.subscribe(lambda event: told.append((2, event)))
    first, second = JobReturned(job=1), JobReturned(job=2)
    bus.publish([first, second])
    assert told == [(1, first), (2, first), (1, second), (2, second)]


def test_what_a_subscriber_publishes_follows_after_what_is_under_way() -> None:
    bus, told = EventBus(fail_the_test), []

    def answer(event: Event) -> None:
        if isinstance(event, StreamerWentAway):
            bus.publish([StationQuit()])

    bus.subscribe(answer)
    bus.subscribe(lambda event: told.append(type(event)))
    bus.publish([StreamerWentAway(), StreamerCameBack()])
    assert told == [StreamerWentAway, StreamerCameBack, StationQuit]


def test_a_subscriber_that_fails_harms_no_other() -> None:
    failures, told = [], []
    bus = EventBus(lambda event, error: failures.append((event, str(error))))

    def fail(event: Event) -> None:
        raise ValueError("no")

    bus.subscribe(fail)
    bus.subscribe(told.append)
    bus.publish([StationQuit(), StreamerCameBack()])
    assert told == [StationQuit(), StreamerCameBack()]
    assert failures == [(StationQuit(), "no"), (StreamerCameBack(), "no")]


def test_who_leaves_is_told_no_more_and_may_leave_within_its_callback() -> None:
    bus, told = EventBus(fail_the_test), []

    def once(event: Event) -> None:
        told.append(event)
        bus.unsubscribe(once)

    bus.subscribe(once)
    bus.subscribe(told.append)
    bus.publish([StationQuit()])
    bus.publish([StreamerCameBack()])
    assert told == [StationQuit(), StationQuit(), StreamerCameBack()]
