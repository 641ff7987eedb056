"""The words of a line: `[!]command *(SP argument)`. Pure; knows no command.

Arguments are words, `"quoted text"`, `name=value` and `--name=value`. Only `"` quotes, so that `don't stop` is two
plain words. Searches need the quotes of a phrase, so each word is kept as it was typed, too. A `!` before the command
is dropped: on IRC it is what marks a command, and people type it elsewhere too.
"""

from dataclasses import dataclass, field

from bandstand.common.errors import UsageError

PREFIX = "!"


@dataclass(frozen=True)
class ParsedLine:
    """A line taken apart: `words` in order, `options` by name (a bare `--name` is `yes`)."""

    command: str
    words: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)
    typed: tuple[str, ...] = field(default=(), compare=False)
    """The same words with their quotes."""


def strip_prefix(text: str) -> str:
    """The text without the blanks and the one `!` before its command."""
    return text.lstrip().removeprefix(PREFIX)


def parse_line(text: str) -> ParsedLine:
    """Take a line apart; an empty one has the command ''. Raises UsageError for a quote that is left open."""
    whole = text.encode("utf-8", "replace").decode()  # a lone surrogate is no character; no database would take it
    tokens = _split(strip_prefix(whole))
    if not tokens:
        return ParsedLine("")
    words: list[str] = []
    typed: list[str] = []
    options: dict[str, str] = {}
    for with_quotes, is_quoted in tokens[1:]:
        token = with_quotes.replace('"', "")
        name, equals, value = token.removeprefix("--").partition("=")
        if not is_quoted and token.startswith("--") and name:
            options[name.lower()] = value if equals else "yes"
        elif not is_quoted and equals and name.isidentifier():
            options[name.lower()] = value
        else:
            words.append(token)
            typed.append(with_quotes)
    return ParsedLine(tokens[0][0].replace('"', "").lower(), tuple(words), options, tuple(typed))


def _split(text: str) -> list[tuple[str, bool]]:
    """The words with their quotes, each with whether it was quoted from its start."""
    tokens: list[tuple[str, bool]] = []
    word: list[str] = []
    is_inside = is_started = is_quoted = False
    for character in text:
        if character == '"':
            is_quoted = is_quoted or (not is_inside and not word)
            is_inside, is_started = not is_inside, True
            word.append(character)
        elif character.isspace() and not is_inside:
            if is_started:
                tokens.append(("".join(word), is_quoted))
            word, is_started, is_quoted = [], False, False
        else:
            word.append(character)
            is_started = True
    if is_inside:
        raise UsageError('a " is left open; close it with another "')
    if is_started:
        tokens.append(("".join(word), is_quoted))
    return tokens
