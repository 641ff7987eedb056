"""Idents and bridges: what they are made of, and how they sound."""

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.errors import ComposeError, Missing
from bandstand.common.generators import BRIDGE, IDENT
from bandstand.common.jobs import Done, Job, Noticed
from bandstand.common.lineups import HOUSE
from bandstand.common.types import RATE, Lufs, SongCode
from bandstand.composer import between, speech
from bandstand.composer.audio import read_blocks
from bandstand.composer.between import make_between, speak_over
from bandstand.composer.bridges import BridgePlan, compose_bridge, count_bars, find_meeting_tempo, lead_over
from bandstand.composer.idents import IdentPlan, compose_ident, find_soloist
from bandstand.composer.loudness import measure_loudness
from bandstand.composer.synth import Synthesiser
from bandstand.composer.theory import Key
from bandstand.composer.tones import ToneRenderer

TONES = Synthesiser({"synthesiser": "tones"}, ToneRenderer, Lufs(-19.1), 0.5)
MOTIF = (5, 6, 5, 3, 1)
PLAN = IdentPlan(title="Station", key="Dm", tempo=100.0, motif=MOTIF, hold=2.2)


@pytest.mark.parametrize("band", HOUSE.values(), ids=list(HOUSE))
@pytest.mark.parametrize("tempo", [56.0, 90.0, 120.0, 176.0])
def test_the_soloist_plays_the_motif_in_the_key_and_ends_on_the_last_chord(band: Any, tempo: float) -> None:
    score = compose_ident(band, 7, msgspec.structs.replace(PLAN, tempo=tempo)).complete()
    part = next(part for part in score.parts if part.name == find_soloist(band).name)
    assert len(part.notes) == len(MOTIF)
    ending = score.sections[-1].bar * score.bar
    assert abs(part.notes[-1].start - ending) < 60 and all(note.start < ending for note in part.notes[:-1])
    assert {note.pitch % 12 for note in part.notes} <= set(Key.parse("Dm").scale)
    assert part.notes[-1].pitch % 12 == Key.parse("Dm").tonic
    assert 1.0 < score.seconds(ending) < 5.0
    assert all(other.notes for other in score.parts if other.voice != "melody")


def test_idents_of_one_motif_differ_by_their_seeds_and_are_the_same_again() -> None:
    band = HOUSE["trio-maresol"]
    scores = [compose_ident(band, seed, PLAN).complete() for seed in (1, 1, 2, 3)]
    assert scores[0] == scores[1]
    assert scores[0].parts != scores[2].parts or scores[2].parts != scores[3].parts


@pytest.mark.parametrize(("key", "to_key"), [("C", "C"), ("C", "Am"), ("C", "F#"), ("Dm", "Eb"), ("Am", "A")])
@pytest.mark.parametrize("bars", [2, 3, 5, 8])
def test_a_bridge_leads_from_the_old_tonic_to_the_dominant_of_the_new_key(key: str, to_key: str, bars: int) -> None:
    chords = lead_over(Key.parse(key), Key.parse(to_key), bars)
    new = Key.parse(to_key)
    assert len(chords) == bars
    assert chords[0][0].root == Key.parse(key).tonic
    assert chords[-1][0].root == (new.tonic + 7) % 12 and len(chords[-1][0].pitches) == 4


@pytest.mark.parametrize(
    ("key", "to_key", "bars", "symbols"),
    [
        ("C", "C", 4, "C Am F G7"),
        ("C", "F", 3, "C Am C7"),
        ("C", "F", 4, "C Am Gm C7"),
        ("C", "G", 4, "C Em Am D7"),
        ("C", "Bb", 6, "C C Dm Eb Cm F7"),
        ("C", "F#", 3, "C G#7 C#7"),
        ("C", "F#", 5, "C D#m G#m G#7 C#7"),
        ("Em", "C#m", 4, "Em F#m D#7 G#7"),
        ("C", "F#", 2, "C C#7"),
    ],
)
def test_what_both_keys_have_leads_over_and_distant_keys_are_joined_by_fifths(
    key: str, to_key: str, bars: int, symbols: str
) -> None:
    chords = lead_over(Key.parse(key), Key.parse(to_key), bars)
    assert " ".join(chord.symbol for (chord,) in chords) == symbols


@given(st.integers(0, 11), st.integers(0, 11), st.sampled_from(("major", "minor")), st.sampled_from(("major", "minor")))
def test_any_two_keys_are_joined_by_as_many_chords_as_there_are_bars(one: int, two: int, mode: Any, to: Any) -> None:
    key, to_key = Key(one, mode), Key(two, to)
    for bars in range(2, 9):
        roots = [chord.root for (chord,) in lead_over(key, to_key, bars)]
        assert len(roots) == bars
        assert (roots[0], roots[-1]) == (key.tonic, (to_key.tonic + 7) % 12)


@pytest.mark.parametrize(
    ("tempo", "to_tempo", "met"), [(100, 140, 140), (170, 85, 170), (80, 160, 80), (60, 100, 50), (120, 120, 120)]
)
def test_tempi_that_are_far_apart_meet_at_twice_or_half(tempo: float, to_tempo: float, met: float) -> None:
    assert find_meeting_tempo(tempo, to_tempo) == met


