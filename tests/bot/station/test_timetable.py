"""What a timetable keeps is what the schedule says."""

from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station import schedule
from bandstand.bot.station.timetable import Timetable
from bandstand.common.api.shows import RunState, Show
from bandstand.common.api.values import Slot, SlotKind
from bandstand.common.show_times import read_rule

RULES = ("daily 2:30-4:00", "sun 1:00-3:00", "mon-fri 7:00-9:00", "daily 12:00", "every 50 minutes", "fri 22:00-2:00")
ZONES = ("UTC", "Europe/Berlin", "Australia/Sydney", "America/New_York")
BEGIN = 1_774_656_000.0  # 28 March 2026, the day before the clocks change in Berlin
SHOWS = st.lists(st.tuples(st.sampled_from(RULES), st.sampled_from(ZONES)), max_size=5, unique=True)


def make_shows(pairs: list[tuple[str, str]]) -> list[Show]:
    return [
        Show(id=number, name=f"show {number}", rule=read_rule(rule), zone=zone, slot=Slot(SlotKind.ANY), created=0.0)
        for number, (rule, zone) in enumerate(pairs, 1)
    ]


@given(SHOWS, st.lists(st.floats(0, 3 * 86400.0), max_size=30), st.sampled_from(RunState))
def test_what_is_kept_is_what_the_schedule_says(
    pairs: list[tuple[str, str]], moments: list[float], state: RunState
) -> None:
    shows = make_shows(pairs)
    come = schedule.list_targets(shows, BEGIN, BEGIN + 86400.0)[::2]
    records = {(target.show.key, target.occurrence.day): state for target in come}
    timetable = Timetable(shows, records)
    for at in (BEGIN + moment for moment in moments):
        assert timetable.find_target(at) == schedule.find_target(shows, at, records)
        assert timetable.find_next_change(at) == schedule.find_next_change(shows, at, records)
