"""Who a visitor of the page is: what begins a session, what ends it, and what it is worth meanwhile."""

import msgspec
import pytest

from bandstand.bot.station import sessions
from bandstand.bot.station.persons import WEB, find_key, get_person
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import LinkOver, NotAVisitor, PageOff, WrongPassword
from bandstand.common.api.requests import AddFavourite, Grant, ListFavourites, RemoveAccount, Revoke, SetPassword
from bandstand.common.api.visiting import LoggedIn, LogIn, LogOut, MakeLink, OpenLink
from bandstand.common.text import one_line
from tests.bot.station.conftest import CONSOLE, Station
from tests.bot.station.test_access import HASH

pytestmark = pytest.mark.usefixtures("either_database")

PAGE = "https://radio.example"


@pytest.fixture
def page(station: Station) -> Station:
    """A station with a page, and an account."""
    station.tx.outside = msgspec.structs.replace(station.tx.outside, page=PAGE)
    station.ask(SetPassword(name="ann", hash=HASH))
    return station


def visit(station: Station, cookie: str = "c1", session: str = "", address: str = "203.0.113.9") -> Requester:
    """A visitor as the socket hands them over: recognised by their session."""
    identity = Identity(WEB, cookie=cookie, address=address, session=session)
    visitor = sessions.recognise(station.tx, identity)
    return Requester(visitor.name or "a visitor", Place(WEB), visitor.right, visitor.identity)


def log_in(station: Station, account: str = "ann") -> LoggedIn:
    logged_in = station.ask(LogIn(account=account, password="checked before"), visit(station))
    assert isinstance(logged_in, LoggedIn)
    return logged_in


def follow_link(station: Station, by: Requester) -> LoggedIn:
    """Ask for a link here, and open it in a browser."""
    url = station.ask(MakeLink(), by).url
    assert url.startswith(f"{PAGE}/link/")
    logged_in = station.ask(OpenLink(code=url.rpartition("/")[2]), visit(station))
    assert isinstance(logged_in, LoggedIn)
    return logged_in


def test_a_visitor_is_nobody_and_a_listener_whatever_they_say_of_an_account(page: Station) -> None:
    page.ask(Grant(name="ann", right="admin"))
    found = sessions.recognise(page.tx, Identity(WEB, account="ann", mask="a!a@b.c", cookie="c1", session="made up"))
    assert found == (Identity(WEB, cookie="c1"), Right.LISTENER, "")


def test_who_logs_in_is_their_account_with_its_right_as_long_as_they_have_it(page: Station) -> None:
    page.ask(Grant(name="ann", right="dj"))
    logged_in = log_in(page, " Ann ")
    assert (logged_in.name, logged_in.known_as, logged_in.right) == ("ann", "ann", Right.DJ)
    by = visit(page, session=logged_in.session)
    assert (by.name, by.right, get_person(by)) == ("ann", Right.DJ, "ann")
    page.ask(Revoke(name="ann"))
    assert visit(page, session=logged_in.session).right is Right.LISTENER


@pytest.mark.parametrize("request_made", [RemoveAccount(name="ann"), SetPassword(name="ann", hash=HASH)])
def test_a_session_ends_with_its_account_and_with_another_password(
    page: Station, request_made: RemoveAccount | SetPassword
) -> None:
    session = log_in(page).session
    page.ask(request_made)
    assert visit(page, session=session).identity == Identity(WEB, cookie="c1", address="203.0.113.9")


def test_an_account_that_was_removed_while_its_password_was_looked_at_logs_nobody_in(page: Station) -> None:
    assert page.refuse(LogIn(account="bob", password="x"), visit(page)) == WrongPassword()


def test_a_session_is_over_after_its_time(page: Station) -> None:
    session = log_in(page).session
    page.pass_time(sessions.ACCOUNT_SECONDS - 10)
    assert visit(page, session=session).name == "ann"
    page.pass_time(20)
    assert visit(page, session=session).name == "a visitor"


def test_to_log_out_ends_this_session_or_all_of_the_person(page: Station) -> None:
    first, second, third = (log_in(page).session for _ in range(3))
    assert page.ask(LogOut(), visit(page, session=first)).sessions == 1
    assert page.ask(LogOut(), visit(page, session=first)).sessions == 0
    assert visit(page, session=second).name == "ann"
    assert page.ask(LogOut(is_everywhere=True), visit(page, session=second)).sessions == 2
    assert visit(page, session=third).name == "a visitor"


def test_to_log_in_again_takes_the_place_of_the_session_before(page: Station) -> None:
    before = log_in(page).session
    page.ask(LogIn(account="ann", password=""), visit(page, session=before))
    assert visit(page, session=before).name == "a visitor"


def test_a_person_has_a_bounded_number_of_sessions(page: Station) -> None:
    oldest = log_in(page).session
    for _ in range(sessions.MOST_OF_PERSON):
        newest = log_in(page).session
    assert visit(page, session=oldest).name == "a visitor"
    assert visit(page, session=newest).name == "ann"


