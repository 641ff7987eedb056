"""The examination of the machine as a running bot has it made."""

import msgspec
from twisted.internet.defer import Deferred

from bandstand.bot.child import Launcher
from bandstand.bot.supervision.machine import FRESH, PATIENCE, MachineExaminer
from bandstand.common.api.observing import Diagnosis
from bandstand.common.api.values import Grade, Symptom
from tests.bot.fakes import FakeReactor

FULL = Symptom("disk", Grade.FAULT, "full", "free some space")


def ask(examiner: MachineExaminer) -> list[tuple[Symptom, ...]]:
    answers: list[tuple[Symptom, ...]] = []
    Deferred.fromCoroutine(examiner.examine()).addCallback(answers.append)
    return answers


def make() -> tuple[FakeReactor, MachineExaminer]:
    reactor = FakeReactor()
    return reactor, MachineExaminer(Launcher(reactor, reactor), ["--config", "/b.toml"])  # type: ignore[arg-type]


def test_questions_at_the_same_time_share_a_process_and_its_answer_is_kept_for_a_moment() -> None:
    reactor, examiner = make()
    first, second = ask(examiner), ask(examiner)
    assert len(reactor.started) == 1 and reactor.started[0][-3:] == ["--config", "/b.toml", "--json"]
    reactor.say(msgspec.json.encode(Diagnosis(symptoms=(FULL,))) + b"\n")
    reactor.finish()
    assert first == second == ask(examiner) == [(FULL,)]
    assert len(reactor.started) == 1
    reactor.advance(FRESH + 1)
    ask(examiner)
    assert len(reactor.started) == 2


def test_an_examination_that_says_nothing_or_cannot_be_started_is_a_symptom_itself() -> None:
    reactor, examiner = make()
    answers = ask(examiner)
    reactor.advance(PATIENCE + 1)
    reactor.kill()
    assert "ended by signal 9" in answers[0][0].sentence
    reactor.advance(FRESH + 1)
    reactor.error = OSError(11, "Resource temporarily unavailable")
    assert "unavailable" in ask(examiner)[0][0].sentence
