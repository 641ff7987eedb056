"""`bandstand worker --farm ADDRESS`: lends this machine to a station. A Dask worker that composes songs.

It offers the scheduler resources whose names say how songs are made here (offers.py). Each song takes one thread of the
Dask worker, which does nothing but pass on what a process of the composer makes (composers.py): over TLS, to the
station. The station's certificate came with the order, and no other is believed; the order's token says which song it
is.

When the scheduler is lost, songs in the making go on, and it is looked for until it is there again.
"""

import argparse
import asyncio
import importlib
import logging
import os
import select
import signal
import socket
import ssl
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from bandstand.common import standard_log
from bandstand.common.errors import BandstandError, Missing
from bandstand.common.farm import (
    ALIVE,
    ALIVE_SECONDS,
    COMPLETE,
    END,
    FRAMES,
    STEP,
    Farm,
    Order,
    is_scheduler,
    pack,
    pack_file,
)
from bandstand.common.jobs import Done, Failed
from bandstand.common.paths import SONG_FILES
from bandstand.composer.farm.composers import Composer, Composers
from bandstand.composer.farm.offers import Offers, find_offers

CONNECT_SECONDS: Final = 3.0
SEND_SECONDS: Final = 10.0
"""A station that takes nothing for so long is lost."""
AGAIN_SECONDS: Final = 2.0
"""Between two looks for a scheduler that is away."""
log = logging.getLogger("farm")
composers: Composers | None = None
offers: Offers | None = None
"""Those of this process. Dask calls `make_song` by its name alone, so they cannot be passed to it."""


def make_song(data: bytes) -> None:
    """The task: make the song of an `Order`, and send it to the station. Returns when that is done, or lost."""
    if composers is None or offers is None:
        raise Missing("songs are made by `bandstand worker`, not by any Dask worker")
    order = msgspec.json.decode(data, type=Order)
    program = offers.find_generator(order.offer) if order.offer in offers.named else None
    composer = composers.take()
    with closing(composer):
        composer.give(msgspec.structs.replace(order.job, program=program))  # it composes while we connect
        try:
            with connect(order) as link:
                Relay(composer, link, is_patient=program is not None).run()
        except OSError as error:
            log.info("%s: the station has it no longer: %s", order.job.song, error)


