"""A blind test draws its pairs, keeps the answers, and says how sure its result is. No player is needed."""

import io
from collections.abc import Iterator
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest

from bandstand.common.errors import ComposeError
from bandstand.common.types import RATE, Lufs, Seconds
from bandstand.composer import blind_test, fluid
from bandstand.composer.blind_test import (
    KEY,
    LOUDNESS,
    BlindTest,
    Pair,
    Plan,
    ask,
    compute_result,
    draw_pairs,
    find_interval,
    find_people,
    find_player,
    main,
    prepare_person,
    render_excerpt,
)
from bandstand.composer.loudness import measure_loudness
from bandstand.composer.midi import make_midi
from bandstand.composer.midi_files import MidiFile
from bandstand.composer.score import EXPRESSION, Control, Score
from bandstand.composer.synth import Synthesiser, find_synthesiser


@pytest.fixture(autouse=True)
def own_synthesiser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fluid, "SOUNDFONTS", ())


@pytest.fixture
def synthesiser() -> Synthesiser:
    return find_synthesiser("")


@pytest.fixture
def people(short: Score) -> list[MidiFile]:
    data = io.BytesIO()
    make_midi(short).save(file=data)
    return [MidiFile("folder", name, data.getvalue()) for name in ("one", "two", "three")]


@pytest.fixture
def test(tmp_path: Path, people: list[MidiFile], synthesiser: Synthesiser) -> BlindTest:
    """Three pairs whose files are there already."""
    pairs = tuple(Pair("pop", 1, "folder", "one", is_ours_first) for is_ours_first in (True, False, True))
    (tmp_path / KEY).write_bytes(msgspec.json.encode(Plan(Seconds(1), pairs)))
    for number in (1, 2, 3):
        for name in "ab":
            (tmp_path / f"{number:02}-{name}.wav").touch()
    return BlindTest(tmp_path, people, synthesiser)


def test_pairs_are_the_same_for_the_same_seed_and_take_the_styles_in_turn(
    people: list[MidiFile], short: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blind_test, "read_score", lambda _: short)
    pairs = draw_pairs(people, ["pop", "rock"], 6, 7)
    assert pairs == draw_pairs(people, ["pop", "rock"], 6, 7) != draw_pairs(people, ["pop", "rock"], 6, 8)
    assert [pair.style for pair in pairs] == ["pop", "rock"] * 3
    assert {pair.title for pair in pairs[:3]} == {pair.title for pair in pairs[3:]} == {"one", "two", "three"}


def test_files_that_are_no_arrangement_are_passed_over(people: list[MidiFile]) -> None:
    broken = MidiFile("folder", "broken", b"MThd")
    assert "broken" not in {pair.title for pair in draw_pairs([broken, *people], ["pop"], 5, 1)}
    with pytest.raises(ComposeError, match="none of the MIDI files is an arrangement"):
        draw_pairs([broken], ["pop"], 5, 1)


