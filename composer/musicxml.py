"""Converts a score to MusicXML 4.0 (partwise), which notation programs open.

Performed timing is rounded to the grid of sixteenths. Each part is written in one voice: notes that begin together form
a chord, and a chord ends where the next one begins. Notes are cut at bar lines, and to lengths that a note head with
dots can have, and tied. Drums are unpitched.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import msgspec

from bandstand.composer.score import EFFECTS, STEP, Note, Part, Score, assign_channels
from bandstand.composer.theory import Key

DIVISIONS: Final = 4
"""MusicXML's unit of duration, as parts of a quarter note: a sixteenth, equal to our step."""
TYPES: Final = {16: ("whole", 0), 12: ("half", 1), 8: ("half", 0), 6: ("quarter", 1), 4: ("quarter", 0),
                3: ("eighth", 1), 2: ("eighth", 0), 1: ("16th", 0)}  # fmt: skip
"""Length in steps -> (note type, number of dots), the longest first."""
FIFTHS: Final = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F#": 6, "C#": 7, "F": -1, "Bb": -2, "Eb": -3,
                 "Ab": -4, "Db": -5, "Gb": -6, "G#": 8, "D#": 9, "A#": 10}  # fmt: skip
"""Major key -> position on the circle of fifths. A minor key is three below."""
BASS_CLEF_PITCH: Final = 52
"""A part with a lower mean pitch gets the bass clef."""
KINDS: Final = {"": "major", "m": "minor", "dim": "diminished", "maj7": "major-seventh", "7": "dominant",
                "m7": "minor-seventh", "m7b5": "half-diminished", "6": "major-sixth", "m6": "minor-sixth",
                "add9": "major", "madd9": "minor", "sus4": "suspended-fourth", "sus2": "suspended-second",
                "7sus4": "suspended-fourth", "maj9": "major-ninth", "9": "dominant-ninth",
                "m9": "minor-ninth"}  # fmt: skip
"""Ending of a chord symbol -> MusicXML's kind."""
DEGREES: Final = {"add9": 9, "madd9": 9, "7sus4": 7}
"""Ending -> the degree that is added to the kind."""


class Notated(NamedTuple):
    """A notated note or chord, or a rest if it has no pitches."""

    steps: int
    pitches: tuple[int, ...]
    is_tied_back: bool
    is_tied_on: bool


def make_musicxml(score: Score) -> bytes:
    """Convert a score to an XML document in UTF-8. Effects, which nobody plays, are left out."""
    score = msgspec.structs.replace(score, parts=tuple(part for part in score.parts if part.voice != EFFECTS))
    root = Element("score-partwise", version="4.0")
    _add_text(SubElement(root, "work"), "work-title", score.title)
    identification = SubElement(root, "identification")
    SubElement(identification, "creator", type="composer").text = score.artist
    _add_text(SubElement(identification, "encoding"), "software", "Bandstand")
    listed = SubElement(root, "part-list")
    for number, (part, channel) in enumerate(zip(score.parts, assign_channels(score), strict=True), 1):
        _add_part_entry(listed, number, part, channel)
    for number, part in enumerate(score.parts, 1):
        _add_measures(SubElement(root, "part", id=f"P{number}"), score, part, is_first=number == 1)
    indent(root)
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC '
    kind = b'"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
    body: bytes = tostring(root, encoding="utf-8")
    return head + kind + body + b"\n"


def _add_part_entry(listed: Element, number: int, part: Part, channel: int) -> None:
    entry = SubElement(listed, "score-part", id=f"P{number}")
    _add_text(entry, "part-name", part.name)
    _add_text(SubElement(entry, "score-instrument", id=f"P{number}-I1"), "instrument-name", part.name)
    midi = SubElement(entry, "midi-instrument", id=f"P{number}-I1")
    _add_text(midi, "midi-channel", channel + 1)
    _add_text(midi, "midi-program", part.program + 1)


def _add_measures(element: Element, score: Score, part: Part, is_first: bool) -> None:
    """Add all measures of a part. Section names, tempi and chord symbols go to the first part only."""
    steps = score.bar // STEP
    count = score.ticks // score.bar
    bars = _notate(part, steps, count)
    sections = {section.bar: section for section in score.sections}
    key = score.key
    for bar in range(count):
        measure = SubElement(element, "measure", number=str(bar + 1))
        section = sections.get(bar)
        fresh = (section.key or score.key) if section else key
        if bar == 0 or fresh != key:
            key = fresh
            _add_attributes(measure, score, part, key, is_first_bar=bar == 0)
        if section and is_first:
            words = SubElement(SubElement(SubElement(measure, "direction"), "direction-type"), "rehearsal")
            words.text = f"{section.kind} {section.number}"
        if is_first:
            _add_marks(measure, score, bar)
        for notated in bars[bar]:
            _add_notated(measure, notated, part, Key.parse(key))


def _add_attributes(measure: Element, score: Score, part: Part, key: str, is_first_bar: bool) -> None:
    """Add the key signature; in the first bar also divisions, time signature and clef."""
    element = SubElement(measure, "attributes")
    if is_first_bar:
        _add_text(element, "divisions", DIVISIONS)
    signature = SubElement(element, "key")
    fifths = FIFTHS[key.removesuffix("m")] - (3 if key.endswith("m") else 0)
    _add_text(signature, "fifths", fifths if -7 <= fifths <= 7 else fifths - 12)
    _add_text(signature, "mode", "minor" if key.endswith("m") else "major")
    if is_first_bar:
        time = SubElement(element, "time")
        _add_text(time, "beats", score.beats)
        _add_text(time, "beat-type", 4)
        clef = SubElement(element, "clef")
        pitches = [note.pitch for note in part.notes]
        sign = ("F", 4) if pitches and sum(pitches) / len(pitches) < BASS_CLEF_PITCH else ("G", 2)
        _add_text(clef, "sign", "percussion" if part.voice == "drums" else sign[0])
        if part.voice != "drums":
            _add_text(clef, "line", sign[1])


