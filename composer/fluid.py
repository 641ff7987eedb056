"""Renders a score with FluidSynth and a General MIDI soundfont.

A FluidSynth instance renders one song only, because after a reset it does not give the same samples again. It handles
events only at multiples of 64 frames; events are moved to that grid, so that the sound does not depend on the size of
blocks. Knows no gain but the levels of the parts.
"""

import heapq
from collections.abc import Iterator
from contextlib import redirect_stdout
from ctypes import c_int, c_void_p
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from bandstand.common.errors import Missing
from bandstand.common.jobs import Value
from bandstand.common.types import CHANNELS, RATE
from bandstand.composer.audio import BLOCK_FRAMES, Block
from bandstand.composer.midi import make_mix_controls, turn_wheel
from bandstand.composer.score import DRUM_CHANNEL, Part, Score, assign_channels
from bandstand.composer.soundfont_levels import DRUMS, FontLevels, correct_drum, correct_program
from bandstand.composer.streaming_score import Performance, StreamingScore

try:
    with redirect_stdout(None):  # it prints the path of the library, and standard output is for the bot
        import fluidsynth
except ImportError:  # pyfluidsynth raises it also if the C library is missing
    fluidsynth = None

GRID: Final = 64
"""Frames between two moments at which FluidSynth handles events."""
DRUM_BANK: Final = 128
"""Bank of drum kits in a soundfont."""
SOUNDFONTS: Final = (
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/TimGM6mb.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
    "/usr/share/sounds/sf3/default-GM.sf3",
)
"""Soundfonts of Debian's packages, in a fixed order of preference, so that a machine keeps its sound."""
SETTINGS: Final[dict[str, Any]] = {
    "synth.polyphony": 256,
    "synth.chorus.active": 1,
    "synth.reverb.active": 1,
    "synth.lock-memory": 0,
    "synth.dynamic-sample-loading": 1,
}
GAIN: Final = 0.5
USUAL_DRUMS: Final = range(36, 60)
"""Drums whose corrections the volume of the whole kit has room for."""
ROOM: Final = {"roomsize": 0.6, "damping": 0.3, "width": 0.9, "level": 0.6}
"""Settings of the reverb."""
CHORUS: Final = {"nr": 3, "level": 0.8, "speed": 0.3, "depth": 8.0, "type": 0}
"""Settings of the chorus."""
SYNTHESISERS: Final = range(80, 104)
"""Programs that soundfonts send to the chorus by themselves, so much that left and right would cancel each other. A
song with one of these has no chorus; they are wide without it."""

Stamp = tuple[str, int, int, int]
Event = tuple[int, int, int, int, int, int]
"""(frame, tick, kind, channel, pitch or controller, velocity or value). Their order as tuples is the order of playing.
The tick is in it so that the order of what falls on one frame does not depend on how a score is cut into chunks."""
OFF, CONTROL, BEND, ON = range(4)
"""Kinds of events: at one tick a note ends first, and another begins when controllers and pitch wheel are set."""


def is_available() -> bool:
    return fluidsynth is not None


def find_soundfont(configured: str) -> Path | None:
    """Return the configured soundfont, or the first of `SOUNDFONTS`, or None if there is none.

    Raises Missing if the configured one does not exist.
    """
    if configured:
        if not Path(configured).is_file():
            raise Missing(f"composer.soundfont: {configured}: there is no such soundfont")
        return Path(configured)
    return next((Path(name) for name in SOUNDFONTS if Path(name).is_file()), None)


def make_stamp(configured: str) -> Stamp | None:
    """What tells whether the soundfont's file is still the same: path, inode, size and time; None if there is none."""
    try:
        path = find_soundfont(configured)
        state = path.stat() if path else None
    except (Missing, OSError):
        return None
    return (str(path), state.st_ino, state.st_size, state.st_mtime_ns) if state else None


def describe(path: Path, sha256: str) -> dict[str, Value]:
    """Describe what decides the samples beside the score: the version of FluidSynth and the soundfont."""
    version = [c_int(), c_int(), c_int()]
    fluidsynth.fluid_version(*version)
    return {
        "synthesiser": "FluidSynth " + ".".join(str(number.value) for number in version),
        "soundfont": path.name,
        "soundfont_sha256": sha256,
    }


def make_dry_synth() -> Any:
    """A FluidSynth instance without effects, to measure with."""
    return fluidsynth.Synth(
        gain=GAIN, samplerate=RATE, channels=16, **(SETTINGS | {"synth.reverb.active": 0, "synth.chorus.active": 0})
    )


