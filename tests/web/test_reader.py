"""What everybody may read is asked for once."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from bandstand.common.api.people import Right
from bandstand.common.api.requests import GetStatus, ListBands
from bandstand.common.api.results import Bands, Status
from bandstand.common.api.values import StationStatus
from bandstand.web.bot_link import BotAway
from bandstand.web.reader import Reader
from tests.web.fake_link import FakeLink

BANDS = Bands(bands=())
STATUS = Status(station=StationStatus(), is_healthy=True)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 10))


def test_many_at_once_and_soon_after_cost_one_question() -> None:
    async def work() -> None:
        link, clock = FakeLink({ListBands: BANDS}), Clock()
        reader = Reader(link, clock)
        assert await asyncio.gather(*(reader.read(ListBands()) for _ in range(50))) == [BANDS] * 50
        clock.now = 0.9
        await reader.read(ListBands())
        assert len(link.asked) == 1 and link.asked[0][1].right is Right.LISTENER
        clock.now = 1.1
        await reader.read(ListBands())
        assert len(link.asked) == 2

    run(work())


def test_something_that_happens_makes_answers_stale_except_the_costly_ones() -> None:
    async def work() -> None:
        link = FakeLink({ListBands: BANDS, GetStatus: STATUS})
        reader = Reader(link, Clock())
        for _ in range(2):
            await reader.read(ListBands())
            await reader.read(GetStatus())
            reader.forget()
        assert [type(request) for request, _ in link.asked] == [ListBands, GetStatus, ListBands]

    run(work())


def test_an_error_is_not_kept() -> None:
    async def work() -> None:
        link = FakeLink()
        reader = Reader(link, Clock())
        with pytest.raises(BotAway):
            await reader.read(ListBands())
        link.answers[ListBands] = BANDS
        assert await reader.read(ListBands()) == BANDS

    run(work())


def test_a_visitor_who_leaves_takes_the_answer_from_nobody() -> None:
    async def work() -> None:
        reader = Reader(FakeLink({ListBands: BANDS}), Clock())
        first, second = (asyncio.create_task(reader.read(ListBands())) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == BANDS

    run(work())
