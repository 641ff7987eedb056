"""Songs open, go over and end in the ways that are staged, and the tune is never touched."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from bandstand.common.lineups import HOUSE
from bandstand.composer.compose import compose_streaming
from bandstand.composer.harmony import Harmoniser
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import Score, Section
from bandstand.composer.song_form import make_sections
from bandstand.composer.stagecraft import Ending, Opening, Seam, Stage, Staging
from bandstand.composer.staging import BEAT, draw_stages, play_ending, stage_section
from bandstand.composer.style import CRASH, KICK, OPEN, SNARE
from bandstand.composer.styles import STYLES
from bandstand.composer.theory import Key
from bandstand.composer.voices import VOICES
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.counter import BELOW, play_counter
from bandstand.composer.voices.melody import draw_motif

ROBOTS = HOUSE["small-robots"].members
VOICE = {member.voice: index for index, member in enumerate(ROBOTS)}
TUNE = tuple(GridNote(step, 8, 76, 0.8) for step in range(0, 128, 8))


def play(context: SectionContext) -> list[list[GridNote]]:
    return [
        list(TUNE) if one.voice == "melody" else VOICES[one.voice](context, one, RandomSource(1), RandomSource(2))
        for one in ROBOTS
    ]


def stage(context: SectionContext, **means: object) -> list[list[GridNote]]:
    staged = replace(context, stage=Stage(**means), tune=TUNE)  # type: ignore[arg-type]
    return stage_section(play(staged), ROBOTS, staged)


def make_context(
    kind: str = "verse", bars: int = 8, energy: float = 0.5, seed: int = 1, style: str = "pop"
) -> SectionContext:
    key, own = Key(0, "major"), STYLES[style]
    harmoniser = Harmoniser(key, 0.3, own.harmony, RandomSource(seed))
    return SectionContext(
        section=Section(kind, 1, 0, bars, energy),
        style=own,
        key=key,
        bars=harmoniser.make_progression(kind, bars),
        following=key.build_chord(0),
        motif=draw_motif(RandomSource(seed, "/motif")),
    )


@pytest.mark.parametrize("seam", Seam)
def test_the_tune_stays_at_every_seam(seam: Seam) -> None:
    assert stage(make_context(energy=0.6), seam=seam)[VOICE["melody"]] == list(TUNE)


def test_at_a_stop_all_others_rest_for_the_last_beat() -> None:
    for index, notes in enumerate(stage(make_context(energy=0.6), seam=Seam.STOP)):
        if index != VOICE["melody"]:
            assert max(note.step + note.length for note in notes) <= 128 - BEAT


def test_bass_and_drums_drop_out_for_the_last_bar_and_the_drums_lead_back() -> None:
    played = stage(make_context(energy=0.8), seam=Seam.DROP)
    assert max(note.step for note in played[VOICE["bass"]]) < 112
    assert not [note for note in played[VOICE["drums"]] if 112 <= note.step < 124]
    assert [note for note in played[VOICE["chords"]] if note.step >= 112]


def test_a_build_grows_faster_and_louder_and_its_kick_rests_in_the_last_bar() -> None:
    drums = stage(make_context(energy=0.6), seam=Seam.BUILD)[VOICE["drums"]]
    roll = sorted(note for note in drums if note.step >= 96 and note.pitch == SNARE)
    gaps = [after.step - before.step for before, after in pairwise(roll)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] == 4 and gaps[-1] == 1
    assert roll[-1].force > roll[0].force
    assert max(note.step for note in drums if note.pitch == KICK) < 112


def test_a_build_loses_its_bass_and_grows_in_all_others() -> None:
    played, plain = stage(make_context(energy=0.6), seam=Seam.BUILD), stage(make_context(energy=0.6))
    assert max(note.step for note in played[VOICE["bass"]]) < 96 < max(note.step for note in plain[VOICE["bass"]])
    chords, usual = played[VOICE["chords"]], plain[VOICE["chords"]]
    shares = [(note.step, note.force / before.force) for note, before in zip(chords, usual, strict=True)]
    assert all(share == 1 for step, share in shares if step < 96)
    grown = [share for step, share in shares if step >= 96]
    assert grown == sorted(grown) and grown[0] < 0.6 and grown[-1] > 0.9


def test_a_build_leaves_a_chorus_its_bass() -> None:
    played = stage(make_context("chorus", energy=0.8), seam=Seam.BUILD)
    assert max(note.step for note in played[VOICE["bass"]]) >= 96


def test_the_drums_of_a_layered_section_enter_one_after_the_other() -> None:
    drums = stage(make_context(energy=0.5, style="techno"))[VOICE["drums"]]
    first = {drum: min(note.step for note in drums if note.pitch == drum) for drum in {note.pitch for note in drums}}
    assert first[KICK] == 0
    assert 32 <= first[SNARE] < 64 <= first[OPEN] < 128
    plain = stage(make_context(energy=0.5, style="synthwave"))[VOICE["drums"]]
    assert min(note.step for note in plain if note.pitch == SNARE) < 16


def test_a_cymbal_swells_into_the_next_section() -> None:
    played, plain = stage(make_context(energy=0.6), seam=Seam.SWELL), stage(make_context(energy=0.6))
    drums, usual = played[VOICE["drums"]], plain[VOICE["drums"]]
    swell = [note for note in drums if note not in usual]
    assert {note.pitch for note in swell} == {CRASH}
    assert [note.step for note in swell] == list(range(112, 128))
    assert [note.force for note in swell] == sorted(note.force for note in swell)


@pytest.mark.parametrize("opening", Opening)
def test_every_opening_is_heard_on_its_first_beat(opening: Opening) -> None:
    played = stage(make_context("intro", 4, 0.35), opening=opening)
    assert any(note.step == 0 for notes in played for note in notes)


def test_openings_differ_in_who_begins() -> None:
    def begins(opening: Opening) -> set[str]:
        played = stage(make_context("intro", 4, 0.35), opening=opening)
        early = zip(ROBOTS, played, strict=True)
        return {one.voice for one, notes in early if one.voice != "melody" and any(note.step < 16 for note in notes)}

    assert begins(Opening.DRUMS) == {"drums"}
    assert begins(Opening.BASS) == {"drums", "bass"}
    assert begins(Opening.CHORDS) == {"chords", "pad"}
    assert begins(Opening.LAYERS) == {"chords"}


def test_others_than_the_first_who_accompanies_may_join_in_halfway_through_a_verse() -> None:
    def list_firsts(kind: str) -> list[int]:
        staged = stage(replace(make_context(kind, bars=8), has_halves=True))
        return [min(note.step for note in notes) for notes in staged]

    halves = [4 * 16 if member.voice == "pad" else 0 for member in ROBOTS]
    assert list_firsts("verse") == halves
    assert list_firsts("chorus") == [0] * len(ROBOTS)


@pytest.mark.parametrize("bars", [1, 2, 3])
@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("style", STYLES)
def test_an_ending_of_any_length_fills_its_bars_and_no_more(style: str, ending: Ending, bars: int) -> None:
    band = next(band for band in HOUSE.values() if band.style == style)
    context = replace(make_context("ending", bars, style=style), stage=Stage(ending=ending))
    total = bars * context.steps
    played = []
    for one in band.members:
        voice = VOICES[one.voice]
        notes = play_ending(lambda own, v=voice, m=one: v(own, m, RandomSource(1), RandomSource(2)), context, one)
        assert all(0 <= note.step < total and 0 < note.length <= total - note.step for note in notes)
        played += [note for note in notes if one.voice != "drums"]
    assert max(note.step + note.length for note in played) > total - BEAT


def test_a_song_that_fades_gets_ever_softer() -> None:
    chords = stage(make_context("outro", 8, 0.6), ending=Ending.FADE)[VOICE["chords"]]
    plain = stage(make_context("outro", 8, 0.6))[VOICE["chords"]]
    shares = [one.force / other.force for one, other in zip(sorted(chords), sorted(plain), strict=True)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.95 and shares[-1] < 0.8


def test_a_counter_melody_stays_below_the_tune_and_out_of_its_notes() -> None:
    for seed in range(20):
        context = replace(make_context(seed=seed), tune=TUNE)
        line = play_counter(context, ROBOTS[VOICE["pad"]])
        assert len(line) > 8
        for note in line:
            assert note.pitch <= 76 - BELOW
            assert note.length <= 2 or note.pitch % 12 in context.chord_at(note.step).pitches
            assert note.length <= 2 or (76 - note.pitch) % 12 not in (0, 1)


def test_a_player_who_rests_gets_the_counter_melody() -> None:
    context = replace(make_context(energy=0.5), stage=Stage(has_counter=True), tune=TUNE)
    played = play(context)
    played[VOICE["pad"]] = []
    staged = stage_section(played, ROBOTS, context)
    assert staged[VOICE["pad"]] == play_counter(context, ROBOTS[VOICE["pad"]])
    assert staged[VOICE["chords"]] == played[VOICE["chords"]]


def test_the_way_into_the_last_chorus_is_staged_and_a_first_verse_has_no_counter_melody() -> None:
    form = make_sections("IVCVCBCOE", 8)
    for seed in range(30):
        stages = draw_stages(Staging(), form, Ending.HELD, 0.5, RandomSource(seed))
        assert stages[5].seam is not Seam.PLAIN
        assert not stages[1].has_counter and not stages[2].has_counter
        assert all(one.seam is Seam.PLAIN for one in (stages[0], stages[2], stages[6], stages[8]))


def test_every_style_has_at_least_three_openings_and_endings() -> None:
    for style in STYLES.values():
        assert len(style.staging.openings) >= 3 and len(style.staging.endings) >= 3
    kinds = {len(header(name, seed).tempi) == 1 for name in HOUSE for seed in range(6)}
    assert kinds == {True, False}


def header(name: str, seed: int) -> Score:
    return compose_streaming(HOUSE[name], seed, {}).header
