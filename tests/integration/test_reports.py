"""Reports of a real streamer process to bots that go away before they have answered."""

from pathlib import Path
from typing import Any

from bandstand.common import wire
from bandstand.common.types import RATE
from tests.integration.streaming import Bot, Station, sine, until, written


def told(bot: Bot) -> list[tuple[int, str, int]]:
    """Number, name and cue of each report that this bot was sent."""
    reports = [event for event in bot.events if event[0] in ("Started", "Ended")]
    return [(sent["number"], name, values["cue"]) for sent, (name, values) in zip(bot.reports, reports, strict=True)]


def test_what_a_bot_did_not_answer_before_it_died_is_sent_to_the_next_one_first_and_in_order(
    icecast: Any, station: Station, tmp_path: Path
) -> None:
    station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    bot.play(1, written(tmp_path / "tone.wav", sine(RATE // 4)))
    bot.wait_for("Started", cue=1)
    bot.answers_reports = False
    bot.play(2, written(tmp_path / "next.wav", sine(RATE // 2)), wire.Follow)
    bot.play(3, written(tmp_path / "cut.wav", sine(60 * RATE)))
    bot.wait_for("Started", cue=3)
    bot.close()

    second = station.bot()
    second.answers_reports = False
    state = second.state()
    unanswered = told(second)
    assert [number for number, *_ in unanswered] == list(range(2, 2 + len(unanswered)))
    assert unanswered[0][1:] == ("Ended", 1) and unanswered[-1][1:] == ("Started", 3)
    assert {sent["streamer"] for sent in second.reports} == {state.streamer}
    agos = [sent["ago"] for sent in second.reports]
    assert agos == sorted(agos, reverse=True) and 0 <= agos[-1] < 60
    second.close()

    third = station.bot()
    third.state()
    assert told(third) == unanswered, "nothing is lost by a bot that dies before it answers"
    until(lambda: not told_anew(station), "the answers are in")
    third.close()


def told_anew(station: Station) -> list[tuple[int, str, int]]:
    """What a new connection is sent before its first answer."""
    bot = station.bot()
    bot.answers_reports = False
    bot.state()
    bot.close()
    return told(bot)


def test_what_happens_while_no_bot_is_there_is_reported_to_the_next_one(
    icecast: Any, station: Station, tmp_path: Path
) -> None:
    station.start()
    bot = station.bot()
    bot.answers_reports = False  # a slow machine may end the first song before the second is sent
    bot.play(1, written(tmp_path / "tone.wav", sine(RATE // 4)))
    bot.play(2, written(tmp_path / "next.wav", sine(60 * RATE)), wire.Follow)
    bot.close()
    until(lambda: (3, "Started", 2) in told_anew(station), "the first song ends")
    other = station.bot()
    state = other.state()
    assert told(other) == [(1, "Started", 1), (2, "Ended", 1), (3, "Started", 2)]
    assert state.current is not None and state.current.cue == 2
    other.close()
