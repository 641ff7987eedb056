"""The web process's arguments: `bandstand web`, or `python -m bandstand.web`."""

import argparse
import socket
import sys
from collections.abc import Sequence

from bandstand.common import config
from bandstand.common.config import Config
from bandstand.common.lock import ProcessLock
from bandstand.common.ports import list_ports, listen_on_free_port
from bandstand.common.standard_streams import settle_streams
from bandstand.common.station_folder import make_folder
from bandstand.web import log
from bandstand.web.serving import say, serve, spare_descriptors
from bandstand.web.workers import build_worker, keep_workers

BACKLOG = 1024
"""Connections that wait to be taken."""


def main(arguments: Sequence[str]) -> int:
    """Run until SIGTERM or SIGINT. Prints `ready` when it listens; raises BandstandError before."""
    parser = argparse.ArgumentParser(prog="bandstand web", description="The page, the HTTP API and the event stream.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--port", type=int, metavar="PORT", help="instead of the configured one")
    parser.add_argument("--mark", default="-", help=argparse.SUPPRESS)  # by which the bot knows what it has started
    parser.add_argument("--worker", type=int, metavar="DESCRIPTOR", help=argparse.SUPPRESS)  # a socket that listens
    options = parser.parse_args(arguments)
    path = config.find(options.config)
    settings = config.load(path)
    settle_streams()
    log.begin(settings.log)
    spare_descriptors()
    if options.worker is not None:
        serve(settings, socket.socket(fileno=options.worker), is_worker=True)
        return 0
    make_folder(settings.paths)
    return run(settings, options.port or settings.web.port, options.mark, ["--config", str(path)] if path else [])


def run(settings: Config, port: int, mark: str, arguments: list[str]) -> int:
    """`arguments` name the configuration file for workers."""
    web = settings.web
    with listen_on_free_port("web", web.host, list_ports(port), BACKLOG) as listening:
        url = web.get_url(listening.getsockname()[1])
        lock = ProcessLock(settings.paths.web_lock, f"{mark} {url}")
        lock.acquire("the web process")
        if listening.getsockname()[1] != port:
            say(f"port {port} is taken, so it is {listening.getsockname()[1]}")
        say(f"page {url}/")
        try:
            if web.workers == 1:
                serve(settings, listening)
            else:
                keep_workers(web.workers, build_worker(arguments, listening.fileno()), listening)
        finally:
            lock.release()
    return 0


if __name__ == "__main__":
    from bandstand.common.cli import main as bandstand

    sys.exit(bandstand(["web", *sys.argv[1:]]))
