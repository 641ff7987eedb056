"""How much one person may ask, in a minute of the test's own."""

from bandstand.bot.station.limits import (
    COMMANDS,
    HOUSEHOLD,
    LOG_INS,
    LOG_INS_OF_ADDRESS,
    PEOPLE,
    SONGS,
    Limits,
    LogInGate,
)
from bandstand.common.api.refusals import TooSoon


def test_so_many_go_through_at_once_and_then_one_by_one() -> None:
    limits = Limits({SONGS: 3})
    assert [limits.take("ann", SONGS, 0.0) for _ in range(3)] == [None] * 3
    assert limits.take("ann", SONGS, 0.0) == TooSoon(20, is_first=True)
    assert limits.take("ann", SONGS, 8.5) == TooSoon(12, is_first=False)
    assert limits.take("ann", SONGS, 20.0) is None
    assert limits.take("ann", SONGS, 20.0) == TooSoon(20, is_first=True)


def test_each_person_and_each_kind_is_counted_by_itself() -> None:
    limits = Limits({SONGS: 1, COMMANDS: 1})
    assert limits.take("ann", SONGS, 0.0) is None
    assert limits.take("ann", COMMANDS, 0.0) is None
    assert limits.take("bob", SONGS, 0.0) is None
    assert limits.take("ann", SONGS, 0.0) is not None


def test_zero_is_no_limit_nor_is_what_is_not_counted() -> None:
    limits = Limits({SONGS: 0})
    assert not any(limits.take("ann", SONGS, 0.0) for _ in range(1000))
    assert not any(limits.take("ann", "", 0.0) for _ in range(1000))


def test_a_clock_that_is_set_back_takes_nothing_away() -> None:
    limits = Limits({SONGS: 2})
    assert limits.take("ann", SONGS, 1000.0) is None
    assert limits.take("ann", SONGS, 10.0) is None
    assert limits.take("ann", SONGS, 10.0) == TooSoon(30, is_first=True)


def test_a_crowd_does_not_make_it_grow_nor_forget_who_is_waiting() -> None:
    limits = Limits({SONGS: 1})
    for number in range(3 * PEOPLE):
        limits.take(f"p{number}", SONGS, number / 1000)
        limits.take(f"p{number}", SONGS, number / 1000)
    assert len(limits._buckets[SONGS]) <= PEOPLE
    assert len(limits._told) <= PEOPLE
    assert limits.take(f"p{3 * PEOPLE - 1}", SONGS, 3 * PEOPLE / 1000) is not None


def test_the_visitors_of_an_address_share_what_a_household_has() -> None:
    limits = Limits({SONGS: 2})
    taken = [limits.take(f"~{number}", SONGS, 0.0, "@192.0.2.1") for number in range(HOUSEHOLD * 2 + 1)]
    assert taken == [None] * HOUSEHOLD * 2 + [TooSoon(6, is_first=True)]
    assert limits.take("~new", SONGS, 0.0, "@192.0.2.2") is None
    assert limits.take("~0", SONGS, 0.0) is None


def test_log_ins_wait_in_bounded_numbers_and_few_from_one_address() -> None:
    gate = LogInGate()
    assert [gate.enter("a") for _ in range(LOG_INS_OF_ADDRESS + 1)] == [True] * LOG_INS_OF_ADDRESS + [False]
    others = [gate.enter(f"b{number}") for number in range(LOG_INS)]
    assert sum(others) == LOG_INS - LOG_INS_OF_ADDRESS
    gate.leave("a")
    assert gate.enter("c")
    assert not gate.enter("d")
