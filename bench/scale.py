"""A station beyond one Icecast, and many stations on one machine.

    python bench/scale.py [--only relays|stations|farm] [--listeners N] [--stations N ...] [--small]
                          [--machines N ...] [--share PERCENT] [--delays MS ...] [--first-flight PACKETS]

relays: a station with two relays (as deploy/relay.xml makes them) and so many listeners, all on loopback, who come by
`/listen` within some seconds and read at the stream's pace. It tells how they are spread, what the processes take, and,
after one relay is killed with SIGKILL, in how long those that lost it receive sound again; each tries again twice a
second. All share this machine with the program that plays the listeners, so the figures are of what is cheap, not of
how many one machine serves.

stations: one `bandstand up` for each of several folders, each heard by one listener while its programme is silent, and
what they take together: processor over a minute, memory (PSS). With `--small` they are as docs/scale.md has small ones:
no composer waits, and there is no telnet.

farm: a scheduler, so many machines that make one song at a time, and a station's farm client, all on this machine. It
tells how many songs an hour they make while each machine always has one, what of the processor's time a song takes at
the machines, in the farm client and in the station's worker, and how long the first sound of a song takes, beside that
of a worker that composes by itself, in turn. Machines that together are more than the cores of this one do not grow in
proportion: `--share` gives each a share of a core and no more. `--delays` puts each machine whose first sound is
measured behind a network with so many milliseconds of delay each way; `--first-flight` is how many packets it sends
before it waits for an answer (initcwnd). Both need root.
"""

import argparse
import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from radio_hour import PARTS
from rig import Station, free_port, memory, processor
from scale_farm import run_firsts, run_songs

TEMPLATE = Path(__file__).resolve().parents[1] / "deploy" / "relay.xml"
WEBROOT = "/usr/share/icecast2/web"
PASSWORD = "relay"
SMALL = "[composer]\nwaiting = false\n[telnet]\nenabled = false\n"
OWNER = "<changeowner><user>icecast2</user><group>icecast</group></changeowner>"
TRY_AGAIN = 0.5
ARRIVAL = 10.0
"""Seconds within which all listeners come."""
RELAYS = """
[telnet]
enabled = false
[web]
port = {page}
requests = 0
"""
RELAY = """
[[relays]]
url = "http://127.0.0.1:{port}"
name = "{name}"
admin_password = "{password}"
listeners = {places}
"""


