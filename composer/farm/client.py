"""`python -m bandstand.composer.farm.client`: the station's side of the farm, a process of its own that the bot starts.

A process, since Dask has an event loop of its own, which would share the bot's reactor with commands and playout; and
since what it passes on, some megabytes a second for each song, is nothing that a command should wait behind. It is the
only one of the station's that imports Dask.

A worker of the station asks for a song over a UNIX socket (receiver.py). The client lets the scheduler choose a
machine; for a song that somebody waits for it chooses two itself, of which the first to send sound makes it, and the
other is let go. The machine connects to the client's port, over TLS with a certificate that is made at each start, and
shows the token of the song. From then on bytes are passed on. A machine whose connection broke is given nothing for a
while.

It ends when its standard input does, which is the bot's. Standard output is for `FarmState`s.
"""

import argparse
import asyncio
import datetime
import logging
import os
import secrets
import socket
import ssl
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from bandstand.common import standard_log
from bandstand.common.errors import BandstandError, Missing
from bandstand.common.farm import END, HEAD, TOKEN_BYTES, Farm, FarmState, Order, pack
from bandstand.common.jobs import Job
from bandstand.composer.farm.machine import load_dask, make_security, make_song
from bandstand.composer.farm.offers import name_bands, name_generator

LOOK_SECONDS: Final = 1.0
"""Between two looks at the machines that there are."""
ANSWER_SECONDS: Final = 3.0
"""In which a scheduler or a machine that begins to talk to us has to say something."""
BUSY_SECONDS: Final = 10.0
"""A scheduler that says nothing for so long is away, also if the connection stands."""
AVOID_SECONDS: Final = 60.0
"""So long a machine that was lost in the middle of a song is given nothing, as long as there is another."""
URGENT: Final = 2
"""Machines that make a song that somebody waits for, until one of them sends sound."""
CHUNK: Final = 1 << 18
LIMIT: Final = 1 << 20
"""Bytes of a job's line, at most."""
log = logging.getLogger("farm")


class Link(NamedTuple):
    """A connection, and what has arrived of it already."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    first: bytes = b""


class Machines:
    """The scheduler and its machines, as they were at the last look."""

    def __init__(self, farm: Farm, bands: str) -> None:
        """`bands`: under which name a machine offers songs of this station's bands."""
        self._farm = farm
        self.bands = bands
        self._client: Any = None
        self._lost: dict[str, float] = {}
        self._offers: dict[str, dict[str, float]] = {}
        self._busy: dict[str, int] = {}
        self._told: FarmState | None = None

    async def look_for_ever(self) -> None:
        """Keep in touch with the scheduler, and tell of each change."""
        trouble = ""
        while True:
            try:
                await self._look()
                trouble = "" if self._count_slots(self.bands) else "no machine on the farm makes this station's songs"
            except Exception as error:  # Dask raises what its transport does
                log.debug("the scheduler is away", exc_info=True)
                trouble = "the farm's scheduler is away"
                if isinstance(error, Missing):
                    trouble = str(error)
                await self._give_up()
            slots = self._count_slots(self.bands)
            self._tell(FarmState(len(slots), sum(slots.values()), trouble))
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        if self._client is None:
            self._client = load_dask().Client(
                self._farm.scheduler, asynchronous=True, security=make_security(self._farm), timeout=ANSWER_SECONDS
            )
            await asyncio.wait_for(self._client, ANSWER_SECONDS + 1)
        if self._client.status != "running":
            raise ConnectionError
        known = await asyncio.wait_for(self._client.scheduler.identity(), BUSY_SECONDS)
        self._offers = {name: machine.get("resources", {}) for name, machine in known["workers"].items()}

    def _count_slots(self, offer: str) -> dict[str, int]:
        """The machines that make such songs, and how many of them at once."""
        return {name: int(has[offer]) for name, has in self._offers.items() if offer in has}

    async def _give_up(self) -> None:
        client, self._client, self._offers = self._client, None, {}
        if client is not None:
            with suppress(Exception):
                await asyncio.wait_for(client._close(fast=True), ANSWER_SECONDS)

    def _tell(self, state: FarmState) -> None:
        if state != self._told:
            self._told = state
            sys.stdout.buffer.write(msgspec.json.encode(state) + b"\n")
            sys.stdout.buffer.flush()

    def find_own_host(self) -> str:
        """The address from which the scheduler is reached, or a guess."""
        parts = urlsplit(self._farm.scheduler)
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((parts.hostname, parts.port))  # sends nothing
            return str(probe.getsockname()[0])
        return socket.gethostname()

    def choose(self, offer: str, count: int) -> list[str | None]:
        """The machines for a song, the least busy first; None lets the scheduler choose one. Empty if there is none."""
        slots = self._count_slots(offer)
        now = time.monotonic()
        self._lost = {name: at for name, at in self._lost.items() if now - at < AVOID_SECONDS}
        good = [name for name in slots if name not in self._lost]
        if self._client is None or not slots:
            return []
        if count == 1 and not self._lost:
            return [None]
        good.sort(key=lambda name: self._busy.get(name, 0) / slots[name])
        return list((good or list(slots))[:count])

    def submit(self, order: Order, name: str | None) -> Any:
        """Hand the order to the scheduler, for this machine."""
        return self._client.submit(
            make_song,
            msgspec.json.encode(order),
            key=f"song-{order.job.song}-{secrets.token_hex(4)}",
            pure=False,
            retries=0,
            resources={order.offer: 1},
            workers=[name] if name else None,
        )

    async def cancel(self, tasks: list[Any]) -> None:
        with suppress(Exception):
            if self._client is not None:
                await asyncio.wait_for(self._client.cancel(tasks, force=True), ANSWER_SECONDS)

    def note(self, name: str | None, *, is_busy: bool) -> None:
        if name:
            self._busy[name] = self._busy.get(name, 0) + (1 if is_busy else -1)

    def note_lost(self, name: str | None) -> None:
        if name:
            self._lost[name] = time.monotonic()


