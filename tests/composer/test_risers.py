"""Risers run up to the next section; the last chord swells, or sinks as on a tape that is stopped."""

from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.compose import compose
from bandstand.composer.expression import perform
from bandstand.composer.harmony import Harmoniser
from bandstand.composer.random_source import RandomSource
from bandstand.composer.risers import REVERSED_SECONDS, STILL, end_with_moves, play_reversed_cymbal, play_riser
from bandstand.composer.score import EXPRESSION, TICKS, Section
from bandstand.composer.stagecraft import Ending, Seam, Stage
from bandstand.composer.styles import STYLES
from bandstand.composer.theory import Key
from bandstand.composer.voices.context import GridNote, SectionContext

PAD, DRUMS = HOUSE["small-robots"].members[3], HOUSE["small-robots"].members[0]


def make_context(kind: str, bars: int, style: str = "pop", ending: Ending = Ending.HELD) -> SectionContext:
    key, own = Key(0, "major"), STYLES[style]
    return SectionContext(
        section=Section(kind, 1, 4, bars, 0.6),
        style=own,
        key=key,
        bars=Harmoniser(key, 0.3, own.harmony, RandomSource(1)).make_progression(kind, bars),
        following=key.build_chord(0),
        motif=(),
        stage=Stage(ending=ending),
    )


@pytest.mark.parametrize("style", ["pop", "waltz"])
def test_a_riser_runs_up_the_scale_ever_faster_and_louder(style: str) -> None:
    context = make_context("verse", 8, style)
    run = play_riser(context, PAD)
    assert [note.pitch for note in run] == sorted({note.pitch for note in run})
    assert [note.force for note in run] == sorted(note.force for note in run)
    assert [note.length for note in run] == sorted((note.length for note in run), reverse=True)
    assert all(note.step >= 7 * context.steps for note in run)
    assert all(one.step + one.length == other.step for one, other in pairwise(run))
    assert run[-1].step + run[-1].length == 8 * context.steps
    assert len(run) >= 6


def test_in_a_swell_every_pitched_part_grows_until_the_end() -> None:
    context = make_context("ending", 2, ending=Ending.SWELL)
    played = perform([GridNote(0, 32, 60, 0.8)], context, PAD, 100, RandomSource(1))
    values = [move.value for move in played.controls if move.number == EXPRESSION]
    assert values == sorted(values) and values[0] < 50 and values[-1] == 127
    assert played.controls[0].start == 16 * TICKS and not played.bends
    drums = perform([GridNote(0, 1, 49, 0.8)], context, DRUMS, 100, RandomSource(1))
    assert not drums.controls


@pytest.mark.parametrize("bars", [1, 2, 3])
def test_at_a_tape_stop_the_last_chord_sinks_and_gets_soft_through_the_last_bar(bars: int) -> None:
    context = make_context("ending", bars, ending=Ending.TAPE)
    moves = end_with_moves(context)
    assert moves is not None
    controls, bends = moves
    last = (4 + bars - 1) * 4 * TICKS
    assert bends[0].cents == 0 and bends[-1].cents == -200
    assert controls[-1].value == round(127 * STILL) and controls[0].value == 127
    assert bends[-1].start >= last + 3.5 * TICKS  # silence would be heard before the song's end
    assert all(last <= bend.start < last + 4 * TICKS for bend in bends)
    assert [move.start for move in controls] == sorted(move.start for move in controls)


def test_no_other_section_and_no_other_ending_has_them() -> None:
    assert end_with_moves(make_context("outro", 4, ending=Ending.TAPE)) is None
    assert end_with_moves(make_context("ending", 2, ending=Ending.RING)) is None


@pytest.mark.slow
def test_some_hip_hop_ends_as_a_tape_and_some_synthwave_swells() -> None:
    def count(slug: str, is_one: Callable[[list[int], bool], bool]) -> int:
        found = 0
        for seed in range(16):
            score = compose(HOUSE[slug], seed, {"minutes": 1})
            part = next(one for one in score.parts if one.voice in ("chords", "arpeggio"))
            begin = score.sections[-1].bar * score.bar
            values = [move.value for move in part.controls if move.start >= begin]
            found += bool(values) and is_one(values, any(bend.cents < -150 for bend in part.bends))
        return found

    assert count("corner-shop-tapes", lambda values, sinks: sinks and values[-1] < values[0]) >= 2
    assert count("coastline-1986", lambda values, sinks: not sinks and values[0] < 50 and values[-1] == 127) >= 1


def test_a_reversed_cymbal_rises_to_the_next_section_for_the_same_time_at_any_tempo() -> None:
    plain = make_context("verse", 8)
    context = msgspec.structs.replace(plain, stage=Stage(seam=Seam.REVERSE))
    end = (context.section.bar + context.section.bars) * 4 * TICKS
    for bpm in (60.0, 120.0, 180.0):
        [note] = play_reversed_cymbal(context, bpm)
        assert note.start + note.length == end
        assert note.length * 60 / bpm / TICKS == pytest.approx(REVERSED_SECONDS, abs=0.01)
    assert play_reversed_cymbal(plain, 120.0) == []
