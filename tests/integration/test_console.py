"""The console on a real pseudo-terminal, with commands that only talk."""

import os
import re
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

PROGRAM = Path(__file__).with_name("console_station.py")
PROMPT = ">"  # the blank after it may be a movement of the cursor
CTRL_A, CTRL_C, CTRL_D, CTRL_R, UP = "\x01", "\x03", "\x04", "\x12", "\x1b[A"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[pexpect.spawn]:
    environment = {**os.environ, "NO_COLOR": "1", "TERM": "xterm", "PYTHONPATH": str(PROGRAM.parents[2])}
    child = pexpect.spawn(
        sys.executable,
        [str(PROGRAM), str(tmp_path / "history")],
        env=environment,
        encoding="utf-8",
        timeout=60,
        dimensions=(24, 80),
    )
    child.expect(PROMPT)
    yield child
    child.close(force=True)


def ended(terminal: pexpect.spawn) -> int | None:
    terminal.expect(pexpect.EOF)
    terminal.wait()
    return terminal.exitstatus


def test_a_line_is_answered_above_the_prompt(terminal: pexpect.spawn) -> None:
    terminal.send("echo hello\r")
    terminal.expect(re.escape("ok: console said [echo hello]") + ".*>")


def test_wide_characters_and_editing_keys_arrive_as_meant(terminal: pexpect.spawn) -> None:
    terminal.send("夜の電車 naïve" + CTRL_A + "echo \r")
    terminal.expect(re.escape("[echo 夜の電車 naïve]"))


def test_a_later_answer_leaves_the_line_being_typed_as_it_is(terminal: pexpect.spawn) -> None:
    terminal.send("later your song is done\r")
    terminal.expect("said")
    terminal.send("echo half")
    terminal.expect(re.escape("* your song is done") + ".*>.*echo half")
    terminal.send(" and half\r")
    terminal.expect(re.escape("[echo half and half]"))


def test_a_word_is_completed(terminal: pexpect.spawn) -> None:
    terminal.send("ec\tyes\r")
    terminal.expect(re.escape("[echo yes]"))


def test_history_outlives_the_station(terminal: pexpect.spawn, tmp_path: Path) -> None:
    terminal.send("echo again\r")
    terminal.expect("said")
    terminal.send(UP + "\r")
    terminal.expect(re.escape("[echo again]"))
    assert "+echo again" in (tmp_path / "history").read_text()
    assert (tmp_path / "history").stat().st_mode & 0o077 == 0


def test_the_history_can_be_searched(terminal: pexpect.spawn) -> None:
    terminal.send("echo needle\recho hay\r")
    terminal.expect(re.escape("said [echo hay]"))
    terminal.send(CTRL_R + "need")
    terminal.expect("I-search")
    terminal.send("\r\r")
    terminal.expect(re.escape("said [echo needle]"))


def test_several_pasted_lines_are_several_commands(terminal: pexpect.spawn) -> None:
    terminal.send("\x1b[200~echo one\necho two\n\x1b[201~\r")
    terminal.expect(re.escape("[echo one]"))
    terminal.expect(re.escape("[echo two]"))


def test_end_of_file_does_not_stop_the_station(terminal: pexpect.spawn) -> None:
    terminal.send(CTRL_D)
    terminal.expect("quit ends it")
    terminal.send("echo still here\r")
    terminal.expect(re.escape("[echo still here]"))


def test_ctrl_c_clears_the_line_first_and_stops_the_station_then(terminal: pexpect.spawn) -> None:
    terminal.send("echo typed" + CTRL_C + "echo other\r")
    terminal.expect(re.escape("[echo other]"))
    terminal.send(CTRL_C)
    terminal.expect("the station stops")
    assert ended(terminal) == 0


@pytest.mark.parametrize("way", ["quit\r", CTRL_C])
def test_the_terminal_is_left_as_it_was(way: str, tmp_path: Path) -> None:
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(PROGRAM.parents[2])}
    shell = f"stty -a >{tmp_path}/before; {sys.executable} {PROGRAM} {tmp_path}/history; stty -a >{tmp_path}/after"
    child = pexpect.spawn("sh", ["-c", shell], env=environment, encoding="utf-8", timeout=60)
    child.expect(PROMPT)
    child.send(way)
    ended(child)
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text() != ""


def test_sigterm_restores_the_terminal_while_a_line_is_typed(terminal: pexpect.spawn) -> None:
    terminal.send("echo unfinished")
    terminal.expect("unfinished")
    assert not termios.tcgetattr(terminal.child_fd)[3] & termios.ICANON
    terminal.kill(15)
    assert ended(terminal) == 0
    assert termios.tcgetattr(terminal.child_fd)[3] & termios.ICANON


@pytest.fixture
def still(terminal: pexpect.spawn, tmp_path: Path) -> pexpect.spawn:
    """A terminal that shows nothing of what was written to it for a second, which is more than it holds."""
    fifo = tmp_path / "history.flooded"
    os.mkfifo(fifo)
    terminal.send("tick\r")
    terminal.expect("late by")
    terminal.send("flood 20\r")
    assert fifo.read_text() == "over"
    return terminal


def test_a_terminal_that_stands_still_does_not_hold_up_the_reactor(still: pexpect.spawn) -> None:
    still.send("tick\r")
    still.expect("earlier lines were not shown")
    still.expect(r"late by (\d+) ms")
    assert int(still.match.group(1)) < 500


def test_a_terminal_that_stands_still_does_not_hold_up_the_end(still: pexpect.spawn) -> None:
    still.kill(15)
    still.wait()
    assert still.exitstatus == 0
