"""Whose terminal it is, on real pseudo-terminals."""

import os
import pty
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bandstand.bot import own_terminal


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ends = pty.openpty()
    yield ends
    for fd in ends:
        os.close(fd)


def test_a_terminal_without_job_control_asks_nobody(terminal: tuple[int, int]) -> None:
    assert own_terminal.is_in_foreground(terminal[1])


@pytest.mark.parametrize(("group", "is_there"), [(0, True), (1, False)])
def test_only_the_process_group_that_has_the_terminal_may_read(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch, group: int, is_there: bool
) -> None:
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + group)
    assert own_terminal.is_in_foreground(terminal[1]) == is_there


def test_somebody_elses_terminal_is_written_by_what_is_there_already(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "ttyname", refuse)
    fd = own_terminal.open_terminal(terminal[1])
    os.write(fd, b"x")
    assert os.read(terminal[0], 9) == b"x"
    os.close(fd)


def test_a_terminal_that_cannot_be_written_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", lambda _: False)
    with Path(os.devnull).open() as nothing, pytest.raises(OSError):
        own_terminal.open_terminal(nothing.fileno())


def test_writing_to_a_terminal_stops_no_process() -> None:
    before = signal.getsignal(signal.SIGTTOU)
    try:
        own_terminal.ignore_job_control()
        assert signal.getsignal(signal.SIGTTOU) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTTOU, before)
