"""schedule in words."""

from datetime import datetime

import msgspec
import pytest

from bandstand.bot.commands import schedule
from bandstand.bot.commands.reply import Level
from bandstand.common.api.people import Right
from bandstand.common.api.schedule import AddShow, GetSchedule, RemoveShow, Schedule, ShowAdded
from bandstand.common.api.shows import Airing, RunState, Show
from bandstand.common.api.values import Slot, SlotKind
from bandstand.common.show_times import read_rule
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import BOSSA, FRIDAY, FROM_FILE


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("schedule", GetSchedule()),
        ("schedule week", GetSchedule(days=7)),
        ('schedule add "fri 20:00-22:00" swing', AddShow(rule="fri 20:00-22:00", target="swing")),
        ("schedule add fri 20:00-22:00 swing", AddShow(rule="fri 20:00-22:00", target="swing")),
        ("schedule add every 20 minutes jingle", AddShow(rule="every 20 minutes", target="jingle")),
        ("schedule add sat, sun 10-12 gravel theory", AddShow(rule="sat, sun 10-12", target="gravel theory")),
        (
            "schedule add fri 20-22 swing zone=Europe/Berlin priority=-2 name=Night",
            AddShow(rule="fri 20-22", target="swing", zone="Europe/Berlin", priority=-2, name="Night"),
        ),
        (
            "schedule override 2026-12-24 18:00-23:00 calm",
            AddShow(rule="2026-12-24 18:00-23:00", target="calm", is_override=True),
        ),
        ("schedule override 2026-12-24 off", AddShow(rule="2026-12-24 0:00-24:00", target="off", is_override=True)),
        ("schedule remove 3", RemoveShow(show="3")),
        ("schedule remove late night", RemoveShow(show="late night")),
    ],
)
def test_words_are_requests(person: Person, text: str, request_: object) -> None:
    assert person.ask(text) == request_


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schedule add", "schedule [week | add TIMES WHAT"),
        ("schedule tomorrow", "schedule [week | add TIMES WHAT"),
        ("schedule add fri 20:00-22:00", "what is to be played then"),
        ("schedule add frx 20:00-22:00 swing", "frx is no day"),
        ("schedule add fri 26:00 swing", "26:00 is no time of day"),
        ("schedule override 2026-02-30 swing", "there is no date 2026-02-30"),
        ("schedule override 2026-12-24 26:00-28:00 swing", "26:00 is no time of day"),
        ("schedule add fri 20-22 swing priority=high", "priority is a whole number"),
    ],
)
def test_wrong_words_are_answered_with_a_sentence(person: Person, text: str, said: str) -> None:
    reply = person.say(text)
    assert reply.level in (Level.USAGE, Level.ERROR) and said in reply.summary


def test_a_listener_sees_the_schedule_and_does_not_change_it(person: Person) -> None:
    assert person.say("schedule", Right.LISTENER).is_good
    assert person.say("schedule add fri 20-22 swing", Right.LISTENER).level is Level.DENIED


def test_what_comes_is_told_in_local_time(person: Person) -> None:
    person.wall = FRIDAY - 3600
    reply = person.say("schedule")
    assert reply.summary == '"bossa" is on; 1 entry of 2 shows, in the time of Europe/Berlin'
    assert reply.rows == (("20:00", "22:00", "3 bossa", "style:bossa", "fri 20:00-22:00", ""),)
    missed = Airing(FROM_FILE, FRIDAY + 10 * 86400, FRIDAY + 10 * 86400 + 3600, RunState.MISSED)
    told = Schedule(zone="UTC", now=None, airings=(missed,), shows=(FROM_FILE,))
    (row,) = person.see("schedule", told).rows
    assert row == (
        "mon 2026-05-11 18:00", "19:00", "morning (file)", "playlist:calm", "daily 7:00-9:00", "missed",
    )  # fmt: skip
    nothing = Schedule(zone="UTC", now=None, airings=(), shows=(FROM_FILE, FROM_FILE))
    assert person.see("schedule", nothing).summary == (
        "none of 2 shows comes within a day; schedule week lists seven days"
    )
    alone = msgspec.structs.replace(nothing, shows=(FROM_FILE,))
    assert person.see("schedule week", alone).summary == "the one show does not come within a week"
    assert "there are no shows" in person.see("schedule", Schedule(zone="UTC", now=None, airings=(), shows=())).summary


def test_what_was_added_is_told_with_its_first_time_and_what_it_meets(person: Person) -> None:
    first = Airing(BOSSA, FRIDAY, FRIDAY + 7200)
    added = ShowAdded(show=BOSSA, next=first, wins_over=(FROM_FILE,), yields_to=(BOSSA,), first_met=FRIDAY + 3600)
    person.wall = FRIDAY - 10 * 86400
    assert person.see("schedule add fri 20:00-22:00 bossa", added).summary == (
        'show 3, "bossa": fri 20:00-22:00, style:bossa, Europe/Berlin time; it begins fri 2026-05-01 20:00; '
        'where they meet (first fri 2026-05-01 21:00), it is heard instead of "morning"; '
        'where they meet, "bossa" is heard instead of it'
    )


def test_an_override_that_is_off_says_so_plainly(person: Person) -> None:
    show = Show(id=4, name="off", rule=read_rule("2026-12-24 0:00-24:00"), slot=Slot(SlotKind.OFF), is_override=True)
    reply = person.see("schedule override 2026-12-24 off", ShowAdded(show=show, next=None))
    assert reply.summary == "override 4: no show is heard 2026-12-24 0:00-24:00, the ordinary programme plays"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-03-27T20:00", "20:00"),
        ("2026-03-28T00:00", "sat 2026-03-28 00:00"),
        ("2026-03-29T12:00", "sun 2026-03-29 12:00"),
    ],
)
def test_a_moment_of_another_day_has_its_date(at: str, said: str) -> None:
    morning, evening = (datetime.fromisoformat(f"2026-03-27T{hour}:00+00:00").timestamp() for hour in ("09", "22"))
    moment = datetime.fromisoformat(f"{at}+00:00").timestamp()
    assert schedule.say_moment(moment, "UTC", morning) == said
    assert schedule.say_moment(evening + 3 * 3600, "UTC", evening) == "01:00"
