"""Logging in: what is typed, and who has to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.terminal.login import (
    CALM_FAILURES,
    CROWD_WAIT,
    KEPT,
    LINE_CHARACTERS,
    LONGEST_WAIT,
    FailedLogins,
    LineEditor,
)


def typed(data: bytes) -> tuple[str, list[str]]:
    """What was echoed, and the lines."""
    editor = LineEditor()
    editor.feed(data)
    steps = list(editor.read_keys())
    return "".join(echo for echo, _ in steps), [line for _, line in steps if line is not None]


@pytest.mark.parametrize(
    ("data", "echo", "lines"),
    [
        (b"ann\r", "ann", ["ann"]),
        (b"amm\x7f\x7fnn\r", "amm\b \b\b \bnn", ["ann"]),
        (b"\x7fann\n", "ann", ["ann"]),
        (b"bob\x15ann\r", "bob\b \b\b \b\b \bann", ["ann"]),
        ("päss\r".encode(), "päss", ["päss"]),
        (b"a\x1b\x07\x00b\r", "ab", ["ab"]),
        (b"\xc3(\r", "�(", ["�("]),
    ],
)
def test_a_line_is_typed(data: bytes, echo: str, lines: list[str]) -> None:
    assert typed(data) == (echo, lines)


def test_a_line_has_an_end_even_if_nobody_ends_it() -> None:
    assert len(typed(b"x" * 10_000 + b"\r")[1][0]) == LINE_CHARACTERS


def test_what_comes_after_the_line_that_was_taken_is_kept() -> None:
    editor = LineEditor()
    editor.feed(b"ann\rsecret\rnp\r")
    lines = []
    for _, line in editor.read_keys():
        if line is not None:
            lines.append(line)
            if len(lines) == 2:
                break
    assert (lines, editor.take_rest(), editor.take_rest()) == (["ann", "secret"], b"np\r", b"")


@given(st.binary(max_size=300))
def test_whatever_is_typed_echoes_no_control_code_but_the_backspace(data: bytes) -> None:
    echo, lines = typed(data)
    assert echo.replace("\b", "").isprintable()
    assert all(line.isprintable() for line in lines)


def test_each_failure_doubles_the_wait_of_its_account_at_its_address_alone() -> None:
    failed = FailedLogins()
    waits = []
    for _ in range(7):
        waits.append(failed.wait("ann", "a", 0.0))
        failed.count("ann", "a", 0.0)
    assert waits == [0, 1, 2, 4, 8, LONGEST_WAIT, LONGEST_WAIT]
    assert failed.wait("ann", "b", 0.0) == 0
    assert failed.wait("bob", "a", 0.0) == 0


def test_a_wait_is_forgotten_with_time_and_with_success() -> None:
    failed = FailedLogins()
    for _ in range(4):
        failed.count("ann", "a", 0.0)
    assert failed.wait("ann", "a", 601.0) == 0
    failed.count("ann", "a", 700.0)
    assert failed.wait("ann", "a", 700.0) == 1
    failed.record_success("ann", "a")
    assert failed.wait("ann", "a", 700.0) == 0


def test_an_address_that_fails_with_many_accounts_is_told_so_ever_later() -> None:
    failed = FailedLogins()
    penalties = []
    for number in range(9):
        failed.count(f"person{number}", "a", 0.0)
        penalties.append(failed.penalty("a", 0.0))
    assert penalties == [0, 0, 0, 1, 2, 4, 8, LONGEST_WAIT, LONGEST_WAIT]
    assert failed.penalty("b", 0.0) == 0


def test_an_account_that_fails_from_everywhere_waits_except_where_its_person_has_logged_in() -> None:
    failed = FailedLogins()
    failed.record_success("ann", "home")
    for number in range(CALM_FAILURES + 1):
        failed.count("ann", f"a{number}", 10.0)
    assert failed.wait("ann", "another", 11.0) == CROWD_WAIT
    assert failed.wait("ann", "home", 11.0) == 0
    assert failed.wait("bob", "another", 11.0) == 0
    assert failed.wait("ann", "another", 71.0) == 0


def test_a_crowd_of_accounts_and_addresses_does_not_make_it_grow() -> None:
    failed = FailedLogins()
    for number in range(3 * KEPT):
        failed.count(f"n{number}", f"a{number}", float(number))
        failed.count("ann", "a", float(number))
        failed.record_success(f"m{number}", "a")
    assert max(len(failed._pairs), len(failed._addresses), len(failed._recent), len(failed._trusted)) <= KEPT
    assert max(map(len, failed._recent.values())) <= CALM_FAILURES + 1
