from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.compose import compose
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import STEP, Part, Score, Section
from bandstand.composer.setting import draw_setting
from bandstand.composer.style import RiffStyle
from bandstand.composer.styles import STYLES
from bandstand.composer.voices.context import GridNote, Riff, SectionContext
from bandstand.composer.voices.riffs import draw_riff, play_riff

MakeContext = Callable[..., SectionContext]
GRAVEL = HOUSE["gravel-theory"].members
GUITAR, BASS = GRAVEL[2], GRAVEL[1]
LONGEST_PICKUP = 3
"""Notes."""
ROCK = msgspec.structs.replace(STYLES["rock"].riffs, share=1.0)


def draw(seed: int, style: RiffStyle = ROCK) -> Riff:
    riff = draw_riff(style, GRAVEL, RandomSource(seed))
    assert riff is not None
    return riff


def list_onsets(score: Score, part: Part, section: Section) -> list[tuple[int, ...]]:
    """For each two bars of a section, the steps at which a part begins notes."""
    steps, found = score.bar // STEP, dict[int, set[int]]()
    for note in part.notes:
        bar, step = divmod(round(note.start / STEP), steps)
        pair = (bar - section.bar) // 2
        if 0 <= bar - section.bar < section.bars:
            found.setdefault(pair, set()).add((bar - section.bar) % 2 * steps + step)
    return [tuple(sorted(found[pair])) for pair in sorted(found)]


def test_a_style_without_players_has_no_riff_nor_has_a_band_without_them() -> None:
    assert draw_riff(RiffStyle(), GRAVEL, RandomSource(1)) is None
    assert draw_riff(ROCK, GRAVEL[:1], RandomSource(1)) is None


@pytest.mark.parametrize("style", ["rock", "techno"])
def test_a_riff_has_two_bars_that_begin_alike_and_end_in_different_ways(style: str) -> None:
    data = msgspec.structs.replace(STYLES[style].riffs, share=1.0, players=("chords",))
    for seed in range(30):
        riff = draw(seed, data)
        first = [(note.step, note.degree) for note in riff.notes if note.step < 16]
        second = [(note.step - 16, note.degree) for note in riff.notes if note.step >= 16]
        assert first[:2] == second[:2] and first != second
        assert first[0] == (0, 0)
        assert len({note.degree for note in riff.notes}) >= 3
        assert all(one.step + one.length <= other.step for one, other in pairwise(riff.notes))


def test_a_riff_returns_with_another_turn_at_the_end_of_a_phrase(context: MakeContext) -> None:
    changed = 0
    for seed in range(10):
        riff, section = draw(seed), context("solo", seed=seed, style="rock")
        again = msgspec.structs.replace(section, riff=riff, section=msgspec.structs.replace(section.section, number=2))
        first, second = play_riff(msgspec.structs.replace(section, riff=riff), BASS), play_riff(again, BASS)
        turns = {*range(56, 64), *range(120, 128)}
        assert [n[::2] for n in first if n.step not in turns] == [n[::2] for n in second if n.step not in turns]
        assert all(one.step + one.length <= other.step for one, other in pairwise(second))
        changed += first != second
    assert changed >= 8


def test_riffs_of_songs_differ() -> None:
    assert len({draw(seed).notes for seed in range(40)}) >= 38


def test_the_riff_moves_with_the_chords_and_bass_and_guitar_play_it_together(context: MakeContext) -> None:
    for seed in range(20):
        section = msgspec.structs.replace(context("solo", seed=seed, style="rock"), riff=draw(seed))
        guitar, bass = play_riff(section, GUITAR), play_riff(section, BASS)
        assert {note.step for note in guitar} == {note.step for note in bass}
        low = {note.step: note.pitch for note in guitar[::-1]}
        assert all((low[note.step] - note.pitch) % 12 == 0 for note in bass)
        roots = [note for note in bass if note.step % section.steps == 0]
        assert all(note.pitch % 12 == section.chord_at(note.step).root for note in roots)
        assert all(GUITAR.low <= note.pitch <= GUITAR.high + 7 for note in guitar)


def test_a_riff_stays_below_the_tune(context: MakeContext) -> None:
    tune = (GridNote(0, 128, 57, 1.0),)
    for seed in range(20):
        section = msgspec.structs.replace(context("verse", style="rock"), riff=draw(seed), tune=tune)
        assert all(note.pitch < 57 for note in play_riff(section, GUITAR))


def test_the_bass_waits_in_an_introduction_as_it_does_without_a_riff(context: MakeContext) -> None:
    section = msgspec.structs.replace(context("intro", bars=4, style="rock"), riff=draw(1))
    assert min(note.step for note in play_riff(section, BASS)) == 2 * 16
    assert min(note.step for note in play_riff(section, GUITAR)) == 0


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "player"), [("gravel-theory", "rhythm guitar"), ("null-modem", "sequence")])
def test_a_rock_song_and_a_techno_song_have_a_riff_that_returns(slug: str, player: str) -> None:
    returning = 0
    for seed in range(10):
        score = compose(HOUSE[slug], seed, {})
        part = next(one for one in score.parts if one.name == player)
        intro, outro = (next(one for one in score.sections if one.kind == kind) for kind in ("intro", "outro"))
        opening, closing = list_onsets(score, part, intro), list_onsets(score, part, outro)
        returning += bool(opening and closing) and opening[-1] == closing[0]
    assert returning >= 8


@pytest.mark.slow
def test_an_introduction_without_a_riff_quotes_the_hook_of_the_chorus() -> None:
    quoted = 0
    for slug in ("small-robots", "8-bit-picnic", "loose-change-union"):
        for seed in range(8):
            score = compose(HOUSE[slug], seed, {})
            lead = next(part for part in score.parts if part.voice == "melody")
            intro = next((one for one in score.sections if one.kind == "intro"), None)
            chorus = next(one for one in score.sections if one.kind == "chorus")
            setting = draw_setting(STYLES[score.style], RandomSource(seed).branch(score.style, "setting"))
            if intro is None or chorus.key or setting.arc == "even":
                continue
            pitches = [note.pitch for note in lead.notes if note.start < intro.bars * score.bar - STEP * 8]
            begin = chorus.bar * score.bar - STEP // 2
            head = [note.pitch for note in lead.notes if note.start >= begin][: len(pitches)]
            quoted += len(pitches) >= 3 and any(
                pitches[pickup : pickup + 3] == head[:3] for pickup in range(LONGEST_PICKUP + 1)
            )
    assert quoted >= 15