class Songs:
    """The songs that are being made, and the two servers: for the station's workers, and for machines."""

    def __init__(self, machines: Machines, host: str, port: int) -> None:
        self._machines = machines
        self._host = host
        self._port = port
        self._certificate = ""
        self._awaited: dict[str, tuple[str | None, asyncio.Future[tuple[str | None, Link]]]] = {}
        self._servers: list[asyncio.Server] = []

    async def listen(self, path: Path) -> None:
        """Raises OSError."""
        context, self._certificate = make_certificate()
        path.unlink(missing_ok=True)
        own = os.umask(0o177)
        try:
            self._servers.append(await asyncio.start_unix_server(self._serve_worker, path, limit=LIMIT))
        finally:
            os.umask(own)
        server = await asyncio.start_server(
            self._serve_machine, sock=listen_everywhere(self._port), ssl=context, limit=CHUNK
        )
        self._servers.append(server)
        self._port = self._port or server.sockets[0].getsockname()[1]

    async def _serve_worker(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Have one song made. The worker composes it itself where the connection ends before the song does."""
        try:
            job = msgspec.json.decode(await reader.readline(), type=Job)
            await self._make(job, Link(reader, writer))
        except (OSError, ValueError, msgspec.DecodeError) as error:
            log.info("a song is made at the station: %s", error)
        finally:
            writer.close()

    async def _make(self, job: Job, worker: Link) -> None:
        offer = self._machines.bands
        if job.program is not None:
            offer = await asyncio.to_thread(name_generator, job.generator, job.program)
        names = self._machines.choose(offer, URGENT if job.is_awaited and job.program is None else 1)
        won: asyncio.Future[tuple[str | None, Link]] = asyncio.get_running_loop().create_future()
        tokens = {secrets.token_hex(TOKEN_BYTES // 2): name for name in names}
        self._awaited |= {token: (name, won) for token, name in tokens.items()}
        tasks = []
        try:
            for token, name in tokens.items():
                work = msgspec.structs.replace(job, program=None)
                order = Order(work, offer, self._host, self._port, self._certificate, token)
                tasks.append(self._machines.submit(order, name))
            gone = asyncio.ensure_future(worker.reader.read(1))
            done = asyncio.ensure_future(_wait_for_all(tasks))
            await _wait_for_one(won, gone, done)
            if won.done():
                await self._pass_on(*won.result(), worker, gone)
            gone.cancel()
            done.cancel()
        finally:
            for token in tokens:
                self._awaited.pop(token, None)
            if won.done():
                won.result()[1].writer.close()
            await self._machines.cancel(tasks)

    async def _pass_on(self, name: str | None, machine: Link, worker: Link, gone: "asyncio.Future[bytes]") -> None:
        self._machines.note(name, is_busy=True)
        passing = asyncio.ensure_future(_pass_bytes(machine, worker.writer))
        await _wait_for_one(passing, gone)
        self._machines.note(name, is_busy=False)
        is_whole = passing.done() and passing.exception() is None and passing.result()
        if not is_whole and not gone.done():
            self._machines.note_lost(name)
        passing.cancel()

    async def _serve_machine(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let a machine in that has a token, and is the first with sound."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                token = (await reader.readexactly(TOKEN_BYTES)).decode("ascii", "replace")
            name, won = self._awaited[token]
            first = await reader.read(CHUNK)
            if first and not won.done():
                won.set_result((name, Link(reader, writer, first)))
                return
        except (OSError, TimeoutError, KeyError, asyncio.IncompleteReadError):
            pass
        writer.close()


def listen_everywhere(port: int) -> socket.socket:
    """A socket on one port of all addresses; asyncio would take another free port for each family. Raises OSError."""
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", port))


async def _pass_bytes(machine: Link, writer: asyncio.StreamWriter) -> bool:
    """Until nothing more comes; whether the machine came to the end of its song. Raises OSError."""
    data, last = machine.first, b""
    while data:
        last = (last + data)[-HEAD:]
        writer.write(data)
        await writer.drain()
        data = await machine.reader.read(CHUNK)
    return last == pack(END, b"")


async def _wait_for_one(*futures: "asyncio.Future[Any]") -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


async def _wait_for_all(tasks: list[Any]) -> None:
    """Until each is done, whatever became of it."""
    for task in tasks:
        with suppress(Exception, asyncio.CancelledError):
            await task


def make_certificate() -> tuple[ssl.SSLContext, str]:
    """A key and a certificate for this start of the client: a context with both, and the certificate as PEM."""
    private, certificate = make_key_pair()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 0  # they would be something to read at the machine, which takes that for the end
    with tempfile.NamedTemporaryFile() as file:  # 0600; ssl takes keys from files only
        file.write(private + certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return context, certificate.decode()


def make_key_pair() -> tuple[bytes, bytes]:
    """A private key, and a certificate that vouches for itself, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bandstand")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=3650))  # clocks differ, and it ends with the process
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)