def test_ours_is_first_in_half_of_the_pairs(
    people: list[MidiFile], short: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blind_test, "read_score", lambda _: short)
    assert 400 < sum(pair.is_ours_first for pair in draw_pairs(people, ["pop"], 1000, 1)) < 600


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [(0, 10, 0.0, 0.308), (5, 10, 0.187, 0.813), (10, 10, 0.692, 1.0), (81, 263, 0.253, 0.368), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_the_exact_binomial_one(right: int, count: int, low: float, high: float) -> None:
    assert find_interval(right, count) == pytest.approx((low, high), abs=0.001)


def test_the_result_says_what_it_means() -> None:
    assert str(compute_result([])) == "no pair has been answered yet"
    assert "7 of 10 pairs told apart, 70% (35% to 93% with 95 % confidence)" in str(
        compute_result([True] * 7 + [False] * 3)
    )
    assert str(compute_result([True] * 7 + [False] * 3)).endswith("chance is in that range")
    assert str(compute_result([True] * 10)).endswith("more than chance")
    assert str(compute_result([False] * 10)).endswith("more often than people were")


def test_each_answer_is_kept_at_once_and_the_test_goes_on_where_it_was(
    test: BlindTest, tmp_path: Path, people: list[MidiFile], synthesiser: Synthesiser
) -> None:
    said: list[str] = []
    ask(test, None, iter(["b\n", "what\n", "b\n", "q\n"]), said.append)
    assert test.answers == [True, False]
    assert said.count("a, b, r or q?") == 1
    again = BlindTest(tmp_path, people, synthesiser)
    ask(again, None, iter(["A"]), said.append)
    assert again.answers == [True, False, False]
    assert again.is_over


def test_the_end_of_the_input_ends_the_test(test: BlindTest) -> None:
    ask(test, None, iter([]), lambda _: None)
    assert test.answers == []


def test_both_are_played_and_played_again(test: BlindTest) -> None:
    played: list[str] = []
    lines: Iterator[str] = iter(["r", "a", "q"])
    ask(test, lambda path: played.append(path.name), lines, lambda _: None)
    assert played == ["01-a.wav", "01-b.wav"] * 2 + ["02-a.wav", "02-b.wav"]


def test_a_player_is_found_if_there_is_one() -> None:
    assert find_player(lambda _: None) is None
    assert find_player(lambda name: name if name == "mpv" else None) is not None


@pytest.mark.slow
def test_excerpts_are_equally_loud_and_long(short: Score, synthesiser: Synthesiser) -> None:
    sound = render_excerpt(short, Seconds(4), synthesiser)
    assert sound.shape == (4 * RATE, 2)
    assert measure_loudness([sound]) == pytest.approx(Lufs(LOUDNESS), abs=1)
    assert np.abs(sound[[0, -1]]).max() < 0.001


@pytest.mark.slow
def test_a_pair_is_written_in_the_order_of_the_key(
    tmp_path: Path, people: list[MidiFile], synthesiser: Synthesiser
) -> None:
    plan = Plan(Seconds(1), (Pair("chiptune", 1, "folder", "one", is_ours_first=False),))
    (tmp_path / KEY).write_bytes(msgspec.json.encode(plan))
    test = BlindTest(tmp_path, people, synthesiser)
    first, second = test.write_pair(0)
    for path in (first, second):
        with av.open(str(path)) as container:
            assert (container.duration or 0) / av.time_base == pytest.approx(1, abs=0.11)
    first.unlink()
    lost = BlindTest(tmp_path, [], synthesiser)
    with pytest.raises(ComposeError, match="one of folder, of pair 1, is not there any more"):
        lost.write_pair(0)


def test_a_persons_controllers_are_those_that_are_played(short: Score) -> None:
    moved = (Control(0, 120, 0), Control(5, EXPRESSION, 80), Control(6, 0, 1))
    score = msgspec.structs.replace(
        short, parts=tuple(msgspec.structs.replace(part, controls=moved) for part in short.parts)
    )
    assert all(part.controls == (Control(5, EXPRESSION, 80),) for part in prepare_person(score).parts)


def test_a_missing_folder_and_missing_music_are_told_with_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ComposeError, match="there is no such folder"):
        find_people(tmp_path / "nowhere")
    with pytest.raises(ComposeError, match=r"has no MIDI files.*apt-get install openttd-openmsx"):
        find_people(tmp_path)
    monkeypatch.setattr(blind_test, "ROOT", tmp_path)
    with pytest.raises(ComposeError, match=r"no music of people here.*openttd-openmsx"):
        find_people(None)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--pairs", "0"], "at least 1"),
        (["--result", "--folder", "nowhere"], "no blind test has been begun there"),
        (["--style", "polka"], "polka: there is no such style"),
    ],
)
def test_wrong_arguments_are_told(
    arguments: list[str], sentence: str, tmp_path: Path, short: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_midi(short).save(tmp_path / "theirs.mid")
    with pytest.raises(ComposeError, match=sentence):
        main(["--people", str(tmp_path), *arguments])
    assert not (tmp_path / "blindtest").exists()


def test_the_result_so_far_is_said(test: BlindTest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test.record_answer(is_second=True)
    assert main(["--result", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("1 of 1 pairs told apart")
