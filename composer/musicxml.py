"""A score as MusicXML 4.0, partwise: what a notation program opens.

Written by hand, as a score has what the format wants: bars, steps of a sixteenth, chord symbols. Performed timing is
put back on the grid. A note is cut at bar lines and tied; what begins together is a chord; drums are unpitched.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from composer.score import STEP, Note, Part, Score, channels
from composer.theory import Key

DIVISIONS: Final = 4
"""Of a quarter: sixteenths."""
TYPES: Final = {16: ("whole", 0), 12: ("half", 1), 8: ("half", 0), 6: ("quarter", 1), 4: ("quarter", 0),
                3: ("eighth", 1), 2: ("eighth", 0), 1: ("16th", 0)}  # fmt: skip
"""Steps -> (a note's type, dots)."""
FIFTHS: Final = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F#": 6, "C#": 7, "F": -1, "Bb": -2, "Eb": -3,
                 "Ab": -4, "Db": -5, "Gb": -6, "G#": 8, "D#": 9, "A#": 10}  # fmt: skip
LOW: Final = 52
"""A part whose mean pitch is below this is written in the bass clef."""
KINDS: Final = {"": "major", "m": "minor", "dim": "diminished", "maj7": "major-seventh", "7": "dominant",
                "m7": "minor-seventh", "m7b5": "half-diminished"}  # fmt: skip


class Head(NamedTuple):
    """What is written at one place: a note, a chord, or without pitches a rest."""

    steps: int
    pitches: tuple[int, ...]
    tied: bool
    """It goes on from the head before."""
    on: bool
    """It goes on in the head after."""


def musicxml(score: Score) -> bytes:
    root = Element("score-partwise", version="4.0")
    _text(SubElement(root, "work"), "work-title", score.title)
    identification = SubElement(root, "identification")
    SubElement(identification, "creator", type="composer").text = score.artist
    _text(SubElement(identification, "encoding"), "software", "Bandstand")
    listed = SubElement(root, "part-list")
    for number, (part, channel) in enumerate(zip(score.parts, channels(score), strict=True), 1):
        _listed(listed, number, part, channel)
    for number, part in enumerate(score.parts, 1):
        _part(SubElement(root, "part", id=f"P{number}"), score, part, first=number == 1)
    indent(root)
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC '
    kind = b'"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
    body: bytes = tostring(root, encoding="utf-8")
    return head + kind + body + b"\n"


def _listed(listed: Element, number: int, part: Part, channel: int) -> None:
    entry = SubElement(listed, "score-part", id=f"P{number}")
    _text(entry, "part-name", part.name)
    _text(SubElement(entry, "score-instrument", id=f"P{number}-I1"), "instrument-name", part.name)
    midi = SubElement(entry, "midi-instrument", id=f"P{number}-I1")
    _text(midi, "midi-channel", channel + 1)
    _text(midi, "midi-program", part.program + 1)


def _part(element: Element, score: Score, part: Part, first: bool) -> None:
    steps = score.bar // STEP
    count = score.ticks // score.bar
    bars = _barred(part, steps, count)
    sections = {section.bar: section for section in score.sections}
    key = score.key
    for bar in range(count):
        measure = SubElement(element, "measure", number=str(bar + 1))
        section = sections.get(bar)
        fresh = (section.key or score.key) if section else key
        if bar == 0 or fresh != key:
            key = fresh
            _attributes(measure, score, part, key, whole=bar == 0)
        if section and first:
            words = SubElement(SubElement(SubElement(measure, "direction"), "direction-type"), "rehearsal")
            words.text = f"{section.kind} {section.number}"
        if first:
            _marks(measure, score, bar)
        for head in bars[bar]:
            _sounds(measure, head, part, Key.parse(key))


def _attributes(measure: Element, score: Score, part: Part, key: str, whole: bool) -> None:
    element = SubElement(measure, "attributes")
    if whole:
        _text(element, "divisions", DIVISIONS)
    signature = SubElement(element, "key")
    fifths = FIFTHS[key.removesuffix("m")] - (3 if key.endswith("m") else 0)
    _text(signature, "fifths", fifths if -7 <= fifths <= 7 else fifths - 12)
    _text(signature, "mode", "minor" if key.endswith("m") else "major")
    if whole:
        time = SubElement(element, "time")
        _text(time, "beats", score.beats)
        _text(time, "beat-type", 4)
        clef = SubElement(element, "clef")
        pitches = [note.pitch for note in part.notes]
        sign = ("F", 4) if pitches and sum(pitches) / len(pitches) < LOW else ("G", 2)
        _text(clef, "sign", "percussion" if part.voice == "drums" else sign[0])
        if part.voice != "drums":
            _text(clef, "line", sign[1])


