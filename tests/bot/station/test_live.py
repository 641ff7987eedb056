"""Who is live next: the line, the gate, the schedule's slot. Values in, values out."""

from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.live import (
    EXPECTED,
    NEEDED,
    NOWHERE,
    Connection,
    find_gone,
    find_next,
    find_state,
    is_ready,
    sort_line,
)
from bandstand.common.api.live import DjState
from bandstand.common.live import LiveInput, find_name, make_mount


def connect(name: str, since: float = 0.0, **more: bool) -> Connection:
    return Connection(name=name, since=since, seen=since, **more)


def hear(seconds: float = 5.0, lost: float = 0.0) -> LiveInput:
    return LiveInput(mount="/live/x", is_connected=True, heard=seconds, lost=lost)


def test_a_dj_goes_through_the_states() -> None:
    assert find_state("ann", None, NOWHERE) is DjState.OFFLINE
    assert find_state("ann", "bob", hear()) is DjState.WAITING
    assert find_state("ann", "ann", hear()) is DjState.ON_AIR
    assert find_state("ann", "ann", hear(lost=2.0)) is DjState.GRACE


def test_nobody_goes_on_the_air_without_being_wanted() -> None:
    line = [connect("ann"), connect("bob", 1.0)]
    inputs = {"ann": hear(), "bob": hear()}
    assert find_next(line, inputs, None) is None
    assert find_next(line, inputs, None, is_automatic=True) == "ann"


def test_two_seconds_of_sound_are_needed() -> None:
    line = [connect("ann", is_wanted=True)]
    assert find_next(line, {"ann": hear(NEEDED - 0.1)}, None) is None
    assert find_next(line, {"ann": hear(NEEDED)}, None) == "ann"
    assert find_next(line, {}, None) is None


def test_who_is_wanted_waits_for_the_dj_on_the_air() -> None:
    line = [connect("ann", was_on=True), connect("bob", 1.0, is_wanted=True)]
    inputs = {"ann": hear(), "bob": hear()}
    assert find_next(line, inputs, "ann") is None
    assert find_next(line, inputs, None) == "bob"


def test_the_slot_comes_first_and_only_once() -> None:
    line = [connect("ann", was_on=True), connect("bob", 1.0)]
    inputs = {"ann": hear(), "bob": hear()}
    assert find_next(line, inputs, "ann", slot="bob") == "bob"
    assert find_next(line, inputs, None, slot="ann") is None  # somebody has ended it
    assert find_next(line, inputs, "bob", slot="bob") is None


def test_who_was_on_the_air_does_not_come_back_by_themselves() -> None:
    assert find_next([connect("ann", was_on=True)], {"ann": hear()}, None, is_automatic=True) is None


def test_who_does_not_come_is_forgotten_unless_on_the_air() -> None:
    line = [connect("ann"), connect("bob"), connect("eve", EXPECTED)]
    inputs = {"bob": hear()}
    assert find_gone(line, inputs, None, EXPECTED + 1) == ["ann"]
    assert find_gone(line, inputs, "ann", EXPECTED + 1) == []


def test_who_sends_something_that_is_no_sound_is_not_forgotten_while_they_do() -> None:
    inputs = {"ann": LiveInput(mount="/live/ann", trouble="what it sends is no sound")}
    assert find_gone([connect("ann")], inputs, None, EXPECTED + 1) == []


NAMES = st.sampled_from(["ann", "bob", "eve", "dan"])
LINE = st.lists(
    st.builds(connect, NAMES, st.floats(0, 100), is_wanted=st.booleans(), was_on=st.booleans()),
    unique_by=lambda one: one.name,
)
INPUTS = st.dictionaries(NAMES, st.builds(hear, st.floats(0, 10)))


@given(LINE, INPUTS, st.none() | NAMES, st.booleans(), st.none() | NAMES)
def test_only_who_is_connected_and_heard_takes_the_air_and_nobody_from_a_dj_but_by_the_schedule(
    line: list[Connection], inputs: dict[str, LiveInput], on_air: str | None, is_automatic: bool, slot: str | None
) -> None:
    found = find_next(line, inputs, on_air, is_automatic=is_automatic, slot=slot)
    if found is not None:
        assert is_ready(inputs[found])
        assert found != on_air
        assert found in [one.name for one in line]
        assert on_air is None or found == slot


@given(LINE)
def test_the_newest_is_last(line: list[Connection]) -> None:
    assert [one.since for one in sort_line(line)] == sorted(one.since for one in line)


def test_a_mount_is_a_name_and_back() -> None:
    assert find_name(make_mount("ann.b-2")) == "ann.b-2"
    for mount in ("/live/", "/live/a/b", "/stream.mp3", "/live/Ann", "/live/../x", "/live/" + "a" * 40):
        assert find_name(mount) is None
