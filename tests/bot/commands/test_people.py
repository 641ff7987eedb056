"""Commands on who may do what."""

import pytest

from bandstand.common.api import refusals, requests, results
from bandstand.common.api.people import Right
from bandstand.common.api.requests import Request
from bandstand.common.api.values import GrantedRight, PersonPresent
from tests.bot.commands.conftest import Person


@pytest.mark.parametrize(
    ("line", "request_made"),
    [
        ("grant Libera/Ann DJ", requests.Grant(name="Libera/Ann", right="dj")),
        ("grant libera/*!*@host.example admin", requests.Grant(name="libera/*!*@host.example", right="admin")),
        ("revoke ann", requests.Revoke(name="ann")),
        ("whoami", requests.GetSelf()),
        ("who", requests.ListPeople()),
        ("web", requests.MakeLink()),
        ("account Ann scrypt:1 --yes", requests.SetPassword(name="ann", hash="scrypt:1")),
        ("account ann --yes", requests.SetPassword(name="ann", hash="")),
        ("account Ann --remove --yes", requests.RemoveAccount(name="ann")),
    ],
)
def test_words_become_requests(line: str, request_made: Request, person: Person) -> None:
    assert person.ask(line) == request_made


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (
            results.Granted(name="libera/ann", right=Right.DJ, before=Right.LISTENER),
            "ann on libera is dj now",
        ),
        (results.Granted(name="ann", right=Right.DJ, before=Right.DJ), "ann (telnet, ssh, the page) is dj now"),
        (
            results.Granted(name="libera/*!*@host.example", right=Right.DJ, before=Right.ADMIN),
            "*!*@host.example on libera is dj now, no longer admin",
        ),
        (
            results.Granted(name="libra/ann", right=Right.DJ, before=Right.LISTENER, knows_network=False),
            "ann on libra is dj now; but the configuration has no network libra",
        ),
        (results.Revoked(name="ann", before=Right.DJ), "ann (telnet, ssh, the page) is no longer dj"),
    ],
)
def test_a_grant_is_told_with_what_was_before(
    result: results.Granted | results.Revoked, said: str, person: Person
) -> None:
    assert person.see("grant x dj", result).summary == said


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (results.You(name="ann", right=Right.DJ, known_as="libera/ann"), "you are libera/ann, with the right dj"),
        (
            results.You(name="ann", right=Right.OWNER, is_at_machine=True),
            "you are ann, on the station's own machine, with the right owner",
        ),
        (
            results.You(name="ann", right=Right.LISTENER, mask="ann!a@host.example"),
            "you are ann!a@host.example, with the right listener; "
            "log in to the network's services to be known by an account",
        ),
        (
            results.You(name="ann", right=Right.LISTENER),
            "you are ann, with the right listener; log in to the network's services to be known by an account",
        ),
        (
            results.You(name="ann", right=Right.LISTENER, mask="ann!a@10.1.2.3", network="home", tells_accounts=False),
            "you are ann!a@10.1.2.3, with the right listener; an admin can give more to home/*!*@10.1.2.3",
        ),
        (
            results.You(name="ann", right=Right.DJ, mask="ann!a@10.1.2.3", network="home", tells_accounts=False),
            "you are ann!a@10.1.2.3, with the right dj",
        ),
    ],
)
def test_you_are_told_who_you_are_here(result: results.You, said: str, person: Person) -> None:
    assert person.see("whoami", result, Right.LISTENER).summary == said


def test_everybody_with_a_right_an_account_or_a_terminal_is_listed_once(person: Person) -> None:
    reply = person.say("who")
    assert reply.summary == "1 right granted; whoever sits at the station's machine is the owner"
    assert reply.rows == (
        ("libera/ann", "admin", "granted by owner", ""),
        ("bob", "listener", "", "telnet from 192.0.2.1"),
    )


def test_whoever_is_here_more_than_once_is_listed_once_with_all_places(person: Person) -> None:
    mask = "home/*!*@10.1.2.3"
    people = results.People(
        grants=(GrantedRight(mask, Right.DJ, "owner", 500.0),),
        accounts=(),
        present=(PersonPresent(mask, "ann!a@10.1.2.3"), PersonPresent(mask, "bob!b@10.1.2.3")),
    )
    assert person.see("who", people).rows == ((mask, "dj", "granted by owner", "ann!a@10.1.2.3, bob!b@10.1.2.3"),)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (
            results.PasswordSet(name="bob", is_new=True, right=Right.LISTENER),
            "bob may log in now, with the right listener; grant bob dj lets them make songs",
        ),
        (results.PasswordSet(name="bob", is_new=True, right=Right.DJ), "bob may log in now, with the right dj"),
        (results.PasswordSet(name="bob", is_new=False, right=Right.DJ), "bob has a new password"),
        (results.AccountRemoved(name="bob"), "bob has no account and no right any more"),
    ],
)
def test_an_account_is_told_with_what_it_may(
    result: results.PasswordSet | results.AccountRemoved, said: str, person: Person
) -> None:
    assert person.see("account bob x --yes", result).summary == said


def test_a_password_instead_of_its_hash_is_not_said_back(person: Person) -> None:
    assert "secret" not in person.see("account bob secret --yes", refusals.BadHash()).summary


def test_a_link_is_told_in_private_with_its_time(person: Person) -> None:
    reply = person.see("web", results.LinkMade(url="https://radio.example/link/abc", expires=1600.0, wait=600.0))
    assert reply.is_private
    said = "logs you in to the page, once, within 10 minutes; whoever has it is taken for you"
    assert reply.summary == f"https://radio.example/link/abc {said}"
