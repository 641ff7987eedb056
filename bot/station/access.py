"""Who may do what: rights that people give each other, and accounts for telnet and ssh.

A right is granted to a name (see `identity`), never to a nick. Nobody gives more than they have, and nobody changes
somebody who has more.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from bandstand.bot.station import passwords
from bandstand.bot.station.identity import (
    Name,
    check_person,
    get_name,
    get_network,
    identify_person,
    is_granted_to,
    parse_name,
)
from bandstand.bot.station.persons import WEB
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import RightsChanged
from bandstand.common.api.people import Identity, Requester, Right
from bandstand.common.api.refusals import (
    BadHash,
    BadRight,
    NeedsMask,
    NoSuchAccount,
    NoSuchGrant,
    Outranked,
    Refused,
    RightTooHigh,
    TooManyAccounts,
    TooManyGrants,
)
from bandstand.common.api.requests import GetSelf, Grant, ListPeople, RemoveAccount, Revoke, SetPassword
from bandstand.common.api.results import AccountRemoved, Granted, PasswordSet, People, Revoked, You
from bandstand.common.api.values import GrantedRight, PersonPresent
from bandstand.common.text import one_line

ACCOUNTS: Final = 1000
GRANTERS: Final = 3
"""Names of those who may give a right that are told to whoever lacks it."""
GRANTS: Final = 5000
"""No more than these are kept."""


def get_right(tx: Transaction, identity: Identity) -> Right:
    """The highest right that was granted to this identity; listener where none was."""
    name = get_name(identity)
    rights = [tx.people.get_right(str(name))] if name else []
    if identity.mask:
        grants = tx.people.list_mask_grants()
        rights += [grant.right for grant in grants if is_granted_to(parse_name(grant.name), identity)]
    return max(rights, default=Right.LISTENER)


def grant(request: Grant, by: Requester, tx: Transaction) -> Granted | Revoked:
    """Give somebody a right in place of any before it; the right listener takes it away."""
    name = parse_name(request.name)
    try:
        right = Right(request.right.lower())
    except ValueError:
        raise Refused(BadRight(one_line(request.right, 20))) from None
    if right is Right.LISTENER:
        return _revoke(tx, name, by)
    network = tx.outside.networks.get(name.network)
    if name.account and network is not None and network.tells_accounts is False:
        raise Refused(NeedsMask(name.network))
    before = _check_rank(tx, name, by)
    if right > by.right:
        raise Refused(RightTooHigh(by.right))
    if before is Right.LISTENER and tx.people.count_grants() >= GRANTS:
        raise Refused(TooManyGrants(GRANTS))
    tx.people.put_grant(str(name), right, by.name, tx.now)
    tx.publish(RightsChanged(name=str(name)))
    knows_network = not name.network or network is not None
    return Granted(name=str(name), right=right, before=before, knows_network=knows_network)


def revoke(request: Revoke, by: Requester, tx: Transaction) -> Revoked:
    return _revoke(tx, parse_name(request.name), by)


def _revoke(tx: Transaction, name: Name, by: Requester) -> Revoked:
    before = _check_rank(tx, name, by)
    if not tx.people.remove_grant(str(name)):
        raise Refused(NoSuchGrant(str(name), tx.people.count_grants()))
    tx.publish(RightsChanged(name=str(name)))
    return Revoked(name=str(name), before=before)


def _check_rank(tx: Transaction, name: Name, by: Requester) -> Right:
    """The right that the name has now. Raises Refused(Outranked) where it is above the requester's."""
    before = tx.people.get_right(str(name))
    if before > by.right:
        raise Refused(Outranked(str(name), before))
    return before


def get_self(request: GetSelf, by: Requester, tx: Transaction) -> You:
    if by.identity is None:
        return You(name=by.name, right=by.right, is_at_machine=True)
    label = get_network(by.identity)
    network = tx.outside.networks.get(label)
    return You(
        name=by.name,
        right=by.right,
        known_as=str(get_name(by.identity) or ""),
        mask=by.identity.mask,
        network=label,
        tells_accounts=network is None or network.tells_accounts is not False,
        is_visitor=by.identity.network == WEB and not by.identity.session,
        is_guest=bool(by.identity.guest),
    )


def list_people(request: ListPeople, by: Requester, tx: Transaction) -> People:
    grants = tx.people.list_grants()
    return People(
        grants=tuple(grants),
        accounts=tuple(tx.people.list_accounts()),
        present=(*tx.outside.people, *_list_known_on_networks(tx, grants)),
    )


def list_granters(right: Right, by: Requester, tx: Transaction) -> tuple[str, ...]:
    """Accounts that may give somebody this right, among those of their own network; GRANTERS at most."""
    network = get_network(by.identity) if by.identity is not None else ""
    needed = max(Right.ADMIN, right)
    names = [parse_name(grant.name) for grant in tx.people.list_grants() if grant.right >= needed]
    return tuple(sorted(name.account for name in names if name.account and name.network == network)[:GRANTERS])


def _list_known_on_networks(tx: Transaction, grants: Sequence[GrantedRight]) -> Iterator[PersonPresent]:
    """Who of those on IRC has a right by an account or a mask; others there are nobody in particular."""
    named = {grant.name for grant in grants}
    masks = [name for name in map(parse_name, named) if name.mask]
    for network in tx.outside.networks.values():
        for identity in network.people:
            account = str(get_name(identity) or "")
            if account in named:
                yield PersonPresent(account, identity.mask)
            yield from (PersonPresent(str(mask), identity.mask) for mask in masks if is_granted_to(mask, identity))


def set_password(request: SetPassword, by: Requester, tx: Transaction) -> PasswordSet:
    name = check_person(request.name)
    if not passwords.is_well_formed(request.hash):
        raise Refused(BadHash())
    is_new = tx.people.get_password(name) is None
    if is_new and len(tx.people.list_accounts()) >= ACCOUNTS:
        raise Refused(TooManyAccounts(ACCOUNTS))
    tx.people.put_account(name, request.hash, tx.now)
    tx.sessions.remove_of_person(name)
    return PasswordSet(name=name, is_new=is_new, right=get_right(tx, identify_person(name)))


def remove_account(request: RemoveAccount, by: Requester, tx: Transaction) -> AccountRemoved:
    """Remove an account, the right that went with it, and its sessions on the page."""
    name = check_person(request.name)
    if not tx.people.remove_account(name):
        raise Refused(NoSuchAccount(name))
    tx.people.remove_grant(name)
    tx.sessions.remove_of_person(name)
    tx.publish(RightsChanged(name=name))
    return AccountRemoved(name=name)
