import hashlib
from itertools import pairwise

import pytest

from bandstand.common.bands import slug
from bandstand.common.lineups import HOUSE, LINEUPS
from bandstand.common.text import one_line
from bandstand.composer.band_measures import find_ending
from bandstand.composer.compose import compose, compose_streaming, describe, describe_sections, draw_title
from bandstand.composer.guests import DOUBLE, INVITED
from bandstand.composer.parts import fit_to_instrument
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import EFFECTS, STEP, TICKS, Note, Part, Score, Section, encode_score
from bandstand.composer.setting import draw_setting, set_register
from bandstand.composer.styles import STYLES
from bandstand.composer.theory import Key, find_pitch_classes
from bandstand.composer.voices import VOICES
from bandstand.composer.voices.chords import LOWEST_CHORD

pytestmark = pytest.mark.slow
"""Whole songs are composed."""

ROBOTS = HOUSE["small-robots"]
BY_NAME = {band.name: band for band in HOUSE.values()}

RECORDED = "1838ba30bf965d9e"


def list_notes(score: Score, part: Part, section: Section) -> list[tuple[int, int]]:
    """(step in the section, pitch) of a part's notes in a section, without its last bar, which leads on."""
    step = TICKS // 4
    begin, end = section.bar * score.bar, (section.bar + section.bars - 1) * score.bar
    slack = step // 2
    return sorted(
        (round((note.start - begin) / step), note.pitch)
        for note in part.notes
        if begin - slack <= note.start < end - slack
    )


def part(score: Score, voice: str) -> Part:
    return next(part for part in score.parts if part.voice == voice)


def list_players(score: Score) -> list[Part]:
    return [one for one in score.parts if one.voice != EFFECTS]


def test_the_same_seed_makes_the_same_song() -> None:
    assert encode_score(compose(ROBOTS, 11, {})) == encode_score(compose(ROBOTS, 11, {}))


def test_other_seeds_make_other_songs(songs: list[Score]) -> None:
    assert len({part(song, "melody").notes for song in songs}) == len(songs)


def test_a_song_follows_its_parameters() -> None:
    score = compose(ROBOTS, 1, {"key": "Bbm", "tempo": 100, "minutes": 2})
    assert (score.key, score.tempi[0].bpm) == ("Bbm", 100)
    assert score.seconds(score.ticks) == pytest.approx(120, rel=0.1)


def test_a_parameter_changes_nothing_else() -> None:
    free = compose(ROBOTS, 1, {})
    asked = compose(ROBOTS, 1, {"tempo": free.tempi[0].bpm, "key": free.key})
    assert asked == free


def test_songs_are_between_one_and_a_half_and_three_and_a_half_minutes(songs: list[Score]) -> None:
    assert all(90 <= song.seconds(song.ticks) <= 210 for song in songs)


def test_all_choruses_have_the_same_melody_and_bass(songs: list[Score]) -> None:
    for song in songs:
        choruses = [section for section in song.sections if section.kind == "chorus" and section.energy < 1]
        for voice in ("melody", "bass"):
            for one, other in pairwise(choruses):
                assert list_notes(song, part(song, voice), one) == list_notes(song, part(song, voice), other), song.seed


def test_every_song_ends_on_its_tonic(songs: list[Score]) -> None:
    for song in songs:
        key = Key.parse(song.sections[-1].key or song.key)
        last = part(song, "bass").notes[-1]
        assert last.pitch % 12 == key.tonic, song.seed
        assert find_pitch_classes(song.chords[-1].symbol)[0] == key.tonic


def test_songs_end_in_several_ways_and_sound_until_their_end(songs: list[Score]) -> None:
    assert len({find_ending(song) for song in songs}) >= 3
    for song in songs:
        end = max(note.start + note.length for one in song.parts for note in one.notes)
        assert song.seconds(song.ticks) - song.seconds(end) < 0.7, song.seed


def test_the_tempo_slows_before_an_ending_or_stays(songs: list[Score]) -> None:
    for song in songs:
        speeds = [tempo.bpm for tempo in song.tempi]
        assert speeds == sorted(speeds, reverse=True)
        assert song.tempi[-1].start < song.sections[-1].bar * song.bar
    assert {len(song.tempi) == 1 for song in songs} == {True, False}


def test_a_chorus_is_played_harder_than_an_intro(songs: list[Score]) -> None:
    def force(song: Score, kind: str) -> int:
        section = next((one for one in song.sections if one.kind == kind), song.sections[0])
        begin, end = section.bar * song.bar, (section.bar + section.bars) * song.bar
        players = [one for one in song.parts if one.voice in ("chords", "arpeggio")]
        return max((note.velocity for one in players for note in one.notes if begin <= note.start < end), default=0)

    assert all(force(song, "chorus") > force(song, "intro") + 4 for song in songs)


def test_notes_are_playable_and_in_order(songs: list[Score]) -> None:
    for song in songs:
        for one in song.parts:
            assert one.notes
            assert [note.start for note in one.notes] == sorted(note.start for note in one.notes)
            assert all(1 <= note.velocity <= 127 and note.length > 0 and note.start >= 0 for note in one.notes)
            assert not overlapping(one.notes)


