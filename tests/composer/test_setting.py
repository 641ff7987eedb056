from statistics import mean, pstdev

import pytest

from bandstand.common.bands import Band, Member
from bandstand.common.instruments import RANGES
from bandstand.common.lineups import HOUSE, LINEUPS
from bandstand.composer.compose import compose
from bandstand.composer.guests import ACCOMPANIMENT, USUAL
from bandstand.composer.harmony import BarChords, Harmoniser
from bandstand.composer.parts import fit_to_instrument
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import UNPITCHED, Score
from bandstand.composer.setting import (
    CEILINGS,
    DARK,
    DARK_COMPASS,
    DARK_FLOOR,
    SPARSE,
    Setting,
    draw_setting,
    set_band,
    set_harmony,
    set_register,
    set_staging,
)
from bandstand.composer.stagecraft import Opening
from bandstand.composer.style import LEVEL_ENERGIES, find_level
from bandstand.composer.styles import STYLES
from bandstand.composer.theory import Chord, Key
from bandstand.composer.voices.context import DENSITY_WEIGHT, choose_patterns

ROBOTS = HOUSE["small-robots"]
POP = STYLES["pop"]
SEATS = [seat for lineup in LINEUPS.values() for seat in lineup.seats if seat.voice != "drums"]
SEEDS = range(60)
VERSES = (0.5, 0.56)
"""Energies of a song's first two verses."""


def draw(style: str, seed: int) -> Setting:
    return draw_setting(STYLES[style], RandomSource(seed).branch(style, "setting"))


def find_mean_pitch(song: Score) -> float:
    return mean(note.pitch for part in song.parts if part.voice not in UNPITCHED for note in part.notes)


def test_a_setting_without_arguments_changes_nothing() -> None:
    assert set_band(ROBOTS, Setting()) == ROBOTS
    assert [set_register(member, Setting()) for member in ROBOTS.members] == list(ROBOTS.members)


@pytest.mark.parametrize("seat", SEATS, ids=lambda seat: f"{seat.name}-{seat.bottom}-{seat.top}")
def test_no_setting_leaves_the_range_of_an_instrument_or_narrows_the_compass(seat: Member) -> None:
    for program in seat.instruments:
        member = fit_to_instrument(seat, program)
        for semitones in (-24, -7, 7, 24):
            moved = set_register(member, Setting(semitones, semitones, semitones, semitones))
            assert RANGES[program][0] <= moved.bottom < moved.top <= RANGES[program][1]
            assert moved.top - moved.bottom == member.top - member.bottom


def test_tune_accompaniment_and_bass_move_each_by_its_own() -> None:
    moved = {one.voice: set_register(one, Setting(5, -6, -4, 3)).bottom - one.bottom for one in ROBOTS.members}
    assert moved == {"drums": 0, "bass": 3, "chords": -6, "pad": -4, "melody": 5}


@pytest.mark.parametrize("program", CEILINGS)
def test_a_tune_stays_where_its_instrument_speaks(program: int) -> None:
    member = fit_to_instrument(Member(name="lead", voice="melody", instruments=(program,), bottom=62, top=84), program)
    for semitones in (0, 5, 9):
        assert set_register(member, Setting(tune=semitones)).top == CEILINGS[program]
    assert set_register(member, Setting(tune=-12)).top <= CEILINGS[program]


def test_the_accompaniment_of_a_dark_song_lies_at_the_bottom_of_its_instruments() -> None:
    for member in ROBOTS.members:
        if member.voice in ACCOMPANIMENT:
            dark, low = (set_register(member, Setting(chords=shift, upper=shift)) for shift in (DARK, DARK + 1))
            assert dark.top - dark.bottom == DARK_COMPASS
            assert dark.bottom >= DARK_FLOOR
            assert (dark.top + dark.bottom) / 2 < (low.top + low.bottom) / 2 - 3


def test_in_a_sparse_setting_others_join_in_with_the_chorus_and_in_a_full_one_before_the_verse() -> None:
    def entry(fullness: float) -> float:
        return next(one.enters for one in set_band(ROBOTS, Setting(fullness=fullness)).members if one.voice == "pad")

    assert VERSES[1] < entry(SPARSE) <= 0.8
    assert entry(0.4) < entry(0.0) < VERSES[0]


def test_in_an_even_song_all_begin_but_the_tune_and_in_a_steep_one_all_others_wait_for_the_chorus() -> None:
    def list_entries(arc: str) -> list[float]:
        return [one.enters for one in set_band(ROBOTS, Setting(arc=arc)).members if one.voice != "melody"]

    assert set(list_entries("even")) == {0.0}
    assert list_entries("joined") == [0.0, 0.0, 0.0, 0.7]
    assert sorted(list_entries("steep")) == [0.0, 0.0, 0.0, 0.7]
    assert [opening for opening, _ in set_staging(POP.staging, Setting(arc="even")).openings] == [Opening.ALL]
    assert set_staging(POP.staging, Setting()) == POP.staging


