"""Save to ear: how soon a watched generator's new version is heard, over what the program itself needs.

    python bench/watch.py [ROUNDS]

Starts a whole station of its own, watches a program and a callable, saves each of them with a low and a high tone by
turns, and listens at the mounts. The clock runs from just before the file is renamed into its place to the first
decoded packet of the other tone. The program alone is timed from its start to its first byte of sound.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from ear import Listener, Station

LOW, HIGH = 300, 3000
BETWEEN = 0.15
"""Of the mean step from sample to sample to the mean sample: what is above is the high tone."""
CONFIG = """
[generators.program]
command = ["{python}", "program.py"]
[generators.callable]
callable = "called:song"
"""
PROGRAM = """
import math, os, struct, sys
out = sys.stdout.buffer
form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 48000, 96000, 2, 16)
out.write(b"RIFF\\xff\\xff\\xff\\xffWAVE" + form + b"data\\xff\\xff\\xff\\xff")
for tenth in range(600):
    samples = (round(9000 * math.sin(2 * math.pi * {hertz} * n / 48000)) for n in range(4800))
    out.write(struct.pack("<4800h", *samples))
    out.flush()
"""
CALLED = """
import numpy as np
def song():
    for tenth in range(600):
        yield 0.3 * np.sin(2 * np.pi * {hertz} * np.arange(4800) / 48000)
"""
FILES = {"program": ("program.py", PROGRAM), "callable": ("called.py", CALLED)}


class Tones(Listener):
    """Hears the high tone where another listener hears sound, the low one for silence."""

    def _loud(self, samples: np.ndarray) -> bool:
        level = float(np.abs(samples).mean())
        return level > 1e-4 and float(np.abs(np.diff(samples[0])).mean()) / level > BETWEEN


def save(folder: Path, kind: str, hertz: int) -> float:
    """As an editor does it; when it was."""
    name, text = FILES[kind]
    beside = folder / f".{name}.new"
    beside.write_text(text.replace("{hertz}", str(hertz)))
    began = time.monotonic()
    beside.rename(folder / name)
    return began


def alone(folder: Path) -> float:
    """Seconds from the program's start to its first sound."""
    began = time.monotonic()
    child = subprocess.Popen([sys.executable, "program.py"], cwd=folder, stdout=subprocess.PIPE)
    assert child.stdout is not None
    os.read(child.stdout.fileno(), 100)
    took = time.monotonic() - began
    child.kill()
    child.wait()
    child.stdout.close()
    return took


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in FILES:
            save(folder, kind, LOW)
        station = Station(folder, CONFIG.replace("{python}", sys.executable))
        try:
            report(station, folder, rounds)
        finally:
            station.process.terminate()
            station.process.wait()


def report(station: Station, folder: Path, rounds: int) -> None:
    station.wait_for(r"job 1: .* is made")
    own = [1000 * alone(folder) for _ in range(rounds)]
    print(f"{'save to ear':<28}{'median':>9}{'slowest':>9}   ms, {rounds} saves")
    print(f"{'the program by itself':<28}{statistics.median(own):>9.0f}{max(own):>9.0f}")
    for mount in ("/stream.mp3", "/stream.opus"):
        listener = Tones(f"http://127.0.0.1:{station.port}{mount}")
        listener.start()
        for kind in FILES:
            station.say(f"watch {kind} duration=60")
            listener.wait(False)
            time.sleep(4)
            took = []
            for number in range(rounds):
                high = number % 2 == 0
                began = save(folder, kind, HIGH if high else LOW)
                took.append(1000 * (listener.wait(high) - began))
                time.sleep(4)  # the next worker is to be waiting: this is a bench, not a test
            print(f"{kind + ' ' + mount:<28}{statistics.median(took):>9.0f}{max(took):>9.0f}")
            station.say(f"unwatch {kind}")


if __name__ == "__main__":
    main()
