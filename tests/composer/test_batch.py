"""Batches of songs."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import mido
import msgspec
import pytest

from bandstand.common.errors import ComposeError
from bandstand.common.lineups import STYLES
from bandstand.composer.batch import BAND_OF_STYLE, BatchSong, Share, find_bands, main, plan_batch
from bandstand.composer.command import compose
from bandstand.composer.offline import NoRoom, SongOrder


def many(words: str, *files: str) -> Any:
    """Options by which several processes make these files."""
    return pytest.param(words, list(files), marks=pytest.mark.integration)


def test_the_styles_alternate_and_all_seeds_differ() -> None:
    songs = plan_batch(20, BAND_OF_STYLE, 100, Path("x"), "flac")
    assert [Path(song.out).name.split("-")[0] for song in songs[: len(STYLES)]] == list(STYLES)
    assert len({song.seed for song in songs}) == len({song.out for song in songs}) == 20


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--count 0", "--count: 0 is not a number from 1"),
        ("--count 2 --jobs 0", "--jobs: 0 is not a number of processes"),
        ("--count 2 --format aiff", "--format: aiff: known are flac, mid"),
        ("--styles rock,zydeco", "--styles: zydeco: there is no such style; there are pop, rock"),
        ("--styles rock --band null-modem", "--band and --styles: give one of the two"),
        ("--band zydeco", "zydeco: there is no such band"),
        ("--band zydeco --count 2", "zydeco: there is no such band"),
        ("--format mid --out song.flac", "--format: mid is not how the name song.flac ends"),
        ("--format aiff", r"song.aiff: the name must end in one of \.flac"),
    ],
)
def test_wrong_options_raise_an_error(
    words: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ComposeError, match=sentence):
        compose(words.split())
    assert list(tmp_path.iterdir()) == []


def test_bands_are_named_by_their_styles_or_by_themselves() -> None:
    assert find_bands(None, "Rock, techno") == {"rock": "gravel-theory", "techno": "null-modem"}
    assert find_bands("null-modem", "") == {"null-modem": "null-modem"}
    assert find_bands(None, "") == {}


@pytest.mark.parametrize(
    ("words", "files"),
    [
        ("--styles waltz", ["song.mid"]),
        ("--styles waltz --out a.mid", ["a.mid"]),
        many("--styles waltz,rock --seed 7", "songs/rock-8.mid", "songs/waltz-7.mid"),
        many("--count 1", "songs/pop-5.mid"),
        many("--count 2 --band null-modem --out x", "x/null-modem-5.mid", "x/null-modem-6.mid"),
    ],
)
def test_styles_do_not_need_a_count(
    words: str, files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert compose(["--seed", "5", "--format", "mid", "--minutes", "1", *words.split()]) == 0
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.mid")) == files
    shown = capfd.readouterr().out
    assert len(shown.splitlines()) == len(files)


@pytest.mark.integration
def test_songs_are_made_by_several_processes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["--count", "9", "--jobs", "2", "--seed", "5", "--format", "mid", "--minutes", "1"]
    assert compose([*words, "--out", str(tmp_path / "many")]) == 0
    files = sorted((tmp_path / "many").iterdir())
    assert len(files) == 9
    assert all(mido.MidiFile(file).length > 30 for file in files)
    assert len(capfd.readouterr().out.splitlines()) == 9


@pytest.mark.integration
def test_a_song_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "rock-6.mid").mkdir()
    words = ["--count", "3", "--jobs", "1", "--seed", "5", "--format", "mid", "--out", str(tmp_path)]
    program = "import sys, bandstand.common.cli; sys.exit(bandstand.common.cli.main())"
    command = [sys.executable, "-c", program, "compose", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert len(list(tmp_path.glob("*.mid"))) == 3
    assert "rock-6.mid: cannot be written" in done.stderr
    assert done.returncode == 1


def test_where_there_is_no_room_the_others_are_not_begun(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def write(order: SongOrder, *_: object) -> str:
        asked.append(order.band)
        raise NoRoom("there is no room on the disk of /songs")

    share = Share((BatchSong("a", 1, "/songs/a.mid"), BatchSong("b", 2, "/songs/b.mid")))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(msgspec.json.encode(share))))
    monkeypatch.setattr("bandstand.composer.offline.write_song", write)
    monkeypatch.setattr("bandstand.composer.batch.give_way", lambda _: None)
    assert main() == 1
    assert asked == ["a"]
    assert "there is no room" in capsys.readouterr().err
