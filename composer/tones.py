"""Our own small synthesiser, in NumPy alone, for a machine without FluidSynth or a soundfont.

Each voice is a sum of sines that die away, each drum a sine that falls or a burst of noise; one reverberator serves
all. Plainer than a soundfont, and the same bits on every machine with the same NumPy.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from common.types import CHANNELS, RATE
from composer.block import BLOCK, Block
from composer.piece import Piece
from composer.reverb import Reverb
from composer.score import Note, Part

Wave = npt.NDArray[np.float32]
"""One channel."""


class Timbre(NamedTuple):
    partials: tuple[float, ...]
    attack: float  # seconds
    release: float  # seconds
    fall: float  # of the fundamental, nepers a second; a partial falls as many times as fast as its number


class Stroke(NamedTuple):
    """A drum: a sine that falls in pitch, and noise, each with its own length."""

    begin: float  # Hz
    end: float  # Hz
    body: float  # seconds
    noise: float  # share
    hiss: float  # seconds
    bright: int  # how many times the noise is differenced: the higher, the less low in it
    loud: float


FAMILIES: Final = (
    Timbre((1, 0.5, 0.3, 0.2, 0.12, 0.08, 0.05), 0.003, 0.25, 1.5),  # pianos
    Timbre((1, 0.05, 0.25, 0.02, 0.1), 0.002, 0.4, 2.2),  # bells and bars
    Timbre((1, 0.8, 0.5, 0.3, 0.2, 0.12), 0.012, 0.08, 0.0),  # organs
    Timbre((1, 0.7, 0.5, 0.35, 0.22, 0.15, 0.1), 0.003, 0.2, 1.8),  # guitars
    Timbre((1, 0.6, 0.35, 0.15, 0.08), 0.005, 0.08, 1.2),  # basses
    Timbre((1, 0.5, 0.33, 0.25, 0.2, 0.16, 0.14), 0.06, 0.2, 0.0),  # strings
    Timbre((1, 0.5, 0.33, 0.25, 0.2), 0.14, 0.4, 0.0),  # ensembles
    Timbre((1, 0.9, 0.7, 0.5, 0.35, 0.2, 0.1), 0.03, 0.1, 0.1),  # brass
    Timbre((1, 0.15, 0.7, 0.1, 0.45, 0.08, 0.2), 0.025, 0.1, 0.05),  # reeds
    Timbre((1, 0.2, 0.1, 0.03), 0.04, 0.12, 0.1),  # pipes
    Timbre((1, 0, 0.333, 0, 0.2, 0, 0.143, 0, 0.111), 0.003, 0.04, 0.0),  # synthesiser leads: square
    Timbre((1, 0.3, 0.15, 0.08), 0.25, 0.5, 0.0),  # pads
)
"""General MIDI's families of eight programs each; what is above them is played by the first."""
OVERDRIVEN: Final = Timbre((1, 0.9, 0.75, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2), 0.004, 0.1, 0.25)
SPECIAL: Final = {29: OVERDRIVEN, 30: OVERDRIVEN}
PLACES: Final = {"bass": 0.165, "chords": 0.055, "arpeggio": 0.055, "pad": 0.032, "melody": 0.115, "drums": 0.9}
"""How loud a voice is; the levels of parts are for soundfonts, whose programs differ in loudness."""
STROKES: Final = {
    36: Stroke(150, 45, 0.22, 0.02, 0.01, 1, 0.29),
    37: Stroke(820, 800, 0.02, 0.3, 0.02, 1, 0.13),
    38: Stroke(210, 170, 0.09, 0.6, 0.16, 1, 0.21),
    39: Stroke(0, 0, 0.01, 1, 0.12, 1, 0.15),
    42: Stroke(0, 0, 0.01, 1, 0.05, 2, 0.063),
    44: Stroke(0, 0, 0.01, 1, 0.04, 2, 0.05),
    46: Stroke(0, 0, 0.01, 1, 0.3, 2, 0.063),
    49: Stroke(0, 0, 0.01, 1, 1.2, 1, 0.116),
    54: Stroke(0, 0, 0.01, 1, 0.09, 2, 0.045),
    51: Stroke(0, 0, 0.01, 1, 0.35, 2, 0.053),
    70: Stroke(0, 0, 0.01, 1, 0.06, 2, 0.042),
}
METAL: Final = (2593.0, 3323.0, 4219.0, 5407.0, 6553.0, 7873.0)
"""What rings in a cymbal beside the noise: partials without a common measure, Hz."""
DULL: Final = np.hanning(9)[1:-1] / np.hanning(9).sum()
"""Takes the highest hiss away, which no drum has."""
TOM: Final = Stroke(170, 95, 0.25, 0.08, 0.03, 1, 0.21)
"""Any other drum."""


