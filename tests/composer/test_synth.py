"""Properties of both synthesisers: audible sound within its limits, the same each time."""

from collections import Counter
from collections.abc import Generator
from itertools import islice

import numpy as np
import pytest

from bandstand.common.errors import Missing
from bandstand.common.types import RATE, Lufs
from bandstand.composer import fluid
from bandstand.composer.audio import BLOCK_FRAMES, Block
from bandstand.composer.band_measures import find_ending
from bandstand.composer.compose import compose_streaming, find_band
from bandstand.composer.fluid import (
    AT_ONCE,
    BEND,
    CONTROL,
    GRID,
    MOST_EARLY,
    OFF,
    ON,
    Early,
    find_early,
    schedule_events,
)
from bandstand.composer.loudness import LoudnessMeter
from bandstand.composer.score import EFFECTS, Score, assign_channels
from bandstand.composer.soundfont_levels import find_attacks, get_reference
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.synth import Synthesiser, count_frames, cut_excerpt, find_synthesiser, render_song
from bandstand.composer.tones import ToneRenderer

needs_soundfont = pytest.mark.skipif(
    not fluid.is_available() or fluid.find_soundfont("") is None, reason="needs libfluidsynth and a soundfont"
)
KINDS = [pytest.param("fluid", marks=needs_soundfont), "tones"]


def render(score: Score, synthesiser: Synthesiser, target: float = -16) -> Generator[Block, None, None]:
    return render_song(StreamingScore.from_score(score), synthesiser.make_renderer(), synthesiser, Lufs(target))


@pytest.fixture(params=KINDS)
def synthesiser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Synthesiser:
    if request.param == "tones":
        monkeypatch.setattr(fluid, "SOUNDFONTS", ())
    return find_synthesiser("")


def test_without_a_soundfont_our_own_synthesiser_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fluid, "SOUNDFONTS", ())
    assert find_synthesiser("").make_renderer is ToneRenderer


def test_without_fluidsynth_our_own_synthesiser_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fluid, "fluidsynth", None)
    assert find_synthesiser("").make_renderer is ToneRenderer


def test_a_missing_configured_soundfont_is_named() -> None:
    with pytest.raises(Missing, match=r"composer.soundfont: /nowhere/big.sf2: there is no such soundfont"):
        find_synthesiser("/nowhere/big.sf2")


@needs_soundfont
def test_a_file_that_is_no_soundfont_is_refused(tmp_path: "pytest.TempPathFactory") -> None:
    with pytest.raises(Missing, match="cannot read this as a soundfont"):
        find_synthesiser(__file__).make_renderer()


@needs_soundfont
def test_the_facts_name_fluidsynth_and_the_soundfont() -> None:
    facts = find_synthesiser("").facts
    assert str(facts["synthesiser"]).startswith("FluidSynth ")
    assert len(str(facts["soundfont_sha256"])) == 64


@pytest.mark.slow
def test_a_song_has_its_length_and_its_loudness(synthesiser: Synthesiser, short: Score) -> None:
    meter = LoudnessMeter()
    blocks = list(render(short, synthesiser))
    for block in blocks:
        meter.push(block)
    loudness, peak = meter.finish()
    song = np.concatenate(blocks)
    assert len(song) == count_frames(short)
    assert np.isfinite(song).all()
    assert loudness == pytest.approx(-16, abs=1.5)
    assert peak < -0.5
    assert np.abs(song[-480:]).max() < 0.001
    assert abs(song.mean()) < 0.01


def test_the_first_block_is_audible(synthesiser: Synthesiser, short: Score) -> None:
    blocks = render(short, synthesiser)
    assert np.abs(next(blocks)).max() > 0.01
    blocks.close()


@pytest.mark.slow
def test_the_same_score_gives_the_same_samples(synthesiser: Synthesiser, short: Score) -> None:
    """Also after the loudness has been measured."""
    count = round(8 * RATE / BLOCK_FRAMES)
    one, other = (np.concatenate(list(islice(render(short, synthesiser), count))) for _ in range(2))
    assert np.array_equal(one, other)


def test_the_loudness_follows_the_target(synthesiser: Synthesiser, short: Score) -> None:
    def first(target: float) -> float:
        return float(np.abs(next(render(short, synthesiser, target))).max())

    assert first(-26) == pytest.approx(first(-16) * 10 ** (-10 / 20), rel=0.01)


