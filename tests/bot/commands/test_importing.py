"""The command behind `bandstand import`."""

from pathlib import Path

import pytest

from bot.effects import Compose
from bot.songs import library
from common.errors import CommandError
from tests.bot.conftest import Bench


def test_a_file_becomes_a_job_that_nobody_hears(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "blue lantern.flac"
    file.touch()
    outcome = bench.say(f'import "{file}"')
    assert outcome.effects == (Compose(),)
    [job] = library.open_jobs()
    song = library.song(job.song)
    assert (song.generator, song.parameters) == ("import", {"file": str(file)})
    assert library.slots() == []


def test_the_same_file_is_taken_once(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "a.flac"
    file.touch()
    bench.say(f"import {file}")
    with pytest.raises(CommandError, match="in the library already"):
        bench.say(f"import {file}")


@pytest.mark.parametrize(
    ("path", "why"), [("a.flac", "whole path"), ("/nowhere/a.flac", "no such file"), ("/", "no such file")]
)
def test_a_path_that_leads_nowhere_is_told(bench: Bench, path: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        bench.say(f"import {path}")


def test_again_does_not_mean_a_song_that_was_imported(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "a.flac"
    file.touch()
    bench.say(f"import {file}")
    with pytest.raises(CommandError, match="no last song yet"):
        bench.say("again")
