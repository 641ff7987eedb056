"""The grammar of wishes: `slow bossa in Dm, 2 minutes, with flute` becomes a `Wish`. Pure; knows no station.

Word by word, the longest thing that is understood is taken: a length, a tempo, a key, then the phrases of the lexicon
(styles, bands, paces, moods, modes, instruments), then words that say nothing about the music. A word that is left may
have a typing error: then the nearest phrase is taken, and that is told; so it is where two things cannot both be, such
as two keys, and the first holds. Everything else is kept as `unknown`, in the
words of whoever wished. So any text is a wish, perhaps one of which nothing was understood.

`without`, `no` and `not` hold for the instruments behind them, over `and`, `or` and commas.
"""

import difflib
import re
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

import msgspec

from bandstand.common.instruments import find_instrument, list_instrument_names
from bandstand.common.song_parameters import MOST_INSTRUMENTS, RANGES
from bandstand.common.text import one_line
from bandstand.common.wish_words import (
    BAND_WORDS,
    FILLERS,
    MODE_WORDS,
    MOODS,
    NEGATIONS,
    NUMBERS,
    PACES,
    STYLE_NAMES,
    Pace,
)

LONGEST: Final = 300
"""Characters of a wish that are read."""
MOST_WORDS: Final = 60
PHRASE: Final = 5
"""Words of the longest phrase."""
SHORTEST_TYPO: Final = 4
"""A shorter word may be anything."""
NEAR: Final = 0.78
"""How alike a word must be to what it is taken for (`difflib`'s ratio)."""
TYPOS: Final = 12
"""Words of a wish for which the nearest one is looked up."""

_WORDS: Final = "|".join(sorted(NUMBERS, key=len, reverse=True))
_NUMBER: Final = rf"(?:(?P<number>[0-9]{{1,4}}(?:[.,][0-9]{{1,2}})?) ?|(?P<word>{_WORDS}) )"
_MINUTES: Final = r"(?:minutes?|mins?|m)"
_SECONDS: Final = r"(?:seconds?|secs?|s)"
_END: Final = r"(?= |$)"
LENGTHS: Final = tuple(
    re.compile(pattern + _END)
    for pattern in (
        r"(?P<minutes>[0-9]{1,2}):(?P<seconds>[0-5][0-9])(?: (?:minutes?|mins?))?",
        rf"half an? {_MINUTES}(?P<half>)",
        rf"{_NUMBER}and a half {_MINUTES}(?P<half>)",
        rf"{_NUMBER}{_MINUTES} and a half(?P<half>)",
        rf"{_NUMBER}{_MINUTES}(?: and)? ?(?P<seconds>[0-9]{{1,2}}) ?{_SECONDS}",
        rf"{_NUMBER}{_MINUTES}",
        rf"{_NUMBER}{_SECONDS}(?P<only>)",
    )
)
TEMPO: Final = re.compile(
    r"(?:(?:at|tempo|about|around) )*(?P<bpm>[0-9]{1,4}(?:\.[0-9]{1,2})?) ?(?:bpm|beats (?:per|a) minute)" + _END
)
TEMPO_NUMBER: Final = re.compile(r"(?:tempo|at) (?P<bpm>[0-9]{2,3}(?:\.[0-9]{1,2})?)" + _END)
KEY: Final = re.compile(
    r"(?P<before>(?:(?:in|key|of|the) )*)(?P<letter>[A-Ga-g])(?P<sign>#|b| sharp| flat|♯|♭|)"
    r"(?P<mode> ?(?:minor|major|min|maj|m)|)" + _END
)
SIGNS: Final = {"": "", "#": "#", "♯": "#", "sharp": "#", "b": "b", "♭": "b", "flat": "b"}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wishes to hear; what is empty or None was not asked for."""

    style: str = ""
    band: str = ""
    """Its slug."""
    key: str = ""
    mode: str = ""
    """`major` or `minor`, where no key was given."""
    bpm: float | None = None
    pace: Pace | None = None
    moods: tuple[str, ...] = ()
    seconds: float | None = None
    wanted: tuple[str, ...] = ()
    """Instruments."""
    unwanted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """What was not understood, in the order of the wish."""
    taken: dict[str, str] = {}
    """What was typed -> what it was taken as."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was understood."""
        return self == Wish(unknown=self.unknown, taken=self.taken)


class Meaning(NamedTuple):
    """What a phrase of the lexicon stands for: the name of a field, and its value."""

    kind: str
    value: str


def parse_wish(text: str, bands: Mapping[str, str], longest: float = RANGES["seconds"].high) -> Wish:
    """Read a wish. `bands` has each band's name by its slug; `longest` is how many seconds may be asked for."""
    return _Reader(text, bands, longest).read()


