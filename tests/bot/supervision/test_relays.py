"""Watching over relays: an Icecast of which none runs here."""

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionRefusedError
from twisted.internet.task import Clock

from bandstand.bot.supervision import relays
from bandstand.bot.supervision.relays import EACH, Relays
from bandstand.common import config as configuration
from bandstand.common.relays import Relay

STATS = b"""<icestats><source mount="/stream.mp3"><listeners>7</listeners></source>
    <source mount="/other"><listeners>9</listeners></source></icestats>"""
RELAY = Relay(url="http://relay:8000", name="relay", admin_password="x", listeners=50)


class FakeIcecast:
    """In place of `IcecastStatistics`: gives what it is told to."""

    answers: list[bytes | Exception]

    def __init__(self, *_: object) -> None: ...

    async def fetch(self) -> bytes:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def watch(monkeypatch: pytest.MonkeyPatch, *answers: bytes | Exception) -> tuple[Relays, Clock]:
    FakeIcecast.answers = list(answers)
    monkeypatch.setattr(relays, "IcecastStatistics", FakeIcecast)
    clock = Clock()
    made = Relays([RELAY], configuration.DEFAULT_MOUNTS, None, clock)  # type: ignore[arg-type]
    made.start()
    return made, clock


def count(made: Relays, **ours: int) -> dict[str, int]:
    async def count_ours() -> dict[str, int]:
        return {"/stream.mp3": ours["mp3"], "/stream.opus": ours["opus"]}

    counted: list[dict[str, int]] = []
    Deferred.fromCoroutine(made.add_to(count_ours)()).addCallback(counted.append)
    return counted[0]


def test_a_relay_that_answers_is_well_and_its_listeners_are_those_of_our_mounts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (status,) = watch(monkeypatch, STATS)[0].list_status()
    assert (status.is_well, status.listeners, status.limit, status.mounts) == (True, 7, 50, ("/stream.mp3",))


def test_listeners_are_those_of_all_places_without_the_relay_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = watch(monkeypatch, STATS)
    assert count(made, mp3=3, opus=2) == {"/stream.mp3": 2 + 7, "/stream.opus": 2}
    assert count(made, mp3=0, opus=0) == {"/stream.mp3": 7, "/stream.opus": 0}


def test_a_relay_that_does_not_answer_is_away_until_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    made, clock = watch(monkeypatch, STATS, ConnectionRefusedError(), STATS)
    clock.advance(EACH)
    (status,) = made.list_status()
    assert (status.is_well, status.listeners, status.mounts) == (False, 0, ())
    assert status.trouble == "does not answer"
    assert count(made, mp3=3, opus=0)["/stream.mp3"] == 3
    clock.advance(EACH)
    assert made.list_status()[0].is_well


def test_why_it_is_not_well_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = (PermissionError(), b"<html>", b"<icestats></icestats>")
    troubles = [watch(monkeypatch, answer)[0].list_status()[0].trouble for answer in answers]
    assert troubles == [
        "does not take the password",
        "does not answer as an Icecast does",
        "has none of the station's mounts",
    ]


def test_nobody_is_asked_any_more_once_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    made, clock = watch(monkeypatch, STATS, ConnectionRefusedError())
    made.stop()
    clock.advance(10 * EACH)
    assert made.list_status()[0].is_well and not clock.getDelayedCalls()
