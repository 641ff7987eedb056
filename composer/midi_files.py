"""Reads arrangements that people made, General MIDI files, as scores: to play and to measure them like Bandstand's own.

Debian has two packages with such music under free licences: openttd-openmsx (MIDI files) and freedoom (music inside its
WAD files, as "lumps": doomwiki.org, "WAD"). Any folder with MIDI files will do as well.

A MIDI file has channels, a score has parts with a voice each. A channel that changes its instrument becomes a part for
each. Nothing says who plays the tune: `guess_voices` takes the channel that plays one note at a time, most of the time,
above the others. That is wrong now and then, so that figures of voices are those of many files, never of one. Chords
and sections are not guessed at all.
"""

import io
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Final, NamedTuple

import mido

from bandstand.composer.midi import PAN, REVERB, VOLUME
from bandstand.composer.score import BEND_RANGE, DRUM_CHANNEL, TICKS, Bend, Control, Note, Part, Score, Section, Tempo

PACKAGES: Final = ("openttd-openmsx", "freedoom")
"""Debian's packages with arrangements."""
ROOT: Final = Path("/usr/share/games")
"""Where those packages have them."""
WADS: Final = "freedoom*.wad"
BEATS: Final = (2.0, 3.0, 4.0)
"""Quarter notes in a bar of files that are read: 2/4, 3/4 or 6/8, 4/4 or 2/2."""
FEWEST_PARTS, MOST_PARTS = 3, 15
"""Parts of an arrangement. More would not have a channel each."""
BASSES: Final = range(32, 40)
"""General MIDI's programs for basses."""
USUAL: Final = {VOLUME: 100, PAN: 64, REVERB: 40}
"""Controllers that a file may leave out -> General MIDI's value."""
TUNE_BARS, TUNE_PITCHES = 24, 7
"""Bars and different pitches of a channel that has enough of both for a tune."""


class Arrangement(NamedTuple):
    """An arrangement: where it is from, its name there, its score."""

    source: str
    name: str
    score: Score


class MidiFile(NamedTuple):
    """A MIDI file that has not been read yet: where it is from, its name there, its bytes."""

    source: str
    name: str
    data: bytes


def list_arrangements(roots: Sequence[Path]) -> Iterator[Arrangement]:
    """Yield the arrangements below these folders, each of which takes some tenths of a second to read."""
    for file in list_files(roots):
        if score := read_score(file):
            yield Arrangement(file.source, file.name, score)


def read_score(file: MidiFile) -> Score | None:
    """Read a file. None if it is broken, or no arrangement."""
    try:
        return read_midi(file.name, file.data)
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError):  # what mido raises for broken files
        return None


def list_files(roots: Sequence[Path]) -> Iterator[MidiFile]:
    """Yield the MIDI files below these folders, also those inside WAD files, in the order of their names.

    None comes twice: both Freedoom games have some music in common, and a package may be unpacked beside the installed
    one.
    """
    seen: set[bytes] = set()
    for root in roots:
        for path in sorted(path for path in root.rglob("*") if path.suffix.lower() in (".mid", ".midi")):
            source = "OpenTTD" if path.parent.name == "openmsx" else path.parent.name
            if (data := path.read_bytes()) not in seen:
                seen.add(data)
                yield MidiFile(source, path.stem, data)
        for path in sorted(root.rglob(WADS)):
            for name, data in list_lumps(path.read_bytes()):
                if data[:4] == b"MThd" and data not in seen:
                    seen.add(data)
                    yield MidiFile("Freedoom", name, data)


def list_lumps(wad: bytes) -> Iterator[tuple[str, bytes]]:
    """The music of a WAD file: lumps whose name begins with D_."""
    _, count, directory = struct.unpack("<4sii", wad[:12])
    for index in range(count):
        at, size, name = struct.unpack("<ii8s", wad[directory + 16 * index : directory + 16 * index + 16])
        if name.startswith(b"D_"):
            yield name.rstrip(b"\0").decode("ascii", "replace"), wad[at : at + size]


