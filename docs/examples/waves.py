"""Chords that swell and fade, a bar each: a callable that yields NumPy arrays. Each is heard as soon as it is made."""

from collections.abc import Iterator
from random import Random

import numpy as np

RATE = 48000
BEATS = 4
KEYS = {"C": 48, "D": 50, "E": 52, "F": 53, "G": 55, "A": 57, "B": 59}
CHORDS = [(0, 4, 7), (-3, 0, 4), (5, 9, 12), (-5, -1, 2)]


def song(seed: int, duration: float, tempo: int, key: str) -> Iterator[dict | np.ndarray]:
    draw = Random(seed)
    yield {"title": f"Waves in {key}", "tempo": tempo, "beats": BEATS, "sections": [["in", 1], ["on", 5]]}
    frames = round(BEATS * 60 / tempo * RATE)
    time = np.arange(frames) / RATE
    swell = np.sin(np.pi * np.arange(frames) / frames) ** 2
    for _ in range(max(1, round(duration * RATE / frames))):
        notes = [KEYS[key] + step for step in draw.choice(CHORDS)]
        bar = sum(np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * time) for note in notes)
        yield (0.2 * swell * bar).astype(np.float32)
