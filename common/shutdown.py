"""How a process on a reactor is asked to end: by signals and by messages, and more than once.

A signal that was ignored when the process began stays ignored: so `nohup` keeps it alive when its terminal is closed,
and a shell keeps Ctrl-C from what it runs in the background. Only SIGTERM always ends it. Shared by the bot and the
streamer, which have to end in order: Twisted's own handlers stop the reactor at once.
"""

import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final, cast

from twisted.internet.defer import maybeDeferred
from twisted.internet.error import ReactorNotRunning
from twisted.internet.interfaces import IReactorCore, IReactorFromThreads
from twisted.logger import Logger

from bandstand.common.errors import explain

log = Logger()

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_once(reactor: IReactorCore) -> None:
    """Stop the reactor. Does nothing if it is stopping or has not begun, where `reactor.stop` raises."""
    with suppress(ReactorNotRunning):
        reactor.stop()


def end_on_signals(reactor: IReactorCore, end: Callable[[], None]) -> None:
    """Call `end` in the reactor's thread for each signal that asks the process to end, from when the reactor runs."""
    ignored = {number for number in SIGNALS if signal.getsignal(number) is signal.SIG_IGN} - {signal.SIGTERM}

    def handle(*_: object) -> None:
        cast(IReactorFromThreads, reactor).callFromThread(end)  # which every reactor of Twisted has

    def install() -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN if number in ignored else handle)

    reactor.callWhenRunning(install)


async def stop_each(stops: Iterable[Callable[[], object]]) -> None:
    """Call these in order, and wait for those that return a Deferred. One that fails is logged, and keeps no other from
    being called: what is not stopped would go on for ever, and the process with it."""
    for stop in stops:
        try:
            await maybeDeferred(stop)
        except OSError as error:
            log.warn("a part of the process was not stopped in order: {why}", why=explain(error))
        except Exception:
            log.failure("a part of the process was not stopped in order")