def list_words() -> tuple[str, ...]:
    """What may be wished for in words, for completion; bands are not among it."""
    return (*_make_lexicon(), "minutes", "seconds", "bpm", "with", "without")


class _Reader:
    def __init__(self, text: str, bands: Mapping[str, str], longest: float) -> None:
        self._words = _split_words(text)
        self._lexicon = {**_make_lexicon(), **_name_bands(bands)}
        self._band_names = _name_bands(bands, has_parts=True)
        self._longest = longest
        self._found: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {"moods": [], "wanted": [], "unwanted": []}
        self._numbers: dict[str, float] = {}
        self._unknown: list[str] = []
        self._taken: dict[str, str] = {}
        self._negation = ""
        self._typos = 0

    def read(self) -> Wish:
        at = 0
        while at < len(self._words):
            at += self._read_one(at)
        pace = self._found.pop("pace", None)
        lists = {name: tuple(values[:MOST_INSTRUMENTS]) for name, values in self._lists.items()}
        return Wish(
            **self._found,  # type: ignore[arg-type]
            **lists,  # type: ignore[arg-type]
            bpm=self._numbers.get("bpm"),
            seconds=self._numbers.get("seconds"),
            pace=Pace(pace) if pace else None,
            unknown=tuple(self._unknown),
            taken=self._taken,
        )

    def _read_one(self, at: int) -> int:
        """Read what begins at this word; returns the number of words that were read, at least one."""
        word = self._words[at].casefold()
        count = self._read_length(at) or self._read_tempo(at) or self._read_key(at)
        if count:
            self._negation = ""
            return count
        if word in NEGATIONS:
            self._negation = word
            return 1
        if word in BAND_WORDS:
            return 1 + self._read_band(at + 1)
        count = self._read_phrase(at)
        if count:
            return count
        if word in FILLERS:
            self._negation = "" if word in ("with", "but", "plus", "featuring") else self._negation
            return 1
        return self._read_typo(at)

    def _join(self, at: int, count: int = PHRASE + 3) -> str:
        return " ".join(self._words[at : at + count])

    # Numbers and keys

    def _read_length(self, at: int) -> int:
        rest = self._join(at).casefold()
        for pattern in LENGTHS:
            match = pattern.match(rest)
            if match:
                self._put_number("seconds", _count_seconds(match), match[0], "s")
                return len(match[0].split())
        return 0

    def _read_tempo(self, at: int) -> int:
        rest = self._join(at).casefold()
        match = TEMPO.match(rest) or TEMPO_NUMBER.match(rest)
        if match:
            self._put_number("bpm", float(match["bpm"]), match[0], "bpm")
        return len(match[0].split()) if match else 0

    def _put_number(self, name: str, value: float, typed: str, unit: str) -> None:
        """Keep a number within what can be composed, and say so where it was not."""
        limits = RANGES["tempo" if name == "bpm" else name]
        kept = max(limits.low, min(self._longest if name == "seconds" else limits.high, value))
        if kept != value:
            self._taken[one_line(typed, 40)] = f"{kept:g} {unit}"
        before = self._numbers.setdefault(name, kept)
        if before != kept:
            self._taken[one_line(typed, 40)] = f"{before:g} {unit}"

    def _read_key(self, at: int) -> int:
        match = KEY.match(self._join(at))
        if not match:
            return 0
        mode = match["mode"].strip().casefold()
        is_minor = mode in ("m", "min", "minor")
        letter, sign = match["letter"], SIGNS[match["sign"].strip()]
        is_last = at + len(match[0].split()) == len(self._words)
        is_asked = bool(re.search(r"\b(in|key)\b", match["before"]))
        is_word = letter + match["sign"] + match["mode"] in ("a", "am", "A", "b") and not (is_asked and is_last)
        is_spoken = self._join(at + len(match[0].split()), 1).casefold() == "key"  # in a minor key
        if is_word or (is_spoken and letter == "a") or not (sign or mode or letter.isupper() or is_asked):
            return 0
        if is_asked and letter == "a" and not (sign or mode or is_last):
            return 0
        self._keep("key", letter.upper() + sign + ("m" if is_minor else ""), match[0])
        return len(match[0].split())

    def _keep(self, kind: str, value: str, typed: str) -> None:
        """Of two that cannot both be, the first is taken, and that is said."""
        before = self._found.setdefault(kind, value)
        if before != value:
            self._taken[one_line(typed, 40)] = before

    # Phrases

    def _read_phrase(self, at: int) -> int:
        for count in range(min(PHRASE, len(self._words) - at), 0, -1):
            meaning = self._find(self._join(at, count).casefold())
            if meaning is not None:
                self._put(meaning, self._join(at, count))
                return count
        return 0

    def _find(self, phrase: str) -> Meaning | None:
        for form in (phrase, phrase.removesuffix("s"), phrase.removesuffix("es")):
            if form in self._lexicon:
                return self._lexicon[form]
        return None

    def _put(self, meaning: Meaning, typed: str) -> None:
        kind, value = meaning
        if kind == "instrument":
            names, others = self._lists["wanted"], self._lists["unwanted"]
            if self._negation:
                names, others = others, names
            if value in others:
                self._taken[one_line(f"{self._negation} {typed}".strip(), 40)] = (
                    f"{'with' if self._negation else 'without'} {value}"
                )
            elif value not in names:
                names.append(value)
            return
        if self._negation:
            self._unknown.append(one_line(f"{self._negation} {typed}", 40))
            self._negation = ""
        elif kind == "mood":
            if value not in self._lists["moods"]:
                self._lists["moods"].append(value)
        else:
            self._keep(kind, value, typed)

    def _read_band(self, at: int) -> int:
        """Read the name of a band, or a part of it, also with a typing error; 0 where there is none."""
        for count in range(min(PHRASE, len(self._words) - at), 0, -1):
            typed = self._join(at, count)
            phrase = typed.casefold()
            if phrase in self._band_names and phrase not in FILLERS:
                self._put(self._band_names[phrase], typed)
                return count
            near = self._find_nearest(phrase, tuple(self._band_names)) if len(phrase) >= SHORTEST_TYPO else ""
            if near and len(near.split()) == count:
                self._take(typed, near, self._band_names[near])
                return count
        return 0

    def _read_typo(self, at: int) -> int:
        phrases = tuple(self._lexicon)
        for count in (2, 1):
            typed = self._join(at, count)
            if len(typed.split()) < count:
                continue
            near = self._find_nearest(typed.casefold(), phrases) if len(typed) >= SHORTEST_TYPO else ""
            if near and len(near.split()) == count:
                self._take(typed, near, self._lexicon[near])
                return count
        self._unknown.append(one_line(self._words[at], 40))
        return 1

    def _find_nearest(self, phrase: str, known: tuple[str, ...]) -> str:
        self._typos += 1
        if self._typos > 2 * TYPOS:
            return ""
        return next(iter(difflib.get_close_matches(phrase, known, 1, NEAR)), "")

    def _take(self, typed: str, near: str, meaning: Meaning) -> None:
        self._taken[one_line(typed, 40)] = near
        self._put(meaning, typed)


