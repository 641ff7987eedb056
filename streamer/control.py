"""The streamer's side of `common.wire`: passes requests of connected bots to the controller, and events to all bots.

Knows messages and descriptors; nothing of sound.
"""

import os
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Required, TypedDict, Unpack

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.protocols import amp
from twisted.python.failure import Failure

from bandstand.common import wire
from bandstand.common.recordings import CueTag
from bandstand.common.text import one_line
from bandstand.common.types import LONGEST_FADE, RATE, CueId, Decibels, Frames
from bandstand.streamer.controller import OpenableSource, PlayoutController
from bandstand.streamer.live.bed import BED_START
from bandstand.streamer.live.inputs import LiveInputs
from bandstand.streamer.playout import STOP_FADE, Cue, Join, Position
from bandstand.streamer.recording.gate import NotedCue
from bandstand.streamer.reports import Reports
from bandstand.streamer.sources import file_source, spool_source

log = Logger()
Answer = dict[str, object]
REFERENCES: Final = 100
"""Of so many of the last cues it is kept under which reference they are logged."""


class SourceArguments(TypedDict, total=False):
    """The arguments that `Play`, `Follow` and `Seek` share; `common.wire` explains each."""

    cue: Required[int]
    title: Required[str]
    artist: Required[str]
    audio: Required[int]
    raw: Required[bool]
    start: Required[int]
    gain: Required[float]
    growth: int | None
    crossfade: int | None
    join: bytes | None
    tag: bytes | None
    live: str | None
    reference: str | None


