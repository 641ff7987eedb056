"""The times of shows as people write them: `fri 20:00-22:00`, and IANA zones. Words to values and back.

Knows no calendar: when such a time comes is for `bot.station.schedule`.
"""

import difflib
import re
import zoneinfo
from datetime import date
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import tzlocal

from bandstand.common.api.shows import ShowRule

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY: Final = ("daily", "everyday")
GROUPS: Final = {"weekdays": (0, 1, 2, 3, 4), "weekends": (5, 6), "weekend": (5, 6)}
DAY_MINUTES: Final = 24 * 60
FORMS: Final = '"fri 20:00-22:00", "mon-fri 7:00-9:00", "daily 12:00", "2026-12-24 18:00-23:00" or "every 20 minutes"'
EVERY: Final = re.compile(r"every (\d{1,5}) ?(m|min|minutes?|h|hours?)", re.ASCII)
CLOCK: Final = re.compile(r"(\d{1,2})(?::(\d\d))?", re.ASCII)
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
NO_SUCH_TIME: Final = "{word} is no time of day; times are written as 20:00, up to 24:00"


@lru_cache(maxsize=1000)
def read_rule(text: str) -> ShowRule:
    """The rule that a person wrote. Raises ValueError with a sentence that says what is wrong."""
    folded = re.sub(r"\s*([-,])\s*", r"\1", " ".join(text.lower().split()))
    if found := EVERY.fullmatch(folded):
        return _read_every(int(found[1]), found[2])
    when, _, times = folded.rpartition(" ")
    days, day = _read_when(when)
    start, end = read_times(times)
    return ShowRule(days=days, date=day, start=start, end=end)


def _read_every(number: int, unit: str) -> ShowRule:
    minutes = number * 60 if unit.startswith("h") else number
    if not 1 <= minutes <= DAY_MINUTES:
        raise ValueError("a show comes every 1 to 1440 minutes")
    return ShowRule(every=minutes)


def _read_when(text: str) -> tuple[tuple[int, ...], str]:
    """Days of the week, and a date."""
    if DATE.fullmatch(text):
        return (), read_date(text)
    if text in ("", "every day", *EVERY_DAY):
        return (), ""
    days: set[int] = set()
    for part in text.replace(" ", ",").split(","):
        if part in GROUPS:
            days.update(GROUPS[part])
            continue
        first, dash, last = part.partition("-")
        begin = _read_day(first)
        end = _read_day(last) if dash else begin
        days.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return tuple(sorted(days)), ""


def _read_day(word: str) -> int:
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for number, name in enumerate(full):
        if len(word) >= 3 and name.startswith(word.removesuffix("s") if word not in full else word):
            return number
    raise ValueError(f"{word} is no day; the times of a show are written as {FORMS}")


def read_date(text: str) -> str:
    """Raises ValueError with a sentence."""
    try:
        return date.fromisoformat(text).isoformat() if DATE.fullmatch(text) else _refuse_date(text)
    except ValueError:
        return _refuse_date(text)


def _refuse_date(text: str) -> str:
    raise ValueError(f"there is no date {text}; dates are written as 2026-12-24") from None


def read_times(text: str) -> tuple[int, int | None]:
    """`20:00-22:00` or `20:00`, in minutes after midnight; an end before the start is on the next day.

    Raises ValueError with a sentence."""
    first, dash, last = text.partition("-")
    start = _read_time(first)
    if start == DAY_MINUTES:
        raise ValueError("24:00 ends a show; one that starts then is written with 0:00 of the next day")
    if not dash:
        return start, None
    end = _read_time(last)
    if end == start:
        raise ValueError(f"a show from {first} to {last} has no length; a whole day is 0:00-24:00")
    return start, end


def _read_time(word: str) -> int:
    found = CLOCK.fullmatch(word)
    if not found or (":" not in word and len(word) > 2):
        raise ValueError(NO_SUCH_TIME.format(word=word or "that"))
    minutes = int(found[1]) * 60 + int(found[2] or 0)
    if int(found[2] or 0) > 59 or minutes > DAY_MINUTES:
        raise ValueError(NO_SUCH_TIME.format(word=word))
    return minutes


def write_rule(rule: ShowRule) -> str:
    """As `read_rule` reads it."""
    if rule.every:
        return f"every {rule.every} minutes" if rule.every > 1 else "every 1 minute"
    times = write_time(rule.start) + ("" if rule.end is None else f"-{write_time(rule.end)}")
    return f"{rule.date or _write_days(rule.days)} {times}"


def _write_days(days: tuple[int, ...]) -> str:
    if not days or len(days) == 7:
        return "daily"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
    return ",".join(DAYS[day] for day in days)


def write_time(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


# Zones


@cache
def list_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def find_zone(name: str) -> str:
    """The zone as its list has it, whatever the case. Raises ValueError with a sentence and the nearest name."""
    zones = list_zones()
    if name in zones:
        return name
    folded = {zone.casefold(): zone for zone in zones}
    wanted = name.strip().casefold().replace(" ", "_")
    if wanted in folded:
        return folded[wanted]
    cities = {zone.rpartition("/")[2]: folded[zone] for zone in sorted(folded)}
    near = difflib.get_close_matches(wanted, folded, 1) or difflib.get_close_matches(wanted, cities, 1)
    meant = folded.get(near[0]) or cities[near[0]] if near else ""
    raise ValueError(
        f"there is no time zone {name}; " + (f"did you mean {meant}?" if meant else "they are written as Europe/Berlin")
    )


@cache
def load_zone(name: str) -> ZoneInfo:
    """One that `find_zone` has found; UTC where the system has lost it since."""
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def find_local_zone() -> str:
    """The machine's own zone; UTC where it has none that has a name."""
    try:
        name = tzlocal.get_localzone_name()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return name if name in list_zones() else "UTC"
