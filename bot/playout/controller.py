"""The connection to the streamer: for ever reconnecting, and making what is played agree with the programme.

Keeps a picture of what the streamer has (current, following), by the streamer's own rule: when a cue ends, the one that
follows is the current one. Knows how to send a source; not which song is due (`songs.station`) nor where its sound is.
"""

import os
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

import msgspec
from twisted.internet.defer import Deferred, inlineCallbacks, succeed
from twisted.internet.endpoints import UNIXClientEndpoint, connectProtocol
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.protocols import amp
from twisted.python.failure import Failure

from bot.playout.mounts import Mounts
from bot.songs.station import Programme, Slot
from bot.view import AirView, LevelView
from common import wire
from common.errors import BandstandError, UnknownCue
from common.types import RATE

log = Logger()

RETRY_FIRST, RETRY_LAST = 0.1, 5.0
"""Seconds between attempts to reach a streamer that is not ours to start."""
MARGIN = round(0.05 * RATE)
"""Frames: a bar that begins within them may have begun when the streamer hears of it."""


@dataclass
class Source:
    """Descriptors of one song's sound, ours to close."""

    audio: int
    raw: bool = False
    growth: int | None = None
    gain: float = 0.0

    def close(self) -> None:
        os.close(self.audio)
        if self.growth is not None:
            os.close(self.growth)


class Station(Protocol):
    """What the player asks of the rest of the bot, and tells it."""

    def wanted(self) -> Deferred[Programme]:
        """What should be heard now."""
        ...

    def source(self, slot: Slot) -> Source:
        """Open a song's sound. Raises BandstandError, with the sentence, where that cannot be."""
        ...

    def found(self, current: int | None, uptime: float) -> Deferred[None]:
        """The streamer answers: what is on the air there, and for how long it has been running."""
        ...

    def lost(self, cue: int, frames: int) -> Deferred[None]:
        """The streamer went away with this cue on the air, about here; to be written before the next one is asked."""
        ...

    def away(self) -> None:
        """Nobody answers at the streamer's socket."""
        ...

    def started(self, cue: int, ago: float) -> Deferred[None]:
        """This cue began `ago` seconds before now; fires when that is written down."""
        ...

    def ended(self, report: wire.Ended, ago: float) -> Deferred[None]:
        """A cue ended `ago` seconds before now; fires when that is written down."""
        ...

    def unplayable(self, cue: int, reason: str) -> None: ...


class Link(amp.AMP):
    """One connection; hands events on in the order in which they came."""

    def __init__(self, player: "Player") -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._player = player

    def ask(self, command: type[amp.Command], **arguments: Any) -> Deferred[Any]:
        return cast("Deferred[Any]", self.callRemote(command, **arguments))  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure = Failure(ConnectionLost())) -> None:  # noqa: B008
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        self._player.disconnected(self)

    @wire.Report.responder
    def report(self, streamer: str, number: int, ago: float, report: str) -> "Deferred[dict[str, object]]":
        written = self._player.reported(msgspec.json.decode(report, type=wire.PlayoutReport), ago)
        return written.addCallback(lambda _: {})

    @wire.Underrun.responder
    def underrun(self, cue: int, frames: int) -> dict[str, object]:
        log.warn("cue {cue} fell behind; {seconds:.2f} s of silence stood in", cue=cue, seconds=frames / RATE)
        return {}

    @wire.Level.responder
    def level(self, loudness: float | None = None, peak: float | None = None) -> dict[str, object]:
        self._player.level = LevelView(loudness, peak)
        return {}

    @wire.WentOffAir.responder
    def went_off_air(self, mount: str, reason: str) -> dict[str, object]:
        self._player.went_off_air(mount, reason)
        return {}

    @wire.CameOnAir.responder
    def came_on_air(self, mount: str) -> dict[str, object]:
        self._player.came_on_air(mount)
        return {}


