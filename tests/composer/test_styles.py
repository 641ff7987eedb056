"""The styles are told apart by what is played, without their names, instruments or titles."""

from collections import Counter

import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.score import STEP, Part, Score
from bandstand.composer.style import CLAP, CLOSED, KICK, OPEN, RIDE, SHAKER, SIDESTICK, SNARE, TAMBOURINE
from bandstand.composer.styles import STYLES
from bandstand.composer.styles.latin import MUTED

DRUMS = (KICK, SNARE, SIDESTICK, CLAP, CLOSED, OPEN, RIDE, SHAKER, TAMBOURINE, MUTED)
STEPS = 16
TEMPO_WEIGHT = 4.0

pytestmark = pytest.mark.slow
"""Whole songs are composed."""


def describe(score: Score) -> list[float]:
    """Tempo, metre, and how often each drum and each voice begins a note on each step of a bar."""
    row = [score.tempi[0].bpm / 60 * TEMPO_WEIGHT / 4, score.beats * TEMPO_WEIGHT / 4]
    bars = score.ticks / score.bar
    for voice in ("bass", "chords", "arpeggio", "pad", "melody"):
        row += count_onsets(score, [part for part in score.parts if part.voice == voice], bars, None)
    drums = [part for part in score.parts if part.voice == "drums"]
    for drum in DRUMS:
        row += count_onsets(score, drums, bars, drum)
    return row


def count_onsets(score: Score, parts: list[Part], bars: float, pitch: int | None) -> list[float]:
    onsets = Counter(
        step % (score.bar // STEP)
        for part in parts
        for step in {round(note.start / STEP) for note in part.notes if pitch in (None, note.pitch)}
    )
    return [onsets[step] / bars for step in range(STEPS)]


def test_the_nearest_other_song_is_of_the_same_style(songs: list[Score]) -> None:
    rows = [(song.style, describe(song)) for song in songs]

    def find_nearest(index: int) -> str:
        own = rows[index][1]
        others = [(style, row) for other, (style, row) in enumerate(rows) if other != index]
        return min(others, key=lambda one: sum((a - b) ** 2 for a, b in zip(own, one[1], strict=True)))[0]

    found = Counter(style for index, (style, _) in enumerate(rows) if find_nearest(index) == style)
    each = len(songs) // len(STYLES)
    assert {style: found[style] for style in STYLES if found[style] < each - 1} == {}


def test_no_two_styles_share_their_patterns() -> None:
    for name in ("drums", "bass_lines", "comping"):
        assert len({repr(getattr(style, name)) for style in STYLES.values()}) == len(STYLES)


def test_a_chamber_band_has_no_drums_and_every_other_one_has() -> None:
    assert {band.style for band in HOUSE.values() if not any(one.voice == "drums" for one in band.members)} == {
        "baroque"
    }
