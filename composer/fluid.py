"""Renders a score with FluidSynth and a General MIDI soundfont.

A FluidSynth instance renders one song only, because after a reset it does not give the same samples again. It handles
events only at multiples of 64 frames; events are moved to that grid, so that the sound does not depend on the size of
blocks. Knows no gain but the levels of the parts.

A bow, a horn or a choir takes up to a fifth of a second to be heard. Its players begin before the beat, so that they
are heard on it; here each note comes earlier by what its instrument takes on its key (`FontLevels.attacks`), and what
else a part does by what it takes on most keys.

Driven guitars that play chords are recorded twice, by two players who are never quite together nor quite in tune, and
each goes through an amplifier of its own, left and right (`amp`). So such a part has two channels of FluidSynth, whose
sound comes out apart from the rest: FluidSynth sends a channel to the output that is its number modulo `BUSES`.
"""

import heapq
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from ctypes import c_float, c_int, c_void_p
from itertools import tee
from math import sin, tau
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from bandstand.common.errors import Missing
from bandstand.common.instruments import RANGES
from bandstand.common.jobs import Value
from bandstand.common.types import RATE
from bandstand.composer import amp
from bandstand.composer.amp import Amplifier
from bandstand.composer.audio import SINGLE_BLOCKS, Block, plan_blocks
from bandstand.composer.filters import Rows
from bandstand.composer.midi import CHORUS, PAN, make_mix_controls, turn_wheel
from bandstand.composer.score import DRUM_CHANNEL, Part, Score, assign_channels
from bandstand.composer.soundfont_levels import DrumCorrection, FontLevels, balance_parts, find_attacks
from bandstand.composer.streaming_score import Performance, StreamingScore
from bandstand.composer.tails import Tails

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
BUSES: Final = 3
"""Outputs: the mix, and one for each part with an amplifier."""
DRIVEN: Final = (29, 30)
"""Programs that get an amplifier when they play chords."""
FINE_TUNE: Final = 52
"""FluidSynth's number of the generator that detunes a channel, in cents."""
DETUNED: Final = (-4.0, 5.0)
"""Cents by which the two takes are off."""
LATE: Final = (0.011, 0.005, 3.7)
"""Seconds by which the second take is late; how far this drifts either way; and the time of a drift there and back."""
TAKES: Final = 16
"""MIDI channels of one take: channel 16 is the second take of channel 0."""
GAIN: Final = 0.5
MAKE_UP: Final = 1.4
"""Gain of a song above that of what is measured alone: parts leave room for each other (`mixing`), and the compressor
takes the level of an average song for granted."""
ROOM: Final = {"roomsize": 0.6, "damping": 0.3, "width": 0.9, "level": 0.6}
"""Settings of the reverb."""
CHORUSES: Final = {"nr": 3, "level": 0.8, "speed": 0.3, "depth": 8.0, "type": 0}
"""Settings of the chorus."""
SYNTHESISERS: Final = range(80, 104)
"""Programs that soundfonts send to the chorus by themselves, so much that left and right would cancel each other. A
song with one of these has no chorus; they are wide without it."""

