"""The words of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.commands.grammar import ParsedLine, parse_line
from bandstand.common.errors import UsageError


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ParsedLine("")),
        ("   ", ParsedLine("")),
        ("NP", ParsedLine("np")),
        ("!np", ParsedLine("np")),
        ("  !np  ", ParsedLine("np")),
        ("+1", ParsedLine("+1")),
        ("!+1", ParsedLine("+1")),
        ("!-1", ParsedLine("-1")),
        ("play don't stop", ParsedLine("play", ("don't", "stop"))),
        ('play "two  words" three', ParsedLine("play", ("two  words", "three"))),
        ("generate key=Dm tempo=120", ParsedLine("generate", (), {"key": "Dm", "tempo": "120"})),
        ('generate title="two words"', ParsedLine("generate", (), {"title": "two words"})),
        ("generate --queue --seed=7", ParsedLine("generate", (), {"queue": "yes", "seed": "7"})),
        ('play "a=b"', ParsedLine("play", ("a=b",))),
        ("play 1+1=2", ParsedLine("play", ("1+1=2",))),
        ('queue ""', ParsedLine("queue", ("",))),
        ("play --", ParsedLine("play", ("--",))),
        ("play \ud800", ParsedLine("play", ("?",))),
    ],
)
def test_a_line_is_taken_apart(text: str, line: ParsedLine) -> None:
    assert parse_line(text) == line


def test_words_are_kept_as_they_were_typed_too_for_phrases_of_a_search() -> None:
    line = parse_line('search "blue lantern"  title:"low tide" --weight="2" moon')
    assert line.words == ("blue lantern", "title:low tide", "moon")
    assert line.typed == ('"blue lantern"', 'title:"low tide"', "moon")
    assert line.options == {"weight": "2"}


def test_a_quote_that_is_left_open_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="left open"):
        parse_line('play "blue')


@given(st.text())
def test_any_text_is_a_line_or_a_usage_error(text: str) -> None:
    try:
        line = parse_line(text)
    except UsageError:
        assert text.count('"') % 2 == 1
    else:
        assert all(word == "" or word.strip() or " " in word for word in line.words) or '"' in text
