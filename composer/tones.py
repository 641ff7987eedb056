"""A small additive synthesiser in NumPy, for a machine without FluidSynth or a soundfont.

A note is a sum of decaying sine partials; a drum is a sine with falling pitch, and a burst of noise. All parts share
one reverberator. It sounds plainer than a soundfont, and gives the same samples on every machine with the same NumPy.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from bandstand.common.types import CHANNELS, RATE
from bandstand.composer.audio import BLOCK_FRAMES, SINGLE_BLOCKS, Block, plan_blocks
from bandstand.composer.reverb import Reverb
from bandstand.composer.score import EFFECTS, Note, Part
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.style import CRASH
from bandstand.composer.tone_moves import PartMoves, Wave


class Timbre(NamedTuple):
    """The sound of an instrument."""

    partials: tuple[float, ...]  # amplitudes, the fundamental first
    attack: float  # seconds
    release: float  # seconds
    decay: float  # of the fundamental, nepers a second; partial n decays n times as fast


class DrumSound(NamedTuple):
    """A drum: a sine whose pitch falls, and noise, each with its own decay."""

    begin: float  # frequency of the sine at the beginning, Hz
    end: float  # frequency of the sine at the end, Hz
    body: float  # decay time of the sine, seconds
    noise: float  # share of noise, 0 to 1
    hiss: float  # decay time of the noise, seconds
    brightness: int  # how many times the noise is differenced, which removes low frequencies
    gain: float


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
"""Timbres of General MIDI's families of eight programs. Programs above them (effects) use the first."""
OVERDRIVEN: Final = Timbre((1, 0.9, 0.75, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2), 0.004, 0.1, 0.25)
SPECIAL: Final = {29: OVERDRIVEN, 30: OVERDRIVEN}
"""Program -> timbre that differs from its family's."""
VOICE_GAINS: Final = {
    "bass": 0.165,
    "chords": 0.055,
    "arpeggio": 0.055,
    "pad": 0.032,
    "melody": 0.115,
    "drums": 0.9,
    EFFECTS: 0.9,
}
"""Gain of each voice. The levels of parts do not apply here: they balance the programs of a soundfont."""
DRUM_SOUNDS: Final = {
    36: DrumSound(150, 45, 0.22, 0.02, 0.01, 1, 0.29),
    37: DrumSound(820, 800, 0.02, 0.3, 0.02, 1, 0.13),
    38: DrumSound(210, 170, 0.09, 0.6, 0.16, 1, 0.21),
    39: DrumSound(0, 0, 0.01, 1, 0.12, 1, 0.15),
    42: DrumSound(0, 0, 0.01, 1, 0.05, 2, 0.063),
    44: DrumSound(0, 0, 0.01, 1, 0.04, 2, 0.05),
    46: DrumSound(0, 0, 0.01, 1, 0.3, 2, 0.063),
    49: DrumSound(0, 0, 0.01, 1, 1.2, 1, 0.116),
    54: DrumSound(0, 0, 0.01, 1, 0.09, 2, 0.045),
    51: DrumSound(0, 0, 0.01, 1, 0.35, 2, 0.053),
    70: DrumSound(0, 0, 0.01, 1, 0.06, 2, 0.042),
}
CYMBAL_PARTIALS: Final = (2593.0, 3323.0, 4219.0, 5407.0, 6553.0, 7873.0)
"""Inharmonic partials of a cymbal, Hz."""
LOWPASS: Final = np.hanning(9)[1:-1] / np.hanning(9).sum()
"""Filter that removes the highest frequencies of the noise, which no drum has."""
TOM: Final = DrumSound(170, 95, 0.25, 0.08, 0.03, 1, 0.21)
"""Sound of any other drum."""


class ToneRenderer:
    """Renders one score."""

    def __init__(self) -> None:
        self._waves: dict[tuple[int, int, int], Wave] = {}
        self._dry = np.zeros((BLOCK_FRAMES, CHANNELS), np.float32)
        self._sent = np.zeros(BLOCK_FRAMES, np.float32)
        self._reverb = Reverb()

    def close(self) -> None:
        self._waves.clear()

    def render(self, song: StreamingScore, single: int = SINGLE_BLOCKS) -> Iterator[Block]:
        """Yield the blocks of `plan_blocks`: the song, then its decay, without an end."""
        score, starts = song.header, _schedule_notes(song)
        start = next(starts, None)
        begin = 0
        for length in plan_blocks(single):
            self._dry, self._sent = _extend(self._dry, length), _extend(self._sent, length)
            while start and start[0] < begin + length:
                frame, part, note, moves = start
                frames = round(score.seconds(note.start + note.length) * RATE) - frame
                wave = moves.shape(self._get_wave(part, note.pitch, frames), frame, frames)
                self._add(part, note, frame - begin, wave)
                start = next(starts, None)
            yield self._dry[:length] + self._reverb.process(self._sent[:length])
            begin += length
            self._dry, self._sent = self._dry[length:], self._sent[length:]

    def _add(self, part: Part, note: Note, at: int, wave: Wave) -> None:
        """Mix a note into the buffers, from frame `at` of the current block on."""
        end = at + len(wave)
        self._dry, self._sent = _extend(self._dry, end), _extend(self._sent, end)
        gain = VOICE_GAINS.get(part.voice, VOICE_GAINS["chords"]) * (note.velocity / 127) ** 2
        angle = (part.pan + 1) * np.pi / 4
        sides = np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(gain * 1.4)
        self._dry[at:end] += wave[:, None] * sides
        self._sent[at:end] += wave * np.float32(gain * part.reverb)

    def _get_wave(self, part: Part, pitch: int, frames: int) -> Wave:
        """Make the sound of a note, or reuse that of a similar one: lengths are rounded to 10 ms."""
        grain, is_drum = RATE // 100, part.voice == "drums"
        key = (-1 if is_drum else part.program, pitch, 0 if is_drum else max(1, round(frames / grain)) * grain)
        if key not in self._waves:
            self._waves[key] = make_drum(pitch) if is_drum else _make_sound(part, *key[1:])
        return self._waves[key]