class Player:
    def __init__(
        self, reactor: Any, path: str, station: Station, clock: IReactorTime, notice: Callable[[str], None]
    ) -> None:
        self._reactor = reactor
        self._endpoint = UNIXClientEndpoint(reactor, path, timeout=5)
        self._station = station
        self._clock = clock
        self.notice = notice
        self.level: LevelView | None = None
        self._mounts = Mounts()
        self._link: Link | None = None
        self._connecting = self._stopping = False
        self._delay = RETRY_FIRST
        self._current: int | None = None
        self._following: int | None = None
        self._following_start = 0
        self._since = (0.0, 0)  # clock and frames when the current cue was last heard of
        self._over: set[int] = set()  # cues whose end has been reported: an answer may arrive after its events
        self._busy = self._again = False

    @property
    def connected(self) -> bool:
        return self._link is not None

    @property
    def air(self) -> AirView | None:
        """What is on the air, and how far, by the clock since the streamer last said so."""
        if self._link is None or self._current is None:
            return None
        return AirView(self._current, self._position() / RATE)

    def connect(self) -> None:
        """Try now; keep trying, ever less often, until it answers."""
        if self._link is not None or self._connecting or self._stopping:
            return
        self._connecting = True
        connecting = connectProtocol(self._endpoint, Link(self))
        connecting.addCallbacks(self._connected, lambda _: self._refused())

    def _refused(self) -> None:
        self._connecting = False
        if self._stopping:
            return
        self._clock.callLater(self._delay, self.connect)
        self._delay = min(self._delay * 2, RETRY_LAST)
        self._station.away()

    @inlineCallbacks
    def _connected(self, link: Link) -> Generator[Deferred[Any], Any, None]:
        self._connecting = False
        self._delay = RETRY_FIRST
        self._over.clear()
        try:
            state = yield self._ask(link)
        except Exception as error:
            log.warn("the streamer did not say what it plays: {error}", error=error)
            self._refused()
            return
        self._link = link
        self._current = state.current.cue if state.current else None
        self._following = state.following.cue if state.following else None
        self._following_start = state.following.frames if state.following else 0
        self._since = (self._clock.seconds(), state.current.frames if state.current else 0)
        self.level = LevelView(state.loudness, state.peak)
        self._tell(self._mounts.found(state.mounts))
        yield self._station.found(self._current, state.uptime)

    @inlineCallbacks
    def _ask(self, link: Link) -> Generator[Deferred[Any], Any, wire.StreamerState]:
        answer = yield link.ask(wire.GetState)
        return msgspec.json.decode(answer["state"], type=wire.StreamerState)

    def state(self) -> Deferred[wire.StreamerState | None]:
        """The streamer's own account, or None while it is away."""
        if self._link is None:
            return succeed(None)
        return self._ask(self._link).addErrback(lambda _: None)

    def disconnected(self, link: Link) -> None:
        if link is not self._link:
            return
        self._link = self.level = None
        current, position = self._current, self._position()
        self._current = self._following = None
        if self._stopping:
            return
        log.warn("the streamer went away")
        self._mounts.away()
        noted = succeed(None) if current is None else self._station.lost(current, position)
        noted.addBoth(lambda _: self.connect())

    def reported(self, report: wire.PlayoutReport, ago: float) -> Deferred[None]:
        """What the streamer reports, `ago` seconds after it happened; fires when it is written down.

        May be told again after a reconnection, and then comes before the streamer's state.
        """
        if isinstance(report, wire.Started):
            return self._started(report, ago)
        return self._ended(report, ago)

    def _started(self, report: wire.Started, ago: float) -> Deferred[None]:
        self._current = report.cue
        self._since = (self._clock.seconds() - ago, report.frames)
        if self._following == report.cue:
            self._following = None
        return self._station.started(report.cue, ago)

    def _ended(self, report: wire.Ended, ago: float) -> Deferred[None]:
        cue = report.cue
        if report.reason != "stopped":
            self._over.add(cue)
        if report.reason == "stopped":
            self._following = None  # a stop lets go of that, too
        if self._current == cue:
            self._current, self._following = self._following, None
        if self._following == cue:
            self._following = None
        return self._station.ended(report, ago)

    def came_on_air(self, mount: str) -> None:
        self._tell(self._mounts.came(mount))

    def went_off_air(self, mount: str, reason: str) -> None:
        self._tell(self._mounts.went(mount, reason))

    def _tell(self, news: Iterable[str]) -> None:
        for sentence in news:
            log.info("{sentence}", sentence=sentence)
            self.notice(sentence)

    def _position(self) -> int:
        then, frames = self._since
        return frames + int((self._clock.seconds() - then) * RATE)

    def sync(self) -> None:
        """Compare the programme with what the streamer has, and send what is missing. One comparison at a time."""
        self._again = True
        if not self._busy and self._link is not None:
            self._busy = True
            self._reconcile().addErrback(self._trouble)

    def _trouble(self, failure: Failure) -> None:
        self._busy = False
        if self._link is not None:
            log.failure("the streamer could not be brought into step", failure)

    @inlineCallbacks
    def _reconcile(self) -> Generator[Deferred[Any], Any, None]:
        while self._again and self._link is not None:
            self._again = False
            want = yield self._station.wanted()
            if self._link is not None:
                yield self._toward(want, self._link)
        self._busy = False

    @inlineCallbacks
    def _toward(self, want: Programme, link: Link) -> Generator[Deferred[Any], Any, None]:
        if want.current is None:
            if self._current is not None and self._current != want.keep:
                fade = None if want.fade is None else round(want.fade * RATE)
                yield link.ask(wire.Stop, fade=fade)
            return
        if want.current.cue in self._over:
            return  # its end is on the way to the database, and what comes of that asks again
        if self._current != want.current.cue:
            if not (yield self._send(link, wire.Play, want.current, **self._until(want.current))):
                return
            if want.current.cue not in self._over:
                self._current = want.current.cue
                if self._following == self._current:
                    self._following = None
                self._since = (self._clock.seconds(), want.current.start)
        if want.following is None and self._following is not None:
            unfollowing = link.ask(wire.Unfollow, cue=self._following)
            yield unfollowing.addErrback(lambda failure: failure.trap(UnknownCue))
            self._following = None
        elif want.following is not None and self._lacks(want.following):
            sent = yield self._send(link, wire.Follow, want.following)
            if sent and want.following.cue not in self._over and self._current != want.following.cue:
                self._followed(want.following)

    def _followed(self, slot: Slot) -> None:
        """The streamer has it. What was told before that is known: if nothing was on the air, this began at once."""
        if self._current is None:
            self._current, self._since = slot.cue, (self._clock.seconds(), slot.start)
        else:
            self._following, self._following_start = slot.cue, slot.start

    def _until(self, slot: Slot) -> dict[str, int]:
        """Where in the song on the air this one is to cut in; at once, mostly."""
        if slot.bars is None or self._current is None:
            return {}
        return {"until": slot.bars.next_from(self._position() + MARGIN)}

    def _lacks(self, following: Slot) -> bool:
        """Whether the streamer is still to be told what follows, or that it goes on from elsewhere."""
        told = (self._following, self._following_start)
        return following.cue != self._current and (following.cue, following.start) != told

    @inlineCallbacks
    def _send(
        self, link: Link, command: type[amp.Command], slot: Slot, **more: int
    ) -> Generator[Deferred[Any], Any, bool]:
        """Hand over a source; a song that cannot be played is reported, and False comes back."""
        try:
            yield self._hand_over(link, command, slot, **more)
        except BandstandError as error:
            self._station.unplayable(slot.cue, str(error))
            return False
        return True

    @inlineCallbacks
    def _hand_over(
        self, link: Link, command: type[amp.Command], slot: Slot, **more: int
    ) -> Generator[Deferred[Any], Any, None]:
        source = self._station.source(slot)
        try:
            yield link.ask(
                command,
                cue=slot.cue,
                title=slot.title,
                artist=slot.artist,
                audio=source.audio,
                raw=source.raw,
                growth=source.growth,
                start=slot.start,
                gain=source.gain,
                crossfade=round((slot.crossfade or 0.0) * RATE),
                **more,
            )
        finally:
            # Only now: what was queued for sending was the number, not the file.
            source.close()

    @inlineCallbacks
    def seek(self, cue: int, frames: int) -> Generator[Deferred[Any], Any, None]:
        """Go on at `frames` of this cue, if it is the one on the air; where that cannot be, it goes on as it was."""
        want = yield self._station.wanted()
        if self._link is None or want.current is None or not cue == want.current.cue == self._current:
            return
        try:
            yield self._hand_over(self._link, wire.Seek, replace(want.current, start=frames))
        except UnknownCue:
            return  # it has just ended
        except BandstandError as error:
            self.notice(f'"{want.current.title}" goes on where it was: {error}')
            return
        if self._current == cue:
            self._since = (self._clock.seconds(), frames)

    @inlineCallbacks
    def skip(self, cue: int) -> Generator[Deferred[Any], Any, None]:
        if self._link is not None:
            skipping = self._link.ask(wire.Skip, cue=cue)
            yield skipping.addErrback(lambda failure: failure.trap(UnknownCue))

    @inlineCallbacks
    def let_go(self) -> Generator[Deferred[Any], Any, None]:
        """Have this streamer keep the song's place and end. Another one is reached with `connect`."""
        link, current = self._link, self._current
        self._link = self._current = self._following = None
        self._mounts.away()
        if link is not None:
            yield self._shut_down(link, current)

    @inlineCallbacks
    def _shut_down(self, link: Link, current: int | None) -> Generator[Deferred[Any], Any, None]:
        try:
            if current is not None:
                answer = yield link.ask(wire.Stop)
                yield self._station.lost(current, answer["frames"])
            yield link.ask(wire.Shutdown)
        except Exception as error:
            log.warn("the streamer was gone before it was told to stop: {error}", error=error)

    @inlineCallbacks
    def stop(self, shut_down: bool) -> Generator[Deferred[Any], Any, None]:
        """Let go of the streamer; with `shut_down` the song's place is kept and the streamer ends."""
        self._stopping = True
        link, current = self._link, self._current
        if link is None:
            return
        if shut_down:
            yield self._shut_down(link, current)
        if link.transport is not None:
            link.transport.loseConnection()
