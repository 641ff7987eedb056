"""How far the songs are from people's music, row by row: `python bench/music.py --scores`.

Prints every row of the table of what gives a machine away: Bandstand's figure for each style and for all songs,
people's figure, computed in the same run by the same code (`bench/human.py`), and the target; `!` where it is missed,
`x` where a musician of the style would not do it, with the reason under the table.

    python bench/music.py --scores [--style pop --style rock] [--seeds 10]     rows of scores, well under a minute
    python bench/music.py --scores --day                                       and that of a whole day's 480 songs
    python bench/music.py --sound [--style ballad] [--seeds 2]                 rows of sound: renders whole songs

`--human FOLDER` names a folder with MIDI files for people's arrangements. People's tunes need music21 the first time,
in an environment of its own:

    python3 -m venv ENV && ENV/bin/pip install music21 mido msgspec numpy av pyfluidsynth
    PYTHONPATH=. ENV/bin/python bench/music.py --scores

Where to look when a row misses its target. Each name is a function with the definition and its reason:

    second voice, cadence, rubs, buried, range    composer/measures.py measure_notes
    rhythms, repeats, leaps, pickups, peaks       composer/tune_measures.py measure_tune
    rhythms of a day                              composer/tune_measures.py list_rhythms
    verse 2, fills, ghosts, bass, bends, ...      composer/band_measures.py measure_band
    chords, endings                               composer/band_measures.py find_chord_families, find_ending
    sound                                         bench/music_sound.py

The targets are those that were set when people's figures had been taken; they stay, also where people's figure in this
run is a little off, because which tunes are read decides it within some hundredths.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from bandstand.common.lineups import HOUSE
from bandstand.composer import band_measures, measures, midi_files, tune_measures
from bandstand.composer.band_measures import BandMeasures, find_chord_families, find_ending, measure_band
from bandstand.composer.compose import compose
from bandstand.composer.measures import WrongNotes, add_wrong_notes, measure_notes
from bandstand.composer.score import ChordMark, Note, Score
from bandstand.composer.tune_measures import TuneMeasures, find_skyline, find_tune, list_rhythms, measure_tune

sys.path.insert(0, str(Path(__file__).parent))
import human

DAY: Final = 480
"""Songs of a whole day."""
SEEDS: Final = 10
WIDTH: Final = 8
"""Columns of a figure."""
KEPT_SECONDS: Final = 24 * 3600
"""How long figures of people's music are kept that were measured by other code."""


class Song(NamedTuple):
    """What is measured of one score."""

    tune: TuneMeasures
    band: BandMeasures | None
    wrong: WrongNotes | None
    families: set[str]
    ending: str


class Group(NamedTuple):
    """The songs of one style, of all styles, or of a collection, and the bar rhythms of their tunes."""

    songs: list[Song]
    rhythms: set[str]


class Target(NamedTuple):
    """Limits of a figure, both included."""

    low: float
    high: float

    def __str__(self) -> str:
        if self.low == self.high:
            return show(self.low)
        if self.low == float("-inf"):
            return f"<= {show(self.high)}"
        return f">= {show(self.low)}" if self.high == float("inf") else f"{show(self.low)}-{show(self.high)}"


class Row(NamedTuple):
    """A line of the table. `measure` gives a group's figure, None where there is none.

    `unfit` has the styles in which a musician would not do it, with the reason; they are shown and not judged.
    """

    name: str
    target: Target
    measure: Callable[[Group], float | None]
    is_human: bool = True  # people's music can be measured in the same way
    by_style: bool = True  # the target holds for each style, not only for all together
    unfit: Mapping[str, str] = MappingProxyType({})


def at_most(limit: float) -> Target:
    return Target(float("-inf"), limit)


def at_least(limit: float) -> Target:
    return Target(limit, float("inf"))


def _average(kind: str, field: str) -> Callable[[Group], float | None]:
    """Mean of a field over the songs that have it."""

    def measure(group: Group) -> float | None:
        values = [getattr(getattr(song, kind), field) for song in group.songs]
        known = [value for value in values if value is not None]
        return mean(known) if known else None

    return measure


def _wrong(field: str) -> Callable[[Group], float | None]:
    """Share of wrong notes among all songs' notes."""

    def measure(group: Group) -> float | None:
        share, count = getattr(add_wrong_notes([song.wrong for song in group.songs]), field)
        return share if count else None

    return measure


def _count_families(group: Group) -> float:
    return len(set().union(*(song.families for song in group.songs)))


def _count_endings(group: Group) -> float:
    return len({song.ending for song in group.songs})


