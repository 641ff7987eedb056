"""The farm client between a station's worker and machines that the test plays; the scheduler is a list of orders."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from bandstand.common.farm import END, FRAMES, Farm, Order, pack
from bandstand.common.generators import Generator
from bandstand.common.jobs import Job
from bandstand.common.types import SongCode
from bandstand.composer.farm.client import Link, Machines, Songs
from bandstand.composer.farm.offers import name_generator

SOUND, LATER = pack(FRAMES, b"01234567"), pack(FRAMES, b"89abcdef") + pack(END, b"")


class Scheduler(Machines):
    """Two machines, `left` and `right`. What they are told is in `orders`."""

    def __init__(self) -> None:
        super().__init__(Farm(scheduler="tcp://127.0.0.1:1"), "bandstand")
        self.orders: dict[str, Order] = {}
        self.cancelled: list[Any] = []
        self.lost: list[str | None] = []

    def choose(self, offer: str, count: int) -> list[str | None]:
        return ["left", "right"][:count]

    def submit(self, order: Order, name: str | None) -> Any:
        assert name is not None
        self.orders[name] = order
        return asyncio.get_running_loop().create_future()

    async def cancel(self, tasks: list[Any]) -> None:
        self.cancelled += tasks

    def note_lost(self, name: str | None) -> None:
        self.lost.append(name)


class Bench:
    def __init__(self, scheduler: Scheduler, path: Path) -> None:
        self.scheduler = scheduler
        self._path = path

    async def ask(self, *, is_awaited: bool, program: Generator | None = None) -> Link:
        """A worker that has asked for a song; its machines have their orders."""
        worker = Link(*await asyncio.open_unix_connection(self._path))
        job = Job(song=SongCode("abc"), generator="band", seed=1, directory="", is_awaited=is_awaited, program=program)
        worker.writer.write(msgspec.json.encode(job) + b"\n")
        while len(self.scheduler.orders) < 1 + (is_awaited and program is None):
            await asyncio.sleep(0)
        return worker

    async def connect(self, name: str) -> Link:
        """A machine that has shown its token, and has sent no sound."""
        order = self.scheduler.orders[name]
        context = ssl.create_default_context(cadata=order.certificate)
        context.check_hostname = False
        link = Link(*await asyncio.open_connection("127.0.0.1", order.port, ssl=context))
        link.writer.write(order.token.encode())
        return link


async def is_let_go(machine: Link) -> bool:
    """Whether the client closes the connection, also where that machine still sends."""
    try:
        return await machine.reader.read() == b""
    except ConnectionError:
        return True


def play(path: Path, part: Callable[[Bench], Awaitable[None]]) -> None:
    async def run() -> None:
        scheduler = Scheduler()
        await Songs(scheduler, "127.0.0.1", 0).listen(path / "farm.sock")
        await asyncio.wait_for(part(Bench(scheduler, path / "farm.sock")), 60)

    asyncio.run(run())


def test_of_two_machines_the_first_with_sound_makes_an_awaited_song_and_the_other_is_let_go(tmp_path: Path) -> None:
    async def part(bench: Bench) -> None:
        worker = await bench.ask(is_awaited=True)
        left = await bench.connect("left")  # connected first, but it has nothing to send yet
        right = await bench.connect("right")
        right.writer.write(SOUND)
        assert await worker.reader.readexactly(len(SOUND)) == SOUND
        left.writer.write(b"late" * 8)
        assert await is_let_go(left)
        right.writer.write(LATER)
        right.writer.close()
        assert await worker.reader.read() == LATER
        assert len(bench.scheduler.cancelled) == 2
        assert not bench.scheduler.lost

    play(tmp_path, part)


def test_a_song_that_can_wait_is_given_to_one_machine(tmp_path: Path) -> None:
    async def part(bench: Bench) -> None:
        await bench.ask(is_awaited=False)
        assert list(bench.scheduler.orders) == ["left"]

    play(tmp_path, part)


def test_a_program_is_asked_for_by_its_hash_and_nothing_of_it_goes_to_the_one_machine(tmp_path: Path) -> None:
    program = Generator(command=["python3", "mine.py"], environment={"KEY": "secret"}, directory=str(tmp_path))

    async def part(bench: Bench) -> None:
        await bench.ask(is_awaited=True, program=program)
        (order,) = bench.scheduler.orders.values()
        assert order.offer == name_generator("band", program)
        assert order.job.program is None
        assert b"secret" not in msgspec.json.encode(order)

    play(tmp_path, part)


def test_a_machine_with_a_token_that_is_not_its_own_is_not_let_in(tmp_path: Path) -> None:
    async def part(bench: Bench) -> None:
        worker = await bench.ask(is_awaited=False)
        order = bench.scheduler.orders["left"]
        bench.scheduler.orders["right"] = msgspec.structs.replace(order, token="0" * len(order.token))
        stranger = await bench.connect("right")
        stranger.writer.write(LATER)
        assert await is_let_go(stranger)
        known = await bench.connect("left")
        known.writer.write(SOUND)
        assert await worker.reader.readexactly(len(SOUND)) == SOUND

    play(tmp_path, part)


def test_a_machine_that_breaks_off_is_noted_as_lost_and_the_worker_is_told(tmp_path: Path) -> None:
    async def part(bench: Bench) -> None:
        worker = await bench.ask(is_awaited=True)
        right = await bench.connect("right")
        right.writer.write(SOUND)
        right.writer.close()
        assert await worker.reader.read() == SOUND
        assert bench.scheduler.lost == ["right"]

    play(tmp_path, part)


def test_a_worker_that_ends_lets_its_machines_go(tmp_path: Path) -> None:
    async def part(bench: Bench) -> None:
        worker = await bench.ask(is_awaited=True)
        right = await bench.connect("right")
        right.writer.write(SOUND)
        await worker.reader.readexactly(len(SOUND))
        worker.writer.close()
        assert await is_let_go(right)
        assert not bench.scheduler.lost

    play(tmp_path, part)
