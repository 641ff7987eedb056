from collections.abc import Callable
from itertools import pairwise, product

import msgspec
import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.random_source import RandomSource
from bandstand.composer.voices.context import Ahead, GridNote, SectionContext
from bandstand.composer.voices.melody import LONG_STEPS, draw_motif, play_melody, transform_motif
from bandstand.composer.voices.tunes.character import draw_character

MakeContext = Callable[..., SectionContext]
LEAD = HOUSE["small-robots"].members[4]


def play(context: SectionContext, seed: int) -> list[GridNote]:
    return play_melody(context, LEAD, RandomSource(seed), RandomSource(0))


@pytest.mark.parametrize("seed", range(50))
def test_a_motif_stays_near_its_beginning(seed: int) -> None:
    intervals = draw_motif(RandomSource(seed))
    assert all(abs(sum(intervals[:length])) <= 6 for length in range(len(intervals)))


def test_a_verse_has_the_motif_and_other_sections_transform_it() -> None:
    intervals = (1, 2, -1, 0, 1, -2, 1, 3)
    assert transform_motif(intervals, "verse", RandomSource(1)) == intervals
    assert transform_motif(intervals, "bridge", RandomSource(1)) == intervals[::-1]
    assert all(transform_motif(intervals, "chorus", RandomSource(seed)) != intervals for seed in range(20))


def test_the_downbeat_of_a_bar_is_a_note_of_its_chord_or_leans_on_the_next_or_rubs_on_none(
    context: MakeContext,
) -> None:
    """Of a tune that is written to its chords; a figure that goes round stays as it is, as a riff does."""
    belonging: list[bool] = []
    for seed in range(60):
        section = context(seed=seed, key="Am")
        if draw_character(section.style, RandomSource(seed).song).round:
            continue
        for note, following in pairwise(play(section, seed)):
            if note.step % 16 == 0 and note.step // 16 % 4 != 3:
                chord = section.chord_at(note.step).pitches
                leans = note.length < 4 and abs(following.pitch - note.pitch) <= 2
                rubs = any((note.pitch + way) % 12 in chord for way in (1, -1))
                belonging.append(note.pitch % 12 in chord)
                assert belonging[-1] or leans or not rubs
    assert 0.75 < sum(belonging) / len(belonging) < 1.0


@pytest.mark.parametrize("seed", range(30))
def test_a_chorus_ends_on_the_tonic_with_a_rest_after_it(seed: int, context: MakeContext) -> None:
    section = context("chorus", seed=seed, energy=0.8)
    last = play(section, seed)[-1]
    assert last.pitch % 12 == section.key.tonic
    assert last.step + last.length <= 8 * 16 - 3


def test_choruses_lie_above_verses(context: MakeContext) -> None:
    def middle(kind: str) -> float:
        pitches = [note.pitch for seed in range(20) for note in play(context(kind, energy=0.8, seed=seed), seed)]
        return sum(pitches) / len(pitches)

    assert middle("chorus") > middle("verse") + 2


@pytest.mark.parametrize("seed", range(20))
def test_the_last_chorus_has_a_second_voice_below_that_agrees_with_the_chords(seed: int, context: MakeContext) -> None:
    section = context("chorus", energy=1.0, seed=seed)
    single, double = play(context("chorus", energy=0.8, seed=seed), seed), play(section, seed)
    first, second = double[: len(single)], double[len(single) :]
    assert [note.step for note in first] == [note.step for note in single]
    above = {note.step: note.pitch for note in first}
    assert second
    assert all(3 <= above[note.step] - note.pitch <= 9 for note in second)
    strong = [note for note in second if note.step % 8 == 0 or note.length >= LONG_STEPS]
    assert all(note.pitch % 12 in section.chord_at(note.step).pitches for note in strong)


@pytest.mark.parametrize("seed", range(30))
def test_a_close_begins_on_a_note_of_its_chord(seed: int, context: MakeContext) -> None:
    section = context(seed=seed, key="Em")
    closes = [[note for note in play(section, seed) if note.step // 16 == bar] for bar in (3, 7)]
    assert all(close[0].pitch % 12 in section.chord_at(close[0].step).pitches for close in closes if close)


def test_the_pickup_of_the_next_section_is_played_before_it(context: MakeContext) -> None:
    found = 0
    for seed in range(20):
        verse, chorus = context("verse", seed=seed), context("chorus", seed=seed, energy=0.8)
        ahead = Ahead(msgspec.structs.replace(chorus, pickups=1.0), RandomSource(seed, "/chorus"), RandomSource(0))
        notes = play(msgspec.structs.replace(verse, ahead=ahead), seed)
        following = play_melody(ahead.context, LEAD, ahead.material, ahead.occurrence)
        assert all(note.step >= 0 for note in following)
        assert all(a.step + a.length <= b.step for a, b in pairwise(notes))
        found += notes[-1].step + notes[-1].length == 8 * 16
    assert found >= 12


def test_a_pickup_after_a_rest_and_the_end_of_a_hook_stay_inside_the_register(context: MakeContext) -> None:
    """They are moved to the chord, which could be a note that the instrument does not have."""
    low = msgspec.structs.replace(LEAD, bottom=62, top=76)
    for seed, key in product(range(40), ("C", "D", "E", "F", "G", "A")):
        chorus, intro = (context(kind, bars=4, seed=seed, key=key) for kind in ("chorus", "intro"))
        ahead = Ahead(msgspec.structs.replace(chorus, pickups=1.0), RandomSource(seed), RandomSource(0))
        pickup, hook = (
            msgspec.structs.replace(intro, ahead=ahead),
            msgspec.structs.replace(intro, hook=ahead, hook_bar=2),
        )
        for asked in (pickup, hook):
            notes = play_melody(asked, low, RandomSource(seed), RandomSource(0))
            assert all(low.low <= note.pitch <= low.high for note in notes)


def test_a_verse_that_returns_is_varied_and_a_chorus_is_not(context: MakeContext) -> None:
    def play_both(kind: str, seed: int) -> tuple[list[GridNote], list[GridNote]]:
        first = context(kind, seed=seed, energy=0.7)
        again = msgspec.structs.replace(first, section=msgspec.structs.replace(first.section, number=2))
        return play(first, seed), play(again, seed)

    assert sum(one != other for one, other in (play_both("verse", seed) for seed in range(20))) >= 15
    assert all(one == other for one, other in (play_both("chorus", seed) for seed in range(20)))


def test_an_intro_quotes_the_head_of_the_chorus_if_it_has_a_hook(context: MakeContext) -> None:
    for seed in range(10):
        chorus, intro = context("chorus", seed=seed, energy=0.8), context("intro", bars=4, seed=seed)
        hook = Ahead(chorus, RandomSource(seed, "/chorus"), RandomSource(0))
        quoted = play(msgspec.structs.replace(intro, bars=chorus.bars[:4], hook=hook), seed)
        tune = play_melody(chorus, LEAD, hook.material, hook.occurrence)
        assert [(note.step, note.pitch) for note in quoted] == [(note.step, note.pitch) for note in tune[: len(quoted)]]
        assert len(quoted) > 3
        assert all(note.step + note.length <= 4 * 16 for note in quoted)
        assert play(intro, seed) == []
