from collections.abc import Callable

import msgspec
import pytest

from bandstand.common.bands import Member
from bandstand.common.lineups import HOUSE
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import BassStyle
from bandstand.composer.styles import STYLES
from bandstand.composer.voices.bass import play_bass
from bandstand.composer.voices.bass_figures import SHAPES
from bandstand.composer.voices.context import GridNote, SectionContext

MakeContext = Callable[..., SectionContext]
SEATS = {band.style: next(one for one in band.members if one.voice == "bass") for band in HOUSE.values()}
SONGS = 40
BAR = 16


def change_bass(context: SectionContext, **changes: object) -> SectionContext:
    bass = msgspec.structs.replace(context.style.bass, **changes)
    return msgspec.structs.replace(context, style=msgspec.structs.replace(context.style, bass=bass))


def list_bars(notes: list[GridNote], steps: int) -> list[list[tuple[int, int]]]:
    """(step, semitones above the first note) of the notes of each bar."""
    bars: dict[int, list[GridNote]] = {}
    for note in notes:
        bars.setdefault(note.step // steps, []).append(note)
    return [[(note.step % steps, note.pitch - bar[0].pitch) for note in bar] for _, bar in sorted(bars.items())]


def play(context: SectionContext, member: Member, seed: int) -> list[GridNote]:
    return play_bass(context, member, RandomSource(seed), RandomSource(seed))


def share_of_the_commonest_rhythm(bass: BassStyle, context: MakeContext) -> float:
    shares = []
    for seed in range(SONGS):
        section = change_bass(context(seed=seed, energy=0.6), figures=bass.figures, free=bass.free)
        rhythms = [tuple(step for step, _ in bar) for bar in list_bars(play(section, SEATS["pop"], seed), BAR)]
        shares.append(max(map(rhythms.count, rhythms)) / len(rhythms))
    return sum(shares) / SONGS


def test_a_song_with_a_figure_has_one_rhythm_and_a_line_has_several(context: MakeContext) -> None:
    assert share_of_the_commonest_rhythm(BassStyle(figures=1.0), context) > 0.95
    assert share_of_the_commonest_rhythm(BassStyle(figures=0.0, free=1.0), context) < 0.75


@pytest.mark.parametrize("style", STYLES)
def test_about_as_many_songs_as_the_style_wants_have_a_figure(style: str, context: MakeContext) -> None:
    def sounds_as(figures: float, seed: int) -> bool:
        section = context(seed=seed, style=style)
        changed = change_bass(section, figures=figures)
        return play(section, SEATS[style], seed) == play(changed, SEATS[style], seed)

    share = sum(sounds_as(1.0, seed) and not sounds_as(0.0, seed) for seed in range(SONGS)) / SONGS
    assert abs(share - STYLES[style].bass.figures) < 0.25


@pytest.mark.parametrize("kind", SHAPES)
def test_each_kind_of_figure_begins_its_bars_on_the_root_or_above_it(kind: str, context: MakeContext) -> None:
    for seed in range(SONGS):
        section = change_bass(context(seed=seed, energy=0.8), figures=1.0, even=1.0, pedals=0.0, kinds=((kind, 1),))
        member = SEATS["pop"]
        notes = play(section, member, seed)
        assert all(member.low <= note.pitch <= member.high for note in notes)
        first = {note.step: note.pitch % 12 for note in notes if note.step % BAR == 0}
        assert first == {bar * BAR: chords[0].foot for bar, chords in enumerate(section.bars)}


def test_octaves_are_most_of_what_a_figure_of_octaves_has_under_one_chord(context: MakeContext) -> None:
    plain = change_bass(context(), figures=1.0, kinds=(("octaves", 1),))
    section = msgspec.structs.replace(plain, bars=((plain.following,),) * 8)
    for seed in range(SONGS):
        pitches = [note.pitch for note in play(section, SEATS["pop"], seed)]
        assert sum(pitch % 12 == pitches[0] % 12 for pitch in pitches) >= 0.6 * len(pitches)
        assert len({pitch for pitch in pitches if pitch % 12 == pitches[0] % 12}) == 2


def test_a_pedal_stays_on_the_tonic_under_each_chord_that_has_it(context: MakeContext) -> None:
    for seed in range(SONGS):
        section = change_bass(context(seed=seed), figures=1.0, pedals=1.0)
        tonic = section.key.tonic
        first = {note.step // BAR: note.pitch % 12 for note in play(section, SEATS["pop"], seed) if not note.step % BAR}
        assert {first[bar] for bar, chords in enumerate(section.bars) if tonic in chords[0].pitches[:3]} == {tonic}
        others = [(first[bar], chords[0].foot) for bar, chords in enumerate(section.bars) if bar in first]
        assert all(played in (tonic, foot) for played, foot in others)


def test_slow_neighbours_are_of_the_scale_and_fast_ones_are_a_semitone_away(context: MakeContext) -> None:
    def share_outside(style: str) -> float:
        outside, count = 0, 0
        for seed in range(SONGS):
            plain = change_bass(context(style=style), figures=1.0, even=1.0, kinds=(("neighbours", 1),))
            notes = play(msgspec.structs.replace(plain, bars=((plain.following,),) * 8), SEATS[style], seed)
            outside += sum(note.pitch % 12 not in plain.key.scale for note in notes)
            count += len(notes)
        return outside / count

    assert share_outside("ambient") == 0.0
    assert share_outside("rock") > 0.05


def test_even_notes_have_some_left_out_in_some_songs(context: MakeContext) -> None:
    found = set()
    for seed in range(SONGS):
        section = change_bass(context(energy=0.6, style="rock"), figures=1.0, even=1.0, kinds=(("roots", 1),))
        notes = play(section, SEATS["rock"], seed)
        found.add(tuple(note.step for note in notes if note.step < BAR))
        assert all(note.length < BAR / 2 for note in notes)
    assert tuple(range(0, BAR, 2)) in found
    assert len(found) >= 4


def test_choruses_have_the_verse_s_figure_in_some_songs_and_another_in_others(context: MakeContext) -> None:
    def is_kept(seed: int) -> bool:
        verse, chorus = (
            msgspec.structs.replace(change_bass(context(kind, energy=0.6), figures=1.0, even=1.0), bars=one_chord)
            for kind in ("verse", "chorus")
        )
        return play(verse, SEATS["pop"], seed) == play(chorus, SEATS["pop"], seed)

    one_chord = ((context().following,),) * 8
    kept = sum(is_kept(seed) for seed in range(SONGS))
    assert 0.3 * SONGS < kept < 0.9 * SONGS


def test_songs_of_one_seed_in_two_styles_have_figures_of_their_own(context: MakeContext) -> None:
    def play_as(name: str, seed: int) -> list[GridNote]:
        section = change_bass(context(), figures=1.0)
        named = msgspec.structs.replace(section, style=msgspec.structs.replace(section.style, name=name))
        return play(named, SEATS["pop"], seed)

    assert sum(play_as("pop", seed) != play_as("skiffle", seed) for seed in range(SONGS)) > 0.7 * SONGS
