"""Rights and accounts: who has what, and who may change it."""

import pytest

from bandstand.bot.station import access, passwords
from bandstand.bot.station.identity import identify_person
from bandstand.common.api.events import RightsChanged
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import (
    BadHash,
    BadRight,
    NeedsMask,
    NoSuchAccount,
    NoSuchGrant,
    Outranked,
    RightTooHigh,
    TooManyAccounts,
)
from bandstand.common.api.requests import GetSelf, Grant, ListPeople, RemoveAccount, Revoke, SetPassword
from bandstand.common.api.results import Granted, PasswordSet, Revoked
from bandstand.common.api.values import ChatNetwork, Outside, PersonPresent
from tests.bot.station.conftest import CONSOLE, Station, make_person

ANN = Identity("irc:libera", account="ann", mask="ann!a@host.example")
HASH = "scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
ADMIN = Requester("adam", CONSOLE, Right.ADMIN)


def test_somebody_without_a_grant_is_a_listener(station: Station) -> None:
    assert access.get_right(station.tx, ANN) is Right.LISTENER
    assert access.get_right(station.tx, Identity("irc:libera")) is Right.LISTENER


def test_a_grant_is_found_by_account_and_by_mask_and_the_higher_counts(station: Station) -> None:
    station.ask(Grant(name="libera/*!*@host.example", right="dj"))
    assert access.get_right(station.tx, ANN) is Right.DJ
    station.ask(Grant(name="libera/ann", right="admin"))
    assert access.get_right(station.tx, ANN) is Right.ADMIN
    assert access.get_right(station.tx, Identity("irc:libera", mask="bob!b@host.example")) is Right.DJ
    other_network = Identity("irc:oftc", account="ann", mask="ann!a@host.example")
    assert access.get_right(station.tx, other_network) is Right.LISTENER


def test_another_grant_takes_the_place_of_the_first_and_revoke_ends_it(station: Station) -> None:
    station.ask(Grant(name="ann", right="admin"))
    assert station.ask(Grant(name="Ann", right="DJ")) == Granted(name="ann", right=Right.DJ, before=Right.ADMIN)
    assert station.get_events(RightsChanged) == [RightsChanged(name="ann")]
    assert access.get_right(station.tx, identify_person("ann")) is Right.DJ
    assert station.ask(Revoke(name="ann")) == Revoked(name="ann", before=Right.DJ)
    assert station.get_events(RightsChanged) == [RightsChanged(name="ann")]
    assert access.get_right(station.tx, identify_person("ann")) is Right.LISTENER
    assert station.refuse(Revoke(name="ann")) == NoSuchGrant("ann", 0)


def test_to_be_made_a_listener_is_to_lose_the_grant(station: Station) -> None:
    station.ask(Grant(name="ann", right="dj"))
    assert station.ask(Grant(name="ann", right="listener")) == Revoked(name="ann", before=Right.DJ)
    assert station.tx.people.list_grants() == []


def test_nobody_gives_or_takes_more_than_they_have(station: Station) -> None:
    station.ask(Grant(name="libera/olga", right="owner"))
    assert station.refuse(Grant(name="ann", right="owner"), ADMIN) == RightTooHigh(Right.ADMIN)
    for request in (Grant(name="libera/olga", right="dj"), Revoke(name="libera/olga")):
        assert station.refuse(request, ADMIN) == Outranked("libera/olga", Right.OWNER)
    assert access.get_right(station.tx, Identity("irc:libera", account="olga")) is Right.OWNER


def test_a_right_that_is_none_is_refused(station: Station) -> None:
    assert station.refuse(Grant(name="ann", right="king\x1b")) == BadRight("king")


def test_an_account_is_made_changed_and_removed_with_its_right(station: Station) -> None:
    assert station.ask(SetPassword(name="Ann", hash=HASH)) == PasswordSet(name="ann", is_new=True, right=Right.LISTENER)
    station.ask(Grant(name="ann", right="dj"))
    another = passwords.hash_password("another one")
    assert station.ask(SetPassword(name="ann", hash=another)) == PasswordSet(name="ann", is_new=False, right=Right.DJ)
    assert passwords.is_right("another one", station.tx.people.get_password("ann"))
    station.ask(RemoveAccount(name="ann"))
    assert station.get_events(RightsChanged) == [RightsChanged(name="ann")]
    assert station.tx.people.get_password("ann") is None
    assert access.get_right(station.tx, identify_person("ann")) is Right.LISTENER
    assert station.refuse(RemoveAccount(name="ann")) == NoSuchAccount("ann")


@pytest.mark.parametrize("stored", ["secret", "scrypt$1$1$1$AA$AA", ""])
def test_what_is_no_hash_is_not_kept(station: Station, stored: str) -> None:
    assert station.refuse(SetPassword(name="ann", hash=stored)) == BadHash()
    assert station.tx.people.list_accounts() == []


