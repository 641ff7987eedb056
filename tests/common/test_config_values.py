"""What is said of a wrong value: what was got, what is allowed, and where."""

import math
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.common.config import Config
from bandstand.common.config_values import find_faults, leave_out_faults

Bounded = Annotated[float, msgspec.Meta(gt=0, le=9)]


class Part(msgspec.Struct, forbid_unknown_fields=True):
    size: Annotated[int, msgspec.Meta(ge=1, le=20)]
    pattern: Annotated[str, msgspec.Meta(pattern=r"^x\Z", description="an x")] = "x"


class Whole(msgspec.Struct, forbid_unknown_fields=True):
    part: Part | None = None
    parts: list[Part] = []
    named: dict[str, Part] = {}
    on: bool = True
    share: Bounded = 1.0
    word: Literal["", "loud", "quiet"] = ""
    any: str | int | float | bool = 1
    password: str = ""


@pytest.mark.parametrize(
    ("value", "place", "sentence"),
    [
        ({"on": "yes"}, "on", 'expected true or false, got text "yes"'),
        ({"on": "True"}, "on", "; write it without quotes and in small letters"),
        ({"share": 0}, "share", "expected a number above 0 and up to 9, got 0"),
        ({"share": math.nan}, "share", "got nan"),
        ({"share": "2.5"}, "share", 'got text "2.5"; write it without quotes'),
        ({"share": True}, "share", "got true"),
        ({"word": "Loud"}, "word", 'expected "loud" or "quiet", got text "Loud"; did you mean "loud"?'),
        ({"any": []}, "any", "expected text, a whole number, a number or true or false, got a list"),
        ({"named": {"a": {"size": 99}}}, "named.a.size", "expected a whole number from 1 to 20, got 99"),
        ({"parts": [{"size": 1}, {"size": 1, "pattern": "y"}]}, "parts[1].pattern", 'expected an x, got text "y"'),
        ({"parts": [{"size": 1, "pattern": "x\n"}]}, "parts[0].pattern", 'expected an x, got text "x "'),
        ({"parts": {"size": 1}}, "parts", "write [[parts]], with two pairs of brackets"),
        ({"parts": "x"}, "parts", 'put it in brackets: ["..."]'),
        ({"named": {"a": {}}}, "named.a.size", "is missing"),
        ({"named": {"a": {"size": 1, "sise": 2}}}, "named.a.sise", 'no such key; did you mean "size"?'),
        ({"password": 1234}, "password", "expected text, got another value"),
        ({"word": "x" * 500}, "word", "x…"),
        ({"share": 10**400}, "share", "got a number of many digits"),
    ],
)
def test_a_value_that_does_not_fit_is_explained_at_its_place(
    value: dict[str, object], place: str, sentence: str
) -> None:
    ((where, said),) = find_faults(value, Whole)
    assert where == place
    assert sentence in said
    assert "\n" not in said


def test_every_fault_is_found_at_once() -> None:
    value = {"on": 1, "parts": [{"size": 0}, {"size": 1, "x": 1}], "none": 1}
    assert [place for place, _ in find_faults(value, Whole)] == ["on", "parts[0].size", "parts[1].x", "none"]


KEYS = st.sampled_from(["station", "icecast", "mounts", "irc", "generators", "limits", "port", "name", "path", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_faults_are_found_exactly_where_msgspec_finds_one(data: dict[str, object]) -> None:
    try:
        msgspec.convert(data, Config)
    except msgspec.ValidationError:
        assert find_faults(data, Config)
    else:
        assert find_faults(data, Config) == []


def test_the_defaults_have_no_faults() -> None:
    assert find_faults(msgspec.json.decode(msgspec.json.encode(Config())), Config) == []


@given(st.dictionaries(KEYS, VALUES, max_size=4))
@settings(max_examples=30)
def test_what_is_left_without_the_faults_is_good(data: dict[str, object]) -> None:
    left = leave_out_faults(data, Config).value
    msgspec.convert(left, Config)
    if not find_faults(data, Config):
        assert left == data


def test_what_is_left_out_moves_no_fault_to_another_entry() -> None:
    value = {
        "parts": [{"size": 0}, {"size": 3, "x": 1}, {}, {"size": 4}],
        "named": {"a": {"size": "x"}, "b": {"size": 2}},
    }
    left = leave_out_faults(value, Whole)
    assert left.value == {"parts": [{"size": 3}, {"size": 4}], "named": {"b": {"size": 2}}}
    told = [("parts[3].pattern", "told")]
    assert left.list_further([("parts[0]", "a"), ("parts[1].size", "b"), ("parts[1].pattern", "c")], told) == [
        ("parts[1]", "a"),
        ("parts[3].size", "b"),
    ]
