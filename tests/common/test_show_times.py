"""The times of shows, as people write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.common.api.shows import ShowRule
from bandstand.common.show_times import DAY_MINUTES, find_zone, read_rule, write_rule

RULES = st.one_of(
    st.builds(ShowRule, every=st.integers(1, DAY_MINUTES)),
    st.builds(
        ShowRule,
        days=st.sets(st.integers(0, 6), max_size=6).map(lambda days: tuple(sorted(days))),
        start=st.integers(0, DAY_MINUTES - 1),
        end=st.none() | st.just(DAY_MINUTES),
    ),
    st.builds(ShowRule, date=st.dates().map(str), start=st.integers(0, 719), end=st.integers(720, DAY_MINUTES)),
)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("fri 20:00-22:00", ShowRule(days=(4,), start=1200, end=1320)),
        ("Fridays 20-22", ShowRule(days=(4,), start=1200, end=1320)),
        ("mon - fri 7:00 - 9:30", ShowRule(days=(0, 1, 2, 3, 4), start=420, end=570)),
        ("sat-mon 1:00", ShowRule(days=(0, 5, 6), start=60)),
        ("sat, sun 22:00-2:00", ShowRule(days=(5, 6), start=1320, end=120)),
        ("weekdays 0:00-24:00", ShowRule(days=(0, 1, 2, 3, 4), start=0, end=1440)),
        ("daily 12:00", ShowRule(start=720)),
        ("12:00", ShowRule(start=720)),
        ("2026-12-24 18:00-23:00", ShowRule(date="2026-12-24", start=1080, end=1380)),
        ("every 20 minutes", ShowRule(every=20)),
        ("every 2 hours", ShowRule(every=120)),
    ],
)
def test_what_people_write_is_a_rule(text: str, rule: ShowRule) -> None:
    assert read_rule(text) == rule


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("frx 20:00-22:00", "frx is no day"),
        ("fri 25:00", "25:00 is no time of day"),
        ("fri 20:60", "20:60 is no time of day"),
        ("fri 2000", "2000 is no time of day"),
        ("", "is no time of day"),
        ("fri 20:00-20:00", "has no length"),
        ("fri 24:00-1:00", "24:00 ends a show"),
        ("2026-02-30 18:00", "there is no date 2026-02-30"),
        ("every 0 minutes", "every 1 to 1440 minutes"),
    ],
)
def test_what_is_no_rule_is_answered_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_rule(text)


@given(RULES)
def test_a_rule_is_written_as_it_is_read(rule: ShowRule) -> None:
    assert read_rule(write_rule(rule)) == rule


@settings(max_examples=30)
@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_a_sentence(text: str) -> None:
    try:
        read_rule(text)
    except ValueError as error:
        assert len(str(error)) > 10


def test_a_zone_is_found_whatever_its_case_and_the_nearest_name_is_said() -> None:
    assert find_zone("europe/berlin") == "Europe/Berlin"
    assert find_zone("america/new york") == "America/New_York"
    for wrong in ("Berlin", "Europe/Berln"):
        with pytest.raises(ValueError, match=f"there is no time zone {wrong}; did you mean Europe/Berlin"):
            find_zone(wrong)
    with pytest.raises(ValueError, match="they are written as Europe/Berlin"):
        find_zone("../../etc/passwd")
