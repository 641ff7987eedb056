"""The web process's way to the bot: requests and their answers, and the events, over the bot's socket.

Two connections, each made again whenever it is lost: one for requests, which are answered in any order, and one for the
events, so that a long answer never holds up an event. While there is no bot every request fails at once with `BotAway`;
what was asked and not answered yet when the connection was lost fails so, too, since nobody knows whether it was done.

Knows the messages of `common.api.socket` and nothing of HTTP.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import msgspec

from bandstand.common.api.events import State
from bandstand.common.api.observing import ExamineMachine
from bandstand.common.api.refusals import Refusal, Refused
from bandstand.common.api.requests import Request
from bandstand.common.api.results import Result
from bandstand.common.api.socket import Ask, By, InternalFault, Subscribe
from bandstand.common.api.visiting import LogIn
from bandstand.common.backoff import Backoff
from bandstand.common.errors import BandstandError
from bandstand.common.reference import get_reference

log = logging.getLogger(__name__)

LONGEST_ANSWER: Final = 1 << 24
"""Bytes of one line of the bot's."""
LONGEST_REQUEST: Final = 16_000
"""Bytes of a request; the bot takes lines of 16 KiB."""
PATIENCE: Final = 20.0
"""Seconds that an answer may take."""
LONG_PATIENCE: Final = 60.0
"""The same for what takes its time: who guesses passwords is kept waiting, and a machine is examined slowly if busy."""
SLOW: Final = (LogIn, ExamineMachine)
MOST_OPEN: Final = 500
"""Requests that are waited for at a time."""
KEPT: Final = 1000
"""Events that the bot is asked for at the first time, so that a page that comes back after a restart of this process
misses nothing."""


class BotAway(BandstandError):
    """The bot does not run, or was lost before it answered; it may be back within seconds."""

    def __init__(self, sentence: str = "the station's bot is away at the moment; it will be back soon") -> None:
        super().__init__(sentence)


class BotFailed(BandstandError):
    """The bot could not carry out a request, and the fault is its own; the sentence has a reference into its log."""


class BotHindered(BotFailed):
    """The bot cannot do it at the moment, because its database is away, or the disk is full."""


class RequestTooLong(BandstandError):
    """A request has more text than the bot takes."""


class Declined(Refused):
    """The bot refused a request: `why` in values, and its sentence for people."""

    def __init__(self, why: Refusal, sentence: str) -> None:
        super().__init__(why)
        self.sentence = sentence


class Feed(Protocol):
    """Who is told what the events' connection brings."""

    @property
    def number(self) -> int | None:
        """Of the last event that it was told; None before the first."""

    def take_state(self, state: State) -> None: ...

    def take_event(self, number: int, at: float, event: msgspec.Raw) -> None:
        """`event` is its JSON as the bot wrote it: it may be of a newer kind than this process knows."""

    def take_loss(self) -> None:
        """The bot is away."""


@runtime_checkable
class Link(Protocol):
    """What the rest of the web process sees of the bot."""

    @property
    def is_connected(self) -> bool: ...

    async def run(self, feed: Feed) -> None:
        """Keep the connections until cancelled."""

    async def carry_out(self, request: Request, by: By) -> Result:
        """Raises Declined, BotAway, BotFailed (also as BotHindered) or RequestTooLong."""

    async def carry_out_told(self, request: Request, by: By) -> tuple[Result, str]:
        """The same, with what a person is told of the result; empty where there is nothing to say."""


_RESULTS: Final[msgspec.json.Decoder[Result]] = msgspec.json.Decoder(Result)
_REFUSALS: Final[msgspec.json.Decoder[Refusal]] = msgspec.json.Decoder(Refusal)


class _Message(msgspec.Struct):
    """Whatever the bot says; what is for others to understand stays as it is."""

    answers: int = 0
    result: msgspec.Raw = msgspec.Raw()
    refused: msgspec.Raw = msgspec.Raw()
    sentence: str = ""
    said: str = ""
    state: msgspec.Raw = msgspec.Raw()
    number: int = 0
    event: msgspec.Raw = msgspec.Raw()
    at: float = 0.0


