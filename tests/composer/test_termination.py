"""A worker that is told to end does so, whatever was going on in that moment."""

import signal
import weakref
from collections.abc import Iterator

import pytest

from bandstand.common.jobs import Advanced, Step
from bandstand.composer.termination import Termination


class Thing:
    """Something that a weak reference can be had of."""


@pytest.fixture
def termination() -> Iterator[Termination]:
    before = signal.getsignal(signal.SIGTERM)
    made = Termination()
    made.begin()
    yield made
    signal.signal(signal.SIGTERM, before)


def be_told_where_exceptions_are_dropped() -> None:
    """As inside an import, whose locks are weakly referred to."""
    thing = Thing()
    reference = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGTERM))
    del thing
    assert reference() is None


def test_it_ends_at_once_with_the_status_of_a_shell(termination: Termination) -> None:
    with pytest.raises(SystemExit) as told:
        signal.raise_signal(signal.SIGTERM)
    assert told.value.code == 143


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_it_ends_at_the_next_check_where_python_dropped_the_exception(termination: Termination) -> None:
    be_told_where_exceptions_are_dropped()
    with pytest.raises(SystemExit) as told:
        termination.check()
    assert told.value.code == 143


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_it_ends_instead_of_reporting_a_further_step(termination: Termination) -> None:
    steps: list[Step] = []
    report = termination.make_report(steps.append)
    report(Advanced(1.0))
    be_told_where_exceptions_are_dropped()
    with pytest.raises(SystemExit):
        report(Advanced(2.0))
    assert steps == [Advanced(1.0)]


def test_a_check_lets_go_on_what_was_not_told_to_end(termination: Termination) -> None:
    termination.check()
