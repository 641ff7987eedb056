"""Text that came from outside, and how numbers are said."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.text import clock, counted, harmless, one_line


@given(st.text(), st.integers(1, 50))
def test_whatever_comes_is_one_line_without_control_codes_and_of_bounded_length(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert line == line.strip()


@given(st.text())
def test_harmless_text_is_as_long_as_before_and_can_be_shown(text: str) -> None:
    shown = harmless(text)
    assert len(shown) == len(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert harmless(shown) == shown


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nQUIT :b", "a QUIT :b"),
        ("\x1b[2Jcleared", "[2Jcleared"),
        ("right\u202eleft", "right left"),
        ("line\u2028break", "line break"),
        ("  many   blanks ", "many blanks"),
        ("naïve 夜の電車", "naïve 夜の電車"),
        ("\udcff", ""),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_what_is_cut_ends_with_an_ellipsis() -> None:
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"


def test_a_count_has_its_plural() -> None:
    assert (counted(0, "song"), counted(1, "song"), counted(2, "song")) == ("0 songs", "1 song", "2 songs")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (59.99, "0:59"), (185, "3:05"), (3600, "1:00:00"), (3785, "1:03:05"), (-1, "0:00")],
)
def test_a_length_is_shown_in_whole_seconds(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
