"""Amounts in a wish: `two and a half minutes`, `1 m 30 s`, `half an hour`, `100 to 120 bpm`. Pure.

Every function takes the words of a wish in small letters, as `common.wish_grammar` divides them, and the place of one,
and reads the amount that begins there; None where none does. Numbers may be digits or English words. Of a range the
middle is taken.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

DIGITS: Final = re.compile(r"[0-9]*[.,]?[0-9]+")
CLOCK: Final = re.compile(r"(?P<minutes>[0-9]{1,3}):(?P<seconds>[0-5][0-9])")
SMALL: Final = dict(
    zip(
        (
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
            "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
        ),
        range(1, 20), strict=True,
    )
)  # fmt: skip
TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
PHRASES: Final = (
    (("three", "quarters", "of", "an"), 0.75), (("a", "quarter", "of", "an"), 0.25), (("quarter", "of", "an"), 0.25),
    (("a", "couple", "of"), 2.0), (("couple", "of"), 2.0), (("a", "few"), 3.0), (("half", "an"), 0.5),
    (("half", "a"), 0.5),
)  # fmt: skip
HALF: Final = ("and", "a", "half")
UNITS: Final = {
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), 3600.0),
    **dict.fromkeys(("minute", "minutes", "min", "mins", "m"), 60.0),
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), 1.0),
}
"""Unit of time -> seconds. Those of one letter stand behind digits alone: `a m` is no minute."""
BEATS: Final = (("bpm",), ("beats", "per", "minute"), ("beats", "a", "minute"))
ABOUT: Final = ("at", "tempo", "bpm", "about", "around", "of", "between")
"""What a tempo may begin with."""


class Amount(NamedTuple):
    """A number of seconds or of beats a minute, or a bare number, and how many words it takes."""

    value: float
    words: int


def read_length(words: Sequence[str], at: int) -> Amount | None:
    """A length in seconds, with `long` behind it."""
    read = _read_clock(words, at) or _read_time(words, at)
    if read is None:
        return None
    follows = _get(words, at + read.words, 2)
    swallowed = 1 if follows[:1] == ("long",) else 2 if follows == ("in", "length") else 0
    return Amount(read.value, read.words + swallowed)


def read_tempo(words: Sequence[str], at: int) -> Amount | None:
    """Beats a minute: a number with its unit, or one of two or three digits behind `tempo`, `bpm` or `at`."""
    start, before = at, ""
    while start < len(words) and words[start] in ABOUT:
        before = words[start] if words[start] in ("at", "tempo", "bpm") else before
        start += 1
    number = _read_range(words, start)
    if number is None:
        return None
    end = start + number.words
    unit = next((len(unit) for unit in BEATS if _get(words, end, len(unit)) == unit), 0)
    is_alone = before != "at" or (re.fullmatch("[0-9]{2,3}", words[start]) and number.words == 1)
    if unit or (before and is_alone and number.value >= 10):
        return Amount(number.value, end + unit - at)
    return None


# The parts of an amount


def _get(words: Sequence[str], at: int, count: int) -> tuple[str, ...]:
    return tuple(words[at : at + count])


def _read_clock(words: Sequence[str], at: int) -> Amount | None:
    """`3:30`, also with `minutes` behind it."""
    match = CLOCK.fullmatch(words[at])
    if match is None:
        return None
    is_named = UNITS.get(" ".join(_get(words, at + 1, 1))) == UNITS["minute"]
    return Amount(int(match["minutes"]) * 60.0 + int(match["seconds"]), 2 if is_named else 1)


def _read_time(words: Sequence[str], at: int) -> Amount | None:
    """A number of hours, minutes or seconds, and what is added to them in words or in smaller units."""
    number = _read_range(words, at)
    unit = _read_unit(words, at, number) if number else None
    if number is None or unit is None:
        return None
    count = number.words + 1
    if _get(words, at + count, 3) == HALF:
        return Amount((number.value + 0.5) * unit, count + 3)
    more = count + (_get(words, at + count, 1) == ("and",))
    rest = _read_number(words, at + more)
    if rest is None or unit == 1.0:
        return Amount(number.value * unit, count)
    smaller = _read_unit(words, at + more, rest)
    if smaller is not None and smaller < unit:
        return Amount(number.value * unit + rest.value * smaller, more + rest.words + 1)
    is_bare = more == count and re.fullmatch("[0-5][0-9]", words[at + more])
    if is_bare and not any(_get(words, at + more + 1, len(unit_)) == unit_ for unit_ in BEATS):
        return Amount(number.value * unit + rest.value * unit / 60, more + 1)
    return Amount(number.value * unit, count)


def _read_unit(words: Sequence[str], at: int, number: Amount) -> float | None:
    """Seconds of the unit behind a number that begins `at`."""
    unit = " ".join(_get(words, at + number.words, 1))
    return UNITS.get(unit) if len(unit) > 1 or DIGITS.fullmatch(words[at]) else None


def _read_range(words: Sequence[str], at: int) -> Amount | None:
    """A number, or two with the middle of them: `100 to 120`, `between two and three`."""
    start = at + (_get(words, at, 1) == ("between",))
    is_between = start > at or _get(words, at - 1, 1) == ("between",)
    low = _read_number(words, start)
    if low is None:
        return None
    end = start + low.words
    if _get(words, end, 1) in (("to",), ("or",), *((("and",),) if is_between else ())):
        high = _read_number(words, end + 1)
        if high is not None:
            return Amount((low.value + high.value) / 2, end + 1 + high.words - at)
    return Amount(low.value, end - at)


def _read_number(words: Sequence[str], at: int) -> Amount | None:
    read = next((Amount(value, len(one)) for one, value in PHRASES if _get(words, at, len(one)) == one), None)
    read = read or _read_digits(words, at) or _read_number_words(words, at)
    if read is None and _get(words, at, 1) in (("a",), ("an",)):
        read = Amount(1.0, 1)
    if read is not None and _get(words, at + read.words, 3) == HALF:
        return Amount(read.value + 0.5, read.words + 3)
    return read


def _read_digits(words: Sequence[str], at: int) -> Amount | None:
    is_number = at < len(words) and DIGITS.fullmatch(words[at])
    return Amount(float(words[at].replace(",", ".")), 1) if is_number else None


def _read_number_words(words: Sequence[str], at: int) -> Amount | None:
    """`twenty five`, `a hundred and twenty`, `one twenty`."""
    first = _read_below_hundred(words, at)
    hundreds = at + (first.words if first else _get(words, at, 1) == ("a",))
    if _get(words, hundreds, 1) == ("hundred",):
        value, end = (first.value if first else 1.0) * 100, hundreds + 1
        rest = _read_below_hundred(words, end + (_get(words, end, 1) == ("and",)))
        if rest is None:
            return Amount(value, end - at)
        return Amount(value + rest.value, end + (words[end] == "and") + rest.words - at)
    if first is not None and first.value < 10:
        rest = _read_below_hundred(words, at + first.words)
        if rest is not None and rest.value >= 10:
            return Amount(first.value * 100 + rest.value, first.words + rest.words)
    return first


def _read_below_hundred(words: Sequence[str], at: int) -> Amount | None:
    word, following = (*_get(words, at, 2), "", "")[:2]
    if word in SMALL:
        return Amount(float(SMALL[word]), 1)
    if word not in TENS:
        return None
    ones = SMALL.get(following, 10)
    return Amount(float(TENS[word] + ones), 2) if ones < 10 else Amount(float(TENS[word]), 1)
