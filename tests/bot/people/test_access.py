"""Grants and accounts in the database, and the commands on them."""

from typing import Any

import pytest

from bot.people import access, passwords
from bot.people.identity import own, written
from bot.request import Identity, Right
from common.errors import CommandError, UsageError

ANN = Identity("irc:libera", account="ann", mask="ann!a@host.example")
HASH = "scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_somebody_without_a_grant_is_a_listener(bench: Any) -> None:
    assert access.right_of(ANN) is Right.LISTENER
    assert access.right_of(Identity("irc:libera")) is Right.LISTENER


def test_a_grant_is_found_by_account_and_by_mask_and_the_higher_counts(bench: Any) -> None:
    bench.say("grant libera/*!*@host.example dj")
    assert access.right_of(ANN) is Right.DJ
    bench.say("grant libera/ann admin")
    assert access.right_of(ANN) is Right.ADMIN
    assert access.right_of(Identity("irc:libera", mask="bob!b@host.example")) is Right.DJ
    assert access.right_of(Identity("irc:oftc", account="ann", mask="ann!a@host.example")) is Right.LISTENER


def test_another_grant_takes_the_place_of_the_first_and_revoke_ends_it(bench: Any) -> None:
    bench.say("grant ann admin")
    assert bench.say("grant ann dj").reply.summary == "ann (telnet and ssh) is dj now, no longer admin"
    assert access.right_of(own("ann")) is Right.DJ
    assert bench.say("revoke ann").reply.summary == "ann (telnet and ssh) is no longer dj"
    assert access.right_of(own("ann")) is Right.LISTENER
    with pytest.raises(CommandError, match="no right was granted to ann"):
        bench.say("revoke ann")


def test_to_be_made_a_listener_is_to_lose_the_grant(bench: Any) -> None:
    bench.say("grant ann dj")
    bench.say("grant ann listener")
    assert access.granted() == []


def test_nobody_gives_or_takes_more_than_they_have(bench: Any) -> None:
    bench.say("grant libera/olga owner")
    with pytest.raises(CommandError, match="nobody gives more than they have"):
        bench.say("grant ann owner", Right.ADMIN)
    for line in ("grant libera/olga dj", "revoke libera/olga"):
        with pytest.raises(CommandError, match="which is more than yours"):
            bench.say(line, Right.ADMIN)
    assert access.right_of(Identity("irc:libera", account="olga")) is Right.OWNER


def test_a_right_that_is_none_is_a_usage_error(bench: Any) -> None:
    with pytest.raises(UsageError, match="listener, dj, admin, owner"):
        bench.say("grant ann king")


def test_an_account_is_made_changed_and_removed_with_its_right(bench: Any) -> None:
    assert bench.say(f"account Ann {HASH}").reply.summary.startswith("ann may log in now, with the right listener")
    assert bench.say(f"account ann {passwords.kept('another one')}").reply.summary == "ann has a new password"
    assert passwords.right("another one", access.password("ann"))
    bench.say("grant ann dj")
    bench.say("account ann --remove")
    assert access.password("ann") is None
    assert access.right_of(own("ann")) is Right.LISTENER


@pytest.mark.parametrize("line", ["account ann secret", "account ann scrypt$1$1$1$AA$AA", "account ann"])
def test_what_is_no_hash_is_not_kept(bench: Any, line: str) -> None:
    with pytest.raises(CommandError, match="bandstand passwd"):
        bench.say(line)
    assert access.accounts() == []


def test_who_lists_rights_accounts_and_whoever_is_here(bench: Any) -> None:
    bench.say(f"account bob {HASH}")
    bench.say("grant libera/ann dj")
    assert [row[:3] for row in bench.say("who").reply.rows] == [
        ("libera/ann", "dj", "granted by ann"),
        ("bob", "listener", ""),
    ]


@pytest.mark.parametrize("stored", [written("libera/ann"), written("libera/*!*@host.example"), written("ann")])
def test_a_name_is_stored_as_it_is_written(bench: Any, stored: Any) -> None:
    access.grant(stored, Right.DJ, Right.OWNER, "ann", 1.0)
    assert [grant.name for grant in access.granted()] == [stored]
