"""Batches of songs."""

import subprocess
import sys
from pathlib import Path

import mido
import pytest

from bandstand.common.errors import ComposeError
from bandstand.common.lineups import STYLES
from bandstand.composer.__main__ import compose
from bandstand.composer.batch import plan_batch


def test_the_styles_alternate_and_all_seeds_differ() -> None:
    songs = plan_batch(20, "", 100, Path("x"), "flac")
    assert [Path(song.out).name.split("-")[0] for song in songs[: len(STYLES)]] == list(STYLES)
    assert len({song.seed for song in songs}) == len({song.out for song in songs}) == 20


@pytest.mark.parametrize(
    ("count", "styles", "kind", "sentence"),
    [
        (0, "", "flac", "--count: 0 is not a number from 1"),
        (2, "rock,zydeco", "flac", "--styles: zydeco: there is no such style; there are pop, rock"),
        (2, "", "aiff", "--format: aiff: known are flac, mid"),
    ],
)
def test_wrong_options_raise_an_error(count: int, styles: str, kind: str, sentence: str) -> None:
    with pytest.raises(ComposeError, match=sentence):
        plan_batch(count, styles, 1, Path("x"), kind)


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
