"""What follows from Icecast's figures for a mount, second by second, and when the monitor asks for them."""

import pytest

from bandstand.streamer.delivery import MOST_PATIENCE, PATIENCE, SPEECHLESS, SWALLOWED, Delivery, DeliveryMonitor


class Rig:
    """A mount that came on the air at 100.0, and an Icecast whose figure moves every `interval` seconds."""

    def __init__(self, interval: float = 5.0) -> None:
        self.delivery = Delivery("/stream.mp3")
        self.interval = interval
        self.now = 100.0
        self.looks = 0
        self.delivery.start(self.now)

    def run(self, seconds: float, passes_on: bool = True, answers: bool = True, says: bool = True) -> tuple[float, str]:
        """Until the first fault: when, counted from here, and what."""
        began = last = self.now
        while self.now - began < seconds:
            self.now = round(self.now + 0.05, 2)
            if passes_on:
                last = self.now
            if self.delivery.is_due(self.now):
                self.looks += 1
                if answers:
                    self.delivery.record_figure(int((last - 100) // self.interval) if says else None, self.now)
                else:
                    self.delivery.record_no_answer(self.now)
            if said := self.delivery.find_fault(self.now):
                return self.now - began, said
        return seconds, ""


def test_a_mount_that_is_passed_on_is_left_alone_and_hardly_looked_at() -> None:
    rig = Rig()
    assert rig.run(600) == (600, "")
    assert rig.looks < 300


def test_a_server_that_swallows_is_noticed_within_ten_seconds_whenever_it_begins() -> None:
    for tenth in range(60):
        rig = Rig()
        rig.run(30 + tenth / 10)
        after, said = rig.run(30, passes_on=False)
        assert after < 10 and said == SWALLOWED


def test_a_server_that_swallows_from_the_first_is_noticed_too() -> None:
    after, said = Rig().run(30, passes_on=False)
    assert after < 10 and said == SWALLOWED


def test_a_server_that_does_not_answer_any_more_is_noticed_within_ten_seconds() -> None:
    rig = Rig()
    rig.run(33)
    after, said = rig.run(30, passes_on=False, answers=False)
    assert after < 10 and said == SPEECHLESS


def test_a_server_that_gives_no_figures_is_believed() -> None:
    assert Rig().run(600, says=False) == (600, "")


def test_a_mount_that_vanishes_from_the_figures_is_not_there() -> None:
    rig = Rig()
    rig.run(30)
    after, said = rig.run(30, says=False)
    assert after < 10 and said == SWALLOWED


def test_a_server_with_slower_figures_is_wrongly_given_up_once_and_not_again() -> None:
    rig = Rig(interval=13.0)
    assert rig.run(600)[0] < 600
    rig.delivery.stop()
    rig.delivery.start(rig.now)
    assert rig.run(600) == (600, "")


def test_patience_has_an_end() -> None:
    rig = Rig()
    for _ in range(10):
        rig.delivery.start(rig.now)
        after, _ = rig.run(2 * MOST_PATIENCE, passes_on=False)
    assert PATIENCE < after < MOST_PATIENCE + 2


def test_off_the_air_nothing_is_watched() -> None:
    rig = Rig()
    rig.delivery.stop()
    assert rig.run(60, passes_on=False) == (60, "")
    assert rig.looks == 0


class MonitorRig:
    """Icecast, and a monitor with two mounts, which looks as often as it wants to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.deliveries = [Delivery("/one"), Delivery("/two")]
        self.asked: list[tuple[float, str]] = []
        self.there = True
        self.wall = 1_000_000.0
        """What the machine's clock says, less `now`."""
        self.passes_on = True
        self.figures = dict.fromkeys(["", "/one", "/two"], 0)
        self.renewed = self.next_check = 0.0
        self.monitor = DeliveryMonitor(
            self.deliveries, self._ask, self._probe, lambda: self.now, lambda: self.wall + self.now
        )

    def _ask(self, path: str) -> int | None:
        self.asked.append((self.now, path))
        if not self.there:
            raise OSError("nobody")
        return self.figures[path]

    def renew(self) -> None:
        """Icecast's figures move, by its clock."""
        if self.wall + self.now >= self.renewed and self.passes_on:
            self.renewed = self.wall + self.now + 5
            self.figures = dict.fromkeys(self.figures, round(self.now * 100))

    def find_fault(self, seconds: float) -> tuple[float, str]:
        """Until the first fault of the first mount: after how long, and what."""
        began = self.now
        while self.now - began < seconds:
            self.run(0.25)
            if said := self.deliveries[0].find_fault(self.now):
                return self.now - began, said
        return seconds, ""

    def _probe(self) -> None:
        self._ask("")

    def run(self, seconds: float) -> list[tuple[float, str]]:
        self.asked.clear()
        for _ in range(round(seconds / 0.25)):
            self.now += 0.25
            self.renew()
            if self.now >= self.next_check:
                self.monitor.check()
                self.next_check = self.now + self.monitor.tick
        return self.asked


def test_each_mount_on_the_air_is_asked_about() -> None:
    rig = MonitorRig()
    for delivery in rig.deliveries:
        delivery.start(0.0)
    assert {path for _, path in rig.run(10.0)} == {"/one", "/two"}


def test_where_there_is_no_answer_nobody_else_is_asked_about_in_that_second() -> None:
    rig = MonitorRig()
    for delivery in rig.deliveries:
        delivery.start(0.0)
    rig.there = False
    assert len(rig.run(3.5)) == 3


def test_off_the_air_one_question_a_second_is_asked_in_all() -> None:
    asked = MonitorRig().run(5.0)
    assert 4 <= len(asked) <= 6 and {path for _, path in asked} == {""}


def test_when_icecast_answers_again_each_mount_that_waits_hears_of_it_once_within_a_second() -> None:
    rig = MonitorRig()
    rig.run(3.0)
    rig.there = False
    rig.run(5.0)
    assert not any(delivery.consume_retry() for delivery in rig.deliveries)
    rig.there = True
    rig.run(1.0)
    assert [delivery.consume_retry() for delivery in rig.deliveries] == [True, True]
    rig.run(5.0)
    assert not any(delivery.consume_retry() for delivery in rig.deliveries)


def test_a_mount_on_the_air_has_nothing_to_try_again() -> None:
    rig = MonitorRig()
    rig.deliveries[0].start(0.0)
    rig.there = False
    rig.run(3.0)
    rig.there = True
    rig.run(1.5)
    assert [delivery.consume_retry() for delivery in rig.deliveries] == [False, True]


# The machine's clock is set


@pytest.mark.parametrize("step", [-3600.0, -60.0, -4.0, -0.6, 3600.0])
def test_a_clock_that_is_set_is_no_fault_of_icecast_whenever_that_is(step: float) -> None:
    for quarter in range(24):
        rig = MonitorRig()
        rig.deliveries[0].start(0.0)
        rig.run(20 + quarter / 4)
        rig.wall += step
        assert rig.find_fault(200) == (200, "")


def test_a_server_that_does_not_answer_is_noticed_although_the_clock_was_set_back() -> None:
    rig = MonitorRig()
    rig.deliveries[0].start(0.0)
    rig.run(20)
    rig.wall -= 3600
    rig.run(20)
    rig.there = False
    after, said = rig.find_fault(30)
    assert after < 10 and said == SPEECHLESS


@pytest.mark.parametrize("is_set_right", [True, False])
def test_figures_are_believed_again_when_they_move_or_the_mount_connects_anew(is_set_right: bool) -> None:
    rig = MonitorRig()
    rig.deliveries[0].start(0.0)
    rig.run(20)
    rig.wall -= 3600
    rig.run(20)
    if is_set_right:
        rig.wall += 3600
    else:
        rig.deliveries[0].start(rig.now)
        rig.renewed = 0.0
    rig.run(20)
    rig.passes_on = False
    after, said = rig.find_fault(30)
    assert after < 10 and said == SWALLOWED
