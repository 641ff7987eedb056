"""The words of a line: `[!]command *(SP argument)`. Pure; knows no command.

Arguments are words, `"quoted text"`, `name=value` and `--name=value`. Only `"` quotes, so that `don't stop` is two
plain words.
"""

from dataclasses import dataclass, field

from common.errors import UsageError


@dataclass(frozen=True)
class Line:
    """A line taken apart: `words` in order, `options` by name (a bare `--name` is `yes`)."""

    command: str
    words: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)

    @property
    def rest(self) -> str:
        """All the words again, as the one text that a last parameter takes."""
        return " ".join(self.words)


def parse(text: str) -> Line:
    """Take a line apart; an empty one has the command ''. Raises UsageError for a quote that is left open."""
    whole = text.encode("utf-8", "replace").decode()  # half of a character is none, and no database would take it
    tokens = _tokens(whole.strip().removeprefix("!"))
    if not tokens:
        return Line("")
    words: list[str] = []
    options: dict[str, str] = {}
    for token, quoted in tokens[1:]:
        name, equals, value = token.removeprefix("--").partition("=")
        if not quoted and token.startswith("--") and name:
            options[name.lower()] = value if equals else "yes"
        elif not quoted and equals and name.isidentifier():
            options[name.lower()] = value
        else:
            words.append(token)
    return Line(tokens[0][0].lower(), tuple(words), options)


def _tokens(text: str) -> list[tuple[str, bool]]:
    """Words with whether any of one was quoted from its start."""
    tokens: list[tuple[str, bool]] = []
    word: list[str] = []
    inside = started = from_start = False
    for character in text:
        if character == '"':
            from_start = from_start or (not inside and not word)
            inside, started = not inside, True
        elif character.isspace() and not inside:
            if started:
                tokens.append(("".join(word), from_start))
            word, started, from_start = [], False, False
        else:
            word.append(character)
            started = True
    if inside:
        raise UsageError('a " is left open')
    if started:
        tokens.append(("".join(word), from_start))
    return tokens