class _Connection:
    """One connection. Answers to `ask` are futures; all else goes to `on_message`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._asked = 0
        self._open: dict[int, asyncio.Future[_Message]] = {}

    def ask(self, ask: bytes) -> asyncio.Future[_Message]:
        """Raises BotAway where too much is waited for already."""
        if len(self._open) >= MOST_OPEN:
            raise BotAway("the station is too busy to answer at the moment")
        self.send(ask)
        answer: asyncio.Future[_Message] = asyncio.get_running_loop().create_future()
        self._open[self._asked] = answer
        answer.add_done_callback(partial(self._close, self._asked))
        return answer

    def _close(self, number: int, _: object) -> None:
        """Nobody waits for this answer any longer."""
        self._open.pop(number, None)

    def send(self, ask: bytes) -> None:
        self._asked += 1
        self._writer.write(ask + b"\n")

    async def read(self, on_message: Callable[[_Message], None]) -> None:
        """Until the connection is lost; then whatever is still open fails with BotAway."""
        decode = msgspec.json.Decoder(_Message).decode
        try:
            while line := await self._reader.readline():
                message = decode(line)
                answer = self._open.pop(message.answers, None)
                if answer is None:
                    on_message(message)
                elif not answer.done():
                    answer.set_result(message)
        finally:
            self._writer.close()
            for answer in list(self._open.values()):
                if not answer.done():
                    answer.set_exception(BotAway("the station's bot was lost before it answered"))


class BotLink:
    """`random` spreads the attempts to connect; see `common.backoff`."""

    def __init__(self, path: Path, random: Callable[[], float]) -> None:
        self._path = path
        self._random = random
        self._connection: _Connection | None = None

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def run(self, feed: Feed) -> None:
        async def follow(connection: _Connection) -> None:
            await self._follow(connection, feed)

        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep(self._serve))
            group.create_task(self._keep(follow))

    async def carry_out(self, request: Request, by: By) -> Result:
        return (await self.carry_out_told(request, by))[0]

    async def carry_out_told(self, request: Request, by: By) -> tuple[Result, str]:
        if self._connection is None:
            raise BotAway
        ask = msgspec.json.encode(Ask(request=request, by=by, reference=get_reference()))
        if len(ask) > LONGEST_REQUEST:
            raise RequestTooLong(f"a request has at most {LONGEST_REQUEST} bytes")
        seconds = LONG_PATIENCE if isinstance(request, SLOW) else PATIENCE
        try:
            async with asyncio.timeout(seconds):
                message = await self._connection.ask(ask)
        except TimeoutError:
            raise BotAway(f"the station's bot did not answer within {seconds:.0f} seconds") from None
        return _read_answer(message), message.said

    async def _keep(self, use: Callable[[_Connection], Awaitable[None]]) -> None:
        """Connect, and again when the connection is lost, until cancelled."""
        backoff = Backoff(self._random, first=0.1, last=1.0, steady=5.0)
        while True:
            began = time.monotonic()
            with suppress(OSError, asyncio.IncompleteReadError):
                await use(_Connection(*await asyncio.open_unix_connection(self._path, limit=LONGEST_ANSWER)))
            backoff.record_success(time.monotonic() - began)
            await asyncio.sleep(backoff.next_wait())

    async def _serve(self, connection: _Connection) -> None:
        """Let requests use this connection as long as it lasts."""
        self._connection = connection
        log.info("the bot answers")
        try:
            await connection.read(lambda message: None)
        finally:
            self._connection = None
            log.warning("the bot is away")

    async def _follow(self, connection: _Connection, feed: Feed) -> None:
        """Pass on the state and the events as long as the connection lasts."""
        after = feed.number
        connection.send(msgspec.json.encode(Ask(subscribe=Subscribe(after, 0 if after else KEPT))))
        try:
            await connection.read(lambda message: _pass_on(message, feed))
        finally:
            feed.take_loss()


def _pass_on(message: _Message, feed: Feed) -> None:
    try:
        if message.event:
            feed.take_event(message.number, message.at, message.event)
        elif message.state:
            feed.take_state(msgspec.json.decode(message.state, type=State))
    except msgspec.DecodeError as error:
        log.warning("the bot said something that this version does not know: %s", error)


def _read_fault(refused: msgspec.Raw) -> InternalFault | None:
    """None where that is a refusal. The sentence of a fault of the station's says all that there is to say."""
    with suppress(msgspec.DecodeError):
        return msgspec.json.decode(refused, type=InternalFault)
    return None


def _read_answer(message: _Message) -> Result:
    """Raises Declined, BotHindered or BotFailed."""
    try:
        if message.result:
            return _RESULTS.decode(message.result)
        fault = _read_fault(message.refused) if message.refused else None
        if fault is not None and fault.is_passing:
            raise BotHindered(message.sentence)
        if message.refused and fault is None:
            raise Declined(_REFUSALS.decode(message.refused), message.sentence)
    except msgspec.DecodeError as error:
        log.info("an answer that is none of the known ones: %s", error)
    raise BotFailed(message.sentence or "the station's bot answered something that is not understood")
