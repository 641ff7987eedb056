"""The bus that events go through: published in order, to every subscriber, in the order in which those subscribed.

A subscriber that publishes from within its callback does not overtake: its events follow after those that are under
way. A subscriber that fails harms no other; what it raised goes to `on_failure`.
"""

from collections import deque
from collections.abc import Callable, Sequence

from bandstand.common.api.events import Event

Subscriber = Callable[[Event], None]


class EventBus:
    def __init__(self, on_failure: Callable[[Event, Exception], None]) -> None:
        self._on_failure = on_failure
        self._subscribers: list[Subscriber] = []
        self._waiting: deque[Event] = deque()
        self._is_publishing = False

    def subscribe(self, subscriber: Subscriber) -> None:
        self._subscribers.append(subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        self._subscribers.remove(subscriber)

    def publish(self, events: Sequence[Event]) -> None:
        self._waiting.extend(events)
        if self._is_publishing:
            return
        self._is_publishing = True
        try:
            while self._waiting:
                self._deliver(self._waiting.popleft())
        finally:
            self._is_publishing = False

    def _deliver(self, event: Event) -> None:
        for subscriber in list(self._subscribers):
            try:
                subscriber(event)
            except Exception as error:
                self._on_failure(event, error)
