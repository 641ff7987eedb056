"""The words of `bandstand`."""

import importlib
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from bandstand.common import cli
from bandstand.common.errors import ConfigError


@pytest.mark.parametrize("word", cli.COMMANDS)
def test_every_word_leads_to_a_function(word: str) -> None:
    module, function = cli.COMMANDS[word][0].split(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_without_words_it_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {word} " in shown for word in cli.COMMANDS)


@pytest.mark.parametrize("word", ["--version", "-V", "version"])
def test_it_says_which_version_it_is(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([word]) == 0
    assert capsys.readouterr().out == f"Bandstand {metadata.version('bandstand')}\n"


def test_there_is_a_path_to_programs_where_nobody_set_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATH")
    assert cli.main(["--version"]) == 0
    assert os.environ["PATH"] == os.defpath


def test_an_unknown_word_is_a_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fly"]) == 2
    assert "there is no command of that name" in capsys.readouterr().err


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setitem(cli.COMMANDS, "check", ("bandstand.common.check:main", ""))
    return monkeypatch


def test_a_fault_is_one_sentence_without_a_traceback(
    check: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise ConfigError("bandstand.toml: icecast.port: is wrong")

    check.setattr("bandstand.common.check.main", fail)
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().err == "bandstand check: bandstand.toml: icecast.port: is wrong\n"


def test_ctrl_c_ends_it_as_shells_expect(check: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    check.setattr("bandstand.common.check.main", interrupt)
    assert cli.main(["check"]) == 130


def test_the_arguments_after_the_word_are_handed_on(check: pytest.MonkeyPatch) -> None:
    taken: list[object] = []

    def take(arguments: list[str]) -> int:
        taken.extend(arguments)
        return 7

    check.setattr("bandstand.common.check.main", take)
    assert cli.main(["check", "--config", "x"]) == 7
    assert taken == ["--config", "x"]


def test_an_error_of_the_system_is_a_sentence_with_its_place(
    check: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise OSError(28, "No space left on device", "/radio/bot.lock")

    check.setattr("bandstand.common.check.main", fail)
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().err == "bandstand check: /radio/bot.lock: No space left on device\n"


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_a_full_disk_and_a_reader_that_went_away_are_no_tracebacks(words: list[str]) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        ended = run_bandstand(*words, stdout=full)
    assert (ended.returncode, ended.stderr) == (1, f"bandstand {words[0]}: No space left on device\n")
    reading, writing = os.pipe()
    os.close(reading)
    ended = run_bandstand(*words, stdout=writing)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (cli.CLOSED, "")


def run_bandstand(*words: str, stdout: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"import sys; from bandstand.common import cli; sys.exit(cli.main({list(words)}))"]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=100, check=False)


def test_in_a_folder_that_was_removed_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert cli.main(["check"]) == 1
    assert "cd to another" in capsys.readouterr().err
    assert cli.main(["--version"]) == 0
