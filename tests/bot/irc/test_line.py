"""Lines of IRC: taken apart whatever they are, and put together so that nobody's text becomes a second line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.irc.line import Line, Source, built, fold, parsed, source


def test_a_line_has_tags_source_command_and_parameters() -> None:
    line = parsed(b"@time=2026-01-01T00:00:00Z;account=ann :ann!a@host PRIVMSG #radio :!skip it")
    assert line is not None
    assert line == Line(
        "PRIVMSG",
        ("#radio", "!skip it"),
        Source("ann", "a", "host"),
        {"time": "2026-01-01T00:00:00Z", "account": "ann"},
    )
    assert line.source.mask == "ann!a@host"
    assert (line[0], line[-1], line[5], line[-3]) == ("#radio", "!skip it", "", "")


@pytest.mark.parametrize("data", [b"", b" ", b":", b":foo", b"@", b"@tag", b"@a=b :c", b"@\xff=1 PING", b":  ", b"\r"])
def test_what_is_no_line_is_nothing(data: bytes) -> None:
    assert parsed(data) is None


def test_bytes_that_are_not_utf_8_are_latin_1() -> None:
    line = parsed(b":a!b@c PRIVMSG #x :J\xfcrgen")
    assert line is not None
    assert line[1] == "Jürgen"


@given(st.binary(max_size=600))
def test_no_bytes_raise(data: bytes) -> None:
    line = parsed(data)
    assert line is None or line.command


def test_a_source_may_be_incomplete() -> None:
    assert source("irc.example") == Source("irc.example")
    assert source("ann@host").mask == ""
    assert source("").nick == ""


def test_a_line_is_built_with_a_colon_only_where_one_is_needed() -> None:
    assert built("JOIN", "#radio") == "JOIN #radio"
    assert built("PRIVMSG", "#radio", "two words") == "PRIVMSG #radio :two words"
    assert built("PRIVMSG", "#radio", ":)") == "PRIVMSG #radio ::)"
    assert built("TOPIC", "#radio", "") == "TOPIC #radio :"


def test_a_newline_never_becomes_a_second_command() -> None:
    assert built("PRIVMSG", "#radio", "a\r\nQUIT\0") == "PRIVMSG #radio aQUIT"


@pytest.mark.parametrize("middle", ["", "a b", ":a"])
def test_a_parameter_that_cannot_stand_in_the_middle_is_refused(middle: str) -> None:
    with pytest.raises(ValueError, match="only the last parameter"):
        built("PRIVMSG", middle, "text")


def test_nicks_are_compared_as_the_server_does() -> None:
    assert fold("Ann[1]^") == "ann{1}~"
    assert fold("Ann[1]^", "rfc1459-strict") == "ann{1}^"
    assert fold("Ann[1]", "ascii") == "ann[1]"
    assert fold("Ä") == "Ä"
