"""The way to the bot: answers in any order, refusals, a bot that is away, lost, or back."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bandstand.common.api.events import State
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import NoSuchSong
from bandstand.common.api.requests import GetSong, GetVersion, ListBands, Play, Request
from bandstand.common.api.results import Bands, Result, Version
from bandstand.common.api.socket import By
from bandstand.web.bot_link import BotAway, BotFailed, BotHindered, BotLink, Declined, RequestTooLong

ANN = By("ann", Right.LISTENER)
Answer = Callable[[dict[str, Any], asyncio.StreamWriter], None]


class KeepingFeed:
    def __init__(self, number: int | None = None) -> None:
        self.number = number
        self.told: list[Any] = []
        self.changed = asyncio.Event()

    def take_state(self, state: State) -> None:
        self._note(("state", state.number))

    def take_event(self, number: int, at: float, event: msgspec.Raw) -> None:
        self._note((number, msgspec.json.decode(event)["event"]))

    def take_loss(self) -> None:
        self._note("loss")

    def _note(self, told: Any) -> None:
        self.told.append(told)
        self.changed.set()


def say(writer: asyncio.StreamWriter, **message: Any) -> None:
    writer.write(msgspec.json.encode(message) + b"\n")


def run(answer: Answer, work: Callable[[BotLink], Awaitable[None]], feed: KeepingFeed | None = None) -> None:
    """`answer` is called with each message that the bot is given, and `answers`, its number."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = 0
        while line := await reader.readline():
            number += 1
            answer(msgspec.json.decode(line) | {"answers": number}, writer)
        writer.close()

    async def go(folder: str) -> None:
        path = Path(folder) / "s"
        server = await asyncio.start_unix_server(serve, path)
        link = BotLink(path, lambda: 1.0)
        running = asyncio.create_task(link.run(feed or KeepingFeed()))
        while not link.is_connected:
            await asyncio.sleep(0)
        try:
            async with asyncio.timeout(10):
                await work(link)
        finally:
            running.cancel()
            server.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(go(folder))


async def fail(link: BotLink, request: Request) -> Exception:
    with pytest.raises(Exception) as raised:
        await link.carry_out(request, ANN)
    assert isinstance(raised.value, Exception)
    return raised.value


def test_a_request_goes_with_the_person_and_its_answer_comes_back() -> None:
    seen: list[dict[str, Any]] = []

    def answer(ask: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if ask["request"]:
            seen.append(ask)
            result = Version(bandstand="1.0", parts={})
            say(writer, answers=ask["answers"], result=result)

    async def work(link: BotLink) -> None:
        assert await link.carry_out(GetVersion(), ANN) == Version(bandstand="1.0", parts={})

    run(answer, work)
    assert seen[0]["request"] == {"request": "get_version"}
    assert (seen[0]["by"]["name"], seen[0]["by"]["right"]) == ("ann", "listener")


def test_answers_may_come_in_another_order() -> None:
    waiting: list[int] = []

    def answer(ask: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if not ask["request"]:
            return
        waiting.append(ask["answers"])
        if len(waiting) == 2:
            say(writer, answers=waiting[1], result=Bands(bands=()))
            say(writer, answers=waiting[0], result=Version(bandstand="2", parts={}))

    async def work(link: BotLink) -> None:
        both: list[Result] = await asyncio.gather(link.carry_out(GetVersion(), ANN), link.carry_out(ListBands(), ANN))
        assert both == [Version(bandstand="2", parts={}), Bands(bands=())]

    run(answer, work)


def test_a_refusal_has_its_values_and_its_sentence() -> None:
    why = NoSuchSong(words="x", known=2)

    def answer(ask: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        say(writer, answers=ask["answers"], refused=why, sentence="there is no such song")

    async def work(link: BotLink) -> None:
        error = await fail(link, GetSong(song="x"))
        assert isinstance(error, Declined)
        assert (error.why, error.sentence) == (why, "there is no such song")

    run(answer, work)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"refused": "internal_fault", "reference": "3f2a"}, BotFailed),
        ({"refused": "internal_fault", "reference": "3f2a", "is_passing": True}, BotHindered),
        (None, BotFailed),
    ],
)
def test_a_fault_of_the_bot_is_no_refusal(value: object, kind: type[BotFailed]) -> None:
    def answer(ask: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        say(writer, answers=ask["answers"], refused=value, sentence="it went wrong (ref 3f2a)")

    async def work(link: BotLink) -> None:
        error = await fail(link, GetVersion())
        assert type(error) is kind and "3f2a" in str(error)

    run(answer, work)


def test_a_bot_that_is_lost_before_it_answers_is_away_and_the_next_one_is_found() -> None:
    lives: list[asyncio.StreamWriter] = []

    def answer(ask: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if not ask["request"]:
            return
        lives.append(writer)
        if len(lives) == 1:
            writer.close()
        else:
            say(writer, answers=ask["answers"], result=Bands(bands=()))

    async def work(link: BotLink) -> None:
        assert isinstance(await fail(link, ListBands()), BotAway)
        assert isinstance(await fail(link, ListBands()), BotAway)
        while not link.is_connected:
            await asyncio.sleep(0.01)
        assert await link.carry_out(ListBands(), ANN) == Bands(bands=())

    run(answer, work)


def test_without_a_bot_every_request_fails_at_once() -> None:
    link = BotLink(Path("/nowhere/bot.sock"), lambda: 1.0)
    assert isinstance(asyncio.run(fail(link, GetVersion())), BotAway)


def test_a_request_that_the_bot_would_not_read_is_not_sent() -> None:
    async def work(link: BotLink) -> None:
        assert isinstance(await fail(link, Play(song="x" * 17_000)), RequestTooLong)
        assert link.is_connected

    run(lambda ask, writer: None, work)


@pytest.mark.parametrize(("number", "asked"), [(None, {"after": None, "last": 1000}), (17, {"after": 17, "last": 0})])
def test_events_are_asked_for_from_the_last_one_and_passed_on(number: int | None, asked: dict[str, Any]) -> None:
    feed = KeepingFeed(number)
    seen = []

    def answer(ask: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if not ask["subscribe"]:
            return
        seen.append(ask["subscribe"])
        state = {
            "number": 18,
            "now_playing": {"result": "now_playing", "state": "silence"},
            "queue": {"result": "queue", "on_air": None, "songs": []},
        }
        say(writer, answers=ask["answers"], state=state)
        say(writer, number=19, event={"event": "of_a_later_version"}, at=1.0)
        writer.close()

    async def work(link: BotLink) -> None:
        while len(feed.told) < 3:
            await feed.changed.wait()
            feed.changed.clear()

    run(answer, work, feed)
    assert seen[0] == asked
    assert feed.told[:3] == [("state", 18), (19, "of_a_later_version"), "loss"]
