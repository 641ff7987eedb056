"""What the programme passed over is told once."""

import pytest

from bandstand.bot.station.passed_slots import MOST, QUIET, tell_passed
from bandstand.bot.storage.transaction import SqlTransaction
from bandstand.common.api.events import SlotPassed
from bandstand.common.api.values import PassedSlot, read_slot
from tests.bot.memory import make_transaction


@pytest.fixture
def tx() -> SqlTransaction:
    return make_transaction()


def tell(tx: SqlTransaction, *passed: str, filled: str = "any", reason: str = "there is no song in it") -> list[str]:
    """What is told of slots that were passed over for this reason."""
    tx.events.clear()
    tell_passed(tx, [PassedSlot(read_slot(slot), reason) for slot in passed], filled)
    return [event.slot for event in tx.events if isinstance(event, SlotPassed)]


def test_the_same_is_told_once_however_much_later(tx: SqlTransaction) -> None:
    assert tell(tx, "playlist:a") == ["playlist:a"]
    assert tell(tx, "playlist:a", "playlist:b") == ["playlist:b"]
    tx.now += 10 * QUIET
    assert tell(tx, "playlist:a", "playlist:b") == []


def test_another_reason_is_told(tx: SqlTransaction) -> None:
    tell(tx, "playlist:a")
    assert tell(tx, "playlist:a", reason="there is no such playlist") == ["playlist:a"]


def test_what_was_filled_in_between_is_told_again_but_not_within_the_hour(tx: SqlTransaction) -> None:
    tell(tx, "playlist:a")
    tell(tx, filled="playlist:a")
    assert tell(tx, "playlist:a") == []
    tx.now += QUIET
    tell(tx, filled="playlist:a")
    assert tell(tx, "playlist:a") == ["playlist:a"]


def test_that_there_is_nothing_at_all_is_not_told_as_of_a_slot(tx: SqlTransaction) -> None:
    assert tell(tx, "any") == []


def test_no_more_is_remembered_than_is_useful(tx: SqlTransaction) -> None:
    for number in range(MOST + 1):
        tx.now += 1.0
        tell(tx, f"playlist:p{number}")
    assert tell(tx, "playlist:p1") == []
    assert tell(tx, "playlist:p0") == ["playlist:p0"]
