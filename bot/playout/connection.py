"""One connection to the streamer: the messages of `common.wire` as calls and back.

Knows messages; what they lead to is for the owner of the connection.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.error import ConnectionLost
from twisted.logger import Logger
from twisted.protocols import amp
from twisted.python.failure import Failure

from bandstand.common import wire
from bandstand.common.api.values import Loudness
from bandstand.common.types import RATE, CueId, Frames

log = Logger()
Answer = dict[str, object]
ANSWER_SECONDS: Final = 1.0
"""How long a streamer may take to answer, where that is waited for: one that stands still never does."""


@dataclass(frozen=True)
class NumberedReport:
    """What became of a cue, `ago` seconds before it was sent; `streamer` names the life that `number` counts in."""

    streamer: str
    number: int
    ago: float
    report: wire.PlayoutReport


class ConnectionOwner(Protocol):
    def take_report(self, report: NumberedReport) -> Coroutine[Deferred[Any], Any, None]:
        """Comes to its end when the report is committed, or fails if it is to be sent again."""
        ...

    def take_loudness(self, loudness: Loudness) -> None: ...

    def take_position(self, cue: CueId, frames: Frames, is_moving: bool) -> None: ...

    def take_heard(self, mount: str, format: str, spans: Sequence[wire.HeardSpan]) -> None: ...

    take_underrun: Callable[[float], None]
    """Told how many seconds of silence stood in for a song."""

    @property
    def take_recording(self) -> Callable[[str, str, str], None]: ...

    def take_live_inputs(self, inputs: Sequence[wire.LiveInput]) -> None: ...

    def take_mount_on(self, mount: str) -> None: ...

    def take_mount_off(self, mount: str, reason: str) -> None: ...

    def take_loss(self, connection: "StreamerConnection") -> None:
        """This connection is gone."""
        ...


class StreamerConnection(amp.AMP):
    """Passes what the streamer says on to its owner, in the order in which it came."""

    def __init__(self, owner: ConnectionOwner) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._owner = owner

    def ask(self, command: type[amp.Command], **arguments: Any) -> Deferred[Any]:
        return cast("Deferred[Any]", self.callRemote(command, **arguments))  # type: ignore[no-untyped-call]

    async def ask_state(self) -> wire.StreamerState:
        answer = await self.ask(wire.GetState)
        return msgspec.json.decode(answer["state"], type=wire.StreamerState)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.loseConnection()

    def connectionLost(self, reason: Failure = Failure(ConnectionLost())) -> None:  # noqa: B008
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        self._owner.take_loss(self)

    @wire.Report.responder
    def report(self, streamer: str, number: int, ago: float, report: str) -> "Deferred[Answer] | Answer":
        try:
            decoded: wire.PlayoutReport = msgspec.json.decode(report, type=wire.PlayoutReport)
        except msgspec.DecodeError as error:
            # Acknowledged all the same, or it would be sent again for ever.
            log.error("a report of the streamer cannot be read: {error}", error=error)
            return {}
        taking = self._owner.take_report(NumberedReport(streamer, number, ago, decoded))
        return Deferred.fromCoroutine(taking).addCallback(lambda _: {})

    @wire.Underrun.responder
    def underrun(self, cue: int, frames: int) -> Answer:
        log.warn("cue {cue} fell behind; {seconds:.2f} s of silence stood in", cue=cue, seconds=frames / RATE)
        self._owner.take_underrun(frames / RATE)
        return {}

    @wire.Level.responder
    def level(self, loudness: float | None = None, peak: float | None = None) -> Answer:
        self._owner.take_loudness(Loudness(loudness, peak))
        return {}

    @wire.Moved.responder
    def moved(self, cue: int, frames: int, is_moving: bool) -> Answer:
        self._owner.take_position(CueId(cue), Frames(frames), is_moving)
        return {}

    @wire.Heard.responder
    def heard(self, mount: str, format: str, spans: bytes) -> Answer:
        self._owner.take_heard(mount, format, msgspec.json.decode(spans, type=list[wire.HeardSpan]))
        return {}

    @wire.RecordingChanged.responder
    def recording_changed(self, state: str, folder: str, reason: str) -> Answer:
        self._owner.take_recording(state, folder, reason)
        return {}

    @wire.LiveInputs.responder
    def live_inputs(self, inputs: bytes) -> Answer:
        self._owner.take_live_inputs(msgspec.json.decode(inputs, type=list[wire.LiveInput]))
        return {}

    @wire.WentOffAir.responder
    def went_off_air(self, mount: str, reason: str) -> Answer:
        self._owner.take_mount_off(mount, reason)
        return {}

    @wire.CameOnAir.responder
    def came_on_air(self, mount: str) -> Answer:
        self._owner.take_mount_on(mount)
        return {}


def describe_failure(error: Exception) -> str:
    """Why there was no answer, in words for the log."""
    return "no answer in time" if isinstance(error, DeferredTimeout) else str(error)
