"""The grammar of wishes: `slow bossa in Dm, 2 minutes, with flute` becomes a `Wish`. Pure; knows no station.

Word by word, the longest thing that is understood is taken: a length or a tempo (`common.wish_numbers`), a key
(`common.wish_keys`), then the phrases of the lexicon (styles, bands, paces, moods, modes, instruments), then words that
say nothing about the music. A word that is left may have a typing error: then the nearest phrase is taken, and that is
told; so it is where two things cannot both be, such as two keys, and the first holds. Everything else is kept as
`unknown`, in the words of whoever wished. So any text is a wish, perhaps one of which nothing was understood.

`without`, `no` and `not` hold for the instruments behind them, over `and`, `or` and commas; for a style, a pace or a
mode only directly behind them, or behind `or`. Of anything else there is no opposite, and it is told as not understood.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

import msgspec

from bandstand.common.instruments import find_instrument, list_instrument_names
from bandstand.common.song_parameters import MOST_INSTRUMENTS, RANGES
from bandstand.common.text import clock, one_line
from bandstand.common.wish_keys import read_key
from bandstand.common.wish_numbers import read_length, read_tempo
from bandstand.common.wish_splitting import is_cut, split_words
from bandstand.common.wish_words import (
    BAND_WORDS,
    BEATS,
    FILLER_PHRASES,
    FILLERS,
    METRES,
    MODE_WORDS,
    MOODS,
    NEGATION_PHRASES,
    NEGATIONS,
    OPPOSITES,
    PACES,
    SIZES,
    STRONG_WORDS,
    STYLE_NAMES,
    WITH,
    Pace,
)

PHRASE: Final = 5
"""Words of the longest phrase."""
SHORTEST_TYPO: Final = 4
"""A shorter word may be anything."""
NEAR: Final = 0.78
"""How alike a word must be to what it is taken for (`difflib`'s ratio)."""
TYPOS: Final = 12
"""Words of a wish for which the nearest one is looked up."""
DECADES: Final = {"eighties": "80s", "seventies": "70s", "sixties": "60s", "fifties": "50s", "nineties": "90s"}
LOUDER: Final = 0.5
"""Two moods of which one is so much louder than the other cannot both be."""
ENDS: Final = {"seconds": ("the shortest", "the longest"), "bpm": ("the slowest", "the fastest")}
"""What is said of a number that was more than can be, at either end."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wishes to hear; what is empty or None was not asked for."""

    style: str = ""
    avoided: tuple[str, ...] = ()
    """Styles that it is not to be."""
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
    is_cut: bool = False
    """It was too long, and what came last was not read."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was understood."""
        return self == Wish(unknown=self.unknown, taken=self.taken, is_cut=self.is_cut)


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
        self._text = text
        self._words = split_words(text)
        self._small = [word.casefold() for word in self._words]
        self._lexicon = {**_make_lexicon(), **_name_bands(bands)}
        self._band_names = _name_bands(bands, has_parts=True)
        self._longest = longest
        self._found: dict[str, str] = {}
        self._typed: dict[str, str] = {}
        """Kind of what was found -> the words for it."""
        self._lists: dict[str, list[str]] = {"moods": [], "wanted": [], "unwanted": [], "avoided": []}
        self._numbers: dict[str, float] = {}
        self._unknown: list[str] = []
        self._taken: dict[str, str] = {}
        self._negation = ""
        self._is_direct = False
        """Whether nothing but fillers, or an `or`, stands between the negation and this word."""
        self._typos = 0
        self._is_behind_style = False
        """Whether the word before was of a style or a pace."""

    def read(self) -> Wish:
        at = 0
        while at < len(self._words):
            before = {kind: self._typed.get(kind) for kind in ("style", "pace")}
            at += self._read_one(at)
            self._is_behind_style = any(self._typed.get(kind) != typed for kind, typed in before.items())
        self._join_size()
        self._join_metre()
        self._join_mode()
        pace = self._found.pop("pace", None)
        return Wish(
            **self._found,  # type: ignore[arg-type]
            **{name: tuple(values) for name, values in self._lists.items()},  # type: ignore[arg-type]
            bpm=self._numbers.get("bpm"),
            seconds=self._numbers.get("seconds"),
            pace=Pace(pace) if pace else None,
            unknown=tuple(self._unknown),
            taken=self._taken,
            is_cut=is_cut(self._text),
        )

    def _read_one(self, at: int) -> int:
        """Read what begins at this word; returns the number of words that were read, at least one."""
        word = self._small[at]
        phrase = self._match(at, FILLER_PHRASES)
        if phrase:
            return phrase
        negation = self._match(at, NEGATION_PHRASES) or (word in NEGATIONS)
        if negation:
            self._negation, self._is_direct = self._join(at, negation), True
            return negation
        count = self._read_decade(at) or self._read_amount(at) or self._read_bare_tempo(at) or self._read_key(at)
        if count:
            return count
        if word in BAND_WORDS:
            return 1 + self._read_band(at + 1)
        count = self._read_phrase(at)
        if count:
            return count
        if word in FILLERS:
            self._negation = "" if word in WITH else self._negation
            self._is_direct = self._is_direct or word in ("or", "nor")
            return 1
        return self._read_typo(at)

    def _match(self, at: int, phrases: Sequence[tuple[str, ...]]) -> int:
        """How many words the phrase has that stands here; 0: none of these."""
        return next((len(one) for one in phrases if tuple(self._small[at : at + len(one)]) == one), 0)

    def _join(self, at: int, count: int) -> str:
        return " ".join(self._words[at : at + count])

    def _reject(self, typed: str) -> None:
        """Keep as not understood, with the negation that stands directly before it."""
        before = f"{self._negation} " if self._negation and self._is_direct else ""
        self._unknown.append(one_line(before + typed, 40))

    def _is_negated(self) -> bool:
        """Whether what was just read, which is no instrument, is not wanted. Anything else ends a negation."""
        if not (self._negation and self._is_direct):
            self._negation = ""
        return bool(self._negation)

    # Numbers and keys

    def _read_amount(self, at: int) -> int:
        for kind, read in (("seconds", read_length(self._small, at)), ("bpm", read_tempo(self._small, at))):
            if read is not None:
                typed = self._join(at, read.words)
                if self._is_negated():
                    self._reject(typed)
                else:
                    self._put_number(kind, read.value, typed)
                self._is_direct = False
                return read.words
        return 0

    def _read_decade(self, at: int) -> int:
        """`70s rock` and `from the 70s`: a decade, which nobody here plays, and no length. `rock 70s` is a length."""
        words = (*self._small[at : at + 2], "")
        is_number = re.fullmatch("[0-9]0", words[0]) and words[1] == "s"
        if not is_number and words[0] not in DECADES:
            return 0
        count = 2 if is_number else 1
        is_behind = at > 0 and self._small[at - 1] == "the" and is_number
        if not is_behind and not self._is_style(at + count):
            return 0
        self._reject(DECADES.get(words[0], f"{words[0]}s"))
        return count

    def _is_style(self, at: int) -> bool:
        """Whether the words from here on begin with a style."""
        meanings = (self._find(" ".join(self._small[at : at + count])) for count in range(1, PHRASE + 1))
        return any(meaning is not None and meaning.kind == "style" for meaning in meanings)

    def _read_bare_tempo(self, at: int) -> int:
        """A number directly behind a style or a pace, as in `techno 138`."""
        if not self._is_behind_style or self._negation or not self._words[at].isdecimal():
            return 0
        read = read_tempo(("tempo", *self._small[at:]), 0)
        if read is None or not RANGES["tempo"].low <= read.value <= RANGES["tempo"].high:
            return 0
        self._put_number("bpm", read.value, self._join(at, read.words - 1))
        return read.words - 1

    def _put_number(self, kind: str, value: float, typed: str) -> None:
        """Keep a number within what can be composed, and say so where it was not."""
        limits = RANGES["tempo" if kind == "bpm" else kind]
        kept = max(limits.low, min(self._longest if kind == "seconds" else limits.high, value))
        if kept != value:
            self._taken[one_line(typed, 40)] = f"{_say_number(kind, kept)}, {ENDS[kind][kept < value]}"
        before = self._numbers.setdefault(kind, kept)
        if before != kept:
            self._taken[one_line(typed, 40)] = _say_number(kind, before)

    def _read_key(self, at: int) -> int:
        key = read_key(self._words, at)
        if key is None:
            return 0
        typed = self._join(at, key.words)
        if self._is_negated():
            self._reject(typed)
        else:
            self._keep("key", key.name, typed)
        self._is_direct = False
        return key.words

    def _keep(self, kind: str, value: str, typed: str) -> None:
        """Of two that cannot both be, the first is taken, and that is said."""
        before = self._found.setdefault(kind, value)
        self._typed.setdefault(kind, typed)
        if before != value:
            self._taken[one_line(typed, 40)] = before

    # Phrases

    def _read_phrase(self, at: int) -> int:
        for count in range(min(PHRASE, len(self._words) - at), 0, -1):
            meaning = self._find(" ".join(self._small[at : at + count]))
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
        if meaning.kind == "instrument":
            self._put_instrument(meaning.value, typed)
        elif self._is_negated():
            self._put_opposite(meaning, typed)
        elif meaning.kind == "mood":
            self._put_mood(meaning.value, typed)
        elif meaning.kind == "style" and meaning.value in self._lists["avoided"]:
            self._taken[one_line(typed, 40)] = f"not {meaning.value}"
        else:
            self._keep(*meaning, typed)
        self._is_direct = False

    def _put_instrument(self, name: str, typed: str) -> None:
        names, others = self._lists["wanted"], self._lists["unwanted"]
        if self._negation:
            names, others = others, names
        if name in others:
            said = "with" if self._negation else "without"
            self._taken[one_line(f"{self._negation} {typed}".strip(), 40)] = f"{said} {name}"
        elif name not in names and len(names) >= MOST_INSTRUMENTS:
            self._unknown.append(one_line(f"{typed} (more than {MOST_INSTRUMENTS} instruments)", 60))
        elif name not in names:
            names.append(name)

    def _put_mood(self, name: str, typed: str) -> None:
        """Of moods that cannot both be, such as sad and happy, the first is taken."""
        mood = MOODS[name]
        for before in self._lists["moods"]:
            one = MOODS[before]
            is_other_mode = one.mode and mood.mode and one.mode != mood.mode
            is_louder = None not in (one.energy, mood.energy) and abs(one.energy - mood.energy) > LOUDER  # type: ignore[operator]
            if is_other_mode or is_louder:
                self._taken[one_line(typed, 40)] = before
                return
        if name not in self._lists["moods"]:
            self._lists["moods"].append(name)

    def _put_opposite(self, meaning: Meaning, typed: str) -> None:
        """What is directly behind a negation: a style is avoided, a pace and a mode have an opposite."""
        said = f"{self._negation} {typed}"
        opposite = OPPOSITES.get(meaning.value) if meaning.kind in ("pace", "mode") else None
        if meaning.kind == "style" and self._found.get("style") == meaning.value:
            self._taken[one_line(said, 40)] = meaning.value
        elif meaning.kind == "style":
            self._lists["avoided"].append(meaning.value)
        elif opposite:
            self._taken[one_line(said, 40)] = str(opposite)
            self._keep(meaning.kind, opposite, said)
        else:
            self._reject(typed)

    def _read_band(self, at: int) -> int:
        """Read the name of a band, or a part of it, also with a typing error; 0 where there is none."""
        for count in range(min(PHRASE, len(self._words) - at), 0, -1):
            typed, phrase = self._join(at, count), " ".join(self._small[at : at + count])
            if phrase in self._band_names and phrase not in FILLERS:
                self._put(self._band_names[phrase], typed)
                return count
            near = self._find_nearest(phrase, self._band_names) if len(phrase) >= SHORTEST_TYPO else ""
            if near:
                self._take(typed, near, self._band_names[near])
                return count
        return 0

    def _read_typo(self, at: int) -> int:
        for count in (2, 1):
            typed = self._join(at, count)
            words = self._small[at : at + count]
            is_told = any(word in STRONG_WORDS or word in FILLERS or word in NEGATIONS for word in words)
            if len(words) < count or len(typed) < SHORTEST_TYPO or is_told:
                continue
            near = self._find_nearest(typed.casefold(), self._lexicon)
            if near:
                self._take(typed, near, self._lexicon[near])
                return count
        count = 2 if self._small[at] in ("less", "fewer") and at + 1 < len(self._words) else 1  # of something
        self._reject(self._join(at, count))
        return count

    def _find_nearest(self, phrase: str, known: Mapping[str, Meaning]) -> str:
        """The phrase of as many words that is most like this one; '' where none is."""
        self._typos += 1
        if self._typos > 2 * TYPOS:
            return ""
        blanks = phrase.count(" ")
        alike = [one for one in known if one.count(" ") == blanks]
        return next(iter(difflib.get_close_matches(phrase, alike, 1, NEAR)), "")

    def _take(self, typed: str, near: str, meaning: Meaning) -> None:
        self._taken[one_line(typed, 40)] = near
        self._put(meaning, typed)

    # What is known only at the end

    def _join_size(self) -> None:
        """`short` and `long` are lengths where there is no other."""
        size = self._found.pop("size", "")
        if not size:
            return
        seconds = self._numbers.setdefault("seconds", min(float(size), self._longest))
        if seconds != min(float(size), self._longest):
            self._taken[one_line(self._typed["size"], 40)] = clock(seconds)

    def _join_metre(self) -> None:
        """A metre is a matter of the style."""
        metre = self._found.pop("metre", "")
        if not metre:
            return
        style = self._found.get("style", "")
        suited = [name for name, beats in BEATS.items() if str(beats) == metre]
        if not style and suited and suited[0] in self._lists["avoided"]:
            self._taken[one_line(self._typed["metre"], 40)] = f"not {suited[0]}"
        elif not style and suited:
            self._found["style"] = suited[0]
        elif not style:
            self._lists["avoided"] += [name for name in BEATS if name not in self._lists["avoided"]]
        elif str(BEATS.get(style, 4)) != metre:
            self._taken[one_line(self._typed["metre"], 40)] = f"{BEATS.get(style, 4)}/4, as {style} is"

    def _join_mode(self) -> None:
        """A key says its mode itself."""
        key, mode = self._found.get("key", ""), self._found.get("mode", "")
        if key and mode and (mode == "minor") != key.endswith("m"):
            self._taken[one_line(self._typed["mode"], 40)] = key
        if key:
            self._found.pop("mode", None)


def _say_number(kind: str, value: float) -> str:
    return f"{value:g} bpm" if kind == "bpm" else clock(value)


@cache
def _make_lexicon() -> dict[str, Meaning]:
    """Every phrase but the bands' names, in small letters without hyphens."""
    instruments = {name: Meaning("instrument", name) for name in list_instrument_names() if find_instrument(name)}
    return {
        **{name.replace("-", " "): meaning for name, meaning in instruments.items()},
        **{mode: Meaning("mode", value) for mode, value in MODE_WORDS.items()},
        **{mood: Meaning("mood", mood) for mood in MOODS},
        **{pace: Meaning("pace", value.value) for pace, value in PACES.items()},
        **{size: Meaning("size", str(seconds)) for size, seconds in SIZES.items()},
        **{metre: Meaning("metre", str(beats)) for metre, beats in METRES.items()},
        **{name: Meaning("style", style) for name, style in STYLE_NAMES.items()},
    }


def _name_bands(bands: Mapping[str, str], has_parts: bool = False) -> dict[str, Meaning]:
    """What a band may be called: its name and its slug, with `has_parts` also each word of it."""
    called: dict[str, Meaning] = {}
    for slug, name in bands.items():
        meaning = Meaning("band", slug)
        words = " ".join(split_words(name)).casefold()
        parts = slug.split("-") if has_parts else []
        for phrase in (words, words.removeprefix("the "), slug.replace("-", " "), *parts):
            if phrase:
                called.setdefault(phrase, meaning)
    return called