def test_a_drummer_who_is_not_in_every_verse_does_not_begin_an_even_song_either() -> None:
    drummer = set_band(HOUSE["long-exposure"], Setting(arc="even")).members[0]
    assert drummer == HOUSE["long-exposure"].members[0]


@pytest.mark.parametrize("kind", ["verse", "chorus", "bridge"])
def test_a_vamp_goes_round_two_bars_and_a_free_song_round_none(kind: str) -> None:
    def list_bars(setting: Setting, seed: int) -> tuple[BarChords, ...]:
        language = set_harmony(POP.harmony, setting)
        harmoniser = Harmoniser(Key.parse("C"), 0.3, language, RandomSource(seed))
        return harmoniser.make_progression("verse" if setting.goes_round else kind, 8)

    vamps = [list_bars(Setting(goes_round=True, is_vamp=True), seed) for seed in range(20)]
    assert all(bars == bars[:2] * 4 for bars in vamps)
    free = [list_bars(Setting(is_free=True), seed) for seed in range(20)]
    assert mean(len(set(bars)) for bars in free) > mean(len(set(bars)) for bars in vamps) + 2


def test_plain_harmony_has_fewer_chords_than_usual_and_none_from_beside_the_key_and_coloured_harmony_more() -> None:
    key = Key.parse("C")

    def list_chords(harmony: str) -> list[tuple[Chord, ...]]:
        language = set_harmony(STYLES["swing"].harmony, Setting(harmony=harmony))
        return [
            tuple(
                chord for bar in Harmoniser(key, 0.0, language, source).make_progression("bridge", 8) for chord in bar
            )
            for source in map(RandomSource, range(40))
        ]

    plain, usual, coloured = (list_chords(harmony) for harmony in ("plain", "usual", "coloured"))
    few, some, many = (mean(len(set(song)) for song in songs) for songs in (plain, usual, coloured))
    assert few < some < many
    assert all(set(chord.pitches) <= set(key.scale) for song in plain for chord in song)
    assert any(not set(chord.pitches) <= set(key.scale) for song in coloured for chord in song)


def test_a_small_company_plays_closer_together_than_a_large_one() -> None:
    def find_width(setting: Setting) -> float:
        played = [set_register(member, setting) for member in ROBOTS.members if member.voice in ("chords", "melody")]
        chords, melody = ((one.bottom + one.top) / 2 for one in played)
        return melody - chords

    settings = [draw("pop", seed) for seed in range(300)]
    small, large = (
        [find_width(one) for one in settings if is_so(one.company)]
        for is_so in (lambda company: company < USUAL, lambda company: company > USUAL)
    )
    assert mean(small) + 4 < mean(large)


def test_nobody_is_late_in_a_song_for_which_players_were_asked() -> None:
    asked = set_band(ROBOTS, Setting(fullness=SPARSE), ["strings"])
    assert [one.enters for one in asked.members] == [one.enters for one in ROBOTS.members]


@pytest.mark.parametrize("band", HOUSE.values(), ids=lambda band: band.style)
def test_who_is_sparse_plays_two_verses_at_the_quiet_level(band: Band) -> None:
    for member in set_band(band, Setting(fullness=SPARSE)).members:
        if member.voice in ACCOMPANIMENT:
            assert {find_level(energy + DENSITY_WEIGHT * (member.density - 0.5)) for energy in VERSES} == {0}
    assert VERSES[0] > LEVEL_ENERGIES[0]


@pytest.mark.parametrize("bars", [1, 2, 4])
def test_a_figure_goes_round(bars: int) -> None:
    player = Member(name="keys", voice="chords", instruments=(0,), variety=1.0)
    choices = [tuple(range(count)) for count in range(1, 9)]
    played = choose_patterns(choices, 16, player, RandomSource(3), bars)
    assert played == played[:bars] * (16 // bars)
    assert len(set(choose_patterns(choices, 16, player, RandomSource(3)))) > 4


def test_baroque_songs_have_no_loops_and_most_techno_songs_have() -> None:
    assert not any(draw("baroque", seed).loop or draw("baroque", seed).goes_round for seed in SEEDS)
    assert mean(draw("techno", seed).loop > 0 for seed in SEEDS) > 0.5


def test_a_song_that_goes_round_has_the_chords_of_its_verse_in_its_chorus() -> None:
    seed = next(seed for seed in SEEDS if draw("techno", seed).goes_round)
    song = compose(HOUSE["null-modem"], seed, {})
    heads = [
        tuple(mark.symbol for mark in song.chords if 0 <= mark.start - one.bar * song.bar < 3 * song.bar)
        for one in song.sections
        if one.kind in ("verse", "chorus") and not one.key
    ]
    assert len(heads) > 2 and len(set(heads)) == 1


@pytest.mark.slow
def test_songs_of_one_band_lie_apart_in_pitch(songs: list[Score]) -> None:
    spreads = [pstdev([find_mean_pitch(song) for song in songs if song.artist == band.name]) for band in HOUSE.values()]
    assert mean(spreads) > 2.5
