"""The station's events for everybody who follows them: one subscription at the bot, any number of streams here.

Each event is written once, and the same bytes go to all streams. A stream holds a bounded number of events that its
reader has not taken; beyond that it loses the oldest, so a slow reader holds up nobody and costs little. What was told
last is kept by the events' numbers, for readers who come back with the last number that they had.

The state (what is on the air, and the queue) is read anew at the bot soon after an event that may have changed it, and
told as an event of its own, so that no reader has to ask for it.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple, cast

import msgspec

from bandstand.common.api.events import JobAdvanced, State
from bandstand.common.api.live import DjTold
from bandstand.common.api.people import Place, Right
from bandstand.common.api.requests import GetNowPlaying, GetQueue
from bandstand.common.api.results import NowPlaying, Queue
from bandstand.common.api.socket import By
from bandstand.common.errors import BandstandError
from bandstand.web.bot_link import BotAway, Link
from bandstand.web.public_events import TELLS_STATE, decode_event, show_event

log = logging.getLogger(__name__)

KEPT: Final = 1000
"""Events for those who come back."""
MOST: Final = 10_000
"""Streams of one process."""
MOST_OF_ADDRESS: Final = 200
"""Streams of one address: some hundred people may share it."""
UNREAD: Final = 200
"""Events that wait for one reader."""
SETTLING: Final = 0.05
"""Seconds from an event until the state is read anew: events come in bunches."""
LOOK_SECONDS: Final = 10.0
"""After so long without an event the state is looked at anyway: a song may have fallen behind."""
DRIFT: Final = 0.5
"""Seconds by which a song may be elsewhere than was told."""
COMMENT_SECONDS: Final = 15.0
COMMENT: Final = b": \n\n"
"""Keeps proxies from closing a stream on which nothing happens."""
STALLED: Final = 4
"""Comments in a row that a reader may leave untaken before its stream is ended."""
READER: Final = By("page", Right.LISTENER, place=Place("web"))
"""For whom the web process itself asks: anybody."""


class StationState(msgspec.Struct, frozen=True, kw_only=True):
    """What is on the air and in the queue, as it was `at` (Unix time). Events up to `number` are in it."""

    number: int
    at: float
    is_bot_away: bool = False
    """Nobody knows it any better: the bot does not answer at the moment."""
    now_playing: NowPlaying
    queue: Queue


class Wants(NamedTuple):
    """What a reader has beside what everybody has."""

    progress: bool = False
    """`job_advanced`."""
    booth: bool = False
    """`booth`: how it is with DJs who are live (`web.booth_feed`); `dj_told`: that somebody wrote to one."""


NOTHING_MORE: Final = Wants()


class Stream:
    """One reader's events. `take` waits for the next ones."""

    def __init__(self, number: int | None, wants: Wants, address: str) -> None:
        self.address = address
        self.number = number
        """Of the last event that the reader has; None while no number is known at all."""
        self.wants = wants
        self.untaken_comments = 0
        self.reader: asyncio.Task[object] | None = None
        """Is cancelled where it does not read."""
        self._waiting: deque[bytes] = deque(maxlen=UNREAD)
        self._wake = asyncio.Event()
        self.is_closed = False

    def put(self, data: bytes) -> None:
        self._waiting.append(data)
        self._wake.set()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to take."""
        return not self._waiting

    def close(self) -> None:
        self.is_closed = True
        self._wake.set()

    async def take(self) -> bytes:
        """What came since the last call, at least one event; empty when the stream is closed."""
        await self._wake.wait()
        self._wake.clear()
        self.untaken_comments = 0
        data = b"" if self.is_closed else b"".join(self._waiting)
        self._waiting.clear()
        return data


class EventHub:
    """A `bot_link.Feed`. `wall` gives Unix seconds."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self.number: int | None = None
        self.state: StationState | None = None
        """None until the bot was reached for the first time."""
        self.streams: set[Stream] = set()
        self.on_change: list[Callable[[], None]] = []
        """Called after each event: what was read before may have changed."""
        self._wall = wall
        self._addresses: Counter[str] = Counter()
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=KEPT)
        self._is_outdated = asyncio.Event()

    # What the bot says

    def take_state(self, state: State) -> None:
        """The first thing that a new connection brings."""
        self.number = max(state.number, self.number or 0)
        for stream in self.streams:
            stream.number = state.number if stream.number is None else min(stream.number, self.number)
        self._put_state(state.number, state.now_playing, state.queue)

    def take_event(self, number: int, at: float, event: msgspec.Raw) -> None:
        self.number = max(number, self.number or 0)
        decoded = decode_event(event)
        shown = show_event(decoded, at)
        if isinstance(decoded, TELLS_STATE):
            self._is_outdated.set()
        if isinstance(decoded, DjTold):  # nobody else's business; what was written is asked for by those who may
            self.tell_booths(write_event("dj_told", msgspec.json.encode({"dj": decoded.message.dj})))
            return
        if isinstance(decoded, JobAdvanced):
            self._tell_progress(write_event("job_advanced", shown or b"{}"))
            return
        for forget in self.on_change:
            forget()
        if shown is not None:
            self._tell_event(number, write_event(str(type(decoded).__struct_config__.tag), shown, number))

    def take_loss(self) -> None:
        if self.state is not None and not self.state.is_bot_away:
            self.state = msgspec.structs.replace(self.state, is_bot_away=True)
            self._tell_state()

    # Streams

    def has_room(self, address: str) -> bool:
        """Whether another stream may be opened, by this address; empty: one that is not limited."""
        return len(self.streams) < MOST and self._addresses[address] < MOST_OF_ADDRESS

    def open_stream(self, after: int | None, wants: Wants = NOTHING_MORE, address: str = "") -> Stream:
        """One that begins with the state, and then has what was told after the event number `after`."""
        missed = self._list_after(after)
        is_known = missed is not None or self.number is None
        stream = Stream(after if is_known else self.number, wants, address)
        if self.state is not None:
            # Its number, so that whoever is cut off before the first event comes back for what was missed.
            stream.put(self._write_state(stream.number))
        for number, data in missed or []:
            stream.put(data)
            stream.number = number
        self.streams.add(stream)
        if address:
            self._addresses[address] += 1
        return stream

    def get_state(self) -> StationState:
        """Raises BotAway where nobody knows it at the moment."""
        if self.state is None or self.state.is_bot_away:
            raise BotAway
        return self.state

    def close_stream(self, stream: Stream) -> None:
        if stream in self.streams:
            self.streams.remove(stream)
            self._addresses[stream.address] -= 1
            if self._addresses[stream.address] <= 0:
                del self._addresses[stream.address]
        stream.close()

    def close(self) -> None:
        """End all streams."""
        for stream in list(self.streams):
            self.close_stream(stream)

    def _list_after(self, after: int | None) -> list[tuple[int, bytes]] | None:
        """None where the number is none that was told here, or was too long ago: the state has to be enough."""
        if after is None or not self._kept or not self._kept[0][0] <= after + 1 <= self._kept[-1][0] + 1:
            return None
        return [kept for kept in self._kept if kept[0] > after][1 - UNREAD :]

    def _tell_event(self, number: int, data: bytes) -> None:
        self._kept.append((number, data))
        for stream in self.streams:
            if stream.number is None or number > stream.number:
                stream.number = number
                stream.put(data)

    def tell(self, data: bytes) -> None:
        """Tell all readers something that has no number: it is not for those who come later."""
        for stream in self.streams:
            stream.put(data)

    def _tell_progress(self, data: bytes) -> None:
        for stream in self.streams:
            if stream.wants.progress:
                stream.put(data)

    @property
    def has_booths(self) -> bool:
        return any(stream.wants.booth for stream in self.streams)

    def tell_booths(self, data: bytes) -> None:
        for stream in self.streams:
            if stream.wants.booth:
                stream.put(data)

    def _tell_state(self) -> None:
        self.tell(self._write_state())

    # The state

    async def run(self, link: Link) -> None:
        """Keep the state and the streams as they should be, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_state(link))
            group.create_task(self._send_comments())

    async def _keep_state(self, link: Link) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_outdated.wait(), LOOK_SECONDS)
                await asyncio.sleep(SETTLING)
            is_looking = not self._is_outdated.is_set()
            self._is_outdated.clear()
            if is_looking and (self.state is None or self.state.is_bot_away):
                continue
            number = self.number or 0
            try:
                now_playing = await link.carry_out(GetNowPlaying(), READER)
                queue = await link.carry_out(GetQueue(), READER)
            except BandstandError as error:  # a new connection brings it
                log.info("the state could not be read: %s", error)
                continue
            state = self._make_state(number, cast(NowPlaying, now_playing), cast(Queue, queue))
            if not is_looking or self.state is None or has_drifted(self.state, state):
                self.state = state
                self._tell_state()

    def _put_state(self, number: int, now_playing: NowPlaying, queue: Queue) -> None:
        self.state = self._make_state(number, now_playing, queue)
        self._tell_state()

    def _make_state(self, number: int, now_playing: NowPlaying, queue: Queue) -> StationState:
        return StationState(number=number, at=self._wall(), now_playing=now_playing, queue=queue)

    def _write_state(self, number: int | None = None) -> bytes:
        return write_event("state", msgspec.json.encode(self.state), number)

    async def _send_comments(self) -> None:
        while True:
            await asyncio.sleep(COMMENT_SECONDS)
            for stream in list(self.streams):
                stream.put(COMMENT)
                stream.untaken_comments += 1
                if stream.untaken_comments > STALLED and stream.reader is not None:
                    stream.reader.cancel()


def has_drifted(before: StationState, now: StationState) -> bool:
    """Whether the song is elsewhere than whoever counts on from `before` has it, as after a moment of silence."""
    passed = now.at - before.at if before.now_playing.state == "playing" else 0.0
    expected = before.now_playing.seconds + passed
    is_same = (before.now_playing.cue, before.now_playing.state) == (now.now_playing.cue, now.now_playing.state)
    return not is_same or abs(expected - now.now_playing.seconds) > DRIFT


def write_event(name: str, data: bytes, number: int | None = None) -> bytes:
    """One server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html). `data` is JSON, which has
    no line breaks."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: ".encode() + data + b"\n\n"