class BotConnection(amp.AMP):
    """One bot's connection."""

    def __init__(self, factory: "ControlFactory") -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._factory = factory
        self._controller = factory.controller

    def connectionMade(self) -> None:
        super().connectionMade()  # type: ignore[no-untyped-call]
        self._factory.connected.append(self)
        for number in self._factory.reports.unanswered():
            self.send_report(number)
        for values in self._factory.list_heard():
            self.tell(wire.Heard, values)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        self._factory.forget(self)
        for fd in self._descriptors.values():
            os.close(fd)
        self._descriptors.clear()

    def fileDescriptorReceived(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        super().fileDescriptorReceived(descriptor)  # type: ignore[no-untyped-call]

    def tell(self, event: type[amp.Command], values: Answer) -> None:
        told = self.callRemote(event, **values)  # type: ignore[no-untyped-call]
        told.addErrback(lambda failure: log.debug("an event was not taken: {why}", why=failure.getErrorMessage()))

    def send_report(self, number: int) -> None:
        """Send a kept report; it is forgotten when the answer is in, and only then."""
        reports = self._factory.reports
        sent = self.callRemote(wire.Report, **reports.arguments(number))  # type: ignore[no-untyped-call]
        sent.addCallbacks(
            lambda _: reports.acknowledge(number),
            lambda failure: self._keep_report(number, failure),
        )

    def _keep_report(self, number: int, failure: Failure) -> None:
        """Say why a report is kept for the next connection, unless this one has just ended in order."""
        if not failure.check(ConnectionDone):
            log.warn("report {n} was not taken: {why}", n=number, why=failure.getErrorMessage())

    def _make_cue(self, request: SourceArguments) -> tuple[Cue, OpenableSource]:
        cue, source = make_cue(request, self._factory.live)
        self._factory.note_cue(cue.id, NotedCue(cue.title, cue.artist, read_tag(request.get("tag"))))
        self._factory.note_reference(cue.id, request.get("reference") or "")
        return cue, source

    @wire.Play.responder
    def play(self, until: int | None = None, **request: Unpack[SourceArguments]) -> "Deferred[Answer]":
        cue, source = self._make_cue(request)
        return self._controller.play(cue, source, None if until is None else Frames(until)).addCallback(lambda _: {})

    @wire.Follow.responder
    def follow(self, **request: Unpack[SourceArguments]) -> "Deferred[Answer]":
        cue, source = self._make_cue(request)
        return self._controller.follow(cue, source).addCallback(lambda _: {})

    @wire.Unfollow.responder
    def unfollow(self, cue: int) -> "Deferred[Answer]":
        return self._controller.unfollow(CueId(cue)).addCallback(lambda _: {})

    @wire.Skip.responder
    def skip(self, cue: int) -> "Deferred[Answer]":
        return self._controller.skip(CueId(cue)).addCallback(lambda _: {})

    @wire.Seek.responder
    def seek(self, **request: Unpack[SourceArguments]) -> "Deferred[Answer]":
        cue, source = make_cue(request, self._factory.live)
        return self._controller.seek(cue, source).addCallback(lambda _: {})

    @wire.Stop.responder
    def stop(self, fade: int | None = None) -> "Deferred[Answer]":
        return self._controller.stop(STOP_FADE if fade is None else limit_fade(fade)).addCallback(describe_stop)

    @wire.Record.responder
    def record(self, on: bool, ends_shows: bool) -> "Deferred[Answer]":
        return self._controller.read(lambda _: self._factory.switch_recording(on, ends_shows)).addCallback(lambda _: {})

    @wire.Retag.responder
    def retag(self, cue: int, tag: bytes) -> "Deferred[Answer]":
        told = msgspec.json.decode(tag, type=CueTag)
        return self._controller.read(lambda _: self._factory.retag(CueId(cue), told)).addCallback(lambda _: {})

    @wire.WatchLive.responder
    def watch_live(self, mounts: bytes) -> Answer:
        self._factory.live.watch(msgspec.json.decode(mounts, type=list[str]))
        return {}

    @wire.GetState.responder
    def get_state(self) -> "Deferred[Answer]":
        return self._factory.state().addCallback(lambda state: {"state": msgspec.json.encode(state)})

    @wire.Shutdown.responder
    def shutdown(self) -> Answer:
        self._factory.shut_down()
        return {}


class ControlFactory(Factory):
    """All connections. There may be several bots: an old one and a new one for a while."""

    noisy = False

    def __init__(
        self,
        controller: PlayoutController,
        reports: Reports,
        state: "Callable[[], Deferred[wire.StreamerState]]",
        shut_down: Callable[[], None],
    ) -> None:
        self.controller = controller
        self.reports = reports
        self.state = state
        self.shut_down = shut_down
        self.live = LiveInputs()
        self.list_heard: Callable[[], list[Answer]] = list
        """The values of a `wire.Heard` for each mount, with all that is kept."""
        self.note_cue: Callable[[CueId, NotedCue], None] = lambda cue, noted: None
        """Told of each cue before it is played."""
        self._references: OrderedDict[CueId, str] = OrderedDict()
        self.switch_recording: Callable[[bool, bool], None] = lambda on, ends_shows: None
        """Called by the bus's thread; see `wire.Record`."""
        self.retag: Callable[[CueId, CueTag], None] = lambda cue, tag: None
        """Called by the bus's thread; see `wire.Retag`."""
        self.connected: list[BotConnection] = []
        self._gone: Deferred[None] | None = None

    def buildProtocol(self, addr: IAddress | None) -> BotConnection:
        return BotConnection(self)

    def note_reference(self, cue: CueId, reference: str) -> None:
        """Keep under which reference this cue is logged, for the last few cues."""
        self._references[cue] = reference
        while len(self._references) > REFERENCES:
            self._references.popitem(last=False)

    def get_reference(self, cue: CueId) -> str:
        return self._references.get(cue, "")

    def tell(self, event: type[amp.Command], **values: object) -> None:
        """Send an event to everyone who is connected."""
        for connection in list(self.connected):
            connection.tell(event, values)

    def report(self, report: wire.PlayoutReport) -> None:
        """Send a report to everyone who is connected, and keep it until one of them has answered."""
        number = self.reports.add(report)
        for connection in list(self.connected):
            connection.send_report(number)

    def disconnect(self) -> Deferred[None]:
        """Close every connection after what was written has been sent; fires when none is left."""
        self._gone = Deferred()
        for connection in list(self.connected):
            connection.transport.loseConnection()  # type: ignore[union-attr]
        self._tell_if_gone()
        return self._gone

    def forget(self, connection: BotConnection) -> None:
        self.connected.remove(connection)
        self._tell_if_gone()

    def _tell_if_gone(self) -> None:
        if self._gone and not self._gone.called and not self.connected:
            self._gone.callback(None)


def make_cue(request: SourceArguments, live: LiveInputs) -> tuple[Cue, OpenableSource]:
    """The cue that a request describes, and its source, which closes the descriptors when it is closed."""
    audio, growth = request["audio"], request.get("growth")
    start, gain = Frames(max(0, request["start"])), Decibels(request["gain"])
    source: OpenableSource
    if mount := request.get("live"):
        source = live.make_source(mount, CueId(request["cue"]), file_source(audio, BED_START, gain))
    elif request["raw"]:
        source = spool_source(audio, growth, start, gain)
    else:
        if growth is not None:
            os.close(growth)
        source = file_source(audio, start, gain)
    crossfade = limit_fade(request.get("crossfade") or 0)
    title, artist, join = one_line(request["title"]), one_line(request["artist"]), read_join(request.get("join"))
    return Cue(CueId(request["cue"]), source, title, artist, start, crossfade, join), source


def read_join(encoded: bytes | None) -> Join | None:
    """What a `common.wire.Join` in JSON says. Raises msgspec.DecodeError."""
    if encoded is None:
        return None
    join = msgspec.json.decode(encoded, type=wire.Join)
    end = None if join.end is None else Frames(max(join.at, join.end))
    return Join(CueId(join.after), Frames(join.at), end, limit_fade(join.fade))


def read_tag(encoded: bytes | None) -> CueTag:
    """Raises msgspec.DecodeError."""
    return CueTag() if encoded is None else msgspec.json.decode(encoded, type=CueTag)


def limit_fade(frames: int) -> Frames:
    """The length of a fade as far as the streamer allows it: from nothing to `LONGEST_FADE` seconds."""
    return Frames(max(0, min(frames, int(LONGEST_FADE * RATE))))


def describe_stop(position: Position | None) -> Answer:
    """The answer to `Stop`: the cue that was on the air and how far it was; no cue in silence."""
    return {"cue": position.cue, "frames": position.frames} if position else {"cue": None, "frames": 0}
