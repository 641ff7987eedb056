"""What is wrong with the values of a configuration: where, what is allowed, and what was got instead.

msgspec says only in English which value it refuses, and only of the first. So its type information (`msgspec.inspect`)
is walked here beside the values, which finds every fault, and the sentences are ours. A type's `msgspec.Meta` says in
`description` what a person may write, where a pattern alone would not tell. Knows types and values; not what a key is
for. Imported only when something is wrong, because that takes a few milliseconds.
"""

import difflib
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from msgspec import inspect

from bandstand.common.plain_values import Fault
from bandstand.common.text import harmless

SHOWN: Final = 60
"""Characters of a wrong text that are repeated."""
SECRET: Final = "password"
"""A key with this in its name is not repeated."""


def find_faults(value: object, kind: type) -> list[Fault]:
    """Every fault of `value`, which is what TOML or JSON gave, as one of `kind`; none if msgspec would take it."""
    return list(_walk(value, inspect.type_info(kind), ""))


def _walk(value: object, kind: inspect.Type, place: str) -> Iterator[Fault]:
    bare, _ = _strip(kind)
    match bare:
        case inspect.StructType() if isinstance(value, dict):
            yield from _walk_struct(value, bare, place)
        case inspect.DictType() if isinstance(value, dict):
            for key, one in value.items():
                yield from _walk(one, bare.value_type, _join(place, key))
        case inspect.ListType() | inspect.VarTupleType() if isinstance(value, list):
            for number, one in enumerate(value):
                yield from _walk(one, bare.item_type, f"{place}[{number}]")
        case _ if not _fits(value, bare):
            yield place, explain(value, kind, place)


def _walk_struct(value: dict[str, Any], kind: inspect.StructType, place: str) -> Iterator[Fault]:
    known = {field.encode_name: field for field in kind.fields}
    for key, one in value.items():
        where = _join(place, key)
        if key in known:
            yield from _walk(one, known[key].type, where)
        else:
            near = difflib.get_close_matches(key, known, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(known)}"
            yield where, f"no such key; {hint}"
    for name, field in known.items():
        if field.required and name not in value:
            yield _join(place, name), "is missing"


class Repaired(NamedTuple):
    """Values without those that are wrong, so that the others can be looked at further."""

    value: object
    kept: dict[str, list[int]]
    """Place of a list from which entries were left out -> the numbers that those that remain had before."""

    def list_further(self, further: Sequence[Fault], told: Sequence[Fault]) -> list[Fault]:
        """The faults of the repaired values where they are in the original ones, without those of the same keys as the
        faults that are told already."""
        places = {place for place, _ in told}
        moved = [(self._find_place(place), sentence) for place, sentence in further]
        return [(place, sentence) for place, sentence in moved if place not in places]

    def _find_place(self, place: str) -> str:
        listed, bracket, rest = place.partition("[")
        number, _, below = rest.partition("]")
        if not bracket or listed not in self.kept:
            return place
        return f"{listed}[{self.kept[listed][int(number)]}]{below}"


class _Lost(Exception):
    """A value in place of which there is none."""


def leave_out_faults(value: object, kind: type) -> Repaired:
    """`value` as far as it is one of `kind`: a wrong value is left out, so that its default stands there, and a table
    that has none with it."""
    kept: dict[str, list[int]] = {}
    try:
        return Repaired(_repair(value, inspect.type_info(kind), "", kept), kept)
    except _Lost:
        return Repaired({}, {})


def _repair(value: object, kind: inspect.Type, place: str, kept: dict[str, list[int]]) -> object:
    """Raises _Lost."""
    bare, _ = _strip(kind)
    match bare:
        case inspect.StructType() if isinstance(value, dict):
            fields = {field.encode_name: field for field in bare.fields}
            made = {}
            for key, field in fields.items():
                if key not in value and field.required:
                    raise _Lost
                if key in value:
                    with _left_out(is_needed=field.required):
                        made[key] = _repair(value[key], field.type, _join(place, key), kept)
            return made
        case inspect.DictType() if isinstance(value, dict):
            made = {}
            for key, one in value.items():
                with _left_out():
                    made[key] = _repair(one, bare.value_type, _join(place, key), kept)
            return made
        case inspect.ListType() | inspect.VarTupleType() if isinstance(value, list):
            numbered = {}
            for number, one in enumerate(value):
                with _left_out():
                    numbered[number] = _repair(one, bare.item_type, f"{place}[{number}]", kept)
            if value and not numbered:
                raise _Lost
            kept[place] = list(numbered)
            return list(numbered.values())
        case _ if not _fits(value, bare):
            raise _Lost
    return value


@contextmanager
def _left_out(*, is_needed: bool = False) -> Iterator[None]:
    """Go on without a value that is lost; one that is needed loses what it is in."""
    try:
        yield
    except _Lost:
        if is_needed:
            raise


