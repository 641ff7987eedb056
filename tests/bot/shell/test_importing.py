"""Which files `bandstand import` takes, and what it says of each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.shell import importing
from bandstand.bot.shell.ctl import NotRunning
from bandstand.common.errors import CommandError


def test_a_directory_is_searched_for_sound_files_and_a_named_file_is_taken_as_it_is(tmp_path: Path) -> None:
    inside = tmp_path / "music" / "old"
    inside.mkdir(parents=True)
    song, text, odd = inside / "a.FLAC", inside / "a.txt", tmp_path / "odd.bin"
    for path in (song, text, odd):
        path.touch()
    assert importing.find_files([str(tmp_path / "music"), str(odd), str(song)]) == [song, odd]


def test_a_path_that_is_not_there_and_a_directory_without_songs_are_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no such file or directory"):
        importing.find_files([str(tmp_path / "gone")])
    with pytest.raises(CommandError, match="there is no sound file in"):
        importing.find_files([str(tmp_path)])


class Running:
    """A station that imports what is called good."""

    asked: list[tuple[str, bool]] = []

    def __init__(self, _: Path) -> None:
        pass

    def ask(self, line: str, wait: bool) -> Iterator[Reply]:
        self.asked.append((line, wait))
        yield Reply("job 1 takes it", job="1")
        yield Reply("made", job="1") if "good" in line else Reply("no sound in it", Level.FAILED, job="1")

    def close(self) -> None:
        pass


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BANDSTAND_CONFIG", raising=False)
    for name in ("good one.wav", "bad.wav"):
        (tmp_path / name).touch()
    return [str(tmp_path / "good one.wav"), str(tmp_path / "bad.wav")]


def test_every_file_is_a_job_that_is_waited_for_and_what_failed_is_told(
    paths: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Running.asked.clear()
    monkeypatch.setattr(importing, "Station", Running)
    assert importing.main(paths) == 1
    assert sorted(Running.asked) == sorted([(f'import "{paths[0]}"', True), (f"import {paths[1]}", True)])
    out, err = capsys.readouterr()
    assert out == "1 of 2 songs imported\n"
    assert "no sound in it" in err
    assert importing.main(paths[:1]) == 0


def test_without_a_station_it_says_so(paths: list[str]) -> None:
    with pytest.raises((CommandError, NotRunning), match="bandstand up"):
        importing.main(paths)
