"""The command process's arguments: `bandstand up` (everything on this machine) and `bandstand bot` (the bot alone)."""

import argparse
import gc
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, TextIO, cast

from bandstand.bot import own_terminal
from bandstand.common import config as configuration
from bandstand.common import log
from bandstand.common.config import Config
from bandstand.common.errors import BandstandError, explain
from bandstand.common.lock import ProcessLock
from bandstand.common.python import keep_bytecode
from bandstand.common.station_folder import prepare_folder
from bandstand.common.steady_clock import SteadyClock
from bandstand.common.text import harmless

if TYPE_CHECKING:  # a reactor is chosen by importing it, so not before the arguments are known to be good
    from bandstand.bot.app import App, Reactor, Settings

SWITCH_SECONDS = 0.0005
"""A thread that draws a prompt lets the reactor go on after this; Python's own 5 ms would be felt in every answer."""


def up(arguments: Sequence[str]) -> int:
    return run(arguments, everything=True)


def main(arguments: Sequence[str]) -> int:
    return run(arguments, everything=False)


def run(arguments: Sequence[str], everything: bool) -> int:
    parser = argparse.ArgumentParser(prog=f"bandstand {'up' if everything else 'bot'}")
    parser.add_argument("--config", help="the configuration file (default: ./bandstand.toml, or none)")
    parser.add_argument("--stdin", action="store_true", help="take commands from standard input that is no terminal")
    options = parser.parse_args(arguments)
    path = configuration.find(options.config)
    config = configuration.load(path)
    prepare_folder(config.paths)
    keep_bytecode(os.environ, str(config.paths.bytecode))
    os.environ.setdefault("SQLITE_TMPDIR", str(config.paths.directory))  # or it would need room in /tmp as well
    lock = ProcessLock(config.paths.bot_lock)
    lock.acquire("bandstand")
    try:
        return _run(config, path, everything, options.stdin)
    finally:
        lock.release()


def _run(config: Config, path: Path | None, everything: bool, from_stdin: bool) -> int:
    from bandstand.bot.supervision.icecast import prepare

    prepared = prepare(config) if everything and config.manages_icecast else None
    from twisted.internet import reactor as installed

    from bandstand.bot.app import App, Settings

    reactor = cast("Reactor", installed)
    # Its own clock is the wall clock, which somebody may set: every timer would be that much late, or early.
    reactor.seconds = time.monotonic  # type: ignore[method-assign]
    from_terminal = everything and sys.stdin.isatty()
    on_terminal = from_terminal and own_terminal.is_in_foreground(0)
    terminal = os.fdopen(os.dup(2), "w", errors="replace") if from_terminal else sys.stderr
    own_terminal.ignore_job_control()
    sys.setswitchinterval(SWITCH_SECONDS)
    _start_logging(reactor, config, to_file=from_terminal, has_icecast=prepared is not None)
    settings = Settings(
        config,
        own_icecast=prepared,
        keeps_processes=everything,
        on_terminal=on_terminal,
        on_pipe=from_stdin and not on_terminal,
        arguments=["--config", str(path)] if path else [],
        configuration=path or configuration.DEFAULT_FILE.resolve(),
    )
    app = App(reactor, settings, SystemRandom(), SteadyClock())
    return _react(reactor, app, settings, terminal)


def _react(reactor: "Reactor", app: "App", settings: "Settings", terminal: TextIO) -> int:
    from twisted.logger import Logger
    from twisted.python.failure import Failure

    from bandstand.common.shutdown import end_on_signals

    failures: list[Failure] = []

    def failed(failure: Failure) -> None:
        failures.append(failure)
        if not failure.check(BandstandError, OSError):
            Logger().failure("the station could not start", failure)
        _show(terminal, f"bandstand: {explain(failure.value or failure)}")
        app.quit()

    def begin() -> None:
        _show(sys.stdout, *_list_places(app, settings))
        app.start().addCallbacks(lambda _: _settle(), failed)

    reactor.callWhenRunning(begin)
    reactor.addSystemEventTrigger("before", "shutdown", app.stop)
    end_on_signals(reactor, app.quit)
    reactor.run()
    return 1 if failures else 0


def _settle() -> None:
    """Take what is there by now out of the garbage collection: looking through it would delay answers by 50 ms."""
    gc.collect()
    gc.freeze()


def _list_places(app: "App", settings: "Settings") -> list[str]:
    """Where to listen and where to type."""
    config = settings.config
    lines = [f"{config.station.name} goes on the air."]
    if config.manages_icecast and app.port != config.icecast.port:
        lines.append(f"  port     {config.icecast.port} is taken, so it is {app.port}")
    lines += [f"  listen   {url}" for url in app.urls.values()]
    if app.web.url:
        if app.web.port not in (0, config.web.port):
            lines.append(f"  port     {config.web.port} is taken, so the page has {app.web.port}")
        lines.append(f"  page     {app.web.url}/")
    if settings.on_terminal or settings.on_pipe:
        lines.append("  type     generate   for a new song; help lists the rest; quit ends it")
    else:
        lines.append("  type     bandstand ctl generate   for a new song; bandstand ctl help lists the rest")
    return lines


def _show(stream: TextIO, *lines: str) -> None:
    """Print, if there is anybody to read it: nobody's terminal keeps the station off the air."""
    with suppress(OSError, ValueError):
        print("\n".join(map(harmless, lines)), file=stream, flush=True)


def _start_logging(reactor: "Reactor", config: Config, *, to_file: bool, has_icecast: bool) -> None:
    """Log to standard error, which on a terminal goes to a file, away from the prompt; keep the log files short."""
    from bandstand.bot.supervision.icecast import Files
    from bandstand.bot.supervision.log_files import LogFile, LogRotation, redirect_standard_error

    files = [LogFile(Files(config.paths.icecast).log)] if has_icecast else []
    if to_file:
        own = LogFile(config.paths.log)
        redirect_standard_error(own)
        files.append(own)
    log.begin("bot", config.log, sys.stderr)
    reactor.callWhenRunning(LogRotation(reactor, files).start)


if __name__ == "__main__":
    from bandstand.common.cli import main as bandstand

    sys.exit(bandstand(["bot", *sys.argv[1:]]))