def explain(value: object, kind: inspect.Type, place: str) -> str:
    """`expected ..., got ...`, and what was probably meant."""
    bare, _ = _strip(kind)
    said = f"expected {describe(kind)}, got {show(value, is_secret=SECRET in place)}"
    if isinstance(bare, inspect.StructType) and isinstance(value, list):
        return f"{said}; write [{place}], with one pair of brackets"
    if isinstance(bare, inspect.ListType | inspect.VarTupleType) and isinstance(value, dict):
        return f"{said}; write [[{place}]], with two pairs of brackets"
    if isinstance(bare, inspect.ListType | inspect.VarTupleType) and isinstance(value, str):
        return f'{said}; put it in brackets: ["..."]'
    if isinstance(bare, inspect.LiteralType) and isinstance(value, str):
        near = difflib.get_close_matches(value.lower(), [str(one) for one in bare.values], 1)
        return f'{said}; did you mean "{near[0]}"?' if near else said
    if isinstance(bare, inspect.BoolType) and str(value).lower() in ("true", "false"):
        return f"{said}; write it without quotes and in small letters"
    if isinstance(bare, inspect.IntType | inspect.FloatType) and isinstance(value, str) and _is_number(value):
        return f"{said}; write it without quotes"
    return said


def describe(kind: inspect.Type) -> str:
    """What is allowed, in words that follow "expected"."""
    bare, description = _strip(kind)
    if description:
        return description
    match bare:
        case inspect.StrType():
            return "text that is not empty" if bare.min_length else "text"
        case inspect.IntType():
            return "a whole number" + _say_bounds(bare)
        case inspect.FloatType():
            return "a number" + _say_bounds(bare)
        case inspect.BoolType():
            return "true or false"
        case inspect.LiteralType():
            return _join_words([f'"{one}"' for one in bare.values if one != ""])
        case inspect.ListType() | inspect.VarTupleType():
            return "a list"
        case inspect.UnionType():
            return _join_words([describe(one) for one in bare.types if not isinstance(one, inspect.NoneType)])
    return "a table"


def show(value: object, *, is_secret: bool = False) -> str:
    """What was got, in words that follow "got"."""
    match value:
        case dict():
            return "a table"
        case list():
            return "a list"
        case str() if is_secret:
            return "another text"
        case str():
            text = harmless(value)
            return f'text "{text if len(text) <= SHOWN else text[:SHOWN] + "…"}"' if text else "empty text"
        case _ if is_secret:
            return "another value"
        case bool():
            return str(value).lower()
        case int() | float():
            return _show_number(value)
    return f"{value}"  # a date


def _fits(value: object, kind: inspect.Type) -> bool:
    match kind:
        case inspect.StrType():
            return isinstance(value, str) and len(value) >= (kind.min_length or 0) and _matches(value, kind.pattern)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool) and _is_within(value, kind)
        case inspect.FloatType():
            return isinstance(value, int | float) and not isinstance(value, bool) and _is_within(value, kind)
        case inspect.LiteralType():
            return any(value == one and type(value) is type(one) for one in kind.values)
        case inspect.UnionType():
            return any(_fits(value, _strip(one)[0]) for one in kind.types)
        case inspect.NoneType():
            return value is None
    return False


def _matches(value: str, pattern: str | None) -> bool:
    return pattern is None or re.search(pattern, value) is not None


def _is_within(value: float, kind: inspect.IntType | inspect.FloatType) -> bool:
    bounds = (kind.ge, kind.gt, kind.le, kind.lt)
    ge, gt, le, lt = (bound for bound in bounds)
    return (
        not (isinstance(value, float) and math.isnan(value))
        and (ge is None or value >= ge)
        and (gt is None or value > gt)
        and (le is None or value <= le)
        and (lt is None or value < lt)
    )


def _say_bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    low, high = kind.ge, kind.le
    if low is not None and high is not None:
        return f" from {_show_number(low)} to {_show_number(high)}"
    if kind.gt is not None:
        return f" above {_show_number(kind.gt)}" + ("" if high is None else f" and up to {_show_number(high)}")
    if low is not None:
        return f" from {_show_number(low)} on"
    return "" if high is None else f" up to {_show_number(high)}"


def _show_number(number: float) -> str:
    if isinstance(number, int):
        return str(number) if abs(number) < 10**18 else "a number of many digits"
    return f"{number:g}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _strip(kind: inspect.Type) -> tuple[inspect.Type, str]:
    """The type itself, and what its `msgspec.Meta` says that a person may write."""
    description = ""
    while isinstance(kind, inspect.Metadata):
        description = (kind.extra_json_schema or {}).get("description", "") or description
        kind = kind.type
    return kind, description


def _join(place: str, key: str) -> str:
    return f"{place}.{harmless(key)}" if place else harmless(key)


def _join_words(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
