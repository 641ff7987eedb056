"""Can a machine tell the scores from people's? `python bench/classify.py`: areas under the curve of three classifiers.

Each side's songs become rows of features: of the tune alone, of texture (what sounds together, expression, drums) and
of the bass. Three classifiers of unlike kinds, five-fold cross-validation; .5 is chance, 1 a sure guess. Human rows are
those of `bench/human.py`: tunes and leads for the melody, arrangements for the rest. Needs scikit-learn, in an
environment of its own:

    python3 -m venv ENV && ENV/bin/pip install scikit-learn music21 mido msgspec numpy av pyfluidsynth
    PYTHONPATH=. ENV/bin/python bench/classify.py [--seeds 12]

Features describe music, not files: no key, tempo, length or resolution, which would tell the two sides apart by where
they are from. They are ratios, so that a long song is no different from a short one, and a tune in short note values
from one in long ones; two bars of 2/4 count as one. Nothing is tuned to a classifier: the composer never sees these.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from itertools import count, pairwise
from math import log2
from pathlib import Path
from statistics import mean, median, pstdev

import human
import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bandstand.common.lineups import HOUSE
from bandstand.composer.band_measures import list_bass_intervals, measure_band
from bandstand.composer.compose import compose
from bandstand.composer.score import STEP, UNPITCHED, Note, Score
from bandstand.composer.tune_measures import Bar, find_skyline, find_tune, list_bars, measure_tune

TARGETS = {"melody": 0.80, "texture": 0.85, "bass": 0.85}
FEWEST_NOTES = 24
LONGEST_BARS = 32
"""Bars of an arrangement that count, from its beginning."""
LINE_BARS = 16
"""Bars of a line that count: a folk song has 16 to 40, and a whole song comes back to its tune more often."""
WINDOW = 8
"""Bars in which repetition is counted: in a longer line there is more of it."""
CLASSIFIERS = {
    "random forest": RandomForestClassifier(300, min_samples_leaf=2, random_state=0),
    "gradient boosting": GradientBoostingClassifier(random_state=0),
    "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)),
}


def describe_line(notes: Sequence[Note], bar: int) -> list[float] | None:
    """Features of one voice: intervals, rhythm, repetition, range. None if it has too few notes."""
    line = _cut_line(find_skyline(notes), bar)
    if len(line) < FEWEST_NOTES:
        return None
    moves = [b.pitch - a.pitch for a, b in pairwise(line)]
    steps = [round((b.start - a.start) / STEP) for a, b in pairwise(line)]
    gaps = [round(2 * step / max(1, median(steps))) for step in steps]  # in halves of the usual one
    windows = _cut_windows(list_bars(line, bar))
    sizes = Counter(min(abs(move), 13) for move in moves)
    turns = [(a > 0) != (b > 0) for a, b in pairwise([move for move in moves if move])]
    return [
        *(sizes[size] / len(moves) for size in (0, 1, 2, 3, 4, 5, 7, 12)),
        sum(sizes[size] for size in range(8, 14)) / len(moves),
        mean(turns) if turns else 0.0,
        mean(moves),
        _entropy(moves),
        _entropy(gaps),
        *(Counter(gaps)[gap] / len(gaps) for gap in (1, 2, 3, 4, 6, 8)),
        pstdev([note.pitch for note in line]),
        max(note.pitch for note in line) - min(note.pitch for note in line),
        mean(len({frozenset(step for step, _ in one) for one in window}) / len(window) for window in windows),
        mean(len(set(window)) / len(window) for window in windows),
        mean(_count_highest(window) for window in windows),
        measure_tune(line, bar).pickups or 0.0,
    ]


def _cut_windows(bars: Sequence[Bar]) -> list[Sequence[Bar]]:
    """Windows of `WINDOW` bars; the bars themselves where there are fewer."""
    return [bars[first : first + WINDOW] for first in range(0, len(bars) - WINDOW + 1, WINDOW)] or [bars]


def _count_highest(window: Sequence[Bar]) -> int:
    pitches = [pitch for bar in window for _, pitch in bar]
    return pitches.count(max(pitches))


def _cut_line(line: Sequence[Note], bar: int) -> list[Note]:
    """The notes of the first `LINE_BARS` bars that have any."""
    bars = sorted({note.start // bar for note in line})[:LINE_BARS]
    return [note for note in line if bars and note.start < (bars[-1] + 1) * bar]


def describe_playing(score: Score) -> list[float] | None:
    """Features of texture, and of how it is played: dynamics, timing, ghost notes, expression."""
    texture = describe_texture(score)
    if texture is None:
        return None
    notes = [note for part in score.parts if part.voice not in UNPITCHED for note in part.notes]
    found = measure_band(score)
    return [
        *texture,
        pstdev([note.velocity for note in notes]) / mean(note.velocity for note in notes),
        _entropy([note.velocity // 4 for note in notes]),
        mean([abs(note.start / STEP - round(note.start / STEP)) for note in notes]),
        found.ghosts or 0.0,
        min(8.0, found.bends or 0.0),
        min(8.0, found.controls or 0.0),
    ]


def describe_texture(score: Score) -> list[float] | None:
    """Features of what sounds together: parts and notes at once, doublings, registers, repetition, fills."""
    parts = [part for part in score.parts if len(part.notes) >= FEWEST_NOTES // 2]
    pitched = [part for part in parts if part.voice not in UNPITCHED]
    if len(pitched) < 2:
        return None
    bars = min(LONGEST_BARS, score.ticks // score.bar)
    heard = [[note for note in part.notes if note.start < bars * score.bar] for part in pitched]
    notes = [note for line in heard for note in line]
    onsets = Counter(round(note.start / STEP) for note in notes)
    playing = [
        sum(
            any(True for note in part.notes if index * score.bar <= note.start < (index + 1) * score.bar)
            for part in parts
        )
        for index in range(0, bars, 4)
    ]
    return [
        mean(playing),
        pstdev(playing),
        len(onsets) / bars,
        len(notes) / len(onsets),
        sum(note.length for note in notes) / (bars * score.bar),
        mean(note.pitch for note in notes),
        pstdev([note.pitch for note in notes]),
        _entropy([note.pitch % 12 for note in notes]),
        mean(len(set(found)) / len(found) for line in heard if (found := list_bars(line, score.bar))),
        measure_band(score).fills or 0.0,
    ]


def describe_bass(score: Score) -> list[float] | None:
    """Features of the bass: those of a line, and its own intervals."""
    lines = [part.notes for part in score.parts if part.voice == "bass"]
    line = describe_line(max(lines, key=len), score.bar) if lines else None
    intervals = list_bass_intervals(score)
    if line is None or not intervals:
        return None
    return [*line, mean([size >= 10 for size in intervals]), mean([size <= 2 for size in intervals])]


def _entropy(values: Sequence[int]) -> float:
    counts = Counter(values)
    return -sum(count / len(values) * log2(count / len(values)) for count in counts.values())


def score_classifiers(ours: Sequence[list[float]], theirs: Sequence[list[float]]) -> dict[str, float]:
    """Name of the classifier -> mean area under the curve of five folds."""
    rows = np.array([*ours, *theirs])
    sides = np.array([0] * len(ours) + [1] * len(theirs))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return {
        name: float(cross_val_score(classifier, rows, sides, cv=folds, scoring="roc_auc").mean())
        for name, classifier in CLASSIFIERS.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=12, help="songs of each style; 12")
    parser.add_argument("--human", type=Path, help="folder with people's MIDI files")
    options = parser.parse_args()
    seeds = count()  # none twice: what is drawn for a song as a whole is the same for a seed in any style
    ours = [compose(band, next(seeds), {}) for band in HOUSE.values() for _ in range(options.seeds)]
    arrangements, tunes = human.load_arrangements(options.human), human.load_tunes()
    theirs = [one.score for one in arrangements]
    print(f"{'':<34}{'one':>6}{'other':>8}{'target':>9}", *(f"{name:>21}" for name in CLASSIFIERS), sep="")
    for name, describe, other in (
        ("melody: tunes", _describe_tune, [_describe_own(tune) for tune in tunes]),
        ("melody: leads of arrangements", _describe_tune, [_describe_tune(one) for one in theirs]),
        ("texture: the notes", describe_texture, [describe_texture(one) for one in theirs]),
        ("texture: and how it is played", describe_playing, [describe_playing(one) for one in theirs]),
        ("bass", describe_bass, [describe_bass(one) for one in theirs]),
    ):
        print_row(name, [describe(one) for one in ours], other, TARGETS[name.split(":")[0]])
    print("People told from people, one collection from the other:")
    print_row("tunes: Essen, Ryan", *([_describe_own(t) for t in tunes if t.corpus == name] for name in COLLECTIONS))
    for name, describe in PEOPLE.items():
        sides = ([describe(one.score) for one in arrangements if one.source == source] for source in GAMES)
        print_row(f"{name}: {', '.join(GAMES)}", *sides)


def _describe_tune(score: Score) -> list[float] | None:
    return describe_line(find_tune(score), score.bar)


def _describe_own(tune: human.Tune) -> list[float] | None:
    """A collection's tune; two of its bars of 2/4 count as one."""
    return describe_line(tune.notes, tune.bar * (2 if tune.beats == 2 else 1))


PEOPLE = {
    "leads": _describe_tune,
    "texture, notes": describe_texture,
    "texture, playing": describe_playing,
    "bass": describe_bass,
}
COLLECTIONS, GAMES = ("Essen", "Ryan"), ("OpenTTD", "Freedoom")


def print_row(
    name: str, one: Sequence[list[float] | None], other: Sequence[list[float] | None], target: float | None = None
) -> None:
    """Print how well each classifier tells one side from the other; `!` above the target."""
    first, second = ([row for row in rows if row is not None] for rows in (one, other))
    if min(len(first), len(second)) < 10:
        print(f"{name:<34} too few of people's: see bench/human.py")
        return
    found = score_classifiers(first, second).values()
    cells = (f"{value:>20.2f}{'!' if target is not None and value > target else ' '}" for value in found)
    limit = "" if target is None else f"<= {target:.2f}"
    print(f"{name:<34}{len(first):>6}{len(second):>8}{limit:>9}", *cells, sep="", flush=True)


if __name__ == "__main__":
    main()
