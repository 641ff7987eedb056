"""Visitors who have not logged in: names that nobody can take for somebody else's, and how many an address brings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.persons import WEB, get_person
from bandstand.bot.station.visitors import (
    ADDRESSES,
    DAY,
    HOUSEHOLD,
    LONGEST,
    MARK,
    Households,
    clean_name,
    fold_name,
    is_name,
    show_name,
)
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import BadVisitorName
from bandstand.common.api.requests import ChooseName, Grant, SetPassword
from bandstand.common.api.visiting import NameChosen
from bandstand.common.text import one_line
from tests.bot.station.conftest import Station
from tests.bot.station.test_access import HASH


def make_visitor(cookie: str = "c1", address: str = "203.0.113.9", account: str = "", session: str = "") -> Requester:
    identity = Identity(WEB, account, cookie=cookie, address=address, session=session)
    return Requester("x", Place(WEB), Right.LISTENER, identity)


def test_a_name_is_shown_with_a_mark_and_nobody_has_one_too() -> None:
    assert show_name("Ann") == "Ann (page)"
    assert show_name("") == show_name("\u202e\n") == "a visitor (page)"
    assert show_name("Ann (page)") == "Ann (page)"


@given(st.text(max_size=200))
def test_whatever_somebody_calls_themselves_is_short_one_line_and_marked(name: str) -> None:
    shown = show_name(name)
    assert shown.endswith(MARK)
    assert len(shown) <= LONGEST + len(MARK)
    assert one_line(shown) == shown


@pytest.mark.parametrize("name", ["Ann", "Jörg", "Анна", "花子", "O'Neil", "d.j. no-one", "नमस्ते"])
def test_names_of_all_scripts_may_be_chosen(name: str, station: Station) -> None:
    assert station.ask(ChooseName(name=name), make_visitor()) == NameChosen(name=name, shown=f"{name} (page)")


@pytest.mark.parametrize(
    "name", ["x", "<b>ann</b>", "1st", "ann@host", "a/b", "\N{CYRILLIC CAPITAL LETTER A}nn", "ann ☠", "~ann", "-" * 30]
)
def test_what_is_no_name_is_refused(name: str, station: Station) -> None:
    why = station.refuse(ChooseName(name=name), make_visitor())
    assert isinstance(why, BadVisitorName)
    assert why.problem == "form"


@pytest.mark.parametrize(
    "name",
    ["Boss", "b0ss", "B O S S", "BÖSS", "boss.", "Olga", "The Station", "Bandstand", "Admin", "Ope.rator"],
)
def test_nobody_can_pose_as_somebody_who_is_known_here(name: str, station: Station) -> None:
    station.ask(SetPassword(name="boss", hash=HASH))
    station.ask(Grant(name="libera/olga", right="admin"))
    assert station.refuse(ChooseName(name=name), make_visitor()) == BadVisitorName(clean_name(name), "taken")


def test_no_name_is_a_choice_too_and_who_is_logged_in_has_one(station: Station) -> None:
    assert station.ask(ChooseName(name=" "), make_visitor()) == NameChosen(name="", shown="a visitor (page)")
    assert station.refuse(ChooseName(name="Ann"), make_visitor(account="ann")) == BadVisitorName("", "account")


@given(st.text(max_size=40))
def test_folding_takes_any_text_and_a_name_that_folds_to_nothing_is_none(name: str) -> None:
    folded = fold_name(name)
    assert folded == "" or folded.isalnum()
    assert folded or not is_name(clean_name(name)) or not clean_name(name).isascii()


# Addresses


def test_a_household_brings_a_few_visitors_and_then_they_are_one() -> None:
    households = Households()
    admitted = [get_person(households.admit(make_visitor(f"c{number}"), 0.0)) for number in range(HOUSEHOLD + 3)]
    assert admitted == [f"~c{number}" for number in range(HOUSEHOLD)] + ["@203.0.113.9"] * 3
    assert get_person(households.admit(make_visitor("c0"), 1.0)) == "~c0"
    assert get_person(households.admit(make_visitor("c99", "203.0.113.10"), 1.0)) == "~c99"


def test_the_next_day_others_may_come() -> None:
    households = Households()
    for number in range(HOUSEHOLD):
        households.admit(make_visitor(f"c{number}"), 0.0)
    assert get_person(households.admit(make_visitor("new"), DAY + 1)) == "~new"


def test_accounts_and_the_machine_itself_are_not_counted() -> None:
    households = Households()
    for number in range(HOUSEHOLD * 2):
        for by in (
            make_visitor(f"c{number}", account="ann"),
            make_visitor(f"c{number}", session="s"),
            make_visitor(f"c{number}", "127.0.0.1"),
            make_visitor(f"c{number}", "::1"),
            make_visitor(f"c{number}", "no address"),
            Requester("x", identity=Identity("irc:libera", mask="a!a@203.0.113.9")),
            Requester("x"),
        ):
            assert households.admit(by, 0.0) is by
    assert len(households) == 0


def test_what_is_remembered_is_bounded() -> None:
    households = Households()
    for number in range(ADDRESSES + 5):
        households.admit(make_visitor("c", f"198.{number >> 16}.{number >> 8 & 255}.{number & 255}"), 0.0)
    assert len(households) == ADDRESSES
