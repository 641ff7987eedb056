"""The same for both synthesisers: sound that is there, in its limits, and the same each time."""

from itertools import islice

import numpy as np
import pytest

from common.errors import Missing
from common.types import RATE, Lufs
from composer import fluid
from composer.block import BLOCK
from composer.fluid import GRID, timeline
from composer.loudness import Meter
from composer.piece import Piece
from composer.score import Score
from composer.synth import Synthesiser, excerpt, frames, render, synthesiser
from composer.tones import Tones

needs_font = pytest.mark.skipif(
    not fluid.available() or fluid.font("") is None, reason="needs libfluidsynth and a soundfont"
)
KINDS = [pytest.param("fluid", marks=needs_font), "tones"]


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Synthesiser:
    if request.param == "tones":
        monkeypatch.setattr(fluid, "FONTS", ())
    return synthesiser("")


def test_without_a_font_our_own_synthesiser_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fluid, "FONTS", ())
    assert synthesiser("").make is Tones


def test_without_the_library_our_own_synthesiser_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fluid, "fluidsynth", None)
    assert synthesiser("").make is Tones


def test_a_configured_font_that_is_not_there_is_named() -> None:
    with pytest.raises(Missing, match=r"composer.soundfont: /nowhere/big.sf2: there is no such soundfont"):
        synthesiser("/nowhere/big.sf2")


@needs_font
def test_a_font_that_is_none_is_named(tmp_path: "pytest.TempPathFactory") -> None:
    with pytest.raises(Missing, match="cannot read this as a soundfont"):
        synthesiser(__file__).make()


@needs_font
def test_the_font_is_recorded() -> None:
    facts = synthesiser("").facts
    assert str(facts["synthesiser"]).startswith("FluidSynth ")
    assert len(str(facts["soundfont_sha256"])) == 64


@pytest.mark.slow
def test_a_song_is_whole_and_near_its_loudness(source: Synthesiser, short: Score) -> None:
    meter = Meter()
    blocks = list(render(Piece.of(short), source.make(), source, Lufs(-16)))
    for block in blocks:
        meter.push(block)
    loudness, peak = meter.finish()
    song = np.concatenate(blocks)
    assert len(song) == frames(short)
    assert np.isfinite(song).all()
    assert loudness == pytest.approx(-16, abs=1.5)
    assert peak < -0.5
    assert np.abs(song[-480:]).max() < 0.001
    assert abs(song.mean()) < 0.01


def test_the_first_block_is_heard(source: Synthesiser, short: Score) -> None:
    blocks = render(Piece.of(short), source.make(), source, Lufs(-16))
    assert np.abs(next(blocks)).max() > 0.01
    blocks.close()


@pytest.mark.slow
def test_the_same_score_makes_the_same_bits(source: Synthesiser, short: Score) -> None:
    """Past the point where the loudness was measured."""
    count = round(8 * RATE / BLOCK)
    one, other = (
        np.concatenate(list(islice(render(Piece.of(short), source.make(), source, Lufs(-16)), count))) for _ in range(2)
    )
    assert np.array_equal(one, other)


def test_the_target_is_followed(source: Synthesiser, short: Score) -> None:
    def first(target: float) -> float:
        return float(np.abs(next(render(Piece.of(short), source.make(), source, Lufs(target)))).max())

    assert first(-26) == pytest.approx(first(-16) * 10 ** (-10 / 20), rel=0.01)


@pytest.mark.slow
def test_music_is_not_flat_as_noise_is(source: Synthesiser, short: Score) -> None:
    """White noise has .56."""
    song = np.concatenate(list(islice(render(Piece.of(short), source.make(), source, Lufs(-16)), 300)))[:, 0]
    windows = song[: len(song) // 4096 * 4096].reshape(-1, 4096) * np.hanning(4096)
    power = np.abs(np.fft.rfft(windows)) ** 2 + 1e-12
    flatness = np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)
    assert np.median(flatness) < 0.02


def test_an_excerpt_is_a_little_of_the_last_chorus_and_the_last_verse(short: Score) -> None:
    cut = excerpt(short)
    assert [(section.kind, section.bar, section.bars) for section in cut.sections] == [
        ("chorus", 0, 2),
        ("verse", 2, 2),
    ]
    for part, whole in zip(cut.parts, short.parts, strict=True):
        assert 0 < len(part.notes) < len(whole.notes)
        assert all(0 <= note.start < note.start + note.length <= cut.ticks for note in part.notes)


def test_events_are_in_order_and_on_the_grid(short: Score) -> None:
    events = list(timeline(Piece.of(short)))
    assert [event[:2] for event in events] == sorted(event[:2] for event in events)
    assert all(event[0] % GRID == 0 for event in events)
    assert sum(event[1] for event in events) == sum(len(part.notes) for part in short.parts) == len(events) // 2