class Relay:
    """An Icecast of the template, which takes `places` listeners."""

    def __init__(self, folder: Path, station: Station, port: int, places: int) -> None:
        folder.mkdir(mode=0o755)
        shutil.chown(folder, "icecast2", "icecast")
        webroot = folder / "web"
        shutil.copytree(WEBROOT, webroot)
        for file in (station.folder / "var" / "webroot").glob("*_stream.*"):
            shutil.copy(file, webroot)
        text = TEMPLATE.read_text()
        for word, value in {
            "RELAY_HOST": "127.0.0.1", "ADMIN_PASSWORD": PASSWORD, "STATION_HOST": "127.0.0.1",
            "STATION_PORT": str(station.port), "<clients>520</clients>": f"<clients>{places + 20}</clients>",
            "<port>8000</port>": f"<port>{port}</port><bind-address>127.0.0.1</bind-address>",
            "/var/log/icecast2": str(folder), WEBROOT: str(webroot),
            "<chroot>0</chroot>": f"<chroot>0</chroot>{OWNER}",
        }.items():  # fmt: skip
            text = text.replace(word, value)
        configuration = folder / "icecast.xml"
        configuration.write_text(text)
        self.process = subprocess.Popen(
            ["icecast2", "-c", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


class Crowd:
    """Listeners who find their place by `/listen`, read what they are sent, and try again when it ends."""

    def __init__(self, page: int) -> None:
        self._page = page
        self.places: Counter[str] = Counter()
        """Listeners that receive sound, by host and port."""
        self.waits: list[float] = []
        """Seconds from a loss until sound came again."""
        self.failures = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def gather(self, number: int) -> None:
        for _ in range(number):
            self._tasks.append(asyncio.create_task(self._stay()))
            await asyncio.sleep(ARRIVAL / number)
        while self.places.total() < number:
            await asyncio.sleep(0.1)

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stay(self) -> None:
        lost: float | None = None
        while True:
            try:
                place = urlsplit(await self._ask(self._page, "/listen?format=mp3"))
                await self._listen(place.port or 80, place.path, lost)
            except (OSError, asyncio.IncompleteReadError, EOFError):
                self.failures += 1
            else:
                lost = time.monotonic()
            await asyncio.sleep(TRY_AGAIN)

    async def _ask(self, port: int, path: str) -> str:
        """Where the page sends us."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        finally:
            writer.close()
        found = [line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("location:")]
        if not found:
            raise EOFError(head.split("\r\n")[0])
        return found[0]

    async def _listen(self, port: int, path: str, lost: float | None) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**14)
        try:
            writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n")[0]:
                raise EOFError(head.split(b"\r\n")[0])
            await reader.readexactly(4000)
            if lost is not None:
                self.waits.append(time.monotonic() - lost)
            self.places[str(port)] += 1
            try:
                while await reader.read(2**14):
                    pass
            except OSError:
                pass
            finally:
                self.places[str(port)] -= 1
        finally:
            writer.close()


class CountingStation(Station):
    def control_status(self) -> int:
        """Listeners of the MP3 mount, as the station counts them."""
        rows = self.say("status").rows
        row = next(row for row in rows if row[0] == "/stream.mp3")
        return int(row[3].split()[0])


async def crowd_relays(station: CountingStation, relays: dict[str, Relay], page: int, listeners: int) -> None:
    crowd = Crowd(page)
    began = time.monotonic()
    await crowd.gather(listeners)
    print(f"listeners        {listeners}, all served after {time.monotonic() - began:.1f} s")
    names = {str(station.port): "the station's own", **{port: f"relay {port}" for port in relays}}
    await asyncio.sleep(6)  # until they are counted
    status = station.control_status()
    print("spread           " + ", ".join(f"{names[port]} {count}" for port, count in crowd.places.most_common()))
    print(f"counted          {status} on the MP3 mount, by the station")
    spent = {port: processor(relay.process.pid) for port, relay in relays.items()}
    await asyncio.sleep(10)
    for port, relay in relays.items():
        used = (processor(relay.process.pid) - spent[port]) * 10
        print(f"relay {port}      {used:.0f} % of a core, {memory(relay.process.pid):.0f} MiB")
    port, victim = next(iter(relays.items()))
    lost = crowd.places[port]
    began = time.monotonic()
    victim.process.kill()
    while len(crowd.waits) < lost:
        if time.monotonic() - began > 120:
            print(f"only {len(crowd.waits)} of {lost} are back after 120 s")
            break
        await asyncio.sleep(0.1)
    waits = sorted(crowd.waits)
    print(f"one relay killed {lost} listeners lost it; sound again after {waits[len(waits) // 2]:.1f} s in the median, "
          f"{waits[int(len(waits) * 0.99)]:.1f} s for 99 in 100, {waits[-1]:.1f} s at most")  # fmt: skip
    await crowd.leave()


def run_relays(listeners: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="scale-"))
    folder.chmod(0o755)
    page, ports = free_port(), [free_port(), free_port()]
    places = listeners  # either relay may take all
    settings = RELAYS.format(page=page) + "".join(
        RELAY.format(port=port, name=str(port), password=PASSWORD, places=places) for port in ports
    )
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        (folder / "station").mkdir()
        station = CountingStation(folder / "station", settings)
        station.up()
        stack.callback(station.end)
        station.wait_for(r"/stream\.mp3 is on the air")
        relays = {str(port): Relay(folder / str(port), station, port, places) for port in ports}
        for relay in relays.values():
            stack.callback(relay.close)
        for port in ports:
            station.wait_for(f"the relay {port} is well")
        asyncio.run(crowd_relays(station, relays, page, listeners))


def run_stations(number: int, *, are_small: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="scale-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stations, began = [], time.monotonic()
        for index in range(number):
            (folder / str(index)).mkdir()
            telnet = SMALL if are_small else f"[telnet]\nport = {free_port()}\n"
            settings = f"{telnet}[web]\nport = {free_port()}\n[live]\nport = {free_port()}\n"
            station = Station(folder / str(index), settings)
            stack.callback(station.end)
            station.up()
            station.say("cancel 1")
            stations.append(station)
        for station in stations:
            station.wait_for(r"/stream\.mp3 is on the air")
        print(f"{number:3} stations     on the air after {time.monotonic() - began:.0f} s")
        time.sleep(10)
        processes = [
            process for station in stations if station.bot
            for process in [psutil.Process(station.bot.pid), *psutil.Process(station.bot.pid).children(recursive=True)]
        ]  # fmt: skip
        spent = sum(processor(process.pid) for process in processes)
        time.sleep(60)
        used = (sum(processor(process.pid) for process in processes) - spent) / 60 * 100
        kept = Counter[str]()
        for process in processes:
            words = " ".join(process.cmdline())
            kept[next((part for part, mark in PARTS.items() if mark in words), "others")] += memory(process.pid)
        heard = sum(1 for station in stations if station.say("status").is_good)
        cost = f"{used:.1f} % of a core, {kept.total():.0f} MiB, {len(processes)} processes"
        print(f"                 {cost}, {heard} answer")
        print("                 MiB: " + ", ".join(f"{part} {size:.0f}" for part, size in kept.most_common()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("relays", "stations", "farm"))
    parser.add_argument("--listeners", type=int, default=2000)
    parser.add_argument("--stations", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--small", action="store_true", help="stations that take little memory")
    parser.add_argument("--machines", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--share", type=float, metavar="PERCENT")
    parser.add_argument("--delays", type=float, nargs="*", default=[], metavar="MILLISECONDS")
    parser.add_argument("--first-flight", type=int, default=10, metavar="PACKETS")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended, too
    if given.only in (None, "relays"):
        run_relays(given.listeners)
    if given.only in (None, "stations"):
        for number in given.stations:
            run_stations(number, are_small=given.small)
    if given.only in (None, "farm"):
        run_firsts(given.delays, given.first_flight)
        for number in given.machines:
            run_songs(number, given.share)


if __name__ == "__main__":
    main()