def test_a_wheel_or_controller_moves_once_at_a_time(songs: list[Score]) -> None:
    """Otherwise which of the moves comes last would be left to the synthesiser, and the lead stay out of tune."""
    for song in songs:
        for part in song.parts:
            bends, controls = ([bend.start for bend in part.bends], [(one.start, one.number) for one in part.controls])
            assert len(set(bends)) == len(bends)
            assert len(set(controls)) == len(controls)


def overlapping(notes: tuple[Note, ...]) -> bool:
    ends: dict[int, int] = {}
    for note in notes:
        if note.start < ends.get(note.pitch, 0):
            return True
        ends[note.pitch] = note.start + note.length
    return False


def test_members_stay_in_their_registers_but_for_an_accompaniment_that_gives_way_to_the_tune(
    songs: list[Score],
) -> None:
    for song in songs:
        seats = {seat.name: seat for seat in (*BY_NAME[song.artist].members, *INVITED[song.style])}
        for one in list_players(song):
            if one.name == DOUBLE:  # is as high as the bass is
                continue
            setting = draw_setting(STYLES[song.style], RandomSource(song.seed).branch(song.style, "setting"))
            member = set_register(fit_to_instrument(seats[one.name], one.program), setting)
            low = min(member.low, LOWEST_CHORD) if member.voice in ("chords", "arpeggio", "pad") else member.low
            high = max(member.high, LOWEST_CHORD + 11) if setting.is_dark(member.voice) else member.high  # it is open
            assert all(low <= note.pitch <= high + 1 for note in one.notes)


def test_players_lean_and_drift_but_stay_within_a_twentieth_of_a_second_of_the_grid(songs: list[Score]) -> None:
    for song in songs:
        band = BY_NAME[song.artist]
        unit = STYLES[band.style].swing_steps
        swing = band.swing * unit * STEP
        ms = song.tempi[0].bpm * TICKS / 60_000
        for one in list_players(song):
            for note in one.notes:
                near = range(note.start // STEP - 2, note.start // STEP + 2)
                grid = [step * STEP + (swing if step % (2 * unit) == unit else 0) for step in near]
                assert min(abs(note.start - tick) for tick in grid) <= 50 * ms + 1


def test_the_facts_have_tempo_sections_and_energies(short: Score) -> None:
    assert describe(short)["tempo"] == 120
    sections = describe_sections(short)
    assert (sections[0].name, sections[0].bar, sections[0].energy) == ("intro", 1, short.sections[0].energy)
    assert len(sections) == len(short.sections)


def test_every_style_has_its_own_patterns_and_band() -> None:
    assert set(STYLES) == set(LINEUPS)
    for style, lineup in LINEUPS.items():
        assert all(seat.voice in VOICES for seat in lineup.seats), style
        assert HOUSE[slug(lineup.house)].style == style


def test_a_change_of_key_is_prepared_by_its_dominant_and_marked(songs: list[Score]) -> None:
    lifted = [song for song in songs if any(section.key for section in song.sections)]
    assert lifted
    for song in lifted:
        section = next(section for section in song.sections if section.key)
        before = [mark.symbol for mark in song.chords if mark.start < section.bar * song.bar][-1]
        dominant = Key.parse(section.key).build_chord(4, seventh=True).symbol
        assert before == dominant


def test_a_streaming_score_has_the_same_notes(songs: list[Score]) -> None:
    for song in songs[::5]:
        streaming = compose_streaming(BY_NAME[song.artist], song.seed, {})
        opening = next(streaming.chunks())
        assert streaming.complete() == song
        for part, played in zip(song.parts, opening, strict=True):
            assert part.notes[: len(played.notes)] == tuple(played.notes)
            assert part.controls[: len(played.controls)] == tuple(played.controls)
            assert part.bends[: len(played.bends)] == tuple(played.bends)


def test_the_first_chunk_of_a_long_song_ends_before_the_second_section() -> None:
    streaming = compose_streaming(ROBOTS, 3, {"minutes": 15})
    opening = next(streaming.chunks())
    end = streaming.header.sections[1].bar * streaming.header.bar
    assert any(played.notes for played in opening)
    assert all(move.start < end for played in opening for move in (*played.notes, *played.controls, *played.bends))


def test_songs_stay_the_same_in_every_version_of_python() -> None:
    """Change `RECORDED` only with an intended change of the composer, never because of Python or the order of a set."""
    digest = hashlib.sha256(b"".join(encode_score(compose(band, 1, {})) for band in HOUSE.values()))
    assert digest.hexdigest()[:16] == RECORDED


def test_the_same_seed_gives_the_same_title() -> None:
    assert draw_title(RandomSource(4)) == draw_title(RandomSource(4))


def test_titles_are_short_single_lines_that_differ() -> None:
    titles = [draw_title(RandomSource(seed)) for seed in range(500)]
    assert all(text == one_line(text, 50) and text.isascii() for text in titles)
    assert len(set(titles)) > 400