class FluidRenderer:
    """One FluidSynth instance for one song. Raises Missing if FluidSynth cannot load the soundfont."""

    def __init__(self, path: Path, levels: FontLevels) -> None:
        self._levels = levels
        self._synth = fluidsynth.Synth(gain=GAIN, samplerate=RATE, channels=16, **SETTINGS)
        self._synth.set_reverb(**ROOM)
        self._synth.set_chorus(**CHORUS)
        self._soundfont = self._synth.sfload(str(path))
        if self._soundfont == -1:
            self._synth.delete()
            raise Missing(f"{path}: FluidSynth cannot read this as a soundfont")

    def close(self) -> None:
        self._synth.delete()

    def render(self, song: StreamingScore) -> Iterator[Block]:
        """Yield blocks of `BLOCK_FRAMES` frames: the song, then its decay, without an end."""
        self._set_up_channels(song.header)
        drums = next((part.program for part in song.header.parts if part.voice == "drums"), 0)
        strokes = DrumCorrection(self._levels, drums)
        events = schedule_events(song)
        event = next(events, None)
        frame = 0
        while True:
            block = np.empty((BLOCK_FRAMES, CHANNELS), np.float32)
            end = frame + BLOCK_FRAMES
            while frame < end:
                while event and event[0] <= frame:
                    self._play(event, strokes)
                    event = next(events, None)
                until = min(event[0], end) if event else end
                self._write(block, frame - end + BLOCK_FRAMES, until - frame)
                frame = until
            yield block

    def _set_up_channels(self, score: Score) -> None:
        parts, gain = balance_parts(score.parts, self._levels)
        self._synth.setting("synth.gain", GAIN * gain)
        if any(part.voice != "drums" and part.program in SYNTHESISERS for part in parts):
            self._synth.setting("synth.chorus.active", 0)
        for channel, part in zip(assign_channels(score), parts, strict=True):
            bank = DRUM_BANK if channel == DRUM_CHANNEL else 0
            self._synth.program_select(channel, self._soundfont, bank, part.program)
            for number, value in make_mix_controls(part).items():
                self._synth.cc(channel, number, value)

    def _play(self, event: Event, strokes: "DrumCorrection") -> None:
        _, _, kind, channel, first, second = event
        if kind == ON:
            velocity = strokes.correct(first, second) if channel == DRUM_CHANNEL else second
            self._synth.noteon(channel, first, velocity)
        elif kind == OFF:
            self._synth.noteoff(channel, first)
        elif kind == CONTROL:
            self._synth.cc(channel, first, second)
        else:
            self._synth.pitch_bend(channel, second)

    def _write(self, block: Block, row: int, frames: int) -> None:
        address = c_void_p(block.ctypes.data + row * block.strides[0])
        fluidsynth._fl.fluid_synth_write_float(c_void_p(self._synth.synth), frames, address, 0, 2, address, 1, 2)


def balance_parts(parts: tuple[Part, ...], levels: FontLevels) -> tuple[tuple[Part, ...], float]:
    """The parts with the volumes that this soundfont needs, and the gain for all of them.

    No volume may exceed 1, so where one would, all are turned down, and the gain makes up for it.
    """
    corrections = [
        DrumCorrection(levels, part.program).highest if part.voice == "drums" else correct_program(levels, part.program)
        for part in parts
    ]
    volumes = [part.level * _scale(decibels) for part, decibels in zip(parts, corrections, strict=True)]
    highest = max(1.0, *volumes)
    balanced = (
        msgspec.structs.replace(part, level=volume / highest) for part, volume in zip(parts, volumes, strict=True)
    )
    return tuple(balanced), highest**2


class DrumCorrection:
    """Corrects the velocities of a kit's strokes; `highest` is what the kit's volume has to make up for, decibels."""

    def __init__(self, levels: FontLevels, kit: int) -> None:
        self._decibels = {drum: correct_drum(levels, kit, drum) for drum in DRUMS}
        self.highest = max(self._decibels[drum] for drum in USUAL_DRUMS)

    def correct(self, drum: int, velocity: int) -> int:
        decibels = self._decibels.get(drum, 0.0) - self.highest
        return max(1, min(127, round(velocity * _scale(decibels))))


def _scale(decibels: float) -> float:
    """The factor of a volume or velocity: both attenuate by 40 dB for a factor of ten (SoundFont 2.04, 8.4)."""
    return float(10 ** (decibels / 40))


def schedule_events(song: StreamingScore) -> Iterator[Event]:
    """Yield the beginning and end of every note, and each move of a controller or pitch wheel, on the grid, in order
    of time. A note lasts at least `GRID` frames.

    Notes are composed when their events are needed, so that a long song starts as soon as a short one.
    """
    score, sounding = song.header, list[Event]()
    order = assign_channels(score)
    for chunk in song.chunks():
        rows = [row for channel, own in zip(order, chunk, strict=True) for row in _make_events(score, channel, own)]
        for event, end in sorted(rows):
            while sounding and sounding[0] < event:
                yield heapq.heappop(sounding)
            yield event
            if end:
                heapq.heappush(sounding, end)
    yield from sorted(sounding)


def _make_events(score: Score, channel: int, played: Performance) -> Iterator[tuple[Event, Event | tuple[()]]]:
    """Yield (event, the event that ends it): the beginnings of notes have one, moves have ()."""
    for note in played.notes:
        begin, last = _round_to_grid(score.seconds(note.start)), note.start + note.length
        end = max(begin + GRID, _round_to_grid(score.seconds(last)))
        yield (begin, note.start, ON, channel, note.pitch, note.velocity), (end, last, OFF, channel, note.pitch, 0)
    for move in played.controls:
        yield (_round_to_grid(score.seconds(move.start)), move.start, CONTROL, channel, move.number, move.value), ()
    for bend in played.bends:
        frame = _round_to_grid(score.seconds(bend.start))
        yield (frame, bend.start, BEND, channel, 0, turn_wheel(bend.cents)), ()


def _round_to_grid(seconds: float) -> int:
    return round(seconds * RATE / GRID) * GRID
