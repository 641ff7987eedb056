"""The audio process: `bandstand streamer`, or `python -m bandstand.streamer`."""

import argparse
import ctypes
import os
import stat
import sys
import time
from contextlib import suppress
from types import ModuleType
from typing import Final, TextIO, cast

from bandstand.common import config, log
from bandstand.common.shutdown import end_on_signals
from bandstand.common.standard_streams import settle_streams

M_ARENA_MAX: Final = -8
"""Of mallopt(3)."""


def main(arguments: list[str]) -> int:
    """Run until SIGTERM or SIGINT. Prints `ready` when the control socket listens; raises BandstandError before."""
    parser = argparse.ArgumentParser(prog="bandstand streamer", description="The audio process alone.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--successor", action="store_true", help="say `waiting`, and begin when the one here has ended")
    options = parser.parse_args(arguments)
    settings = config.load(config.find(options.config))
    log.begin("streamer", settings.log, _standard_error())
    spare_memory()
    spare_threads()

    from twisted.internet import reactor

    # Its own clock is the wall clock, which somebody may set: timers would be that much late, or early.
    reactor.seconds = time.monotonic  # type: ignore[method-assign]

    from bandstand.streamer.app import Streamer, StreamerReactor

    streamer = Streamer(cast(StreamerReactor, reactor), settings)
    streamer.start(before=(lambda: _say("waiting")) if options.successor else None)
    reactor.addSystemEventTrigger("before", "shutdown", streamer.stop)
    end_on_signals(reactor, streamer.end)
    reactor.callWhenRunning(_say, "ready")
    return_memory()
    reactor.run()
    return 1 if streamer.failed else 0


def spare_memory() -> None:
    """Keep Twisted from loading pyOpenSSL, which costs 8 MiB and a tenth of a second at every start, and the threads
    from having a heap each, with room of its own that nobody uses.

    This process never uses Twisted's TLS: its connections to Icecast are libshout's and the standard library's.
    """
    sys.modules["OpenSSL"] = cast(ModuleType, None)
    with suppress(OSError, AttributeError):  # another C library than GNU's
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def return_memory() -> None:
    """Give back to the system what only the start needed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def spare_threads() -> None:
    """Keep NumPy from multiplying matrices with several threads, which wait for the next one at full speed.

    To be called before NumPy is loaded. Our matrices are so small that one thread is the quickest.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


def _say(word: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # nobody may be listening there
        print(word, flush=True)


def _standard_error() -> TextIO:
    """The stream for the log, to which writing never blocks."""
    settle_streams()
    if stat.S_ISFIFO(os.fstat(2).st_mode):
        os.set_blocking(2, False)
    return sys.stderr


if __name__ == "__main__":
    from bandstand.common.cli import main as bandstand

    sys.exit(bandstand(["streamer", *sys.argv[1:]]))
