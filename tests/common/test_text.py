"""Text that came from outside, and how numbers are said."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.text import clock, counted, harmless, one_line

KEPT = set("\u200c\u200d\u00ad\u2060\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")


def find_unsafe(text: str) -> set[str]:
    unsafe = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return {character for character in text if unicodedata.category(character) in unsafe} - KEPT


@given(st.text(), st.integers(1, 50))
def test_whatever_comes_is_one_line_without_control_codes_and_of_bounded_length(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert not find_unsafe(line)
    assert line == line.strip()
    assert one_line(line, limit) == line


@given(st.text())
def test_harmless_text_is_as_long_as_before_and_can_be_shown(text: str) -> None:
    shown = harmless(text)
    assert len(shown) == len(text)
    assert not find_unsafe(shown)
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
        ("Family 👨\u200d👩\u200d👧", "Family 👨\u200d👩\u200d👧"),
        ("\u0645\u06cc\u200c\u062e\u0648",) * 2,  # Persian
        ("Donau\u00addampf", "Donau\u00addampf"),
        ("\u200d \u00ad", ""),
        ("a\u200d\u200d\u200db \u200cc\u200d", "a\u200db c"),
        ("zero\u200bwidth\ufeff \u200emarks\u200f", "zerowidth marks"),
        ("\u2066isolated\u2069 \u202eoverride", "isolated override"),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",) * 2,
        ("hidden\U000e0068\U000e0069", "hidden"),
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
