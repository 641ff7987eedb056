"""Telnet's bytes: any of them, in any pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.terminal.telnet_protocol import (
    DO,
    DONT,
    ECHO,
    IAC,
    SB,
    SE,
    SUB_BYTES,
    SUPPRESS_GO_AHEAD,
    TIMING_MARK,
    WILL,
    WINDOW_SIZE,
    WONT,
    TelnetParser,
    escape,
)

LINEMODE = 34


def typed(data: bytes) -> bytes:
    return TelnetParser().feed(data)[0]


def answered(data: bytes) -> bytes:
    return TelnetParser().feed(data)[1]


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"np\r\n", b"np\r"),
        (b"np\r\0", b"np\r"),
        (b"np\n", b"np\n"),
        (b"a\r\rb", b"a\r\rb"),
        (b"a\r\r\nb", b"a\r\rb"),
        (bytes([IAC, IAC]) + b"x", b"\xffx"),
        (bytes([IAC, 244]), b"\x03"),
        (bytes([IAC, 236]), b"\x04"),
        (bytes([IAC, 241]) + b"x", b"x"),
        ("夜の電車".encode(), "夜の電車".encode()),
    ],
)
def test_keys_are_what_is_left_without_telnet(data: bytes, keys: bytes) -> None:
    assert typed(data) == keys


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_are_taken_and_pieces_make_no_difference(data: bytes, cut: int) -> None:
    whole, pieces = TelnetParser(), TelnetParser()
    first, second = pieces.feed(data[:cut]), pieces.feed(data[cut:])
    assert whole.feed(data) == (first[0] + second[0], first[1] + second[1])
    assert len(pieces._sub) <= SUB_BYTES


def test_a_window_tells_its_size_and_an_impossible_one_is_not_believed() -> None:
    telnet = TelnetParser()
    telnet.feed(bytes([IAC, SB, WINDOW_SIZE, 0, 132, 0, 50, IAC, SE]))
    assert telnet.size == (132, 50)
    telnet.feed(bytes([IAC, SB, WINDOW_SIZE, 0, 0, 0, 0, IAC, SE]))
    assert telnet.size == (80, 24)
    telnet.feed(bytes([IAC, SB, WINDOW_SIZE, IAC, IAC, IAC, IAC, 0, 30, IAC, SE]))
    assert telnet.size == (1000, 30)


def test_a_client_that_leaves_the_echo_to_us_has_keys() -> None:
    telnet = TelnetParser()
    assert telnet.feed(bytes([IAC, DO, ECHO, IAC, DO, SUPPRESS_GO_AHEAD, IAC, WILL, WINDOW_SIZE])) == (b"", b"")
    assert telnet.echoes
    telnet.feed(bytes([IAC, DONT, ECHO]))
    assert not telnet.echoes


def test_what_is_not_spoken_here_is_refused_once() -> None:
    telnet = TelnetParser()
    asked = bytes([IAC, WILL, LINEMODE, IAC, DO, 5])
    assert telnet.feed(asked)[1] == bytes([IAC, DONT, LINEMODE, IAC, WONT, 5])
    assert telnet.feed(asked * 1000)[1] == b""


def test_a_refusal_is_not_answered_so_that_nothing_goes_to_and_fro() -> None:
    assert answered(b"".join(bytes([IAC, verb, option]) for verb in (WONT, DONT) for option in range(250))) == b""


def test_a_timing_mark_is_answered_each_time() -> None:
    assert answered(bytes([IAC, DO, TIMING_MARK]) * 2) == bytes([IAC, WILL, TIMING_MARK]) * 2


def test_what_is_sent_has_no_command_in_it() -> None:
    assert escape(b"\xff\xf4") == b"\xff\xff\xf4"
