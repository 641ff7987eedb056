"""IRC messages: any bytes can be parsed, no text becomes a second message, and each fits into 512 bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.irc.message import (
    MAX_LINE_BYTES,
    MESSAGE_BYTES,
    Hostmask,
    LineBuffer,
    Message,
    build,
    count_bytes,
    cut_text,
    parse,
    parse_hostmask,
    split_text,
    strip_formatting,
    text_bytes,
)


def test_a_message_has_tags_source_command_and_parameters() -> None:
    message = parse(b"@time=2026-01-01T00:00:00Z;account=ann :ann!a@host PRIVMSG #radio :!skip it")
    assert message is not None
    assert message == Message(
        "PRIVMSG",
        ("#radio", "!skip it"),
        Hostmask("ann", "a", "host"),
        {"time": "2026-01-01T00:00:00Z", "account": "ann"},
    )
    assert str(message.source) == "ann!a@host"
    assert (message[0], message[-1], message[5], message[-3]) == ("#radio", "!skip it", "", "")


@pytest.mark.parametrize("data", [b"", b" ", b":", b":foo", b"@", b"@tag", b"@a=b :c", b"@\xff=1 PING", b":  ", b"\r"])
def test_broken_lines_are_none(data: bytes) -> None:
    assert parse(data) is None


def test_bytes_that_are_not_utf_8_are_latin_1() -> None:
    message = parse(b":a!b@c PRIVMSG #x :J\xfcrgen")
    assert message is not None
    assert message[1] == "Jürgen"


@given(st.binary(max_size=600))
def test_no_bytes_raise(data: bytes) -> None:
    message = parse(data)
    assert message is None or message.command


def test_a_source_may_be_incomplete() -> None:
    assert parse_hostmask("irc.example") == Hostmask("irc.example")
    assert str(parse_hostmask("ann@host")) == ""
    assert parse_hostmask("").nick == ""


def test_a_message_is_built_with_a_colon_only_if_one_is_needed() -> None:
    assert build("JOIN", "#radio") == "JOIN #radio"
    assert build("PRIVMSG", "#radio", "two words") == "PRIVMSG #radio :two words"
    assert build("PRIVMSG", "#radio", ":)") == "PRIVMSG #radio ::)"
    assert build("TOPIC", "#radio", "") == "TOPIC #radio :"


def test_a_newline_never_becomes_a_second_command() -> None:
    assert build("PRIVMSG", "#radio", "a\r\nQUIT\0") == "PRIVMSG #radio aQUIT"


@pytest.mark.parametrize("middle", ["", "a b", ":a"])
def test_a_parameter_that_cannot_stand_in_the_middle_is_refused(middle: str) -> None:
    with pytest.raises(ValueError, match="only the last parameter"):
        build("PRIVMSG", middle, "text")


@pytest.mark.parametrize(
    ("tag", "time"),
    [
        ("2026-11-23T13:45:01.500Z", 1795441501.5),
        ("2026-11-23T13:45:01", None),
        ("yesterday", None),
        ("2" * 50, None),
        ("", None),
    ],
)
def test_the_time_tag_needs_a_zone(tag: str, time: float | None) -> None:
    assert Message("PING", tags={"time": tag}).time == time


def test_data_becomes_lines_however_it_is_cut() -> None:
    buffer = LineBuffer()
    found = [buffer.split(data) for data in (b"X\r\nPING :a\r", b"\nPING :b\nPI", b"NG :c\r\n", b"")]
    assert found == [[b"X"], [b"PING :a", b"PING :b"], [b"PING :c"], []]


def test_a_carriage_return_ends_a_line_of_a_server_that_has_sent_no_line_feed_and_of_no_other() -> None:
    buffer = LineBuffer()
    found = [buffer.split(data) for data in (b"PING :a\rPING", b" :b\r", b"PING :c\r\n:x PRIVMSG #a :y\rQUIT\r\n")]
    assert found == [[b"PING :a"], [b"PING :b"], [b"PING :c", b":x PRIVMSG #a :yQUIT"]]


@pytest.mark.parametrize("step", [1000, MAX_LINE_BYTES, 100_000])
def test_a_line_that_is_too_long_is_dropped_up_to_its_end(step: int) -> None:
    buffer, data = LineBuffer(), b"x" * (3 * MAX_LINE_BYTES) + b"\r\nPING :a\r\n"
    found = [line for start in range(0, len(data), step) for line in buffer.split(data[start : start + step])]
    assert found == [b"PING :a"]


def test_colours_and_control_codes_are_left_out_with_their_digits() -> None:
    assert strip_formatting("\x02!skip\x0f \x0304,01now\x03 \x04ff0000red\x1d\x00") == "!skip now red"
    assert strip_formatting("a\tb\u202ec") == "a bc"


def test_a_message_with_as_much_text_as_fits_has_512_bytes_with_its_source() -> None:
    prefix = "bandstand!bs@host.example"
    free = text_bytes(count_bytes(prefix), "NOTICE", "#radio")
    line = f":{prefix} " + build("NOTICE", "#radio", "x y".ljust(free, "z")) + "\r\n"
    assert count_bytes(line) == MESSAGE_BYTES


def test_text_is_split_between_words() -> None:
    assert list(split_text("one two three four", 9)) == ["one two", "three", "four"]


def test_a_long_word_is_split_at_the_limit() -> None:
    assert list(split_text("x" * 25, 10)) == ["x" * 10, "x" * 10, "x" * 5]


def test_a_letter_keeps_its_marks() -> None:
    assert list(split_text("abce\u0301", 4)) == ["abc", "e\u0301"]


@given(st.text(max_size=200), st.integers(min_value=8, max_value=60))
def test_no_piece_is_too_long_and_no_letter_is_lost(text: str, limit: int) -> None:
    clean = strip_formatting(text)
    parts = list(split_text(clean, limit))
    assert all(count_bytes(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(clean.split())


@given(st.text(max_size=200), st.integers(min_value=3, max_value=60))
def test_what_is_cut_fits_and_says_so(text: str, limit: int) -> None:
    shown = cut_text(text, limit)
    assert count_bytes(shown) <= limit
    assert shown == text or shown.endswith("…")
