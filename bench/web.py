"""What the web process stands, with the air undisturbed: `python bench/web.py --streams 2000 --rate 200 --seconds 30`.

A whole station in a folder of its own plays a song to a listener at its MP3 mount. Then so many readers follow the
events, and so many requests a second are sent, a mix of what a page asks for; a song is cut in every few seconds, so
that there is something to tell. It prints, without the load and with it: the longest wait of the listener for bytes,
silences that the streamer had to put in, the processor time of each process; and of the load the answers' times, and
how long after its happening an event was with each reader. Readers and requests come from this process, on the same
cores.
"""

import argparse
import asyncio
import json
import resource
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from rig import Listener, Station, free_port, memory, processor, until

MIX = ("/api/nowplaying", "/api/queue", "/", "/api/songs?limit=20", "/api/history", "/api/songs?q=the")
CUT_SECONDS = 4.0
SETTINGS = "[telnet]\nenabled = false\n[web]\nport = {port}\nrequests = 0\n"


class Load:
    """Readers and requests. Times are seconds."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.statuses: Counter[int] = Counter()
        self.answers: list[float] = []
        self.delays: list[float] = []
        self.connected = 0

    async def follow(self) -> None:
        """One reader of the events, to the end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        writer.write(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.connected += 1
        try:
            while line := await reader.readline():
                if line.startswith(b'data: {"event":"song_started"'):
                    self.delays.append(time.time() - json.loads(line[6:])["at"])
        finally:
            writer.close()

    async def ask(self, path: str) -> None:
        began = time.perf_counter()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            head = await reader.readline()
            await reader.read(-1)
            writer.close()
            self.statuses[int(head.split()[1])] += 1
        except (OSError, IndexError, ValueError):
            self.statuses[0] += 1
        self.answers.append(time.perf_counter() - began)

    async def send(self, rate: float, seconds: float) -> None:
        """`rate` requests a second, whether the ones before are answered or not."""
        began, tasks = time.perf_counter(), []
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(self.ask(MIX[number % len(MIX)])))
        await asyncio.gather(*tasks)

    async def run(self, streams: int, rate: float, seconds: float) -> None:
        readers = []
        for number in range(streams):
            readers.append(asyncio.create_task(self.follow()))
            if number % 50 == 49:
                await asyncio.sleep(0.05)
        while self.connected < streams:
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        await self.send(rate, seconds)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


class Air:
    """What the listener and the machine have of some seconds."""

    def __init__(self, station: Station, listener: Listener) -> None:
        self._station = station
        self._listener = listener
        self._processes = station.processes() | {"web": find_web(station)}
        self._before = {name: processor(pid) for name, pid in self._processes.items()}
        self._began = time.monotonic()
        self._logged = len(station.logged)
        listener.longest_wait = 0.0

    def describe(self) -> str:
        passed = time.monotonic() - self._began
        costs = {
            name: (processor(pid) - self._before[name]) / passed * 100 for name, pid in self._processes.items()
            if Path(f"/proc/{pid}").exists()
        }  # fmt: skip
        silences = sum("silence" in line for line in self._station.logged[self._logged :])
        shown = ", ".join(f"{name} {cost:.1f} %" for name, cost in sorted(costs.items()))
        return (
            f"{passed:.0f} s: longest wait for bytes {self._listener.longest_wait * 1000:.0f} ms, "
            f"{silences} silences, dropped {self._listener.dropped} times; {shown}"
        )


def find_web(station: Station) -> int:
    return int((station.folder / "var" / "web.lock").read_text().split()[0])


def describe_times(name: str, times: list[float]) -> str:
    if not times:
        return f"{name}: none"
    ranked = sorted(times)
    high = ranked[min(len(ranked) - 1, int(len(ranked) * 0.99))]
    return (
        f"{name}: {len(times)}, median {statistics.median(times) * 1000:.1f} ms, "
        f"99th percentile {high * 1000:.1f} ms, longest {ranked[-1] * 1000:.1f} ms"
    )


async def cut_in(station: Station, songs: list[str]) -> None:
    """Play one song after the other, so that there are events."""
    while True:
        for song in songs:
            await asyncio.sleep(CUT_SECONDS)
            await asyncio.to_thread(station.say, f"play {song}")


async def measure(station: Station, songs: list[str], load: Load, options: argparse.Namespace) -> None:
    cutting = asyncio.create_task(cut_in(station, songs))
    await load.run(options.streams, options.rate, options.seconds)
    cutting.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=200.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        station = Station(Path(folder), SETTINGS.format(port=port))
        try:
            run(station, port, options)
        finally:
            station.end()


def run(station: Station, port: int, options: argparse.Namespace) -> None:
    station.up()
    songs = station.make(2, 1.0)
    until(lambda: (station.folder / "var" / "web.lock").exists(), "the page is there")
    listener = Listener(station.port, "/stream.mp3")
    listener.start()
    until(lambda: listener.connected, "somebody listens")
    station.say(f"play {songs[0]}")
    air = Air(station, listener)
    time.sleep(options.seconds)
    print("without the load,", air.describe())
    load, air = Load(port), Air(station, listener)
    asyncio.run(measure(station, songs, load, options))
    print("with it,", air.describe())
    print(f"{load.connected} readers of the events; {describe_times('events', load.delays)}")
    print(describe_times("answers", load.answers), dict(load.statuses))
    print(f"memory of the web process: {memory(find_web(station)):.0f} MiB")


if __name__ == "__main__":
    main()