FILLS_UNFIT: Final = {"ambient": "its drums, if any, are soft strokes far apart, and a fill would be the loudest thing"}
BENDS_UNFIT: Final = {
    "baroque": "strings and woodwinds of the time shake and ornament a note, and do not slide into it"
}
ROWS: Final = (
    Row("second voice outside the chord", at_most(0.02), _wrong("second_voice"), is_human=False),
    Row("cadence outside the chord", at_most(0.08), _wrong("cadence"), is_human=False),
    Row("held notes that rub", at_most(0.07), _wrong("rubs")),
    Row("tune under the accompaniment", at_most(0.25), _wrong("buried")),
    Row("notes outside the range", Target(0, 0), _wrong("out_of_range")),
    Row("bar rhythms in 16 bars", at_least(5.5), _average("tune", "rhythms")),
    Row("bars that repeat another", at_most(0.6), _average("tune", "repeats")),
    Row("leaps of 8 semitones", Target(0.02, 0.08), _average("tune", "leaps")),
    Row("phrases with a pickup", at_least(0.2), _average("tune", "pickups")),
    Row("times of the highest note", at_most(4), _average("tune", "peaks")),
    Row("bar rhythms of a day", at_least(300), lambda group: len(group.rhythms) or None, by_style=False),
    Row("verse 2 as 1: melody", Target(0.6, 0.9), _average("band", "same_melody"), is_human=False),
    Row("verse 2 as 1: chords", Target(0.6, 0.9), _average("band", "same_chords"), is_human=False),
    Row("verse 2 as 1: bass", Target(0.6, 0.9), _average("band", "same_bass"), is_human=False),
    Row("verse 2 as 1: drums", Target(0.6, 0.9), _average("band", "same_drums"), is_human=False),
    Row("drum fills in 8 bars", at_least(1.2), _average("band", "fills"), unfit=FILLS_UNFIT),
    Row("ghost notes", at_least(0.08), _average("band", "ghosts")),
    Row("bends a bar in the lead", at_least(0.5), _average("band", "bends"), unfit=BENDS_UNFIT),
    Row("controllers a bar", at_least(1), _average("band", "controls")),
    Row("chord families of 5", Target(5, 5), _count_families, is_human=False, by_style=False),
    Row("bass: sevenths and wider", at_most(0.25), _average("band", "bass_wide")),
    Row("bass: steps", at_least(0.3), _average("band", "bass_steps")),
    Row("kinds of ending", at_least(3), _count_endings, is_human=False),
)


def measure_song(score: Score) -> Song:
    """Measure a score; without chord symbols, the rows that need them have no meaning."""
    return Song(
        measure_tune(find_tune(score), score.bar),
        measure_band(score),
        measure_notes(score) if score.chords else _measure_notes_without_chords(score),
        find_chord_families(score),
        find_ending(score),
    )


def _measure_notes_without_chords(score: Score) -> WrongNotes:
    """Any chord will do: only rubs, buried notes and ranges are read then."""
    return measure_notes(msgspec.structs.replace(score, chords=(ChordMark(0, "C"),)))


def measure_style(style: str, seeds: int, day: int) -> Group:
    """Compose and measure songs of a style: `seeds` in full, of `day` the rhythms."""
    band = next(band for band in HOUSE.values() if band.style == style)
    songs, rhythms = [], set()
    for seed in range(max(seeds, day)):
        score = compose(band, seed, {})
        if seed < seeds:
            songs.append(measure_song(score))
        if seed < day:
            rhythms |= name_rhythms(find_tune(score), score.bar)
    return Group(songs, rhythms)


def join_groups(groups: Sequence[Group]) -> Group:
    return Group([song for group in groups for song in group.songs], set().union(*(group.rhythms for group in groups)))


def measure_people(folder: Path | None) -> dict[str, Group]:
    """Collection -> its songs. Tunes have only the tune's measures, arrangements all that need no chord symbols.

    It takes half a minute, so that the result is kept until one of the files that measure is changed.
    """
    digest = hashlib.blake2b(repr(folder).encode(), digest_size=8)
    modules = (human, midi_files, measures, tune_measures, band_measures)
    for source in (__file__, *(module.__file__ for module in modules)):
        digest.update(Path(source).read_bytes())
    kept = human.CACHE / f"people-{digest.hexdigest()}.json"
    if not kept.is_file():
        groups = _measure_collections(folder)
        if not groups:
            return {}
        for old in human.CACHE.glob("people-*.json"):
            if old.stat().st_mtime < time.time() - KEPT_SECONDS:
                old.unlink(missing_ok=True)
        kept.write_bytes(msgspec.json.encode(groups))
    return msgspec.json.decode(kept.read_bytes(), type=dict[str, Group])


