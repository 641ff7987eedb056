"""The HTTP API against its own description, by schemathesis: `python bench/api.py --examples 50`.

schemathesis reads `/api/openapi.json` of a station that runs, and asks whatever the description allows, and what it
does not: each answer must have a status and a content type that are described, and a body as its schema says; nothing
may be a server's error. The station is a real one: bands, a song that was made, one that was imported, one of a
generator's, a playlist, a show.

It takes an environment of its own, outside the repository, as it would bring a hundred packages into ours:

    python3 -m venv /tmp/schema && /tmp/schema/bin/pip install schemathesis
    python bench/api.py --schemathesis /tmp/schema/bin/schemathesis

`/api/events` has no end, so it is left out. Exits with what schemathesis exits with. It is known to say of some
requests that they are "schema-valid" and refused: of `/api/commands`, as the fields of each request are in docs/api.md
alone; a search without a word; a name against the rule of names; `109.0` as a whole number. And that the answer to
OPTIONS of `/api/favourites` leaves GET out.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import Final

import numpy as np
from rig import Station, free_port, until

SETTINGS: Final = """stock = 0
[telnet]
enabled = false
[web]
port = {port}
requests = 0
downloads = "all"
[generators.tone]
command = ["python3", "tone.py"]
format = "s16le"
[generators.tone.parameters.pitch]
type = "int"
default = 20
"""
"""Begins in the section `[radio]`."""
GENERATOR: Final = """import array, math, sys
samples = (int(8000 * math.sin(number // 2 / 20)) for number in range(2 * 48_000 * 5))
sys.stdout.buffer.write(array.array("h", samples).tobytes())
"""
ENDLESS: Final = ("/api/events",)


def write_song(path: Path) -> None:
    """Five seconds of a sine, to be imported."""
    tone = (np.sin(np.arange(44_100 * 5) / 20) * 8000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(tone.tobytes())


def fill(station: Station) -> None:
    """Something of each kind, so that there is something to find."""
    sound = station.folder / "imported.wav"
    write_song(sound)
    code = station.make(1, 0.5)[0]
    lines = (
        f'import "{sound}"', "generate tone", f"playlist new evening {code}",
        'schedule add "daily 12:00" playlist:evening', f"export {code} stems", f"play {code}", f"queue {code}",
    )  # fmt: skip
    for line in lines:
        print(line, "->", station.say(line).summary[:100])


def run(options: argparse.Namespace, url: str) -> int:
    left_out = [word for path in ENDLESS for word in ("--exclude-path", path)]
    command = [
        options.schemathesis, "run", f"{url}/api/openapi.json", "--checks", "all", *left_out,
        "--max-examples", str(options.examples), "--request-timeout", "30", *options.more,
    ]  # fmt: skip
    began = time.monotonic()
    status = subprocess.run(command, check=False).returncode
    print(f"exit status {status} after {time.monotonic() - began:.0f} s")
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schemathesis", default="schemathesis", metavar="PROGRAM")
    parser.add_argument("--examples", type=int, default=50, help="for each operation")
    parser.add_argument("more", nargs="*", help="further arguments for schemathesis, after --")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        station = Station(Path(folder), SETTINGS.format(port=port))
        (station.folder / "tone.py").write_text(GENERATOR)
        try:
            station.up()
            until(lambda: (station.folder / "var" / "web.lock").exists(), "the page is there")
            fill(station)
            return run(options, f"http://127.0.0.1:{port}")
        finally:
            station.end()


if __name__ == "__main__":
    sys.exit(main())