@pytest.mark.parametrize("band", HOUSE.values(), ids=list(HOUSE))
def test_a_bridge_arrives_at_the_new_tempo_with_its_last_bar(band: Any) -> None:
    plan = BridgePlan(title="bridge", key="C", tempo=100.0, to_key="Eb", to_tempo=140.0)
    score = compose_bridge(band, 3, plan).complete()
    section = score.sections[0]
    assert 2 <= section.bars <= 8
    assert score.tempi[0].bpm == 100.0
    assert score.tempi[-1] == type(score.tempi[0])((section.bars - 1) * score.bar, 140.0)
    assert any(part.notes for part in score.parts)


def test_a_bridge_has_two_to_eight_bars() -> None:
    assert {count_bars(beats, tempo, tempo) for beats in (3, 4) for tempo in (40.0, 90.0, 200.0)} <= set(range(2, 9))


def test_a_tempo_of_nothing_is_refused() -> None:
    with pytest.raises(ComposeError):
        compose_ident(HOUSE["trio-maresol"], 1, msgspec.structs.replace(PLAN, tempo=0.0))


# The sound


def make(folder: Path, generator: str, parameters: dict[str, Any], band: str = "small-robots") -> tuple[Done, Any]:
    job = Job(song=SongCode("abcd"), generator=generator, seed=5, parameters=parameters, directory=str(folder / "abcd"))
    done = make_between(job, HOUSE[band], TONES, ToneRenderer(), lambda step: None)
    return done, np.concatenate(list(read_blocks(folder / "abcd" / done.files["audio"])))


@pytest.mark.slow
@pytest.mark.parametrize("band", HOUSE)
def test_an_ident_is_short_as_loud_as_songs_and_without_a_click(band: str, tmp_path: Path) -> None:
    parameters = {"name": "Test", "key": "F", "tempo": HOUSE[band].tempo, "motif": "5 6 5 3 1"}
    done, sound = make(tmp_path, IDENT, parameters, band)
    assert 3.0 <= done.seconds <= 8.0
    assert done.loudness == pytest.approx(-16.0, abs=1.0)
    assert np.abs(sound[0]).max() < 0.01 and np.abs(sound[-48:]).max() < 0.001
    assert done.next_at == pytest.approx(done.seconds - 0.9, abs=0.002)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.8, 5.0])
def test_a_name_is_spoken_behind_the_tune_and_before_the_next_song(
    seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = np.full((round(seconds * RATE), 2), 0.05, np.float32)
    spoken: list[tuple[float, int]] = []

    def note(music: Any, speech: Any, at: float, target: Lufs) -> Any:
        spoken.append((at, len(music) - len(speech)))
        return speak_over(music, speech, at, target)

    monkeypatch.setattr(between, "_speak", lambda *_: words)
    monkeypatch.setattr(between, "speak_over", note)
    done, _ = make(tmp_path, IDENT, {"name": "Test", "key": "F", "tempo": 60.0, "motif": "5 6 5 3 1"})
    [(at, latest)] = spoken
    assert at * RATE <= latest, "there is room for it behind the tune, where it is to begin"
    assert done.next_at is not None and at + seconds <= done.next_at


@pytest.mark.slow
def test_a_bridge_is_as_loud_as_what_is_beside_it_and_the_next_song_begins_with_the_next_bar(
    tmp_path: Path,
) -> None:
    parameters = {"key": "C", "tempo": 100.0, "to_key": "Am", "to_tempo": 120.0}
    done, sound = make(tmp_path, BRIDGE, parameters)
    assert done.loudness == pytest.approx(-17.0, abs=0.5)
    assert np.abs(sound[-48:]).max() < 0.001
    assert done.next_at == pytest.approx(done.seconds - 0.6, abs=0.002)


def test_speech_is_as_loud_as_the_station_and_the_music_goes_down_for_it() -> None:
    at = np.arange(6 * RATE) / RATE
    music = np.repeat((0.2 * np.sin(at * 2000))[:, None], 2, axis=1).astype(np.float32)
    words = np.repeat((0.01 * np.sin(at[: 2 * RATE] * 5000))[:, None], 2, axis=1).astype(np.float32)
    mixed = speak_over(music, words, 3.0, Lufs(-16.0))
    assert len(mixed) == len(music)
    assert np.allclose(mixed[: 2 * RATE], music[: 2 * RATE], atol=1e-4)
    middle = mixed[round(3.5 * RATE) : round(4.5 * RATE)]
    assert np.abs(middle).max() < 0.83
    assert measure_loudness([middle]) == pytest.approx(-15.5, abs=1.5)


def test_without_the_program_the_ident_is_music_and_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    told: list[Any] = []
    assert between._speak("Station", "en", told.append) is None
    assert told == [Noticed("the ident has no voice: espeak-ng is not installed")]


def test_what_the_program_complains_of_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: list[str], **_: Any) -> None:
        raise subprocess.CalledProcessError(1, command, stderr=b"Error: no such voice\n")

    monkeypatch.setattr(speech.subprocess, "run", fail)
    with pytest.raises(Missing, match="with the voice xx: Error: no such voice"):
        speech.say("Station", "xx")
    assert speech.make_command("/voices/amy.onnx", Path("out.wav"))[0] == "piper"
