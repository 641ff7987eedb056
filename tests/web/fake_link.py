"""A bot that is not there: answers as a test says, and an application that asks it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
from litestar.testing import TestClient

from bandstand.common.api.events import State
from bandstand.common.api.requests import GetNowPlaying, GetQueue, Request
from bandstand.common.api.results import NowPlaying, Queue, QueuedSong, Result
from bandstand.common.api.socket import By
from bandstand.common.api.values import SongBrief, SongState
from bandstand.common.config import Config
from bandstand.common.types import CueId, SongCode
from bandstand.web.app import create_app
from bandstand.web.bot_link import BotAway, Feed

LANTERN = SongBrief(SongCode("7kq3"), "Blue Lantern", "The Robots", SongState.READY, 200.0, 1_800_000_000.0)
ROAD = SongBrief(SongCode("5hph"), "Long Road", "", SongState.READY, 100.0, 1_800_000_100.0)
NUMBER = 1_800_000_000_000
PLAYING = NowPlaying(state="playing", song=LANTERN, cue=CueId(1), seconds=20.0, started=1_800_000_180.0)
QUEUE = Queue(
    on_air=QueuedSong(CueId(1), LANTERN, "ann", 1_800_000_000.0, 0.0),
    songs=(QueuedSong(CueId(2), ROAD, "ben", 1_800_000_010.0, 180.0),),
)
Answers = dict[type[Any], Result | Exception | Callable[[Any], Result]]


class FakeLink:
    """A `bot_link.Link`. `answers`: by the request's type, a result, an error, or what makes one of the request."""

    def __init__(self, answers: Answers | None = None, is_connected: bool = True) -> None:
        self.answers: Answers = {GetNowPlaying: PLAYING, GetQueue: QUEUE} | (answers or {})
        self.asked: list[tuple[Request, By]] = []
        self.is_connected = is_connected
        self.said = "so it was done"

    async def run(self, feed: Feed) -> None:
        if self.is_connected:
            playing, queue = cast(NowPlaying, self.answers[GetNowPlaying]), cast(Queue, self.answers[GetQueue])
            feed.take_state(State(number=NUMBER, now_playing=playing, queue=queue))
        await asyncio.Event().wait()

    async def carry_out(self, request: Request, by: By) -> Result:
        return (await self.carry_out_told(request, by))[0]

    async def carry_out_told(self, request: Request, by: By) -> tuple[Result, str]:
        self.asked.append((request, by))
        answer = self.answers.get(type(request))
        if not self.is_connected or answer is None:
            raise BotAway
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer, self.said


def make_settings(folder: Path | None = None, **sections: Any) -> Config:
    station = {"directory": str(folder or "/nowhere"), "name": "Test Radio"}
    return msgspec.convert({"station": station, **sections}, Config)


@contextmanager
def open_client(link: FakeLink, settings: Config | None = None) -> Iterator[TestClient[Any]]:
    """A client of an application that runs."""
    with TestClient(create_app(settings or make_settings(), link), raise_server_exceptions=False) as client:
        yield client