ON_IRC = Requester(
    "Ann_", Place("irc", "libera #radio"), Right.LISTENER, Identity("irc:libera", "Ann", "Ann_!a@host.example")
)
MASKED = Requester(
    "eve", Place("irc", "libera #radio"), Right.LISTENER, Identity("irc:libera", mask="eve!e@host.example")
)


def test_a_link_from_irc_makes_the_visitor_the_same_person_with_the_same_right(page: Station) -> None:
    page.ask(Grant(name="libera/ann", right="dj"))
    logged_in = follow_link(page, ON_IRC)
    assert (logged_in.name, logged_in.known_as, logged_in.right) == ("Ann_", "libera/ann", Right.DJ)
    by = visit(page, session=logged_in.session)
    assert get_person(by) == get_person(ON_IRC) == "libera/ann"


def test_somebody_without_an_account_on_irc_is_known_by_their_host_for_a_day(page: Station) -> None:
    page.ask(Grant(name="libera/*!*@host.example", right="dj"))
    session = follow_link(page, MASKED).session
    by = visit(page, session=session)
    assert (by.right, get_person(by)) == (Right.DJ, get_person(MASKED))
    page.pass_time(sessions.MASK_SECONDS + 1)
    assert visit(page, session=session).right is Right.LISTENER


def test_a_link_from_the_machine_keeps_its_right_and_browsers_are_persons_of_their_own(page: Station) -> None:
    logged_in = follow_link(page, Requester("console", CONSOLE, Right.OWNER))
    by = visit(page, "c7", logged_in.session)
    assert (by.name, by.right, by.identity and by.identity.account) == ("the operator", Right.OWNER, "")
    assert get_person(by) == "~c7"


def test_a_link_works_once_and_only_for_a_while_and_the_next_takes_its_place(page: Station) -> None:
    def ask() -> OpenLink:
        return OpenLink(code=page.ask(MakeLink(), ON_IRC).url.rpartition("/")[2])

    used, replaced, late = ask(), None, None
    page.ask(used, visit(page))
    assert page.refuse(used, visit(page)) == LinkOver()
    replaced, late = ask(), ask()
    assert page.refuse(replaced, visit(page)) == LinkOver()
    page.pass_time(sessions.LINK_SECONDS)
    assert page.refuse(late, visit(page)) == LinkOver()
    assert page.refuse(OpenLink(code="x" * 200), visit(page)) == LinkOver()


def test_a_link_is_no_session_and_a_session_no_link(page: Station) -> None:
    code = page.ask(MakeLink(), ON_IRC).url.rpartition("/")[2]
    assert visit(page, session=code).name == "a visitor"
    assert page.refuse(OpenLink(code=log_in(page).session), visit(page)) == LinkOver()


def test_without_a_page_there_is_no_link(station: Station) -> None:
    assert station.refuse(MakeLink(), ON_IRC) == PageOff()


def test_only_visitors_of_the_page_get_sessions(page: Station) -> None:
    assert page.refuse(LogIn(account="ann", password="")) == NotAVisitor()
    code = page.ask(MakeLink(), ON_IRC).url.rpartition("/")[2]
    assert page.refuse(OpenLink(code=code), ON_IRC) == NotAVisitor()


def test_the_database_has_nothing_that_would_let_somebody_in(page: Station) -> None:
    session = log_in(page).session
    code = page.ask(MakeLink(), ON_IRC).url.rpartition("/")[2]
    rows = page.tx.people._executor._database.execute_sql("SELECT * FROM session").fetchall()  # type: ignore[attr-defined]
    assert len(rows) == 2
    assert session not in str(rows)
    assert code not in str(rows)


def test_what_a_visitor_liked_before_is_theirs_afterwards(page: Station) -> None:
    one, two = page.store("One"), page.store("Two")
    for code in (one, two):
        page.ask(AddFavourite(song=code), visit(page))
    page.ask(AddFavourite(song=two), ON_IRC)
    by = visit(page, session=follow_link(page, ON_IRC).session)
    assert {song.code for song in page.ask(ListFavourites(), by).songs} == {one, two}
    assert page.ask(ListFavourites(), visit(page)).total == 0


def test_secrets_are_not_in_what_a_log_may_show() -> None:
    assert "hunter2" not in repr(LogIn(account="ann", password="hunter2"))
    assert "abc" not in repr(LoggedIn(session="abc", name="x", known_as="", right=Right.DJ, expires=0.0))


def test_hostile_names_stay_one_line(page: Station) -> None:
    hostile = Requester("e\nve\u202e", Place("irc", "x"), Right.LISTENER, Identity("irc:libera", "eve"))
    assert follow_link(page, hostile).name == one_line("e\nve\u202e")
    assert find_key(visit(page).identity or Identity(WEB)) == "~c1"
