"""How long a station takes to import many small files, and what others notice: `python bench/importing.py --help`.

Makes that many files of a few seconds, each another tune, has `bandstand import` take them, and then once more, as
after Ctrl-C. Meanwhile the station is asked what is on the air ten times a second; those replies are what a person
notices. Remove the songs afterwards, or use a station that is there for this alone.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Final

import av
import msgspec
import numpy as np

from bandstand.bot.shell.ctl import Station
from bandstand.common import config
from bandstand.common.api.requests import GetNowPlaying
from bandstand.common.api.socket import Answer

RATE: Final = 44_100
SECONDS: Final = 4
TONES: Final = (220, 262, 330, 392, 440, 523, 660, 784)
PAUSE: Final = 0.1
ANSWERS: Final = msgspec.json.Decoder(Answer)


def write_tune(path: Path, seed: int) -> None:
    chance = np.random.RandomState(seed)
    tones = np.repeat(chance.choice(TONES, SECONDS * 10), RATE // 10)
    samples = (np.sin(np.cumsum(tones) * (2 * np.pi / RATE)) * 8000).astype(np.int16)
    with av.open(str(path), "w") as file:
        file.metadata.update({"title": f"Tune {seed}", "artist": "The Sines", "album": "Small", "date": "1994"})
        stream = file.add_stream("flac", rate=RATE)
        stream.layout, stream.format = "mono", "s16"
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def take_times(socket: Path, is_over: Event, times: list[float]) -> None:
    """Ask what is on the air until `is_over`, and add the seconds of each reply."""
    station = Station(socket)
    while not is_over.wait(PAUSE):
        began = time.perf_counter()
        station.carry_out(GetNowPlaying(), ANSWERS)
        times.append(time.perf_counter() - began)
    station.close()


def watch_replies(socket: Path, work: Callable[[], None]) -> tuple[float, list[float]]:
    """Seconds that the work takes, and those of each reply meanwhile."""
    is_over, times = Event(), [0.0]
    watcher = Thread(target=take_times, args=(socket, is_over, times))
    watcher.start()
    began = time.perf_counter()
    try:
        work()
    finally:
        took = time.perf_counter() - began
        is_over.set()
        watcher.join()
    return took, sorted(times)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--files", type=int, default=2000)
    arguments.add_argument("--config", help="of the station that runs")
    given = arguments.parse_args()
    found = config.find(given.config)
    socket = config.load(found).paths.bot_socket
    command = [
        str(Path(sys.executable).with_name("bandstand")),
        "import",
        *(["--config", given.config] if given.config else []),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(given.files):
            write_tune(Path(folder, f"{number}.flac"), number)
        print("| | time | a file | replies meanwhile: median, 99 in 100, slowest |\n|---|---|---|---|")
        for name in ("import", "the same again"):
            took, times = watch_replies(socket, lambda: subprocess.run([*command, folder], check=True) and None)
            middle, late, last = statistics.median(times), times[int(len(times) * 0.99)], times[-1]
            replies = f"{middle * 1000:.0f} ms, {late * 1000:.0f} ms, {last * 1000:.0f} ms"
            print(f"| {name} | {took:.0f} s | {took / given.files * 1000:.0f} ms | {replies} |", flush=True)


if __name__ == "__main__":
    main()
