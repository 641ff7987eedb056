"""The station's time of day while the machine's clock is set."""

import pytest

from bandstand.common.steady_clock import AT_ONCE, PACE, SteadyClock, read_elapsed


class Machine:
    """Two clocks, of which one can be set."""

    def __init__(self) -> None:
        self.wall = 1_800_000_000.0
        self.elapsed = 50.0
        self.clock = SteadyClock(lambda: self.wall, lambda: self.elapsed)

    def wait(self, seconds: float) -> float:
        self.wall += seconds
        self.elapsed += seconds
        return self.clock()


def test_without_a_step_it_is_the_machines_clock() -> None:
    machine = Machine()
    for seconds in (0.1, 3, 0, 4000):
        assert machine.wait(seconds) == machine.wall


@pytest.mark.parametrize("step", [3600.0, -3600.0, -7.0])
def test_a_step_is_no_time_that_has_passed_and_is_made_up_for_slowly(step: float) -> None:
    machine = Machine()
    began = machine.clock()
    machine.wall += step
    assert machine.clock() == began
    assert abs(machine.wait(10) - began - 10) <= 10 * PACE + 1e-6
    before = machine.clock()
    while abs(machine.clock() - machine.wall) > 1e-3:
        now = machine.wait(600)
        assert before < now
        before = now
    assert machine.elapsed - 50 <= abs(step) / PACE + 1200


def test_a_clock_that_was_never_set_is_taken_over_at_once() -> None:
    machine = Machine()
    machine.wall += 2 * AT_ONCE
    assert machine.wait(1) == machine.wall


def test_the_time_that_has_elapsed_only_goes_on() -> None:
    first = read_elapsed()
    assert read_elapsed() >= first