class _Channel:
    """What one MIDI channel plays with one instrument."""

    def __init__(self, program: int) -> None:
        self.program = program
        self.notes: list[Note] = []
        self.bends: list[Bend] = []
        self.controls: list[Control] = []
        self.mix = dict(USUAL)
        self._open: dict[int, tuple[int, int]] = {}

    def take(self, now: int, message: mido.Message) -> None:
        """Take a message at tick `now` of a score. The mix is that of the first note."""
        if message.type == "pitchwheel":
            self.bends.append(Bend(now, round(message.pitch / 8192 * BEND_RANGE)))
        elif message.type == "control_change":
            if message.control in self.mix and not self.notes and not self._open:
                self.mix[message.control] = message.value
            else:
                self.controls.append(Control(now, message.control, message.value))
        elif message.type in ("note_on", "note_off"):
            if message.note in self._open:
                start, velocity = self._open.pop(message.note)
                self.notes.append(Note(start, max(1, now - start), message.note, velocity))
            if message.type == "note_on" and message.velocity:
                self._open[message.note] = (now, message.velocity)

    def make_part(self, name: str, voice: str) -> Part:
        """The part that was played."""
        return Part(
            name=name,
            voice=voice,
            program=self.program,
            level=self.mix[VOLUME] / 127,
            pan=max(-1.0, (self.mix[PAN] - 64) / 63),
            reverb=self.mix[REVERB] / 127,
            notes=tuple(sorted(self.notes, key=lambda note: note.start)),
            controls=tuple(self.controls),
            bends=tuple(self.bends),
        )


class _File:
    """A MIDI file while it is read: what it plays so far, and its metre and tempi."""

    def __init__(self) -> None:
        self.beats = 4.0
        self.tempi: dict[int, float] = {0: 120.0}
        self.parts: dict[tuple[int, int], _Channel] = {}
        self._programs: dict[int, int] = {}

    def take(self, now: int, message: mido.Message | mido.MetaMessage) -> None:
        """Take a message at tick `now` of a score."""
        if message.type == "time_signature" and now == 0:
            self.beats = message.numerator * 4 / message.denominator
        elif message.type == "set_tempo":
            self.tempi[now] = mido.tempo2bpm(message.tempo)
        elif message.type == "program_change":
            self._programs[message.channel] = message.program
        elif not message.is_meta and hasattr(message, "channel"):
            program = self._programs.get(message.channel, 0)
            self.parts.setdefault((message.channel, program), _Channel(program)).take(now, message)


def read_midi(name: str, data: bytes) -> Score | None:
    """Read a MIDI file. None if its metre is none of `BEATS`, or if it has too few or too many parts.

    Raises OSError, EOFError, ValueError, KeyError or IndexError for a broken file, as mido does.
    """
    midi = mido.MidiFile(file=io.BytesIO(data), clip=True)
    file, ticks = _File(), 0
    for message in mido.merge_tracks(midi.tracks):
        ticks += message.time
        file.take(round(ticks * TICKS / midi.ticks_per_beat), message)
    playing = {key: channel for key, channel in sorted(file.parts.items()) if channel.notes}
    if file.beats not in BEATS or not FEWEST_PARTS <= len(playing) <= MOST_PARTS:
        return None
    voices = guess_voices(playing)
    parts = tuple(channel.make_part(f"channel {key[0] + 1}", voices[key]) for key, channel in playing.items())
    if sum(part.voice == "drums" for part in parts) > 1:
        return None
    end = max(note.start + note.length for part in parts for note in part.notes)
    return Score(
        title=name,
        artist="",
        seed=0,
        key="C",
        beats=int(file.beats),
        tempi=tuple(Tempo(start, bpm) for start, bpm in sorted(file.tempi.items())),
        sections=(Section("song", 1, 0, -(-end // round(file.beats * TICKS)), 0.5),),
        chords=(),
        parts=parts,
    )


def guess_voices(parts: Mapping[tuple[int, int], _Channel]) -> dict[tuple[int, int], str]:
    """(channel, program) -> voice: drums; bass, by the program or as the lowest; one melody; chords for the others."""
    voices = {key: "drums" if key[0] == DRUM_CHANNEL else "chords" for key in parts}
    height = {key: mean(note.pitch for note in parts[key].notes) for key in parts if key[0] != DRUM_CHANNEL}
    if not height:
        return voices
    basses = [key for key in height if parts[key].program in BASSES] or [min(height, key=height.__getitem__)]
    leads = {key: rate_lead(parts[key].notes) * max(1.0, height[key] - 40) for key in height if key not in basses}
    voices.update(dict.fromkeys(basses, "bass"))
    if leads:
        voices[max(leads, key=leads.__getitem__)] = "melody"
    return voices


def rate_lead(notes: Sequence[Note]) -> float:
    """How much the notes are like a tune, 0 to 1: one at a time, in many bars, on several pitches."""
    alone = len({note.start // (TICKS // 8) for note in notes}) / len(notes)
    bars = len({note.start // (4 * TICKS) for note in notes})
    pitches = len({note.pitch for note in notes})
    return alone**2 * min(1.0, bars / TUNE_BARS) * min(1.0, pitches / TUNE_PITCHES)