def test_accounts_have_a_limit_that_holds_no_change_of_password_up(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "ACCOUNTS", 1)
    station.ask(SetPassword(name="ann", hash=HASH))
    assert station.refuse(SetPassword(name="bob", hash=HASH)) == TooManyAccounts(1)
    assert not station.ask(SetPassword(name="ann", hash=HASH)).is_new


def test_grants_have_a_limit_that_holds_no_change_of_right_up(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "GRANTS", 1)
    station.ask(Grant(name="ann", right="dj"))
    assert station.refuse(Grant(name="bob", right="dj")).limit == 1  # type: ignore[union-attr]
    assert station.ask(Grant(name="ann", right="admin")).right is Right.ADMIN


def test_rights_accounts_and_whoever_is_here_are_listed(station: Station) -> None:
    station.tx.outside = Outside(people=(PersonPresent("cy", "ssh"),))
    station.ask(SetPassword(name="bob", hash=HASH))
    station.ask(Grant(name="cy", right="dj"))
    station.ask(Grant(name="libera/ann", right="owner"))
    people = station.ask(ListPeople())
    assert [(grant.name, grant.right, grant.by) for grant in people.grants] == [
        ("libera/ann", Right.OWNER, "ann"),
        ("cy", Right.DJ, "ann"),
    ]
    assert (people.accounts, people.present) == (("bob",), (PersonPresent("cy", "ssh"),))


def test_where_nobody_has_an_account_a_right_is_given_to_a_mask(station: Station) -> None:
    station.tx.outside = Outside(networks={"home": ChatNetwork(tells_accounts=False), "libera": ChatNetwork()})
    assert station.refuse(Grant(name="Home/ann", right="dj")) == NeedsMask("home")
    assert station.ask(Grant(name="home/*!*@host.example", right="dj")).right is Right.DJ
    assert station.ask(Grant(name="libera/ann", right="dj")).right is Right.DJ, "the bot is not there and does not know"
    station.tx.people.put_grant("home/bob", Right.DJ, "ann", 1.0)
    assert station.ask(Revoke(name="home/bob")).before is Right.DJ


def test_a_grant_on_a_network_that_is_not_configured_says_so(station: Station) -> None:
    station.tx.outside = Outside(networks={"libera": ChatNetwork(tells_accounts=True)})
    assert not station.ask(Grant(name="libra/ann", right="dj")).knows_network
    assert station.ask(Grant(name="libera/ann", right="dj")).knows_network
    assert station.ask(Grant(name="ann", right="dj")).knows_network


def test_who_is_on_irc_is_listed_where_an_account_or_a_mask_gives_them_a_right(station: Station) -> None:
    people = (ANN, Identity("irc:libera", mask="bob!b@10.1.2.3"), Identity("irc:libera", "cy", "cy!c@else.example"))
    station.tx.outside = Outside(
        people=(PersonPresent("dee", "ssh"),), networks={"libera": ChatNetwork(people=people), "oftc": ChatNetwork()}
    )
    station.ask(Grant(name="libera/*!*@10.1.2.3", right="dj"))
    station.ask(Grant(name="libera/*!*@host.example", right="dj"))
    station.ask(Grant(name="libera/ann", right="admin"))
    assert station.ask(ListPeople()).present == (
        PersonPresent("dee", "ssh"),
        PersonPresent("libera/ann", "ann!a@host.example"),
        PersonPresent("libera/*!*@host.example", "ann!a@host.example"),
        PersonPresent("libera/*!*@10.1.2.3", "bob!b@10.1.2.3"),
    )


def test_one_is_told_who_one_is(station: Station) -> None:
    assert station.ask(GetSelf()).is_at_machine
    you = station.ask(GetSelf(), make_person("Bob"))
    assert (you.name, you.right, you.known_as, you.is_at_machine) == ("Bob", Right.DJ, "libera/bob", False)
    stranger = Requester("cy", Place("irc", "libera/#x"), identity=Identity("irc:libera", mask="cy!c@h.example"))
    you = station.ask(GetSelf(), stranger)
    assert (you.known_as, you.mask, you.network, you.tells_accounts) == ("", "cy!c@h.example", "libera", True)
    station.tx.outside = Outside(networks={"libera": ChatNetwork(tells_accounts=False)})
    assert not station.ask(GetSelf(), stranger).tells_accounts


def test_whoever_lacks_a_right_is_told_who_on_their_network_may_give_it(station: Station) -> None:
    for name, right in (("libera/zed", "admin"), ("libera/amy", "admin"), ("oftc/bob", "admin"), ("libera/cyd", "dj")):
        station.ask(Grant(name=name, right=right))
    station.ask(Grant(name="libera/*!*@host.example.net", right="admin"))
    person = Requester("ann", right=Right.LISTENER, identity=Identity("irc:Libera", "", "ann!a@h"))
    assert access.list_granters(Right.DJ, person, station.tx) == ("amy", "zed")
    assert access.list_granters(Right.OWNER, person, station.tx) == ()