def _add_marks(measure: Element, score: Score, bar: int) -> None:
    """Add the tempi and chord symbols of a bar."""
    begin, end = bar * score.bar, (bar + 1) * score.bar
    for tempo in score.tempi:
        if begin <= tempo.start < end:
            SubElement(measure, "sound", tempo=f"{tempo.bpm:g}")
    for mark in score.chords:
        if begin <= mark.start < end:
            _add_chord_symbol(measure, mark.symbol, (mark.start - begin) // STEP)


def _add_chord_symbol(measure: Element, symbol: str, step: int) -> None:
    """Add a symbol such as `C`, `F#m7` or `G/B`. The order of what is in the element is that of the schema."""
    chord, _, bass = symbol.partition("/")
    name = chord[:2] if chord[1:2] in ("#", "b") else chord[:1]
    ending = chord[len(name) :]
    harmony = SubElement(measure, "harmony")
    _add_chord_note(harmony, "root", name)
    SubElement(harmony, "kind", text=ending).text = KINDS[ending]
    if bass:
        _add_chord_note(harmony, "bass", bass)
    if ending in DEGREES:
        degree = SubElement(harmony, "degree")
        _add_text(degree, "degree-value", DEGREES[ending])
        _add_text(degree, "degree-alter", 0)
        _add_text(degree, "degree-type", "add")
    if step:
        _add_text(harmony, "offset", step)


def _add_chord_note(harmony: Element, role: str, name: str) -> None:
    """Add the root or the bass of a chord."""
    element = SubElement(harmony, role)
    _add_text(element, f"{role}-step", name[0])
    if name[1:]:
        _add_text(element, f"{role}-alter", 1 if name[1] == "#" else -1)


def _notate(part: Part, steps: int, count: int) -> list[list[Notated]]:
    """Notate a part in one voice: a list for each of `count` bars of `steps` steps."""
    bars: list[list[Notated]] = [[] for _ in range(count)]
    at, end = 0, steps * count
    starts = sorted((_round_to_step(note), note.pitch, note.length) for note in part.notes)
    chords = [(begin, list(notes)) for begin, notes in groupby(starts, key=lambda row: row[0]) if begin < end]
    for index, (begin, notes) in enumerate(chords):
        limit = chords[index + 1][0] if index + 1 < len(chords) else end
        length = max(1, round(max(ticks for _, _, ticks in notes) / STEP))
        until = min(limit, begin + length)
        _write(bars, steps, at, begin, ())
        _write(bars, steps, begin, until, tuple(dict.fromkeys(pitch for _, pitch, _ in notes)))
        at = until
    _write(bars, steps, at, end, ())
    return bars


def _round_to_step(note: Note) -> int:
    return max(0, round(note.start / STEP))


def _write(bars: list[list[Notated]], steps: int, begin: int, end: int, pitches: tuple[int, ...]) -> None:
    """Write pitches from step `begin` to step `end`, cut at bar lines and to possible lengths, and tied."""
    segments = list(_split(begin, end, steps))
    for index, (at, size) in enumerate(segments):
        bars[at // steps].append(Notated(size, pitches, index > 0, index < len(segments) - 1))


def _split(begin: int, end: int, steps: int) -> Iterator[tuple[int, int]]:
    """Yield (first step, length) of segments that do not cross a bar line and have a note type."""
    while begin < end:
        room = min(end - begin, steps - begin % steps)
        size = next(size for size in TYPES if size <= room)
        yield begin, size
        begin += size


def _add_notated(measure: Element, notated: Notated, part: Part, key: Key) -> None:
    for index, pitch in enumerate(notated.pitches or (None,)):
        note = SubElement(measure, "note")
        if index:
            SubElement(note, "chord")
        if pitch is None:
            SubElement(note, "rest")
        else:
            _add_pitch(note, pitch, part, key)
        _add_text(note, "duration", notated.steps)
        tied = (("stop", notated.is_tied_back), ("start", notated.is_tied_on))
        ties = [kind for kind, is_tied in tied if is_tied and pitch is not None]
        for kind in ties:
            SubElement(note, "tie", type=kind)
        name, dots = TYPES[notated.steps]
        _add_text(note, "voice", 1)
        _add_text(note, "type", name)
        for _ in range(dots):
            SubElement(note, "dot")
        if ties:
            notations = SubElement(note, "notations")
            for kind in ties:
                SubElement(notations, "tied", type=kind)


def _add_pitch(note: Element, pitch: int, part: Part, key: Key) -> None:
    name = key.names[pitch % 12]
    prefix = "display-" if part.voice == "drums" else ""
    element = SubElement(note, "unpitched" if prefix else "pitch")
    _add_text(element, f"{prefix}step", name[0])
    if name[1:] and not prefix:
        _add_text(element, "alter", 1 if name[1] == "#" else -1)
    _add_text(element, f"{prefix}octave", pitch // 12 - 1)


def _add_text(parent: Element, name: str, value: object) -> None:
    SubElement(parent, name).text = str(value)
