"""Rows of sound for `bench/music.py --sound`: whole songs are rendered as a station does, and measured.

Width: correlation of left and right, and the level of (L - R) under that of (L + R); people's arrangements are rendered
in the same run, through the same soundfont and master, but with the places that their files have. Ballads: loudness
range (EBU Tech 3342: 10th to 95th percentile of the loudness of 3 s, gated 20 LU under the whole) and the introduction
under the first verse. The end: the time after the last sound above `QUIET`. Loudness and true peak must hold as well.
"""

import math
from pathlib import Path
from statistics import mean
from typing import Final, NamedTuple

import human
import numpy as np

from bandstand.common.lineups import HOUSE
from bandstand.common.types import RATE, Lufs, Seconds
from bandstand.composer.audio import Block
from bandstand.composer.blind_test import prepare_person, render_excerpt
from bandstand.composer.compose import compose
from bandstand.composer.loudness import LoudnessMeter
from bandstand.composer.score import Score
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.synth import Synthesiser, find_synthesiser, render_song

TARGET: Final = Lufs(-16.0)
QUIET: Final = 10 ** (-50 / 20)
"""A sample above this is heard."""
PEOPLE: Final = 8
"""Arrangements that are rendered, one of every so many."""
PEOPLE_SECONDS: Final = Seconds(30)
MOMENTS: Final = 10
"""Values of momentary loudness in a second."""


class Sound(NamedTuple):
    """What is measured of one rendered song; None where a song has no such thing."""

    correlation: float
    side: float  # dB
    loudness_range: float | None  # LU
    opening: float | None  # LU of the introduction above the first verse
    silence: float | None  # s
    loudness: float | None  # LU off the target
    peak: float | None  # dBTP


# name, lowest, highest, only of this style
ROWS: Final = (
    ("correlation", "stereo correlation", 0.65, 0.85, ""),
    ("side", "side level, dB", -9.0, -5.0, ""),
    ("loudness_range", "ballad: loudness range, LU", -math.inf, 10.0, "ballad"),
    ("opening", "ballad: intro above verse, LU", -7.0, math.inf, "ballad"),
    ("silence", "silence at the end, s", -math.inf, 0.8, ""),
    ("loudness", "loudness off the target, LU", -1.0, 1.0, ""),
    ("peak", "true peak, dBTP", -math.inf, -1.0, ""),
)


def measure_width(sound: Block) -> tuple[float, float]:
    """(correlation of the channels, level of the side under the middle in dB) of a sound, shape (frames, 2)."""
    left, right = sound[:, 0].astype(np.float64), sound[:, 1].astype(np.float64)
    correlation = float((left * right).mean() / math.sqrt((left**2).mean() * (right**2).mean() + 1e-20))
    side, middle = ((left - right) ** 2).mean(), ((left + right) ** 2).mean()
    return correlation, 10 * math.log10((side + 1e-20) / (middle + 1e-20))


def measure_song(score: Score, synthesiser: Synthesiser) -> Sound:
    """Render and measure a song of ours."""
    blocks = list(render_song(StreamingScore.from_score(score), synthesiser.make_renderer(), synthesiser, TARGET))
    meter = LoudnessMeter()
    for block in blocks:
        meter.push(block)
    loudness, peak = meter.finish()
    sound = np.concatenate(blocks)
    heard = np.flatnonzero(np.abs(sound).max(axis=1) > QUIET)
    return Sound(
        *measure_width(sound),
        find_loudness_range(meter.momentary),
        find_opening(score, meter.momentary),
        (len(sound) - 1 - heard[-1]) / RATE,
        loudness - TARGET,
        peak,
    )


def find_loudness_range(momentary: list[float]) -> float:
    """The loudness range, LU, of momentary values."""
    power = 10 ** (np.maximum(momentary, -99.0) / 10)
    short = 10 * np.log10(np.convolve(power, np.ones(30) / 30, "valid"))
    above = short[short > -70]
    kept = above[above > 10 * np.log10(np.mean(10 ** (above / 10))) - 20]
    return float(np.percentile(kept, 95) - np.percentile(kept, 10))


def find_opening(score: Score, momentary: list[float]) -> float | None:
    """Loudness of the introduction above that of the first verse, LU."""
    means = []
    for kind in ("intro", "verse"):
        section = next((section for section in score.sections if section.kind == kind), None)
        if section is None:
            return None
        begin, end = (score.seconds(bar * score.bar) for bar in (section.bar, section.bar + section.bars))
        values = np.maximum(momentary[int(begin * MOMENTS) : int(end * MOMENTS)], -99.0)
        means.append(10 * math.log10(np.mean(10 ** (values / 10))))
    return means[0] - means[1]


def measure_people(folder: Path | None, synthesiser: Synthesiser) -> list[tuple[float, float]]:
    """Width of people's arrangements, evenly chosen."""
    found = human.load_arrangements(folder)
    chosen = found[:: max(1, len(found) // PEOPLE)][:PEOPLE]
    return [measure_width(render_excerpt(prepare_person(one.score), PEOPLE_SECONDS, synthesiser)) for one in chosen]


def print_rows(styles: list[str], seeds: int, folder: Path | None) -> None:
    """Render `seeds` songs of each style and print the rows."""
    synthesiser = find_synthesiser("")
    songs = {
        style: [
            measure_song(compose(next(band for band in HOUSE.values() if band.style == style), seed, {}), synthesiser)
            for seed in range(seeds)
        ]
        for style in styles
    }
    people = measure_people(folder, synthesiser)
    font = synthesiser.facts.get("soundfont", "our own tones")
    print(f"\n{seeds} rendered songs of each style, {font}; people's arrangements: {len(people)}")
    print(f"{'':<32}{'target':>12} {'people':>8}{'all':>8}", *(f"{style[:7]:>8}" for style in styles), sep="")
    for field, name, low, high, only in ROWS:
        values = {style: _average(own, field) for style, own in songs.items() if only in ("", style)}
        everything = _average([song for style, own in songs.items() if only in ("", style) for song in own], field)
        theirs = mean(one[field == "side"] for one in people) if people and field in ("correlation", "side") else None
        target = f"{low:g}..{high:g}".replace("-inf..", "<= ").replace("..inf", " or more")
        cells = (_show(values.get(style), low, high) for style in styles)
        print(f"{name:<32}{target:>12} {_plain(theirs):>8}{_show(everything, low, high)}", *cells, sep="")


def _average(songs: list[Sound], field: str) -> float | None:
    """Mean over the songs; of the peak the highest."""
    values = [value for song in songs if (value := getattr(song, field)) is not None]
    return (max if field == "peak" else mean)(values) if values else None


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _show(value: float | None, low: float, high: float) -> str:
    return f"{_plain(value) + ('!' if value is not None and not low <= value <= high else ' '):>8}"