class Tones:
    """One performance of one score."""

    def __init__(self) -> None:
        self._waves: dict[tuple[int, int, int], Wave] = {}
        self._dry = np.zeros((BLOCK, CHANNELS), np.float32)
        self._sent = np.zeros(BLOCK, np.float32)
        self._reverb = Reverb()

    def close(self) -> None:
        self._waves.clear()

    def blocks(self, piece: Piece) -> Iterator[Block]:
        """The song in blocks, and then what rings on, without an end."""
        score, waiting = piece.head, _struck(piece)
        struck = next(waiting, None)
        begin = 0
        while True:
            while struck and struck[0] < begin + BLOCK:
                frame, part, note = struck
                frames = round(score.seconds(note.start + note.length) * RATE) - frame
                self._add(part, note, frame - begin, frames)
                struck = next(waiting, None)
            yield self._dry[:BLOCK] + self._reverb(self._sent[:BLOCK])
            begin += BLOCK
            self._dry, self._sent = _moved_on(self._dry), _moved_on(self._sent)

    def _add(self, part: Part, note: Note, at: int, frames: int) -> None:
        wave = self._wave(part, note.pitch, frames)
        end = at + len(wave)
        if end > len(self._dry):
            self._dry, self._sent = _longer(self._dry, end), _longer(self._sent, end)
        loud = PLACES.get(part.voice, PLACES["chords"]) * (note.velocity / 127) ** 2
        angle = (part.pan + 1) * np.pi / 4
        sides = np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(loud * 1.4)
        self._dry[at:end] += wave[:, None] * sides
        self._sent[at:end] += wave * np.float32(loud * part.reverb)

    def _wave(self, part: Part, pitch: int, frames: int) -> Wave:
        """Lengths are rounded to 10 ms, so that notes that are alike are made once."""
        grain, drums = RATE // 100, part.voice == "drums"
        name = (-1 if drums else part.program, pitch, 0 if drums else max(1, round(frames / grain)) * grain)
        if name not in self._waves:
            self._waves[name] = stroke(pitch) if drums else tone(timbre(part.program), *name[1:])
        return self._waves[name]


def _struck(piece: Piece) -> Iterator[tuple[int, Part, Note]]:
    """(frame, part, note) in order of time, composed as it is wanted."""
    score = piece.head
    for chunk in piece.chunks():
        notes = [(part, note) for part, own in zip(score.parts, chunk, strict=True) for note in own]
        for part, note in sorted(notes, key=lambda row: row[1].start):
            yield round(score.seconds(note.start) * RATE), part, note


def timbre(program: int) -> Timbre:
    family = program // 8
    return SPECIAL.get(program) or FAMILIES[family if family < len(FAMILIES) else 0]


def tone(timbre: Timbre, pitch: int, frames: int) -> Wave:
    """A note of `frames`, and its release after them. Partials near half the rate are left out."""
    release = round(timbre.release * RATE)
    at = np.arange(frames + release) / RATE
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    wave = np.zeros(len(at))
    for number, strength in enumerate(timbre.partials, 1):
        if number * frequency < RATE / 2.5:
            wave += strength * np.exp(-timbre.fall * number * at) * np.sin(2 * np.pi * number * frequency * at)
    wave *= np.minimum(1, at / timbre.attack)
    wave[frames:] *= np.linspace(1, 0, release) ** 2
    return (wave / np.linalg.norm(timbre.partials)).astype(np.float32)


def stroke(drum: int) -> Wave:
    shape = STROKES.get(drum, TOM)
    at = np.arange(round(max(shape.body, shape.hiss) * 5 * RATE)) / RATE
    sweep = shape.end + (shape.begin - shape.end) * np.exp(-at * 30)
    body = np.sin(2 * np.pi * np.cumsum(sweep) / RATE) * np.exp(-at / shape.body)
    noise = np.random.RandomState(drum).random_sample(len(at) + shape.bright + len(DULL) - 1) * 2 - 1
    hiss = np.diff(np.convolve(noise, DULL, "valid"), shape.bright) / 2**shape.bright
    if shape.noise == 1 and shape.bright > 1:
        ring = sum(np.sin(2 * np.pi * frequency * at + place) for place, frequency in enumerate(METAL))
        hiss = 0.3 * hiss + 0.12 * ring
    hiss = hiss * np.exp(-at / shape.hiss)
    wave = (1 - shape.noise) * body + 2 * shape.noise * hiss
    wave *= np.minimum(1, at * 1000) * np.linspace(1, 0, len(at))
    struck: Wave = (wave * shape.loud).astype(np.float32)
    return struck


def _longer(buffer: Wave, frames: int) -> Wave:
    return np.concatenate((buffer, np.zeros((frames - len(buffer), *buffer.shape[1:]), np.float32)))


def _moved_on(buffer: Wave) -> Wave:
    rest = buffer[BLOCK:]
    return _longer(rest, max(BLOCK, len(rest)))
