"""How many listened over time, with an Icecast that answers as it is told."""

from twisted.internet.task import Clock

from bandstand.bot.supervision.listener_history import EACH, KEPT, ListenerHistory
from bandstand.common.api.values import ListenerCount


class Icecast:
    def __init__(self) -> None:
        self.listeners: int | None = 0

    async def count(self) -> dict[str, int]:
        if self.listeners is None:
            raise TimeoutError
        return {"/a": self.listeners, "/b": 1}


def test_it_is_counted_once_a_minute_and_a_minute_without_an_answer_is_left_out() -> None:
    clock, icecast = Clock(), Icecast()
    history = ListenerHistory(clock, lambda: 1000 + clock.seconds(), icecast.count)
    history.start()
    for icecast.listeners in (3, None, 5):
        clock.advance(EACH)
    assert history.list_counts() == (ListenerCount(1000, 1), ListenerCount(1060, 4), ListenerCount(1180, 6))
    history.stop()
    clock.advance(10 * EACH)
    assert len(history.list_counts()) == 3


def test_a_day_is_kept() -> None:
    clock = Clock()
    history = ListenerHistory(clock, clock.seconds, Icecast().count)
    history.start()
    clock.pump([EACH] * (KEPT + 10))
    assert len(history.list_counts()) == KEPT and history.list_counts()[-1].at == (KEPT + 10) * EACH


def test_nothing_is_counted_where_nobody_tells() -> None:
    history = ListenerHistory(Clock(), lambda: 0.0, None)
    history.start()
    history.stop()
    assert history.list_counts() == ()
