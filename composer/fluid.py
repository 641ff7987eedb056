"""A score as sound through FluidSynth and a General MIDI soundfont.

A Synth plays one song and is thrown away: resetting it does not give the same bits again. Events fall on FluidSynth's
own grid of 64 frames, so the sound does not depend on how it is cut into blocks. Knows no gain but the parts' levels.
"""

import hashlib
import heapq
from collections.abc import Iterator
from contextlib import redirect_stdout
from ctypes import c_int, c_void_p
from pathlib import Path
from typing import Any, Final

import numpy as np

from common.errors import Missing
from common.jobs import Value
from common.types import CHANNELS, RATE
from composer.block import BLOCK, Block
from composer.midi import controls
from composer.piece import Piece
from composer.score import DRUM_CHANNEL, Note, Score, channels

try:
    with redirect_stdout(None):  # it prints where it found the library, and a worker's standard output is the bot's
        import fluidsynth
except ImportError:  # pyfluidsynth raises it where the library itself is missing
    fluidsynth = None

GRID: Final = 64
"""Frames between which FluidSynth takes no notice of events."""
DRUM_BANK: Final = 128
FONTS: Final = (
    "/usr/share/sounds/sf2/TimGM6mb.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
    "/usr/share/sounds/sf3/default-GM.sf3",
)
"""Where Debian's packages put a soundfont. The first comes first so that the same machine keeps its sound."""
SETTINGS: Final[dict[str, Any]] = {
    "synth.polyphony": 256,
    "synth.chorus.active": 0,
    "synth.reverb.active": 1,
    "synth.lock-memory": 0,
    "synth.dynamic-sample-loading": 1,
}
ROOM: Final = {"roomsize": 0.6, "damping": 0.3, "width": 0.9, "level": 0.6}

Event = tuple[int, int, int, int, int]
"""(frame, 0 off or 1 on, channel, pitch, velocity): in this order they are played."""


def available() -> bool:
    return fluidsynth is not None


def font(configured: str) -> Path | None:
    """The soundfont to use, None where there is none; raises Missing where the configured one is not there."""
    if configured:
        if not Path(configured).is_file():
            raise Missing(f"composer.soundfont: {configured}: there is no such soundfont")
        return Path(configured)
    return next((Path(name) for name in FONTS if Path(name).is_file()), None)


def facts(path: Path) -> dict[str, Value]:
    """What decides the bits of the sound beside the score: the library's version and the font."""
    version = [c_int(), c_int(), c_int()]
    fluidsynth.fluid_version(*version)
    return {
        "synthesiser": "FluidSynth " + ".".join(str(number.value) for number in version),
        "soundfont": path.name,
        "soundfont_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


class Fluid:
    """One FluidSynth with its font, for one song."""

    def __init__(self, path: Path) -> None:
        self._synth = fluidsynth.Synth(gain=0.5, samplerate=RATE, channels=16, **SETTINGS)
        self._synth.set_reverb(**ROOM)
        self._font = self._synth.sfload(str(path))
        if self._font == -1:
            self._synth.delete()
            raise Missing(f"{path}: FluidSynth cannot read this as a soundfont")

    def close(self) -> None:
        self._synth.delete()

    def blocks(self, piece: Piece) -> Iterator[Block]:
        """The song in blocks of `BLOCK` frames, and after its last note what rings on, without an end."""
        self._seat(piece.head)
        events = timeline(piece)
        event = next(events, None)
        frame = 0
        while True:
            block = np.empty((BLOCK, CHANNELS), np.float32)
            end = frame + BLOCK
            while frame < end:
                while event and event[0] <= frame:
                    self._play(event)
                    event = next(events, None)
                until = min(event[0], end) if event else end
                self._write(block, frame - end + BLOCK, until - frame)
                frame = until
            yield block

    def _seat(self, score: Score) -> None:
        for channel, part in zip(channels(score), score.parts, strict=True):
            bank = DRUM_BANK if channel == DRUM_CHANNEL else 0
            self._synth.program_select(channel, self._font, bank, part.program)
            for number, value in controls(part).items():
                self._synth.cc(channel, number, value)

    def _play(self, event: Event) -> None:
        _, on, channel, pitch, velocity = event
        if on:
            self._synth.noteon(channel, pitch, velocity)
        else:
            self._synth.noteoff(channel, pitch)

    def _write(self, block: Block, row: int, frames: int) -> None:
        address = c_void_p(block.ctypes.data + row * block.strides[0])
        fluidsynth._fl.fluid_synth_write_float(c_void_p(self._synth.synth), frames, address, 0, 2, address, 1, 2)


def timeline(piece: Piece) -> Iterator[Event]:
    """Every note's beginning and end on the grid, in order of time; a note lasts at least one grid.

    Made as it is wanted, so that the first sound of a long song comes as soon as that of a short one.
    """
    score, sounding = piece.head, list[Event]()
    order = channels(score)
    for chunk in piece.chunks():
        struck = [pair for channel, notes in zip(order, chunk, strict=True) for pair in _notes(score, channel, notes)]
        for begin, end in sorted(struck):
            while sounding and sounding[0] < begin:
                yield heapq.heappop(sounding)
            yield begin
            heapq.heappush(sounding, end)
    yield from sorted(sounding)


def _notes(score: Score, channel: int, notes: tuple[Note, ...]) -> Iterator[tuple[Event, Event]]:
    for note in notes:
        begin = _on_grid(score.seconds(note.start))
        end = max(begin + GRID, _on_grid(score.seconds(note.start + note.length)))
        yield (begin, 1, channel, note.pitch, note.velocity), (end, 0, channel, note.pitch, 0)


def _on_grid(seconds: float) -> int:
    return round(seconds * RATE / GRID) * GRID