@pytest.mark.slow
def test_the_spectrum_is_not_as_flat_as_noise(synthesiser: Synthesiser, short: Score) -> None:
    """The spectral flatness of white noise is 0.56."""
    song = np.concatenate(list(islice(render(short, synthesiser), 300)))[:, 0]
    windows = song[: len(song) // 4096 * 4096].reshape(-1, 4096) * np.hanning(4096)
    power = np.abs(np.fft.rfft(windows)) ** 2 + 1e-12
    flatness = np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)
    assert np.median(flatness) < 0.02


@needs_soundfont
@pytest.mark.slow
@pytest.mark.parametrize("ending", ["fade", "tape"])
def test_a_song_that_sinks_into_silence_does_so_shortly_before_its_end(ending: str, songs: list[Score]) -> None:
    found = [song for song in songs if find_ending(song) == ending]
    score = min(found, key=lambda song: song.seconds(song.ticks))
    song = np.concatenate(list(render(score, find_synthesiser(""))))
    heard = np.flatnonzero(np.abs(song).max(axis=1) > 10 ** (-50 / 20))
    assert len(song) - heard[-1] <= 0.8 * RATE


def test_an_excerpt_has_bars_of_the_last_chorus_and_the_last_verse(short: Score) -> None:
    cut = cut_excerpt(short)
    assert [(section.kind, section.bar, section.bars) for section in cut.sections] == [
        ("chorus", 0, 2),
        ("verse", 2, 2),
    ]
    for part, whole in zip(cut.parts, short.parts, strict=True):
        assert part.voice == EFFECTS or 0 < len(part.notes) < len(whole.notes)
        assert all(0 <= note.start < note.start + note.length <= cut.ticks for note in part.notes)


def test_events_are_in_order_and_on_the_grid(short: Score) -> None:
    events = list(schedule_events(StreamingScore.from_score(short)))
    assert [event[:2] for event in events] == sorted(event[:2] for event in events)
    assert all(event[0] % GRID == 0 for event in events)
    kinds = Counter(event[2] for event in events)
    assert kinds[ON] == kinds[OFF] == sum(len(part.notes) for part in short.parts)
    assert kinds[CONTROL] == sum(len(part.controls) for part in short.parts)
    assert kinds[BEND] == sum(len(part.bends) for part in short.parts)


def make_early(score: Score) -> list[Early]:
    """As if every second part had an instrument that is slow, the slower the lower."""
    slow = Early(tuple(GRID * (70 - key // 2) for key in range(128)), GRID * 30)
    return [(AT_ONCE, slow)[index % 2] for index in range(len(score.parts))]


def test_events_are_the_same_however_the_score_is_cut_into_chunks() -> None:
    song = compose_streaming(find_band("band"), 3, {"minutes": 1})
    early = make_early(song.header)
    whole = StreamingScore.from_score(song.complete())
    assert list(schedule_events(song)) == list(schedule_events(whole))
    assert list(schedule_events(song, early)) == list(schedule_events(whole, early))


def test_slow_instruments_begin_before_the_beat_and_still_in_order(short: Score) -> None:
    early = make_early(short)
    plain = list(schedule_events(StreamingScore.from_score(short)))
    events = list(schedule_events(StreamingScore.from_score(short), early))
    assert [event[:2] for event in events] == sorted(event[:2] for event in events)
    sooner = dict(zip(assign_channels(short), early, strict=True))
    moved = sorted(
        (max(0, event[0] - sooner[event[3]].notes[event[4]]), *event[1:]) for event in plain if event[2] == ON
    )
    assert sorted(event for event in events if event[2] == ON) == moved


def test_drums_and_fast_instruments_are_on_the_beat_and_no_part_is_far_before_it(songs: list[Score]) -> None:
    levels = get_reference()
    for score in songs[:: len(songs) // 16]:
        for part, early in zip(score.parts, find_early(score.parts, levels), strict=True):
            assert part.voice != "drums" or early == AT_ONCE
            for frames, seconds in zip(early.notes, find_attacks(levels, part.program), strict=True):
                assert 0 <= frames <= MOST_EARLY * RATE + GRID
                assert seconds > 0.01 or frames < 0.012 * RATE
            assert min(early.notes) <= early.moves <= max(early.notes)


def test_the_controllers_of_a_slow_instrument_stay_in_their_order(short: Score) -> None:
    song = StreamingScore.from_score(short)
    moves, sooner = (
        [event for event in schedule_events(song, early) if event[2] in (CONTROL, BEND)]
        for early in ((), make_early(short))
    )
    for channel in {event[3] for event in moves}:
        ticks = [event[1] for event in sooner if event[3] == channel]
        assert ticks == sorted(ticks) == [event[1] for event in moves if event[3] == channel]
