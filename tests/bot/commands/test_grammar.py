"""The words of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.grammar import Line, parse
from common.errors import UsageError


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", Line("")),
        ("   ", Line("")),
        ("NP", Line("np")),
        ("!np", Line("np")),
        ("play don't stop", Line("play", ("don't", "stop"))),
        ('play "two  words" three', Line("play", ("two  words", "three"))),
        ("generate key=Dm tempo=120", Line("generate", (), {"key": "Dm", "tempo": "120"})),
        ("generate --queue --seed=7", Line("generate", (), {"queue": "yes", "seed": "7"})),
        ('play "a=b"', Line("play", ("a=b",))),
        ("play 1+1=2", Line("play", ("1+1=2",))),
        ('queue ""', Line("queue", ("",))),
        ("play --", Line("play", ("--",))),
    ],
)
def test_a_line_is_taken_apart(text: str, line: Line) -> None:
    assert parse(text) == line


def test_an_open_quote_is_told() -> None:
    with pytest.raises(UsageError, match="left open"):
        parse('play "blue')


@given(st.text())
def test_any_text_is_a_line_or_a_usage_error(text: str) -> None:
    try:
        line = parse(text)
    except UsageError:
        assert text.count('"') % 2 == 1
    else:
        assert all(word == "" or word.strip() or " " in word for word in line.words) or '"' in text
