"""`bandstand status`: one look, and the view that is drawn anew."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bandstand.bot.commands.reply import Reply
from bandstand.bot.shell import watching
from bandstand.bot.shell.ctl import NotRunning
from bandstand.common.cli import main as bandstand

NOW = Reply("Blue Lantern is on the air")
STATUS = Reply("Bandstand is on the air, up 1:00", columns=("part", "state"), rows=(("bot", "running"),))
QUEUE = Reply("the queue is empty")


class FakeSource:
    """Gives one answer after the other; then somebody types Ctrl-C."""

    def __init__(self, *answers: list[Reply] | NotRunning) -> None:
        self._answers = list(answers)

    def ask(self) -> list[Reply]:
        if not self._answers:
            raise KeyboardInterrupt
        answer = self._answers.pop(0)
        if isinstance(answer, NotRunning):
            raise answer
        return answer

    def close(self) -> None:
        pass


def watch(source: FakeSource, as_json: bool = False, is_terminal: bool = False) -> None:
    with pytest.raises(KeyboardInterrupt):
        watching.watch(source, as_json, 0.001, is_terminal)  # type: ignore[arg-type]


ALL = [NOW, STATUS, QUEUE]


def test_in_a_pipe_it_is_text_without_control_codes(capsys: pytest.CaptureFixture[str]) -> None:
    watch(FakeSource(ALL, ALL))
    said = capsys.readouterr().out
    assert "\x1b" not in said and said.count("Blue Lantern") == 2 and "running" in said


def test_as_json_each_look_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    watch(FakeSource(ALL, NotRunning("the station went away")), as_json=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert list(first) == ["np", "status", "queue"]
    assert "went away" in second["summary"]


def test_a_station_that_goes_away_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    watch(FakeSource(ALL, NotRunning("the station went away"), ALL))
    said = capsys.readouterr().out
    assert re.search(r"Blue Lantern.*went away; it is shown again when it is back.*Blue Lantern", said, re.DOTALL)


def test_a_terminal_is_drawn_over_and_given_back(capsys: pytest.CaptureFixture[str]) -> None:
    watch(FakeSource(ALL, ALL), is_terminal=True)
    said = capsys.readouterr().out
    assert said.startswith(watching.ENTER) and said.endswith(watching.LEAVE)
    assert said.count(watching.HOME) == 2 and "\x1b[2J" not in said


def test_what_has_no_room_is_cut_and_said_to_be() -> None:
    drawn = watching.draw(["one", "two", "three"], height=2)
    assert "two" not in drawn and "…" in drawn and drawn.count("\n") == 1
    assert watching.draw(["one", "two"], height=2).count("\n") == 1


@pytest.mark.parametrize("arguments", [["--every", "0"], ["--every", "nan"], ["--every", "x"], ["--colour"]])
def test_what_it_does_not_take_is_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        watching.main(arguments)
    assert arguments[0] in capsys.readouterr().err


def test_without_a_station_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in (["status"], ["status", "--watch"]):
        assert bandstand(arguments) == 1
        assert "no station is running" in capsys.readouterr().err


@pytest.mark.slow
def test_ctrl_c_at_a_terminal_ends_it_well_and_leaves_the_screen() -> None:
    program = (
        "import sys\n"
        "from bandstand.bot.commands.reply import Reply\n"
        "from bandstand.bot.shell import watching\n"
        "watching.Source.ask = lambda self: [Reply('hello')]\n"
        "sys.exit(watching.main(['--watch', '--every', '60']))\n"
    )
    ours, theirs = pty.openpty()
    child = subprocess.Popen([sys.executable, "-c", program], stdout=theirs, stderr=theirs, stdin=theirs)
    os.close(theirs)
    said = b""
    while b"hello" not in said:
        said += os.read(ours, 1000)
    child.send_signal(signal.SIGINT)
    assert child.wait(30) == 0
    while watching.LEAVE.encode() not in said:
        said += os.read(ours, 1000)
    os.close(ours)
