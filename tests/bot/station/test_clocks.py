"""Clocks: wheels of slots, within one another, that go on where they were."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.clocks import list_needs, take_slots
from bandstand.common.api import refusals, requests
from bandstand.common.api.playlists import Clock
from bandstand.common.api.values import ClockPlace, Slot, SlotKind, read_slot
from bandstand.common.radio_file import find_cycle
from tests.bot.station.conftest import Station


def make(**slots: str) -> dict[str, Clock]:
    return {name: Clock(name=name, slots=tuple(map(read_slot, text.split()))) for name, text in slots.items()}


def go_round(name: str, clocks: dict[str, Clock], number: int) -> list[str]:
    """The slots of so many entries, where each can be filled."""
    before: list[tuple[ClockPlace, ...]] = []
    taken = []
    for _ in range(number):
        slot, path = next(take_slots(name, clocks, before))
        taken.append(str(slot))
        before.insert(0, path)
    return taken


def test_a_clock_goes_round() -> None:
    clocks = make(day="style:pop any jingle")
    assert go_round("day", clocks, 4) == ["style:pop", "any", "jingle", "style:pop"]


def test_a_clock_within_a_clock_moves_on_by_one_slot_each_time() -> None:
    clocks = make(day="any clock:mix", mix="style:pop style:rock style:swing")
    assert go_round("day", clocks, 8) == [
        "any", "style:pop", "any", "style:rock", "any", "style:swing", "any", "style:pop",
    ]  # fmt: skip


def test_a_clock_begins_anew_after_another_one() -> None:
    clocks = make(day="style:pop any", night="style:ballad any")
    before = [(ClockPlace("night", 0),), (ClockPlace("day", 0),)]
    assert next(take_slots("day", clocks, before))[1] == (ClockPlace("day", 0),)


def test_one_round_is_tried_from_where_the_clock_stands() -> None:
    clocks = make(day="style:pop clock:mix any", mix="style:rock style:swing")
    tried = [str(slot) for slot, _ in take_slots("day", clocks, [(ClockPlace("day", 0),)])]
    assert tried == ["style:rock", "style:swing", "any", "style:pop"]


def test_a_clock_that_is_not_there_is_a_slot_that_cannot_be_filled() -> None:
    assert list(take_slots("gone", {}, [])) == [(Slot(SlotKind.CLOCK, "gone"), ())]


@given(st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from(["any", "clock:a", "clock:b", "clock:c"]))))
def test_whatever_clocks_have_within_them_a_round_ends_and_a_cycle_is_found(slots: dict[str, list[str]]) -> None:
    clocks = make(**{name: " ".join(texts) for name, texts in slots.items()})
    for name in clocks:
        list(take_slots(name, clocks, []))
        cycle = find_cycle(clocks, name)
        if cycle:
            assert cycle[0] == cycle[-1] == name
            for one, following in pairwise(cycle):
                assert Slot(SlotKind.CLOCK, following) in clocks[one].slots


@given(st.lists(st.sampled_from(["style:a", "style:b", "any"]), min_size=1, max_size=6))
def test_every_slot_comes_once_in_a_round(texts: list[str]) -> None:
    clocks = make(day=" ".join(texts))
    assert Counter(go_round("day", clocks, 2 * len(texts))) == Counter(texts * 2)


def test_what_a_clock_needs_is_told_through_the_clocks_within_it() -> None:
    clocks = make(day="style:pop clock:mix", mix="style:rock clock:day")
    assert [str(slot) for slot in list_needs("day", clocks)] == ["style:pop", "style:rock"]


# Requests


def test_a_clock_is_made_used_and_deleted(station: Station) -> None:
    made = station.ask(requests.SetClock(name="Evening", slots=("style:Bossa", "any")))
    assert [str(slot) for slot in made.clocks[0].slots] == ["style:bossa", "any"]
    assert made.current == ""
    assert station.ask(requests.UseClock(name="evening")).current == "evening"
    assert station.ask(requests.UseClock(name="")).current == ""
    station.ask(requests.UseClock(name="evening"))
    assert station.ask(requests.ListClocks(name="EVENING")).changed == "evening"
    station.ask(requests.DeleteClock(name="evening"))
    assert isinstance(station.refuse(requests.ListClocks(name="evening")), refusals.NoSuchClock)
    assert station.ask(requests.ListClocks()).current == ""


def test_clocks_that_would_lead_back_to_themselves_are_refused(station: Station) -> None:
    station.ask(requests.SetClock(name="b", slots=("any",)))
    station.ask(requests.SetClock(name="a", slots=("clock:b",)))
    refused = station.refuse(requests.SetClock(name="b", slots=("any", "clock:a")))
    assert refused == refusals.ClockCycle(("b", "a", "b"))
    assert isinstance(station.refuse(requests.SetClock(name="c", slots=("clock:c",))), refusals.ClockCycle)


@pytest.mark.parametrize(
    ("request_made", "kind"),
    [
        (requests.SetClock(name="x", slots=("stile:pop",)), refusals.BadSlot),
        (requests.SetClock(name="x", slots=()), refusals.BadSlot),
        (requests.SetClock(name="x", slots=("playlist:x",)), refusals.NoSuchTarget),
        (requests.SetClock(name="x", slots=("style:x",)), refusals.NoSuchTarget),
        (requests.SetClock(name="x", slots=("band:x",)), refusals.NoSuchTarget),
        (requests.SetClock(name="x", slots=("clock:y",)), refusals.NoSuchTarget),
        (requests.SetClock(name="x", slots=("jingle:x",)), refusals.NoSuchTarget),
        (requests.SetClock(name="x", slots=("file:/nowhere/x.ogg",)), refusals.BadPath),
        (requests.SetClock(name="x", slots=("off:",)), refusals.BadSlot),
        (requests.SetClock(name="Bad/Name", slots=("any",)), refusals.BadListName),
        (requests.SetClock(name="use", slots=("any",)), refusals.BadListName),
        (requests.SetClock(name="x", slots=("any",) * 101), refusals.TooManyLists),
        (requests.UseClock(name="x"), refusals.NoSuchClock),
        (requests.DeleteClock(name="x"), refusals.NoSuchClock),
    ],
)
def test_what_cannot_be_done_is_refused(
    request_made: requests.Request, kind: type[refusals.Refusal], station: Station
) -> None:
    assert isinstance(station.refuse(request_made), kind)
