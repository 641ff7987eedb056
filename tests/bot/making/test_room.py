"""Jobs that wait until there is room on the disk."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from bandstand.bot.making import room as module
from bandstand.bot.making.room import LONGEST, MARGIN, Room, Usage
from bandstand.common.api.events import Event, RoomChanged


class Disk:
    """A disk with `free` bytes, and what the room on it did."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = 100 << 20
        self.total = 1 << 30
        self.looks = 0
        self.events: list[Event] = []
        self.clock = Clock()
        monkeypatch.setattr(module, "measure_usage", self._measure)
        self.room = Room(self.clock, [Path("/nowhere")], self._publish)

    def _measure(self, _: Path) -> Usage:
        self.looks += 1
        return Usage(self.total, self.free)

    def _publish(self, events: Sequence[Event]) -> None:
        self.events += events


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.mark.parametrize(
    ("free", "now", "written", "is_to_wait"),
    [
        (100 << 20, 0, 10 << 20, True),
        (3 << 20, 0, 2 << 20, False),
        (3 << 20, 1 << 20, 1 << 20, False),
        (3 << 20, 0, 0, True),
        (0, 0, 0, True),
        (0, 0, 1 << 20, False),
        (100 << 20, 0, 0, True),
        (100 << 20, 100 << 20, 0, False),
    ],
)
def test_a_job_waits_unless_there_is_room_again_without_it(
    free: int, now: int, written: int, is_to_wait: bool, disk: Disk
) -> None:
    disk.free = free
    disk.room.note_begun(1)
    disk.free = now
    assert disk.room.is_to_wait(1, written) is is_to_wait


def test_no_job_waits_for_room_that_can_never_be(disk: Disk) -> None:
    disk.free, disk.total = 0, MARGIN - 1
    disk.room.note_begun(1)
    assert not disk.room.is_to_wait(1, 0)


def test_jobs_go_on_when_more_is_free_than_the_job_had_written(disk: Disk) -> None:
    disk.free = 0
    disk.room.wait(50 << 20)
    disk.room.wait(1)
    assert disk.room.is_short
    disk.free = 50 << 20
    disk.clock.pump([1.0] * 100)
    assert disk.room.is_short
    disk.free = (50 << 20) + MARGIN
    disk.clock.advance(LONGEST)
    assert not disk.room.is_short
    assert disk.events == [RoomChanged(is_short=True), RoomChanged(is_short=False)]


def test_it_looks_ever_more_rarely(disk: Disk) -> None:
    disk.free = 0
    disk.room.wait(0)
    disk.clock.pump([1.0] * 3600)
    assert 60 <= disk.looks <= 70


def test_a_folder_that_is_not_there_yet_has_its_parent_s_room(tmp_path: Path) -> None:
    room = Room(Clock(), [tmp_path / "songs" / "new"], lambda _: None)
    room.note_begun(1)
    assert not room.is_to_wait(1, 1)