def main(arguments: list[str]) -> int:
    """Run until standard input ends. Raises BandstandError."""
    parser = argparse.ArgumentParser(prog="farm client", description="started by the bot")
    parser.add_argument("--farm", required=True, metavar="JSON", help="[farm] of the configuration")
    parser.add_argument("--soundfont", default="", metavar="FILE")
    parser.add_argument("--socket", required=True, type=Path, metavar="PATH")
    parser.add_argument("--log", choices=("text", "json"), default="text", help="log.format of the configuration")
    options = parser.parse_args(arguments)
    standard_log.begin("farm client", as_json=options.log == "json")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it would say of a lost scheduler, we say
    farm = msgspec.json.decode(options.farm, type=Farm)
    asyncio.run(_serve(farm, name_bands(options.soundfont), options.socket))
    return 0


async def _serve(farm: Farm, bands: str, path: Path) -> None:
    machines = Machines(farm, bands)
    songs = Songs(machines, farm.host or machines.find_own_host(), farm.port)
    await songs.listen(path)
    looking = asyncio.ensure_future(machines.look_for_ever())
    input_reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(input_reader), sys.stdin)
    ending = asyncio.ensure_future(input_reader.read(1))
    await _wait_for_one(looking, ending)
    looking.cancel()
    path.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (BandstandError, OSError) as error:
        sys.exit(f"farm client: {error}")