def connect(order: Order) -> ssl.SSLSocket:
    """A connection to the station that gave the order, which it is told. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # it is known by its certificate, whatever its address
    context.load_verify_locations(cadata=order.certificate)
    plain = socket.create_connection((order.host, order.port), CONNECT_SECONDS)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link = context.wrap_socket(plain)
    link.settimeout(SEND_SECONDS)
    link.sendall(order.token.encode())
    return link


class Relay:
    """Passes on what a composer makes, until it is done or the station closes the connection."""

    def __init__(self, composer: Composer, link: ssl.SSLSocket, *, is_patient: bool) -> None:
        """`is_patient`: the station is told that work goes on before there is any sound, which may take long."""
        self._composer = composer
        self._link = link
        self._is_told = is_patient
        self._is_over = False
        self._poll = select.poll()
        for fd in (composer.growth, composer.steps, link.fileno()):
            self._poll.register(fd, select.POLLIN)

    def run(self) -> None:
        """Raises OSError where the station is away."""
        while not self._is_over:
            ready = {fd for fd, _ in self._poll.poll(ALIVE_SECONDS * 1000)}
            if self._link.fileno() in ready:  # the station says nothing, so it has closed it
                return
            is_complete = self._composer.growth in ready and self._composer.is_complete()
            self._send_frames()
            if is_complete:
                self._poll.unregister(self._composer.growth)
                self._link.sendall(pack(COMPLETE, b""))
            if self._composer.steps in ready:
                self._send_steps()
            if not ready and self._is_told:
                self._link.sendall(pack(ALIVE, b""))

    def _send_frames(self) -> None:
        for data in self._composer.read_frames():
            self._is_told = True
            self._link.sendall(pack(FRAMES, data))

    def _send_steps(self) -> None:
        steps = self._composer.read_steps()
        if steps is None:  # it ended without a word; the station has it made elsewhere
            self._is_over = True
            return
        for step in steps:
            self._send_frames()
            if score := self._composer.read_score():
                self._link.sendall(pack_file(SONG_FILES["score"], score))
            if isinstance(step, Done):
                for name, content in self._composer.read_files(step):
                    self._link.sendall(pack_file(name, content))
            self._link.sendall(pack(STEP, msgspec.json.encode(step)))
            if isinstance(step, Done | Failed):
                self._is_over = True
                self._link.sendall(pack(END, b""))


def main(arguments: list[str]) -> int:
    """Run `bandstand worker` until it is ended. Raises BandstandError."""
    options = _parse(arguments)
    standard_log.begin("farm", as_json=False)
    logging.getLogger("distributed").setLevel(logging.WARNING)
    load_dask()
    global composers, offers
    offers = find_offers(options.soundfont, options.config, options.key)
    composers = Composers(options.soundfont, offers.arguments)
    composers.warm()
    try:
        asyncio.run(_serve(options))
    finally:
        composers.close()
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bandstand worker", description="compose songs for a station elsewhere")
    parser.add_argument("--farm", required=True, metavar="ADDRESS", help="of the Dask scheduler: tcp://10.0.0.1:8786")
    parser.add_argument("--songs", type=int, default=os.cpu_count() or 1, help="made at once; one for each core")
    parser.add_argument("--soundfont", default="", metavar="FILE", help="as the station's composer.soundfont")
    parser.add_argument("--config", default="", metavar="FILE", help="whose [generators] with farm = true it offers")
    for name in ("ca-file", "certificate", "key"):
        parser.add_argument(f"--{name}", default="", metavar="FILE", help="of a tls:// scheduler, as [farm] has it")
    options = parser.parse_args(arguments)
    if not is_scheduler(options.farm):
        raise BandstandError(f"--farm: {options.farm} is no address such as tcp://10.0.0.1:8786")
    if options.songs < 1:
        raise BandstandError("--songs: at least one")
    options.soundfont = str(Path(options.soundfont).resolve()) if options.soundfont else ""
    return options


def load_dask() -> Any:
    """Dask distributed, which takes a second to import, and is not needed without a farm. Raises Missing."""
    try:
        return importlib.import_module("distributed")
    except ImportError:
        raise Missing("the farm needs Dask: pip install 'bandstand[farm]'") from None


def make_security(farm: Farm) -> Any:
    """How Dask is to encrypt; None where it is not."""
    if not farm.scheduler.startswith("tls:"):
        return None
    return load_dask().Security(
        require_encryption=True, tls_ca_file=farm.ca_file, tls_client_cert=farm.certificate, tls_client_key=farm.key,
        tls_worker_cert=farm.certificate, tls_worker_key=farm.key,
    )  # fmt: skip


async def _serve(options: argparse.Namespace) -> None:
    """Be a worker of the scheduler's, again and again, until a signal."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    while not ended.is_set():
        serving = asyncio.ensure_future(_serve_once(options, ended))
        await asyncio.wait({serving})
        if not ended.is_set():
            error = serving.exception()
            log.warning("the scheduler at %s is away%s", options.farm, f": {error}" if error else "")
            await asyncio.wait({asyncio.ensure_future(ended.wait())}, timeout=AGAIN_SECONDS)


async def _serve_once(options: argparse.Namespace, ended: asyncio.Event) -> None:
    assert offers is not None
    farm = Farm(scheduler=options.farm, ca_file=options.ca_file, certificate=options.certificate, key=options.key)
    worker = load_dask().Worker(
        options.farm,
        nthreads=options.songs,
        resources=dict.fromkeys(offers.list_names(), options.songs),
        security=make_security(farm),
        death_timeout=10,
        dashboard=False,
    )
    async with worker:
        log.info(
            "%s makes %d songs at once for %s, of bands%s", worker.address, options.songs, options.farm,
            "".join(f", {name}" for name in offers.named.values()),
        )  # fmt: skip
        waits = {asyncio.ensure_future(worker.finished()), asyncio.ensure_future(ended.wait())}
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
