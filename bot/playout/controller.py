"""The playout controller: keeps the streamer at what the core wants to be heard.

The database says what should be heard (`bot.station.on_air.make_plan`). After each change the plan is read and compared
with the picture of what the streamer has, and what is missing is sent; one comparison at a time, and another one after
it, if something has changed meanwhile. What the streamer reports changes the picture at once and is answered when it is
committed; until then the streamer keeps it. So a database that is locked for a while delays what is decided, and loses
nothing.

A connection goes through three steps: connected (reports that were kept arrive, before anything else), known (the
streamer has said what it plays) and ready (the database agrees with that). Plans are carried out only when it is ready.

Knows messages and their order; not which song is due (`bot.station.scheduling`) nor where its sound is (`sources`).
"""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import connectProtocol
from twisted.internet.error import ConnectionClosed
from twisted.internet.interfaces import IDelayedCall, IReactorTime, IStreamClientEndpoint
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.protocols import amp
from twisted.python.failure import Failure

from bandstand.bot.playout.connection import ANSWER_SECONDS, NumberedReport, StreamerConnection, describe_failure
from bandstand.bot.playout.heard import HeardKeeper
from bandstand.bot.playout.mounts import MountEvent, Mounts
from bandstand.bot.playout.outage import Outage
from bandstand.bot.playout.picture import StreamerPicture
from bandstand.bot.playout.sources import SongSource
from bandstand.bot.playout.starvation import StarvationWatch
from bandstand.bot.playout.wire_terms import make_join, record_report
from bandstand.bot.station import on_air, replacing, reserve
from bandstand.bot.station.bars import find_next_bar
from bandstand.bot.station.repositories import Store, Transaction, Work
from bandstand.bot.station.scheduling import Plan
from bandstand.common import wire
from bandstand.common.api.events import (
    CueSkipped,
    CueSought,
    DatabaseFailed,
    DatabaseRecovered,
    Event,
    QueueChanged,
    SeekFailed,
    StreamerCameBack,
    StreamerWentAway,
)
from bandstand.common.api.heard import HeardStream
from bandstand.common.api.values import Cue, Loudness, OnAir
from bandstand.common.backoff import Backoff
from bandstand.common.errors import BandstandError, UnknownCue
from bandstand.common.recordings import CueTag
from bandstand.common.types import RATE, CueId, Frames, SongCode

log = Logger()

RETRY_FIRST, RETRY_LAST = 0.1, 5.0
"""Seconds between attempts to reach a streamer, and to read a plan."""
MARGIN: Final = round(0.05 * RATE)
"""Frames: a bar that begins within them may have begun when the streamer hears of it."""


@dataclass(frozen=True)
class Surroundings:
    """What the controller is given of the world beside streamer and database."""

    clock: IReactorTime
    """Monotonic: for positions and waits."""
    wall: Callable[[], float]
    """Unix seconds: for what is written down."""
    random: Callable[[], float]
    publish: Callable[[Sequence[Event]], None]