def _schedule_notes(song: StreamingScore) -> Iterator[tuple[int, Part, Note, PartMoves]]:
    """Yield (first frame, part, note, how it is shaped) in order of time. Notes are composed when they are needed."""
    score = song.header
    for chunk in song.chunks():
        moves = [PartMoves(score, own) for own in chunk]
        notes = [
            (part, note, move) for part, own, move in zip(score.parts, chunk, moves, strict=True) for note in own.notes
        ]
        for part, note, move in sorted(notes, key=lambda row: row[1].start):
            yield round(score.seconds(note.start) * RATE), part, note, move


def _make_sound(part: Part, pitch: int, frames: int) -> Wave:
    return (
        make_reversed_cymbal(frames) if part.voice == EFFECTS else make_tone(find_timbre(part.program), pitch, frames)
    )


def make_reversed_cymbal(frames: int) -> Wave:
    """Make a crash cymbal that is played backwards: from silence to its stroke, which is the end of `frames` frames."""
    crash = make_drum(CRASH)[:frames]
    crash *= np.linspace(1, 0, len(crash), dtype=np.float32) ** 2
    return np.concatenate((np.zeros(frames - len(crash), np.float32), crash[::-1]))


def find_timbre(program: int) -> Timbre:
    """Find the timbre of a General MIDI program."""
    family = program // 8
    return SPECIAL.get(program) or FAMILIES[family if family < len(FAMILIES) else 0]


def make_tone(timbre: Timbre, pitch: int, frames: int) -> Wave:
    """Make a note of `frames` frames and its release after them. Partials near the Nyquist frequency are left out."""
    release = round(timbre.release * RATE)
    at = np.arange(frames + release) / RATE
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    wave = np.zeros(len(at))
    for number, strength in enumerate(timbre.partials, 1):
        if number * frequency < RATE / 2.5:
            wave += strength * np.exp(-timbre.decay * number * at) * np.sin(2 * np.pi * number * frequency * at)
    wave *= np.minimum(1, at / timbre.attack)
    wave[frames:] *= np.linspace(1, 0, release) ** 2
    return (wave / np.linalg.norm(timbre.partials)).astype(np.float32)


def make_drum(drum: int) -> Wave:
    """Make a stroke on a drum, a General MIDI key."""
    shape = DRUM_SOUNDS.get(drum, TOM)
    at = np.arange(round(max(shape.body, shape.hiss) * 5 * RATE)) / RATE
    sweep = shape.end + (shape.begin - shape.end) * np.exp(-at * 30)
    body = np.sin(2 * np.pi * np.cumsum(sweep) / RATE) * np.exp(-at / shape.body)
    noise = np.random.RandomState(drum).random_sample(len(at) + shape.brightness + len(LOWPASS) - 1) * 2 - 1
    hiss = np.diff(np.convolve(noise, LOWPASS, "valid"), shape.brightness) / 2**shape.brightness
    if shape.noise == 1 and shape.brightness > 1:
        ring = sum(np.sin(2 * np.pi * frequency * at + phase) for phase, frequency in enumerate(CYMBAL_PARTIALS))
        hiss = 0.3 * hiss + 0.12 * ring
    hiss = hiss * np.exp(-at / shape.hiss)
    wave = (1 - shape.noise) * body + 2 * shape.noise * hiss
    wave *= np.minimum(1, at * 1000) * np.linspace(1, 0, len(at))
    stroke: Wave = (wave * shape.gain).astype(np.float32)
    return stroke


def _extend(buffer: Wave, frames: int) -> Wave:
    """Extend a buffer of one or two channels with silence to `frames` frames, unless it is as long already."""
    missing = frames - len(buffer)
    return np.concatenate((buffer, np.zeros((missing, *buffer.shape[1:]), np.float32))) if missing > 0 else buffer
