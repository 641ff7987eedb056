"""What people wrote: tunes of music21's corpus and General MIDI arrangements of two games, as scores like Bandstand's.

`bench/music.py` measures both sides by the same code. Tunes (Essen folk songs, Ryan's fiddle tunes, the soprano of
Bach's chorales, all in the public domain) need music21 once: they are kept in the user's cache folder afterwards.
Arrangements are the music of Debian's packages openttd-openmsx and freedoom. They are found where they are installed,
and in the same cache folder, where they can be unpacked without the games:

    apt-get download openttd-openmsx freedoom
    for package in *.deb; do dpkg-deb -x $package ~/.cache/bandstand-bench; done

Which channel of a MIDI file plays the tune is guessed (`composer/midi_files.py`).
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from bandstand.composer.midi_files import BEATS, ROOT, Arrangement, list_arrangements
from bandstand.composer.score import TICKS, Note

CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "bandstand-bench"
TUNES: Final = CACHE / "human-tunes.json"
ESSEN: Final = ("altdeu10", "altdeu20", "boehme10", "boehme20", "erk5", "erk10", "erk20", "fink0", "zuccal0", "irl")
"""Files of the Essen collection; every `ESSEN_STEP`th tune of the first `ESSEN_MOST` is read."""
ESSEN_STEP, ESSEN_MOST = 4, 120
RYAN_EVERY: Final = 24
BACH_EVERY: Final = 8
FEWEST_BARS: Final = 16
"""Bars of the shortest tune: a window of `composer/tune_measures.py`."""
ROOTS: Final = (ROOT, CACHE)
"""Where arrangements are looked for if no folder is named."""


class Tune(msgspec.Struct):
    """A tune of a collection: `beats` quarter notes a bar, notes as in a score, and a bar line at tick 0."""

    corpus: str
    name: str
    beats: float
    notes: tuple[Note, ...]

    @property
    def bar(self) -> int:
        """Ticks in a bar."""
        return round(self.beats * TICKS)


# Tunes


def load_tunes() -> list[Tune]:
    """The tunes of all collections: kept ones if there are any, else read by music21. Empty without either."""
    if TUNES.is_file():
        return msgspec.json.decode(TUNES.read_bytes(), type=list[Tune])
    try:
        from music21 import corpus  # its first import sets itself up
    except ImportError:
        return []
    print("music21 reads the tunes; this takes a minute, once", file=sys.stderr)
    tunes = [
        tune
        for tune in _read_tunes(corpus)
        if tune and len({note.start // tune.bar for note in tune.notes}) >= FEWEST_BARS
    ]
    CACHE.mkdir(parents=True, exist_ok=True)
    TUNES.write_bytes(msgspec.json.encode(tunes))
    return tunes


def _read_tunes(corpus) -> Iterator[Tune | None]:
    for name in ESSEN:
        for number in range(1, ESSEN_MOST, ESSEN_STEP):
            try:
                piece = corpus.parse(f"essenFolksong/{name}", number=number)
            except Exception:  # a number that the file does not have, or a tune that music21 cannot read
                continue
            yield _read_part("Essen", f"{name} {number}", piece)
    for path in _list_works(corpus, "ryansMammoth", RYAN_EVERY):
        yield _read_part("Ryan", path.name, corpus.parse(path))
    for path in _list_works(corpus, "bach", BACH_EVERY):
        yield _read_part("Bach", path.name, corpus.parse(path))


def _list_works(corpus, composer: str, every: int) -> list[Path]:
    return sorted(Path(path) for path in corpus.corpora.CoreCorpus().getComposer(composer))[::every]


def _read_part(name: str, title: str, piece) -> Tune | None:
    """Read the first part of a piece, repeats not played. None if its metre changes or is none of `BEATS`."""
    part = piece.parts[0] if piece.hasPartLikeStreams() else piece
    metres = {time.barDuration.quarterLength for time in part.recurse().getElementsByClass("TimeSignature")}
    beats = float(next(iter(metres))) if len(metres) == 1 else 0.0
    if beats not in BEATS:
        return None
    part = part.stripTies()
    first = next(iter(part.getElementsByClass("Measure")), None)
    pickup = float(first.duration.quarterLength) if first is not None else 0.0
    shift = beats - pickup if pickup < beats else 0.0
    notes = []
    for element in part.flatten().notes:
        length = float(element.quarterLength)
        if length > 0 and not element.duration.isGrace:
            start = round((float(element.offset) + shift) * TICKS)
            notes.append(Note(start, round(length * TICKS), max(pitch.midi for pitch in element.pitches), 90))
    return Tune(name, title, beats, tuple(notes))


# Arrangements


def load_arrangements(folder: Path | None) -> list[Arrangement]:
    """The arrangements below `folder`, or those of Debian's packages."""
    return list(list_arrangements([folder] if folder else ROOTS))