class PlayoutController:
    """`react` is to be subscribed to the event bus. Is the owner of its `StreamerConnection`."""

    def __init__(
        self,
        endpoint: IStreamClientEndpoint,
        store: Store,
        open_source: Callable[[Cue], SongSource],
        surroundings: Surroundings,
    ) -> None:
        """`open_source` raises BandstandError, with a sentence, where a song's sound cannot be opened."""
        self._endpoint = endpoint
        self._store = store
        self._open_source = open_source
        self._clock = surroundings.clock
        self._wall = surroundings.wall
        self._publish = surroundings.publish
        self._retries = Backoff(surroundings.random, RETRY_FIRST, RETRY_LAST)
        self._read_retries = Backoff(surroundings.random, RETRY_FIRST, RETRY_LAST)
        self._retry: IDelayedCall | None = None
        self._picture = StreamerPicture(self._clock.seconds)
        self._starvation = StarvationWatch(self._clock.seconds)
        self._mounts = Mounts()
        self._connection: StreamerConnection | None = None
        self._is_connecting = self._is_ready = self._is_stopping = False
        self._was_connected = self._is_missed = False
        """A streamer that was never there is not told to be away; one that was, once."""
        self._is_comparing = self._must_compare = False
        self._early_skips: set[CueId] = set()
        """Cues whose skip no streamer has taken: it was away, or did not have them yet."""
        self.loudness: Loudness | None = None
        self.find_tag: Callable[[Cue], CueTag] = lambda cue: CueTag(song=cue.song.code)
        """What recordings have to know of a cue."""
        self.take_recording: Callable[[str, str, str], None] = lambda state, folder, reason: None
        """See `wire.RecordingChanged`."""
        self.greet: Callable[[wire.StreamerState], None] = lambda state: None
        """Called with what each new streamer says."""
        self.outage = Outage(self._clock, store, self._wall, self.sync)
        """Says what is heard while the database is away, once it was started."""
        self.take_underrun: Callable[[float], None] = lambda seconds: None
        self.tell_live: Callable[[Sequence[wire.LiveInput]], None] = lambda _: None
        """Is told how it is with DJs' mounts."""
        self._heard = HeardKeeper(self._find_song, self._publish, self._wall)

    @property
    def heard(self) -> tuple[HeardStream, ...]:
        """Which frame of which song the mounts' streams have where."""
        return self._heard.streams

    async def _find_song(self, cue: CueId) -> SongCode | None:
        def work(tx: Transaction) -> SongCode | None:
            found = tx.queue.get(cue)
            return None if found is None else found.song.code

        return await self._store.read(work)

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    def get_on_air(self) -> OnAir | None:
        """What is on the air, and how far, by the clock since the streamer last said so."""
        return self._picture.get_on_air() if self._connection is not None else None

    async def ask_state(self) -> wire.StreamerState | None:
        """The streamer's own account; None while it is away."""
        if self._connection is None:
            return None
        try:
            return await Deferred.fromCoroutine(self._connection.ask_state()).addTimeout(ANSWER_SECONDS, self._clock)
        except Exception as error:
            log.warn("the streamer did not say what it plays: {why}", why=describe_failure(error))
            return None

    def react(self, event: Event) -> None:
        self.outage.react(event)
        match event:
            case QueueChanged() | DatabaseFailed() | DatabaseRecovered():
                self.sync()
            case CueSkipped(cue=cue):
                self._start(self._skip(cue))
            case CueSought(cue=cue, frames=frames):
                self._start(self._seek(cue, frames))

    def _start(self, work: Coroutine[Deferred[Any], Any, None]) -> None:
        """Run a coroutine to its end; a fault is logged."""
        Deferred.fromCoroutine(work).addErrback(self._log_fault)

    def _log_fault(self, failure: Failure) -> None:
        if self._connection is not None:
            log.failure("the streamer could not be brought into step", failure)

    async def _record(self, work: Work[None]) -> None:
        """Have a fact written down, after those before it."""
        try:
            await self._store.record(work)
        except BandstandError as error:
            log.error("not recorded: {error}", error=error)

    # The connection

    def connect(self) -> None:
        """Try now; keep trying, ever less often, until it answers."""
        if self._connection is not None or self._is_connecting or self._is_stopping:
            return
        if self._retry is not None and self._retry.active():
            self._retry.cancel()
        self._is_connecting = True
        self._start(self._connect())

    async def _connect(self) -> None:
        try:
            connection = await connectProtocol(self._endpoint, StreamerConnection(self))
        except Exception:
            self._is_connecting = False
            self._retry_later()
            return
        await self.welcome(connection)

    async def welcome(self, connection: StreamerConnection) -> None:
        """A streamer is connected. Its reports come first, and then what it plays."""
        self._picture.clear()
        try:
            state = await connection.ask_state()
        except Exception as error:
            log.warn("the streamer did not say what it plays: {error}", error=error)
            self._is_connecting = False
            self._retry_later()
            return
        self._is_connecting = False
        if self._is_stopping:
            connection.close()
            return
        self._retries.restart()
        self._connection = connection
        self._was_connected = True
        self._picture.record_state(state)
        self.loudness = Loudness(state.loudness, state.peak)
        if self._is_missed:
            self._is_missed = False
            self._publish([StreamerCameBack()])
        self._publish_mounts(self._mounts.compare(state.mounts))
        found = self._record(lambda tx: on_air.record_found(tx, state.current.cue if state.current else None))
        if self.outage.is_on:
            self._start(found)
        else:
            await found
        if self._connection is connection:
            self._is_ready = True
            self.sync()
            self.greet(state)

    def _retry_later(self) -> None:
        if self._is_stopping:
            return
        self._publish_away()
        self._retry = self._clock.callLater(self._retries.next_wait(), self.connect)

    def take_loss(self, connection: StreamerConnection) -> None:
        if connection is not self._connection:
            return
        current, position = self._picture.current, self._picture.get_position()
        self._forget_connection()
        if self._is_stopping:
            return
        log.warn("the streamer went away")
        self._publish_away()
        if current is not None:
            self._start(self._record(lambda tx: on_air.record_lost(tx, current, position)))
        self.connect()

    def _forget_connection(self) -> None:
        self._connection = self.loudness = None
        self._is_ready = False
        self._picture.clear()
        self._mounts.record_streamer_away()

    def _publish_away(self) -> None:
        if self._was_connected and not self._is_missed:
            self._is_missed = True
            self._publish([StreamerWentAway()])

    # What the streamer says

    async def take_report(self, numbered: NumberedReport) -> None:
        """Fails with BandstandError where it is not committed; the streamer then sends it again."""
        self._picture.record_report(numbered.report, numbered.ago)
        self.outage.take_report(numbered.report)
        at = self._wall() - numbered.ago
        recording = self._store.record(lambda tx: record_report(tx, numbered, at))
        if self.outage.is_on:
            self.sync()
        try:
            await recording
        except BandstandError:
            raise
        except Exception:
            # A fault of ours, which another attempt would meet again: without it the rest goes on.
            log.failure("a report of the streamer could not be recorded: {report}", report=numbered.report)
        self.sync()

    async def record(self, is_on: bool, ends_shows: bool) -> None:
        """Have the streamer record everything, or not; one that is away is told when it comes back."""
        if self._connection is not None:
            await self._connection.ask(wire.Record, on=is_on, ends_shows=ends_shows)

    async def retag(self, cue: CueId, tag: CueTag) -> None:
        if self._connection is not None:
            await self._connection.ask(wire.Retag, cue=cue, tag=msgspec.json.encode(tag))

    def take_loudness(self, loudness: Loudness) -> None:
        self.loudness = loudness

    def take_position(self, cue: CueId, frames: Frames, is_moving: bool) -> None:
        self._picture.record_moved(cue, frames, is_moving)
        if self._starvation.note(cue, frames, is_moving):
            self._start(self._record(lambda tx: replacing.replace_starved(tx, cue)))

    def take_heard(self, mount: str, format: str, spans: Sequence[wire.HeardSpan]) -> None:
        self._heard.take(mount, format, spans)

    def take_live_inputs(self, inputs: Sequence[wire.LiveInput]) -> None:
        self.tell_live(inputs)

    def watch_live(self, mounts: Sequence[str]) -> None:
        """Have the streamer read these DJs' mounts; nothing, while it is away."""
        if self._connection is not None:
            asked = self._connection.ask(wire.WatchLive, mounts=msgspec.json.encode(mounts))
            asked.addErrback(lambda failure: log.warn("no DJ is heard: {why}", why=failure.getErrorMessage()))

    def take_mount_on(self, mount: str) -> None:
        self._publish_mounts(self._mounts.record_on(mount))

    def take_mount_off(self, mount: str, reason: str) -> None:
        self._publish_mounts(self._mounts.record_off(mount, reason))

    def _publish_mounts(self, events: Sequence[MountEvent]) -> None:
        self._publish(events)

    # Bringing the streamer into step

    def sync(self) -> None:
        """Compare the plan with what the streamer has, and send what is missing."""
        self._must_compare = True
        if not self._is_comparing and self._is_ready:
            self._is_comparing = True
            self._start(self._compare())

    async def _compare(self) -> None:
        try:
            while self._must_compare and self._is_ready:
                self._must_compare = False
                plan = await self._read_plan()
                if self._is_ready and plan is not None and self._connection is not None:
                    await self._carry_out(plan, self._connection)
        finally:
            self._is_comparing = False

    async def _read_plan(self) -> Plan | None:
        """Tried again until the database answers; None where the streamer went away meanwhile."""
        while self._is_ready:
            if self.outage.is_on:
                return self.outage.plan(self._picture, self._note_reserve)
            try:
                plan = await self._store.read(on_air.make_plan)
            except Exception as error:
                wait = self._read_retries.next_wait()
                log.error("the plan could not be read; again in {wait:.1f} s: {error}", wait=wait, error=error)
                await deferLater(self._clock, wait)
            else:
                self._read_retries.restart()
                return plan
        return None

    def _note_reserve(self, cue: Cue) -> None:
        self._start(self._record(lambda tx: reserve.add(tx, cue)))

    async def _carry_out(self, plan: Plan, connection: StreamerConnection) -> None:
        picture = self._picture
        if plan.current is None:
            keep = plan.keep
            if keep is not None and picture.current != keep and not picture.has_ended(keep):
                self._start(self._record(lambda tx: on_air.record_missing(tx, keep)))
            if picture.current is not None and picture.current != plan.keep:
                fade = None if plan.fade is None else round(plan.fade * RATE)
                await connection.ask(wire.Stop, fade=fade)
            return
        if picture.has_ended(plan.current.id):
            return  # its end is on the way to the database, and when it is there, the plan is read again
        if picture.current != plan.current.id:
            if not await self._send(connection, wire.Play, plan.current):
                return
            picture.record_played(plan.current)
        await self._carry_out_following(plan, connection)
        if plan.current.id in self._early_skips:
            self._early_skips.discard(plan.current.id)
            await _ask_unless_unknown(connection, wire.Skip, plan.current.id)

    async def _carry_out_following(self, plan: Plan, connection: StreamerConnection) -> None:
        picture, following, join = self._picture, plan.following, make_join(plan)
        if following is None:
            if picture.following is not None:
                await _ask_unless_unknown(connection, wire.Unfollow, picture.following)
                picture.record_unfollowed()
        elif picture.lacks_following(following, join) and await self._send(connection, wire.Follow, following, join):
            picture.record_followed(following, join)

    async def _send(
        self, connection: StreamerConnection, command: type[amp.Command], cue: Cue, join: wire.Join | None = None
    ) -> bool:
        """Hand over a song; one that cannot be played is recorded as such, and False comes back."""
        try:
            await self._hand_over(connection, command, cue, join)
        except BandstandError as error:
            reason = str(error)
            self._start(self._record(lambda tx: on_air.record_unplayable(tx, cue.id, reason)))
            if self.outage.is_on:
                self.outage.give_up(cue)
                self.sync()
            return False
        return True

    async def _hand_over(
        self, connection: StreamerConnection, command: type[amp.Command], cue: Cue, join: wire.Join | None = None
    ) -> None:
        source = self._open_source(cue)
        until = self._find_cut(cue) if command is wire.Play else None
        try:
            await connection.ask(
                command,
                cue=cue.id,
                title=cue.song.title,
                artist=cue.song.artist,
                audio=source.audio,
                raw=source.is_raw,
                growth=source.growth,
                start=cue.start,
                gain=source.gain,
                crossfade=round((cue.crossfade or 0.0) * RATE),
                tag=msgspec.json.encode(self.find_tag(cue)),
                **({} if until is None else {"until": until}),
                **({"live": source.live} if source.live else {}),
                **({"reference": cue.reference} if cue.reference else {}),
                **({} if join is None else {"join": msgspec.json.encode(join)}),
            )
        finally:
            # Only now: what was queued for sending was the number, not the file.
            source.close()

    def _find_cut(self, cue: Cue) -> int | None:
        """The frame of the song on the air at which this cue is to cut in; None: at once."""
        if cue.bars is None or self._picture.current is None:
            return None
        return find_next_bar(cue.bars, self._picture.get_position() + MARGIN)

    async def _seek(self, cue: CueId, frames: Frames) -> None:
        """Go on at `frames` of this cue, if it is the one on the air; where that cannot be, it goes on as it was."""
        plan = await self._read_plan()
        if plan is None or plan.current is None or self._connection is None:
            return
        if not cue == plan.current.id == self._picture.current:
            return
        try:
            await self._hand_over(self._connection, wire.Seek, msgspec.structs.replace(plan.current, start=frames))
        except UnknownCue:
            return  # it has just ended
        except BandstandError as error:
            self._publish([SeekFailed(title=plan.current.song.title, reason=str(error))])
            return
        self._picture.record_sought(cue, frames)
        self._publish([QueueChanged()])  # all that follows is heard at another time

    async def _skip(self, cue: CueId) -> None:
        self._early_skips.add(cue)
        if self._connection is None:
            return
        with suppress(ConnectionClosed, UnknownCue):  # it is still on the way there, or has ended
            await self._connection.ask(wire.Skip, cue=cue)
            self._early_skips.discard(cue)

    # The end

    async def let_go(self) -> None:
        """Have this streamer keep the song's place and end. Another one is reached with `connect`."""
        connection, current = self._connection, self._picture.current
        self._forget_connection()
        if connection is not None:
            await self._shut_down(connection, current)

    async def _shut_down(self, connection: StreamerConnection, current: CueId | None) -> None:
        try:
            if current is not None:
                answer = await connection.ask(wire.Stop).addTimeout(ANSWER_SECONDS, self._clock)
                frames = Frames(answer["frames"])
                self._start(self._record(lambda tx: on_air.record_lost(tx, current, frames)))
            await connection.ask(wire.Shutdown).addTimeout(ANSWER_SECONDS, self._clock)
        except Exception as error:
            log.warn("the streamer was not told to stop: {why}", why=describe_failure(error))

    async def stop(self, shut_down: bool) -> None:
        """Let go of the streamer; with `shut_down` the song's place is kept and the streamer ends."""
        self._is_stopping = True
        self.outage.stop()
        self._is_ready = False  # or the report of the stop would have the song played again
        if self._retry is not None and self._retry.active():
            self._retry.cancel()
        connection, current = self._connection, self._picture.current
        if connection is None:
            return
        if shut_down:
            await self._shut_down(connection, current)
        connection.close()


async def _ask_unless_unknown(connection: StreamerConnection, command: type[amp.Command], cue: CueId) -> None:
    """Ask something about a cue; that the streamer has it no more is no fault."""
    try:
        await connection.ask(command, cue=cue)
    except UnknownCue:
        return
