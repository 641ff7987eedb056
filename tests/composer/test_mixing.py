"""The mix: every style has one, instruments are made equally loud, and the lead is heard above the harmony."""

from statistics import mean

import msgspec
import numpy as np
import pytest

from bandstand.common.lineups import HOUSE, LINEUPS
from bandstand.common.types import RATE
from bandstand.composer import fluid
from bandstand.composer.audio import Block
from bandstand.composer.compose import compose
from bandstand.composer.loudness import measure_loudness
from bandstand.composer.master import take_frames
from bandstand.composer.mixing import HARMONY, LEAD, LOWEST_LEVEL, PROGRAMS, SHEETS, WANTED, compute_level
from bandstand.composer.score import Score
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.styles import STYLES
from bandstand.composer.synth import find_synthesiser

BANDS = {band.style: band for band in HOUSE.values()}
LEADS = sorted({program for line in LINEUPS.values() for seat in line.seats for program in seat.instruments
                if seat.voice == "melody"})  # fmt: skip


def test_every_style_has_a_mix_with_every_voice() -> None:
    assert SHEETS.keys() == WANTED.keys() == STYLES.keys()
    assert all(sheet.keys() == {"drums", "bass", *HARMONY} for sheet in SHEETS.values())
    assert all(len(row) == 128 for row in PROGRAMS.values())


@pytest.mark.parametrize("program", LEADS)
def test_every_instrument_that_leads_is_as_loud_as_the_others(program: int) -> None:
    level = compute_level("pop", "melody", program)
    assert LOWEST_LEVEL < level <= 1
    assert 40 * np.log10(level) + PROGRAMS["melody"][program] == pytest.approx(LEAD, abs=0.1)


def test_a_soft_instrument_is_at_the_full_level_at_most_and_a_loud_one_is_still_heard() -> None:
    levels = [compute_level(style, voice, program) for style in SHEETS for voice in PROGRAMS for program in range(128)]
    assert min(levels) >= LOWEST_LEVEL
    assert max(levels) == 1


def play(score: Score, voices: tuple[str, ...]) -> Block:
    """The first 45 seconds of some voices alone."""
    parts = tuple(part if part.voice in voices else msgspec.structs.replace(part, notes=()) for part in score.parts)
    renderer = find_synthesiser("").make_renderer()
    try:
        song = StreamingScore.from_score(msgspec.structs.replace(score, parts=parts))
        return np.concatenate(list(take_frames(renderer.render(song), 45 * RATE)))
    finally:
        renderer.close()


@pytest.mark.slow
@pytest.mark.skipif(not fluid.is_available() or fluid.find_soundfont("") is None, reason="needs a soundfont")
@pytest.mark.parametrize("style", ["pop", "rock", "ballad", "swing"])
def test_the_lead_is_louder_than_the_harmony(style: str) -> None:
    """On average; with a sparse accompaniment by more."""
    differences = [_compare_lead_and_harmony(compose(BANDS[style], seed, {})) for seed in (1, 2, 3)]
    assert all(0 < one <= 14 for one in differences)
    assert 1.5 <= mean(differences) <= 9


def _compare_lead_and_harmony(score: Score) -> float:
    """By how much the lead is louder while it sounds, LU."""
    lead, harmony = play(score, ("melody",)), play(score, HARMONY)
    windows = lead[: len(lead) // 4800 * 4800].reshape(-1, 4800, 2)
    sounds = (windows**2).sum(axis=(1, 2)) > (windows**2).sum(axis=(1, 2)).max() * 1e-3
    heard = [sound[: len(sounds) * 4800].reshape(-1, 4800, 2)[sounds].reshape(-1, 2) for sound in (lead, harmony)]
    louder, softer = (measure_loudness([sound]) for sound in heard)
    return louder - softer