def _split_words(text: str) -> list[str]:
    """The words without the marks around them; hyphens divide words too, except in numbers."""
    plain = text.encode("utf-8", "replace").decode()[:LONGEST]
    words = re.split(r"[\s;]+|,(?![0-9])|(?<![0-9])-|-(?![0-9])", plain)
    stripped = (word.strip(" \t.,!?\"'()[]{}<>*_") for word in words)
    return [word for word in stripped if word][:MOST_WORDS]


def _count_seconds(match: re.Match[str]) -> float:
    groups = match.groupdict()
    word, digits = groups.get("word"), groups.get("minutes") or groups.get("number") or "0"
    number = NUMBERS[word] if word else float(digits.replace(",", "."))
    if groups.get("only") is not None:
        return number
    return number * 60 + (30.0 if groups.get("half") is not None else 0.0) + float(groups.get("seconds") or 0)


@cache
def _make_lexicon() -> dict[str, Meaning]:
    """Every phrase but the bands' names, in small letters without hyphens."""
    instruments = {name: Meaning("instrument", name) for name in list_instrument_names() if find_instrument(name)}
    return {
        **{name.replace("-", " "): meaning for name, meaning in instruments.items()},
        **{mode: Meaning("mode", value) for mode, value in MODE_WORDS.items()},
        **{mood: Meaning("mood", mood) for mood in MOODS},
        **{pace: Meaning("pace", value.value) for pace, value in PACES.items()},
        **{name: Meaning("style", style) for name, style in STYLE_NAMES.items()},
    }


def _name_bands(bands: Mapping[str, str], has_parts: bool = False) -> dict[str, Meaning]:
    """What a band may be called: its name and its slug, with `has_parts` also each word of it."""
    called: dict[str, Meaning] = {}
    for slug, name in bands.items():
        meaning = Meaning("band", slug)
        words = " ".join(_split_words(name)).casefold()
        parts = slug.split("-") if has_parts else []
        for phrase in (words, words.removeprefix("the "), slug.replace("-", " "), *parts):
            if phrase:
                called.setdefault(phrase, meaning)
    return called
