"""A wish as words: without the marks around them, numbers apart from their units, signs as they are usually written.

What comes from keyboards and telephones of all kinds becomes one way of writing: full-width letters are letters, `½` is
.5, curly quotes are marks. A hyphen divides words; between numbers it is `to`, and before a word, as a search has it,
`not`. Signs that say nothing, such as hearts, are left out.
"""

import re
import unicodedata
from typing import Final

LONGEST: Final = 500
"""Characters of a wish that are read."""
MOST_WORDS: Final = 60
MARKS: Final = (
    " \t.,!?\"'()[]{}<>*_~`\u00b4\u2026\u201e\u201c\u201d\u00ab\u00bb\u2039\u203a\u2018\u2019\u3001\u3002\u300c\u300d|"
)
REPLACED: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), by)
    for pattern, by in (
        (r"(?<=[0-9]) ?½", ".5"), (r"(?<=[0-9]) ?¼", ".25"), (r"(?<=[0-9]) ?¾", ".75"),
        (r"½", "0.5"), (r"¼", "0.25"), (r"¾", "0.75"),
        (r"[\u2018\u2019`\u00b4]", "'"), (r"[\u2010\u2011\u2012\u2013\u2014\u2212]", "-"),
        (r"\b'?n'(?=[a-z])|(?<= )'n'(?= )", " n "),  # rock'n'roll
        (r"(?<![\w/])[&+](?![\w/])", " and "),
        (r"\b80'?s\b", "eighties"),
        (r"\b((?:19|20)[0-9]0)s\b", r"\1's"),  # a decade, and no length
        (r"♩ ?=", " tempo "),
        (r"(?<!\w)([0-9]{1,3})['\u2032]([0-5][0-9])(?:\"|\u2033|''|\u2032\u2032)?(?!\w)", r"\1:\2"),
        (r"(?<=[0-9])\s*-\s*(?=[0-9])", " to "),
        (r"(?<![^\s,;(])-(?=[^\W\d])", " not "),
        (r"([0-9])(hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s|bpm)(?![^\W\d])", r"\1 \2 "),
        (r"(?<![\w/])([a-g]) ?([#♯♭])", r" \1\2"),
        (r"(?<=[a-z]{2})/(?=[a-z]{2})", " "),
        (r"(?<=[^\W\d])[.!?;]+\s", " but "),  # a negation ends with its sentence
    )
)  # fmt: skip
FRACTIONS: Final = 6
"""The first of `REPLACED` come before signs are made uniform, which would make fractions of two numbers."""
DIVIDERS: Final = re.compile(r"[\s;=]+|:(?![0-9])|(?<![0-9]):|,(?![0-9])|(?<![0-9]),|(?<=\w)-|(?<!\S)-(?!\S)")


def split_words(text: str) -> list[str]:
    words = _split(text[:LONGEST])
    return words[:MOST_WORDS]


def is_cut(text: str) -> bool:
    """Whether there is more in it than is read."""
    return bool(text[LONGEST:].strip()) or len(_split(text[:LONGEST])) > MOST_WORDS


def _split(text: str) -> list[str]:
    plain = text.encode("utf-8", "replace").decode()
    for pattern, by in REPLACED[:FRACTIONS]:
        plain = pattern.sub(by, plain)
    plain = unicodedata.normalize("NFKC", plain)
    for pattern, by in REPLACED[FRACTIONS:]:
        plain = pattern.sub(by, plain)
    words = (word.strip(MARKS) for word in DIVIDERS.split(plain))
    return [word for word in words if any(sign.isalnum() for sign in word)]