def _marks(measure: Element, score: Score, bar: int) -> None:
    """The tempo and the chords' names, over the first part."""
    begin, end = bar * score.bar, (bar + 1) * score.bar
    for tempo in score.tempi:
        if begin <= tempo.start < end:
            SubElement(measure, "sound", tempo=f"{tempo.bpm:g}")
    for mark in score.chords:
        if begin <= mark.start < end:
            _harmony(measure, mark.symbol, (mark.start - begin) // STEP)


def _harmony(measure: Element, symbol: str, step: int) -> None:
    name = symbol[:2] if symbol[1:2] in ("#", "b") else symbol[:1]
    harmony = SubElement(measure, "harmony")
    root = SubElement(harmony, "root")
    _text(root, "root-step", name[0])
    if name[1:]:
        _text(root, "root-alter", 1 if name[1] == "#" else -1)
    SubElement(harmony, "kind", text=symbol[len(name) :]).text = KINDS[symbol[len(name) :]]
    if step:
        _text(harmony, "offset", step)


def _barred(part: Part, steps: int, count: int) -> list[list[Head]]:
    """For each bar what is written in it, one voice: what sounds is cut where the next thing begins."""
    bars: list[list[Head]] = [[] for _ in range(count)]
    at, end = 0, steps * count
    struck = sorted((_begin(note), note.pitch, note.length) for note in part.notes)
    gestures = [(begin, list(notes)) for begin, notes in groupby(struck, key=lambda row: row[0]) if begin < end]
    for place, (begin, notes) in enumerate(gestures):
        limit = gestures[place + 1][0] if place + 1 < len(gestures) else end
        length = max(1, round(max(ticks for _, _, ticks in notes) / STEP))
        until = min(limit, begin + length)
        _write(bars, steps, at, begin, ())
        _write(bars, steps, begin, until, tuple(dict.fromkeys(pitch for _, pitch, _ in notes)))
        at = until
    _write(bars, steps, at, end, ())
    return bars


def _begin(note: Note) -> int:
    return max(0, round(note.start / STEP))


def _write(bars: list[list[Head]], steps: int, begin: int, end: int, pitches: tuple[int, ...]) -> None:
    """Heads from `begin` to `end`, cut at bar lines and to lengths that there are, and tied."""
    pieces = list(_pieces(begin, end, steps))
    for index, (at, size) in enumerate(pieces):
        bars[at // steps].append(Head(size, pitches, index > 0, index < len(pieces) - 1))


def _pieces(begin: int, end: int, steps: int) -> Iterator[tuple[int, int]]:
    while begin < end:
        room = min(end - begin, steps - begin % steps)
        size = next(size for size in TYPES if size <= room)
        yield begin, size
        begin += size


def _sounds(measure: Element, head: Head, part: Part, key: Key) -> None:
    """A note, a chord or a rest."""
    for place, pitch in enumerate(head.pitches or (None,)):
        note = SubElement(measure, "note")
        if place:
            SubElement(note, "chord")
        if pitch is None:
            SubElement(note, "rest")
        else:
            _pitched(note, pitch, part, key)
        _text(note, "duration", head.steps)
        ties = [kind for kind, there in (("stop", head.tied), ("start", head.on)) if there and pitch is not None]
        for kind in ties:
            SubElement(note, "tie", type=kind)
        name, dots = TYPES[head.steps]
        _text(note, "voice", 1)
        _text(note, "type", name)
        for _ in range(dots):
            SubElement(note, "dot")
        if ties:
            notations = SubElement(note, "notations")
            for kind in ties:
                SubElement(notations, "tied", type=kind)


def _pitched(note: Element, pitch: int, part: Part, key: Key) -> None:
    name = key.names[pitch % 12]
    sort = "display-" if part.voice == "drums" else ""
    element = SubElement(note, "unpitched" if sort else "pitch")
    _text(element, f"{sort}step", name[0])
    if name[1:] and not sort:
        _text(element, "alter", 1 if name[1] == "#" else -1)
    _text(element, f"{sort}octave", pitch // 12 - 1)


def _text(parent: Element, name: str, value: object) -> None:
    SubElement(parent, name).text = str(value)
