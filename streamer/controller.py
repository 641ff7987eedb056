"""The hand on the programme: requests become changes between two blocks, in the order in which they came.

Runs in the reactor and never waits in it: sources are opened by their own threads, changes are made by the bus's.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure

from common.types import CueId, Frames
from streamer.bus import Bus
from streamer.playout import Cue, Playout, Position
from streamer.sources import DecodedAhead

T = TypeVar("T")
Change = Callable[[Playout], T]


class PlayoutController:
    def __init__(self, reactor: IReactorFromThreads, bus: Bus) -> None:
        self._reactor = reactor
        self._bus = bus
        self._order = DeferredLock()

    def play(self, cue: Cue, source: DecodedAhead, until: Frames | None = None) -> Deferred[None]:
        """Cut in with `cue` once its first frames are decoded; fails with NotAudio."""
        return self._order.run(lambda: self._open_then(source, lambda playout: playout.cut(cue, until)))

    def follow(self, cue: Cue, source: DecodedAhead) -> Deferred[None]:
        """Let `cue` follow once its first frames are decoded; fails with NotAudio."""
        return self._order.run(lambda: self._open_then(source, lambda playout: playout.follow(cue)))

    def unfollow(self, cue: CueId) -> Deferred[None]:
        return self._order.run(lambda: self._apply(lambda playout: playout.unfollow(cue)))

    def skip(self, cue: CueId) -> Deferred[None]:
        return self._order.run(lambda: self._apply(lambda playout: playout.skip(cue)))

    def seek(self, cue: Cue, source: DecodedAhead) -> Deferred[None]:
        """Go on with `source` once it is decoded there; fails with NotAudio, or UnknownCue if it is not on the air."""

        def close(failure: Failure) -> Failure:
            source.close()
            return failure

        return self._order.run(lambda: self._open_then(source, lambda playout: playout.seek(cue)).addErrback(close))

    def stop(self, fade: Frames) -> Deferred[Position | None]:
        return self._order.run(lambda: self._apply(lambda playout: playout.stop(fade)))

    def read(self, at: Change[T]) -> Deferred[T]:
        """What `at` finds in the programme; does not wait its turn."""
        return self._apply(at, heard=False)

    def _open_then(self, source: DecodedAhead, change: Change[None]) -> Deferred[None]:
        opened: Deferred[None] = Deferred()
        source.begin(lambda error: self._reactor.callFromThread(_fire, opened, error, None))
        return opened.addCallback(lambda _: self._apply(change))

    def _apply(self, change: Change[T], heard: bool = True) -> Deferred[T]:
        """What `change` returns or raises, once the bus has carried it out."""
        done: Deferred[T] = Deferred()

        def act(playout: Playout) -> None:
            error, result = None, None
            try:
                result = change(playout)
            except Exception as raised:  # for whoever asked; the bus goes on
                error = raised
            self._reactor.callFromThread(_fire, done, error, result)

        self._bus.submit(act, heard)
        return done


def _fire(waiting: "Deferred[Any]", error: Exception | None, result: object) -> None:
    if error is not None:
        waiting.errback(Failure(error))
    else:
        waiting.callback(result)
