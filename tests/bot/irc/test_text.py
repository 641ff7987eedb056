"""Bytes counted, characters kept whole, control codes out."""

from hypothesis import given
from hypothesis import strategies as st

from bot.irc.line import LINE_BYTES, built
from bot.irc.text import cut, pieces, plain, room, size


def test_colours_and_control_codes_are_left_out_with_their_digits() -> None:
    assert plain("\x02!skip\x0f \x0304,01now\x03 \x04ff0000red\x1d\x00") == "!skip now red"
    assert plain("a\tb\u202ec") == "a bc"


def test_a_line_of_as_many_bytes_as_there_is_room_is_512_with_its_prefix() -> None:
    prefix = "bandstand!bs@host.example"
    free = room(size(prefix), "NOTICE", "#radio")
    line = f":{prefix} " + built("NOTICE", "#radio", "x y".ljust(free, "z")) + "\r\n"
    assert size(line) == LINE_BYTES


def test_a_text_is_parted_between_words() -> None:
    assert list(pieces("one two three four", 9)) == ["one two", "three", "four"]


def test_a_long_word_is_parted_where_the_line_ends() -> None:
    assert list(pieces("x" * 25, 10)) == ["x" * 10, "x" * 10, "x" * 5]


def test_a_letter_keeps_its_marks() -> None:
    assert list(pieces("abce\u0301", 4)) == ["abc", "e\u0301"]


@given(st.text(max_size=200), st.integers(min_value=8, max_value=60))
def test_no_piece_is_too_long_and_no_letter_is_lost(text: str, limit: int) -> None:
    clean = plain(text)
    parts = list(pieces(clean, limit))
    assert all(size(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(clean.split())


@given(st.text(max_size=200), st.integers(min_value=3, max_value=60))
def test_what_is_cut_fits_and_says_so(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert size(shown) <= limit
    assert shown == text or shown.endswith("…")
