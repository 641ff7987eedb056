"""Counts how people's tunes move, and writes `composer/voices/tunes/learned.py`: `python -m bench.tune_tables`.

Needs music21, in an environment of its own outside of the repository:
`python3 -m venv /tmp/tunes && /tmp/tunes/bin/pip install music21 && /tmp/tunes/bin/python bench/tune_tables.py`.

The tunes are in the public domain, in collections that music21's corpus has. Only counts are kept: which beat's rhythm
follows which, and which interval follows which. No tune can be had back from them. The Essen folk songs are left out,
because their terms are for non-commercial use.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

TARGET: Final = Path(__file__).parent.parent / "composer" / "tunes" / "learned.py"
LEAST_SHARE: Final = 0.004
"""Successors that are rarer than this are left out, as mostly slips of the transcription."""
WIDEST: Final = 8
"""Scale steps of the widest interval that is counted."""
AIRS: Final = [(f"airdsAirs/book{book}.abc", 40) for book in (1, 2, 3)] + [
    ("miscFolk/northumbrianminstrelsyopus.abc", 40)
]
IRISH: Final = [(f"oneills1850/{part}.abc", 25) for part in ("0001-0050", "0101-0200", "0201-0300")]


class Idiom(NamedTuple):
    """A kind of tune, and where to find it."""

    source: str
    beats: int
    files: list[tuple[str, int]]
    """(file below music21's corpus, tunes that are read of it)"""


class Counts(NamedTuple):
    """What was counted in an idiom."""

    tunes: int
    cells: dict[tuple[int, int], Counter[int]]
    """(beat of the bar, rhythm of the beat before) -> rhythm of the beat -> how often"""
    intervals: dict[int, Counter[int]]
    """interval before -> interval -> how often, in scale steps"""


def list_idioms(root: Path) -> dict[str, Idiom]:
    def ryan(kind: str, most: int) -> list[tuple[str, int]]:
        paths = sorted(Path(root, "ryansMammoth").glob(f"*{kind}.abc"))
        return [(str(path.relative_to(root)), 1) for path in paths[:: max(1, len(paths) // most)]]

    airs = "J. Aird, Airs, 1782; Bruce & Stokoe, Northumbrian Minstrelsy, 1882; O'Neill, Music of Ireland, 1903"
    ryans = "Ryan's Mammoth Collection, 1883"
    ragtime = [("joplin/maple_leaf_rag.mxl", 1), ("leadSheet/berlinAlexandersRagtime.mxl", 1)]
    return {
        "air": Idiom(airs, 4, AIRS + IRISH),
        "waltz": Idiom(airs, 3, AIRS + IRISH),
        "reel": Idiom(f"{ryans}: reels", 4, ryan("Reel", 100)),
        "hornpipe": Idiom(f"{ryans}: hornpipes and clogs", 4, ryan("Hornpipe", 80) + ryan("Clog", 20)),
        "rag": Idiom("S. Joplin, Maple Leaf Rag, 1899; I. Berlin, Alexander's Ragtime Band, 1911", 4, ragtime),
    }


def read_tunes(idiom: Idiom) -> Iterator[Any]:
    """Yield music21 scores, with a bar of as many beats as the idiom has."""
    from music21 import corpus

    for path, most in idiom.files:
        if most == 1:
            yield corpus.parse(path)
            continue
        opus = READ.get((path, most))
        if opus is None:
            opus = READ[path, most] = [corpus.parse(path, number=n) for n in _list_numbers(path, most)]
        yield from opus


READ: Final[dict[tuple[str, int], list[Any]]] = {}


def _list_numbers(path: str, most: int) -> list[int]:
    from music21 import corpus

    text = Path(str(corpus.getWork(path))).read_text("utf-8", "replace")
    numbers = [line[2:].strip() for line in text.splitlines() if line.startswith("X:")]
    whole = [int(number) for number in numbers if number.isdigit()]
    return whole[:: max(1, len(whole) // most)]


def count_tunes(idiom: Idiom) -> Counts:
    counts = Counts(0, {}, {})
    tunes = 0
    for score in read_tunes(idiom):
        try:
            signatures = {sign.ratioString for sign in score.flatten().getElementsByClass("TimeSignature")}
            part = score.parts[0] if len(score.parts) else score
        except Exception as error:
            print("left out:", error, file=sys.stderr)
            continue
        scale = {("2/4", 4): 8, ("4/4", 4): 4, ("2/2", 4): 4, ("3/4", 3): 4}.get(
            (min(signatures, default=""), idiom.beats)
        )
        if scale is None or len(signatures) != 1:
            continue
        tunes += 1
        count_rhythms(part, scale, idiom.beats, counts)
        count_intervals(part, counts)
    return counts._replace(tunes=tunes)


def count_rhythms(part: Any, scale: int, beats: int, counts: Counts) -> None:
    """A beat's rhythm is a number of four bits, one for each sixteenth, the first the highest; `scale` steps are a
    quarter note. A bar off the grid, with triplets, is left out, and so is one that is not full."""
    before: int | None = None
    for bar in part.getElementsByClass("Measure"):
        onsets = {round(float(note.offset) * scale, 3) for note in bar.notes if _begins(note)}
        length = float(bar.duration.quarterLength) * scale
        if length != beats * 4 or any(onset % 1 for onset in onsets) or not onsets:
            before = None
            continue
        for beat in range(beats):
            cell = sum(8 >> step for step in range(4) if beat * 4 + step in onsets)
            if before is not None:
                counts.cells.setdefault((beat, before), Counter())[cell] += 1
            before = cell


def _begins(note: Any) -> bool:
    return not note.duration.isGrace and (note.tie is None or note.tie.type == "start")


def count_intervals(part: Any, counts: Counts) -> None:
    notes = [note for note in part.flatten().notes if _begins(note)]
    steps = [max(pitch.diatonicNoteNum for pitch in note.pitches) for note in notes]
    moves = [b - a for a, b in pairwise(steps)]
    for before, after in pairwise(moves):
        if abs(before) < WIDEST and abs(after) < WIDEST:
            counts.intervals.setdefault(before, Counter())[after] += 1


def write_row(row: Counter[int], write: str) -> str:
    total = row.total()
    return " ".join(
        f"{value:{write}}:{count}" for value, count in row.most_common() if count >= max(2, LEAST_SHARE * total)
    )


def write_module(learned: dict[str, tuple[Idiom, Counts]]) -> str:
    lines = [
        '"""Counts of how people\'s tunes move, made by `bench/tune_tables.py` of tunes in the public domain.',
        "",
        "A rhythm is told by its beats: each is a hexadecimal digit with a bit for each sixteenth, the first the",
        "highest, set where a note begins. A row of `cells` is a beat of the bar, the beat before, and what follows",
        "how often; a row of `intervals` is an interval in scale steps, and what follows how often. `idioms.py`",
        "reads them.",
        '"""',
        "",
        "from typing import Final, NamedTuple",
        "",
        "",
        "class Learned(NamedTuple):",
        '    """What was counted in one kind of tune."""',
        "",
        "    source: str",
        "    tunes: int",
        "    cells: str",
        "    intervals: str",
        "",
        "",
        "LEARNED: Final[dict[str, Learned]] = {",
    ]
    for name, (idiom, counts) in learned.items():
        cells = [
            f"{beat}{before:x} {row}"
            for (beat, before), counter in sorted(counts.cells.items())
            if (row := write_row(counter, "x"))
        ]
        intervals = [
            f"{before} {row}"
            for before, counter in sorted(counts.intervals.items())
            if (row := write_row(counter, "d"))
        ]
        lines += [f'    "{name}": Learned(', f'        "{idiom.source}",', f"        {counts.tunes},"]
        for first, *rest in (cells, intervals):
            lines += [f'        """{first}', *rest[:-1], f'{rest[-1]}""",']
        lines.append("    ),")
    return "\n".join([*lines, "}", ""])


def main() -> None:
    import music21

    root = Path(music21.__file__).parent / "corpus"
    learned = {}
    for name, idiom in list_idioms(root).items():
        learned[name] = (idiom, count_tunes(idiom))
        print(name, learned[name][1].tunes, file=sys.stderr)
    TARGET.write_text(write_module(learned))


if __name__ == "__main__":
    main()