_Effects, _Sides = c_void_p * 4, c_void_p * (2 * BUSES)
Stamp = tuple[str, int, int, int]
Event = tuple[int, int, int, int, int, int]
"""(frame, tick, kind, channel, pitch or controller, velocity or value). Their order as tuples is the order of playing.
The tick is in it so that the order of what falls on one frame does not depend on how a score is cut into chunks."""
MOST_EARLY: Final = 0.15
"""Seconds by which a part begins its notes before they are to be heard, at most."""
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
        buses = {"synth.audio-channels": BUSES, "synth.audio-groups": BUSES}
        self._synth = fluidsynth.Synth(gain=GAIN, samplerate=RATE, channels=16 * BUSES, **SETTINGS, **buses)
        self._synth.set_reverb(**ROOM)
        self._synth.set_chorus(**CHORUSES)
        amp.make_filters()  # while the worker waits
        self._spare_amplifiers = [Amplifier() for _ in range(BUSES - 1)]
        self._amplifiers: dict[int, Amplifier] = {}
        self._unread: dict[int, Part] = {}
        self._tails = Tails(fluidsynth._fl, self._synth.synth, levels)
        self._soundfont = self._synth.sfload(str(path))
        if self._soundfont == -1:
            self._synth.delete()
            raise Missing(f"{path}: FluidSynth cannot read this as a soundfont")

    def close(self) -> None:
        self._synth.delete()

    def render(self, song: StreamingScore, single: int = SINGLE_BLOCKS) -> Iterator[Block]:
        """Yield the blocks of `plan_blocks`: the song, then its decay, without an end."""
        places = self._set_up_channels(song.header)
        drums = next((part.program for part in song.header.parts if part.voice == "drums"), 0)
        strokes = DrumCorrection(self._levels, drums)
        early = find_early(song.header.parts, self._levels)
        doubled = {channel for channel, takes in places.items() if len(takes) == 2}
        events = double_takes(schedule_events(song, early), doubled)
        event = next(events, None)
        frame = 0
        for frames in plan_blocks(single):
            rows = np.zeros((2 * BUSES, frames), np.float32)
            end = frame + frames
            while frame < end:
                while event and event[0] <= frame:
                    self._play(event, places, strokes)
                    event = next(events, None)
                until = min(event[0], end) if event else end
                if event:  # the last notes die away by themselves
                    self._tails.end_voices(frame)
                    until = self._tails.find_next(until)
                self._write(rows, frame - end + frames, until - frame)
                frame = until
            yield self._mix(rows)

    def _set_up_channels(self, score: Score) -> dict[int, tuple[int, ...]]:
        """Set up FluidSynth's channels; return those of each take of the part on a MIDI channel."""
        parts, gain = balance_parts(score.parts, self._levels)
        self._synth.setting("synth.gain", GAIN * MAKE_UP * gain)
        if any(part.voice != "drums" and part.program in SYNTHESISERS for part in parts):
            self._synth.setting("synth.chorus.active", 0)
        channels = assign_channels(score)
        places = place_parts(score, channels)
        for channel, part in zip(channels, parts, strict=True):
            for take, place in enumerate(places[channel]):
                self._set_up_channel(place, part, None if len(places[channel]) == 1 else take)
        return places

    def _set_up_channel(self, place: int, part: Part, take: int | None) -> None:
        self._unread[place] = part
        self._tails.add_part(place, part)
        controls = make_mix_controls(part)
        if take is not None:
            controls |= {PAN: (0, 127)[take], CHORUS: 0}
            self._amplifiers[place % BUSES] = self._spare_amplifiers[place % BUSES - 1]
            fluidsynth._fl.fluid_synth_set_gen(
                c_void_p(self._synth.synth), c_int(place), c_int(FINE_TUNE), c_float(DETUNED[take])
            )
        for number, value in controls.items():
            self._synth.cc(place, number, value)

    def _play(self, event: Event, places: dict[int, tuple[int, ...]], strokes: DrumCorrection) -> None:
        frame, _, kind, channel, first, second = event
        place = places[channel % TAKES][channel // TAKES]
        if kind == ON:
            if place in self._unread:
                self._read_samples(place, self._unread.pop(place))
            velocity = strokes.correct(first, second) if channel == DRUM_CHANNEL else second
            self._synth.noteon(place, first, velocity)
            self._tails.begin_note(frame, place, first)
        elif kind == OFF:
            self._synth.noteoff(place, first)
            self._tails.end_note(frame, place, first)
        elif kind == CONTROL:
            self._synth.cc(place, first, second)
        else:
            self._synth.pitch_bend(place, second)

    def _read_samples(self, place: int, part: Part) -> None:
        """Choose the program, whose samples FluidSynth reads then: a song would begin later if it read all at once."""
        self._synth.program_select(place, self._soundfont, DRUM_BANK if part.voice == "drums" else 0, part.program)

    def _write(self, rows: Rows, column: int, frames: int) -> None:
        """Add the next frames to the rows, left and right of each bus. Reverb and chorus come out of the first bus."""
        first, step = rows.ctypes.data + column * rows.strides[1], rows.strides[0]
        sides = _Sides(*range(first, first + 2 * BUSES * step, step))
        fluidsynth._fl.fluid_synth_process(
            c_void_p(self._synth.synth),
            c_int(frames),
            c_int(4),
            _Effects(*sides[:2], *sides[:2]),
            c_int(len(sides)),
            sides,
        )

    def _mix(self, rows: Rows) -> Block:
        mixed = rows[:2]
        for bus, amplifier in self._amplifiers.items():
            mixed += amplifier.process(rows[2 * bus : 2 * bus + 2])
        return mixed.T


def place_parts(score: Score, channels: list[int]) -> dict[int, tuple[int, ...]]:
    """MIDI channel of a part -> FluidSynth's channels of its takes: one in the mix, or two on a bus of their own."""
    places, bus = dict[int, tuple[int, ...]](), 1
    for channel, part in zip(channels, score.parts, strict=True):
        if part.voice == "chords" and part.program in DRIVEN and bus < BUSES:
            places[channel] = (bus, bus + BUSES)
            bus += 1
        else:
            places[channel] = (channel * BUSES,)
    return places


def double_takes(events: Iterator[Event], doubled: set[int]) -> Iterator[Event]:
    """Yield the events and, on channels that are higher by `TAKES`, those of a second player on some of the channels.

    How late this player is drifts so slowly that the order of events stays the same.
    """
    if not doubled:
        return events
    first, second = tee(events)
    return heapq.merge(first, (_delay(event) for event in second if event[3] in doubled))


def _delay(event: Event) -> Event:
    frame, tick, kind, channel, key, value = event
    late, drift, time = LATE
    late += drift * sin(tau * frame / RATE / time)
    return frame + round(late * RATE / GRID) * GRID, tick, kind, channel + TAKES, key, value


class Early(NamedTuple):
    """By how much a part plays before it is to be heard, frames on the grid."""

    notes: tuple[int, ...]
    """For each of the 128 keys."""
    moves: int
    """Controllers and pitch wheel: they are the part's and not a note's, so that their order has to stay."""


AT_ONCE: Final = Early((0,) * 128, 0)


def find_early(parts: Sequence[Part], levels: FontLevels) -> list[Early]:
    """By how much each part plays before it is to be heard."""
    return [AT_ONCE if part.voice == "drums" else _find_own_early(levels, part.program) for part in parts]


def _find_own_early(levels: FontLevels, program: int) -> Early:
    notes = tuple(_round_to_grid(min(MOST_EARLY, seconds)) for seconds in find_attacks(levels, program))
    low, high = RANGES[program]
    return Early(notes, sorted(notes[low : high + 1])[(high - low) // 2])


def schedule_events(song: StreamingScore, early: Sequence[Early] = ()) -> Iterator[Event]:
    """Yield the beginning and end of every note, and each move of a controller or pitch wheel, on the grid, in order
    of time; those of each part sooner as `early` says. A note lasts at least `GRID` frames.

    Notes are composed when their events are needed, so that a long song starts as soon as a short one. What begins
    less than the longest of `early` before the end of a chunk waits for the next one, which may have something sooner.
    """
    score, waiting, latest = song.header, list[Event](), 0
    order, early = assign_channels(score), early or [AT_ONCE] * len(song.header.parts)
    longest = max(max(*own.notes, own.moves) for own in early)
    for chunk in song.chunks():
        for channel, own, sooner in zip(order, chunk, early, strict=True):
            for event in _make_events(score, channel, own, sooner):
                heapq.heappush(waiting, event)
        latest = max([latest, *(find_last(score, own) for own in chunk)])
        while waiting and waiting[0][0] < latest - longest:
            yield heapq.heappop(waiting)
    yield from sorted(waiting)


def find_last(score: Score, played: Performance) -> int:
    """The frame at which the last note or move of a chunk begins; those of the next one begin after it."""
    ticks = [events[-1].start for events in (played.notes, played.controls, played.bends) if events]
    return _round_to_grid(score.seconds(max(ticks))) if ticks else 0


def _make_events(score: Score, channel: int, played: Performance, early: Early) -> Iterator[Event]:
    """Yield the events of a part, each sooner as `early` says, in any order."""
    for note in played.notes:
        sooner, last = early.notes[note.pitch], note.start + note.length
        begin = _round_to_grid(score.seconds(note.start)) - sooner
        end = max(begin + GRID, _round_to_grid(score.seconds(last)) - sooner)
        yield max(0, begin), note.start, ON, channel, note.pitch, note.velocity
        yield max(GRID, end), last, OFF, channel, note.pitch, 0
    for move in played.controls:
        frame = max(0, _round_to_grid(score.seconds(move.start)) - early.moves)
        yield frame, move.start, CONTROL, channel, move.number, move.value
    for bend in played.bends:
        frame = max(0, _round_to_grid(score.seconds(bend.start)) - early.moves)
        yield frame, bend.start, BEND, channel, 0, turn_wheel(bend.cents)


def _round_to_grid(seconds: float) -> int:
    return round(seconds * RATE / GRID) * GRID
