"""A streamer that stands still for good is killed; one that goes on is not."""

from typing import Any, cast

import pytest
from twisted.internet.task import Clock

from bandstand.bot.supervision.hang_watch import HUNG, PERIOD, HangWatch
from bandstand.bot.supervision.keeper import Keeper

ROUNDS = round(HUNG / PERIOD)


class Stage:
    def __init__(self) -> None:
        self.clock = Clock()
        self.is_connected = True
        self.answers = True
        self.kills = 0
        self.watch = HangWatch(self.clock, self, cast(Keeper, cast(Any, self)))
        self.watch.start()

    async def ask_state(self) -> object | None:
        return object() if self.answers else None

    def kill(self) -> None:
        self.kills += 1

    def pass_rounds(self, number: int) -> None:
        self.clock.pump([PERIOD] * number)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_one_that_has_not_answered_for_long_is_killed_once(stage: Stage) -> None:
    stage.answers = False
    stage.pass_rounds(ROUNDS - 1)
    assert stage.kills == 0
    stage.pass_rounds(1)
    assert stage.kills == 1
    stage.pass_rounds(ROUNDS - 1)
    assert stage.kills == 1


def test_one_that_answers_again_in_time_is_left_alone(stage: Stage) -> None:
    for answers in (False, True, False):
        stage.answers = answers
        stage.pass_rounds(ROUNDS - 1)
    assert stage.kills == 0


def test_one_that_is_not_there_is_not_killed(stage: Stage) -> None:
    stage.answers = stage.is_connected = False
    stage.pass_rounds(2 * ROUNDS)
    assert stage.kills == 0


def test_a_machine_that_stood_still_as_a_whole_counts_as_one_question(stage: Stage) -> None:
    stage.answers = False
    stage.clock.advance(10 * HUNG)
    assert stage.kills == 0


def test_nothing_is_asked_after_the_end(stage: Stage) -> None:
    stage.answers = False
    stage.watch.stop()
    stage.watch.stop()
    stage.pass_rounds(2 * ROUNDS)
    assert stage.kills == 0
