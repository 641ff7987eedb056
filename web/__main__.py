"""The web process: `bandstand web`, or `python -m bandstand.web`."""

import argparse
import random
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import uvicorn

from bandstand.common import config
from bandstand.common.config import Config
from bandstand.common.lock import ProcessLock
from bandstand.common.ports import bind_free_port, list_ports
from bandstand.common.standard_streams import settle_streams
from bandstand.common.station_folder import make_folder
from bandstand.web import log
from bandstand.web.app import create_app
from bandstand.web.bot_link import BotLink

ENDING_SECONDS = 1
"""How long requests that are being answered may still take when the process is to end."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HEAD_BYTES = 16_384
"""Of a request's first line and headers."""


class WebServer(uvicorn.Server):
    """Says `ready` when it listens, and ends in order on the usual signals, with exit status 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal that was ignored when the process began stays ignored, as under nohup; SIGTERM always ends it."""
        ours = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self.handle_exit) for number in {*ours, signal.SIGTERM}}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        with suppress(OSError, ValueError, AttributeError):  # nobody may be listening there
            print("ready", flush=True)


def main(arguments: Sequence[str]) -> int:
    """Run until SIGTERM or SIGINT. Prints `ready` when it listens; raises BandstandError before."""
    parser = argparse.ArgumentParser(prog="bandstand web", description="The page, the HTTP API and the event stream.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    options = parser.parse_args(arguments)
    settings = config.load(config.find(options.config))
    settle_streams()
    log.begin(settings.log)
    make_folder(settings.paths)
    return run(settings)


def run(settings: Config) -> int:
    web = settings.web
    with bind_free_port("web", web.host, list_ports(web.port)) as listening:
        listening.listen()
        port = listening.getsockname()[1]
        lock = ProcessLock(settings.paths.web_lock, web.get_url(port))
        lock.acquire("the web process")
        if port != web.port:
            print(f"port {web.port} is taken, so it is {port}", flush=True)
        print(f"page {web.get_url(port)}/", flush=True)
        try:
            WebServer(make_server_settings(settings)).run([listening])
        finally:
            lock.release()
    return 0


def make_server_settings(settings: Config) -> uvicorn.Config:
    link = BotLink(settings.paths.bot_socket, random.random)
    return uvicorn.Config(
        create_app(settings, link),
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=ENDING_SECONDS,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )


if __name__ == "__main__":
    from bandstand.common.cli import main as bandstand

    sys.exit(bandstand(["web", *sys.argv[1:]]))
