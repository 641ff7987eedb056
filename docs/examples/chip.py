"""Plays the score of one of the station's own songs on square waves.

Every song of the built-in bands is stored with its score as JSON, in BANDSTAND_SONGS/CODE/score.json: parts with notes
of [start, length, pitch, velocity] in ticks, 480 to a beat, and tempi of [start, beats a minute].
"""

import json
import os
import struct
import sys
from pathlib import Path

RATE = 48000
TICKS = 480
DRUMS = "drums"

DESCRIPTION = {
    "help": "one of the station's songs on square waves",
    "version": "1",
    "parameters": {
        "song": {"default": "", "help": "a song's code; without one, the newest that has a score"},
        "octave": {"type": "int", "min": -2, "max": 2, "default": 0, "help": "up or down"},
    },
}


def score(folder: Path, code: str) -> dict:
    found = [folder / code / "score.json"] if code.isalnum() else list(folder.glob("*/score.json"))
    if not found or not max(found).is_file():
        sys.exit(f"there is no score in {folder}; generate makes a song that has one")
    return json.loads(max(found, key=lambda path: path.stat().st_mtime).read_text())


def events(song: dict, octave: int) -> list[tuple[float, float, float]]:
    """(start in seconds, seconds, hertz) of every note but the drums'."""
    beat = 60 / song["tempi"][0][1] / TICKS
    notes = [note for part in song["parts"] if part["voice"] != DRUMS for note in part["notes"]]
    made = [(n[0] * beat, n[1] * beat, 440 * 2 ** ((n[2] - 69) / 12 + octave)) for n in notes]
    return sorted(made)


def play(notes: list[tuple[float, float, float]], seconds: float) -> None:
    out = sys.stdout.buffer
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    out.write(b"RIFF\xff\xff\xff\xffWAVE" + form + b"data\xff\xff\xff\xff")
    step = RATE // 20  # a twentieth of a second at a time
    for first in range(0, round(seconds * RATE), step):
        mixed = [0] * step
        for start, length, hertz in notes:
            begin, end = round(start * RATE) - first, round((start + length) * RATE) - first
            for n in range(max(0, begin), min(step, end)):
                mixed[n] += 1500 if (first + n) * hertz / RATE % 1 < 0.5 else -1500
        out.write(struct.pack(f"<{step}h", *(max(-32767, min(32767, sample)) for sample in mixed)))


if "--describe" in sys.argv:
    print(json.dumps(DESCRIPTION))
else:
    song = score(Path(os.environ["BANDSTAND_SONGS"]), os.environ.get("BANDSTAND_SONG", ""))
    facts = {"title": f"{song['title']} on a chip", "tempo": song["tempi"][0][1], "beats": song["beats"]}
    print("bandstand:", json.dumps(facts), file=sys.stderr)
    notes = events(song, int(os.environ.get("BANDSTAND_OCTAVE", 0)))
    play(
        notes,
        min(float(os.environ["BANDSTAND_DURATION"]), max((start + length for start, length, _ in notes), default=0)),
    )