def _measure_collections(folder: Path | None) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for tune in human.load_tunes():
        line = find_skyline(tune.notes)
        group = groups.setdefault(tune.corpus, Group([], set()))
        group.songs.append(Song(measure_tune(line, tune.bar), None, None, set(), ""))
        group.rhythms.update(name_rhythms(line, tune.bar))
    for arrangement in human.load_arrangements(folder):
        groups.setdefault(arrangement.source, Group([], set())).songs.append(measure_song(arrangement.score))
    return groups


def name_rhythms(tune: Sequence[Note], bar: int) -> set[str]:
    """The bar rhythms of a tune as words, because JSON has no sets in sets."""
    return {f"{bar}: {sorted(rhythm)}" for rhythm in list_rhythms(tune, bar)}


def show(value: float | None) -> str:
    if value is None:
        return "-"
    if abs(value) >= 10 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.2f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.1f}"


def is_met(row: Row, value: float | None) -> bool:
    return value is None or row.target.low - 1e-9 <= value <= row.target.high + 1e-9


def show_people(row: Row, people: dict[str, Group]) -> str:
    """Range of the collections' figures. Tunes answer for tunes, arrangements for all else."""
    if not row.is_human:
        return "-"
    figures = []
    for group in people.values():
        is_tune = group.songs[0].band is None
        if is_tune == (row.name in TUNE_ROWS):
            value = row.measure(group)
            figures += [value] if value is not None else []
    return f"{show(min(figures))}..{show(max(figures))}" if figures else "-"


TUNE_ROWS: Final = {
    "bar rhythms in 16 bars",
    "bars that repeat another",
    "leaps of 8 semitones",
    "phrases with a pickup",
    "times of the highest note",
    "bar rhythms of a day",
}


def print_table(rows: Sequence[Row], styles: dict[str, Group], people: dict[str, Group]) -> int:
    """Print the table; return the number of rows that are not at their target."""
    print(
        f"{'':<32}{'target':>9} {'people':>11} {'all':>{WIDTH}}", *(f"{style[:7]:>{WIDTH}}" for style in styles), sep=""
    )
    missed = 0
    for row in rows:
        fitting = [group for style, group in styles.items() if style not in row.unfit]
        values = [row.measure(join_groups(fitting)), *(row.measure(group) for group in styles.values())]
        judged = [True, *(row.by_style and style not in row.unfit for style in styles)]
        wrong = [must and not is_met(row, value) for must, value in zip(judged, values, strict=True)]
        missed += any(wrong)
        marks = ["!" if bad else " " for bad in wrong]
        marks[1:] = ["x" if style in row.unfit else mark for style, mark in zip(styles, marks[1:], strict=True)]
        cells = (f"{show(value) + mark:>{WIDTH}}" for value, mark in zip(values, marks, strict=True))
        print(f"{row.name:<32}{row.target!s:>9} {show_people(row, people):>11} ", *cells, sep="")
    for row in rows:
        for style in row.unfit.keys() & styles.keys():
            print(f"x not for {style}, {row.name}: {row.unfit[style]}")
    return missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", action="store_true", help="rows of scores (also without any option)")
    parser.add_argument("--sound", action="store_true", help="rows of sound")
    parser.add_argument("--style", action="append", help="only this style; may be given repeatedly")
    parser.add_argument("--seeds", type=int, help=f"songs of each style; {SEEDS} for scores and 2 for sound")
    parser.add_argument("--day", action="store_true", help=f"the bar rhythms of {DAY} songs")
    parser.add_argument("--human", type=Path, help="folder with people's MIDI files")
    options = parser.parse_args()
    known = [band.style for band in HOUSE.values()]
    styles = options.style or known
    if unknown := set(styles) - set(known):
        parser.error(f"there is no style {', '.join(unknown)}; there are {', '.join(known)}")
    began = time.monotonic()
    if options.scores or not options.sound:
        groups = {
            style: measure_style(style, options.seeds or SEEDS, options.day * DAY // len(known)) for style in styles
        }
        people = measure_people(options.human)
        print(f"{options.seeds or SEEDS} scores of each style; people:", end=" ")
        print(
            ", ".join(f"{name} {len(group.songs)}" for name, group in people.items()) or "none found, see the docstring"
        )
        missed = print_table(ROWS, groups, people)
        print(f"{len(ROWS) - missed} of {len(ROWS)} rows at their target; {time.monotonic() - began:.0f} s")
    if options.sound:
        import music_sound

        music_sound.print_rows(styles, options.seeds or 2, options.human)


if __name__ == "__main__":
    main()
