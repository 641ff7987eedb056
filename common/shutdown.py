"""How a process on a reactor is asked to end: by signals and by messages, however often and by whomever, once."""

import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from twisted.internet.error import ReactorNotRunning

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_once(reactor: Any) -> None:
    """Stop it, unless it is stopping or has not begun: Twisted's own `stop` then raises."""
    with suppress(ReactorNotRunning):
        reactor.stop()


def end_on_signals(reactor: Any, end: Callable[[], None]) -> None:
    """When the reactor runs, `end` takes the place of what Twisted does with a signal that asks it to end."""

    def take(*_: object) -> None:
        reactor.callFromThread(end)

    def begin() -> None:
        for number in SIGNALS:
            signal.signal(number, take)

    reactor.callWhenRunning(begin)
