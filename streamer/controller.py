"""The playout controller: turns requests into changes of the playout between two blocks, in the order of the requests.

Runs in the reactor's thread and never blocks it: each source is opened by a thread of its own, and the bus's thread
makes the changes. A request whose source takes long to open holds up the requests after it, so that their order is
kept.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure

from bandstand.common.types import CueId, Frames
from bandstand.streamer.block import AudioSource
from bandstand.streamer.bus import Bus
from bandstand.streamer.playout import Cue, Playout, Position
from bandstand.streamer.sources import Ready

T = TypeVar("T")
Change = Callable[[Playout], T]


class OpenableSource(AudioSource, Protocol):
    """A source that has to be begun."""

    def begin(self, ready: Ready) -> None:
        """`ready` is called once, by any thread, when it can be played, or with NotAudio."""


class PlayoutController:
    """Each method's Deferred fires when the bus has made the change, or fails as the `Playout` method does."""

    def __init__(self, reactor: IReactorFromThreads, bus: Bus) -> None:
        self._reactor = reactor
        self._bus = bus
        self._order = DeferredLock()

    def play(self, cue: Cue, source: OpenableSource, until: Frames | None = None) -> Deferred[None]:
        """Cut in with `cue` once its first frames are decoded; fails with NotAudio."""
        return self._order.run(lambda: self._open_then(source, lambda playout: playout.cut(cue, until)))

    def follow(self, cue: Cue, source: OpenableSource) -> Deferred[None]:
        """Let `cue` follow once its first frames are decoded; fails with NotAudio."""
        return self._order.run(lambda: self._open_then(source, lambda playout: playout.follow(cue)))

    def unfollow(self, cue: CueId) -> Deferred[None]:
        return self._order.run(lambda: self._apply(lambda playout: playout.unfollow(cue)))

    def skip(self, cue: CueId) -> Deferred[None]:
        return self._order.run(lambda: self._apply(lambda playout: playout.skip(cue)))

    def seek(self, cue: Cue, source: OpenableSource) -> Deferred[None]:
        """Go on with `source` once it is decoded there; fails with NotAudio, or UnknownCue if it is not on the air."""

        def close(failure: Failure) -> Failure:
            source.close()
            return failure

        return self._order.run(lambda: self._open_then(source, lambda playout: playout.seek(cue)).addErrback(close))

    def stop(self, fade: Frames) -> Deferred[Position | None]:
        return self._order.run(lambda: self._apply(lambda playout: playout.stop(fade)))

    def read(self, at: Change[T]) -> Deferred[T]:
        """What `at` returns, called between two blocks; does not wait for the requests before it."""
        return self._apply(at, heard=False)

    def _open_then(self, source: OpenableSource, change: Change[None]) -> Deferred[None]:
        opened: Deferred[None] = Deferred()
        source.begin(lambda error: self._reactor.callFromThread(_fire, opened, error, None))
        return opened.addCallback(lambda _: self._apply(change))

    def _apply(self, change: Change[T], heard: bool = True) -> Deferred[T]:
        """Fires with what `change` returns, or fails with what it raises, once the bus has called it."""
        done: Deferred[T] = Deferred()

        def act(playout: Playout) -> None:
            error, result = None, None
            try:
                result = change(playout)
            except Exception as raised:  # it belongs to the caller; the bus goes on
                error = raised
            self._reactor.callFromThread(_fire, done, error, result)

        self._bus.submit(act, heard)
        return done


def _fire(waiting: Deferred[T], error: Exception | None, result: T) -> None:
    if error is not None:
        waiting.errback(Failure(error))
    else:
        waiting.callback(result)
