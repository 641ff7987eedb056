"""Who a visitor of the page is: sessions that a log-in begins, and links that begin one.

A visitor is nobody in particular until they log in: with an account of the station's own and its password, or by a link
that they were given where they are known already: on IRC, by telnet or ssh, or at the station's machine. Then the web
process names the session in each identity that it vouches for, and here it is looked up whose it is. So a session ends
at once when its account is removed or has another password, wherever the visitor's cookie may be.

The database has hashes of sessions and links only: a copy of it lets nobody in. A link is a session that has not begun;
opening it puts a session in its place, so that it works once.

What a session is bound to: an account (the station's, or one of an IRC network's services); or the mask of somebody on
IRC who has none, for a day; or a guest of live shows, for as long as their password counts; or for whoever sits at the
machine, their right. Rights of accounts and masks are looked up each time, as they may be taken away; and so is the
guest, who is no account and gets none by one of the same name.
"""

import hashlib
import secrets
from typing import Final

import msgspec

from bandstand.bot.station import access
from bandstand.bot.station.identity import get_name, identify_person
from bandstand.bot.station.persons import COOKIE, GUEST, WEB, Visitor, find_key, get_person
from bandstand.bot.station.repositories import Session, Transaction
from bandstand.common.api.people import Identity, Requester, Right
from bandstand.common.api.refusals import LinkOver, NotAVisitor, PageOff, Refused, WrongPassword
from bandstand.common.api.visiting import LinkMade, LoggedIn, LoggedOut, LogIn, LogOut, MakeLink, OpenLink
from bandstand.common.text import one_line

DAY: Final = 24 * 3600.0
ACCOUNT_SECONDS: Final = 30 * DAY
"""How long a session of an account lasts."""
MASK_SECONDS: Final = DAY
"""The same of somebody who is known by their host alone, which others may have later."""
MACHINE_SECONDS: Final = 7 * DAY
"""The same of whoever sits at the station's machine."""
LINK_SECONDS: Final = 600.0
MOST_OF_PERSON: Final = 20
"""Sessions of one person; the oldest makes room."""
NAME_LIMIT: Final = 60
OPERATOR: Final = "the operator"
"""What somebody is called who came by a link from the station's machine. No visitor may call themselves so."""


def recognise(tx: Transaction, identity: Identity) -> Visitor:
    """Who a visitor of the page is. What the identity itself says of an account does not count."""
    session = find_session(tx, identity.session)
    bare = Identity(WEB, cookie=identity.cookie, address=identity.address)
    if session is None or not _is_valid_guest(tx, session):
        return Visitor(bare, access.get_right(tx, bare), "")
    found = _identify(session, bare, identity.session)
    right = access.get_right(tx, found)
    return Visitor(found, max(right, session.right or right), session.name)


def find_session(tx: Transaction, text: str) -> Session | None:
    """The session that a visitor names, if it counts (still)."""
    session = tx.sessions.find(_hash(text)) if text else None
    return session if session and not session.is_link and session.expires > tx.now else None


def _identify(session: Session, bare: Identity, text: str) -> Identity:
    """A host that vouches for somebody is all that they are known by: not a cookie as well, which would be another
    person than they are on IRC."""
    if session.mask:
        return Identity(session.network, mask=session.mask, session=text)
    replace = msgspec.structs.replace
    if session.network == GUEST:
        return replace(bare, guest=session.name, session=text)
    return replace(bare, network=session.network, account=session.account, session=text)


def _is_valid_guest(tx: Transaction, session: Session) -> bool:
    """True also of a session that is no guest's. One who was kicked or invited anew has to log in again."""
    if session.network != GUEST:
        return True
    guest = tx.live.find_guest(session.name)
    return guest is not None and guest.expires > tx.now and guest.created <= session.created


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


# Requests


def log_in(request: LogIn, by: Requester, tx: Transaction) -> LoggedIn:
    """The core has looked at the password before."""
    account = request.account.strip().lower()
    _check_visitor(by)
    if request.is_guest:
        return _log_in_guest(tx, account, by)
    if tx.people.get_password(account) is None:  # removed a moment ago
        raise Refused(WrongPassword())
    return _begin(tx, _describe(identify_person(account), account, None), by)


def _log_in_guest(tx: Transaction, name: str, by: Requester) -> LoggedIn:
    guest = tx.live.find_guest(name)
    if guest is None or guest.expires <= tx.now:
        raise Refused(WrongPassword())
    return _begin(tx, Session(key="", name=name, network=GUEST, expires=guest.expires), by)


def make_link(request: MakeLink, by: Requester, tx: Transaction) -> LinkMade:
    if not tx.outside.page:
        raise Refused(PageOff())
    if by.identity is None:
        session = Session(key="", name=OPERATOR, network=WEB, right=by.right)
    else:
        session = _describe(by.identity, by.name, None)
    code = secrets.token_urlsafe(16)
    tx.sessions.prune(tx.now)
    tx.sessions.remove_links(get_person(by))
    expires = tx.now + LINK_SECONDS
    tx.sessions.add(
        msgspec.structs.replace(
            session, key=_hash(code), is_link=True, person=get_person(by), created=tx.now, expires=expires
        )
    )
    return LinkMade(url=f"{tx.outside.page.rstrip('/')}/link/{code}", expires=expires, wait=LINK_SECONDS)


def open_link(request: OpenLink, by: Requester, tx: Transaction) -> LoggedIn:
    _check_visitor(by)
    link = tx.sessions.find(_hash(request.code))
    if link is None or not link.is_link or link.expires <= tx.now:
        raise Refused(LinkOver())
    tx.sessions.remove(link.key)
    return _begin(tx, link, by)


def log_out(request: LogOut, by: Requester, tx: Transaction) -> LoggedOut:
    session = find_session(tx, by.identity.session) if by.identity else None
    if session is None:
        return LoggedOut(sessions=0)
    if request.is_everywhere:
        return LoggedOut(sessions=tx.sessions.remove_of_person(session.person))
    return LoggedOut(sessions=int(tx.sessions.remove(session.key)))


def _check_visitor(by: Requester) -> None:
    """A session is for the page alone."""
    if by.place.front_end != WEB:
        raise Refused(NotAVisitor())


def _describe(identity: Identity, name: str, right: Right | None) -> Session:
    """A session of this person, yet without a key and times."""
    known = get_name(identity)
    network = WEB if known is not None and not known.network else identity.network
    mask = "" if identity.account else identity.mask
    return Session(
        key="",
        name=one_line(name, NAME_LIMIT),
        network=network,
        account=identity.account.lower(),
        mask=mask,
        right=right,
    )


def _begin(tx: Transaction, whose: Session, by: Requester) -> LoggedIn:
    """A session for this visitor, in place of the one that they had. Their favourites become those of whom they are
    known to be now."""
    if by.identity and by.identity.session:
        tx.sessions.remove(_hash(by.identity.session))
    tx.sessions.prune(tx.now)
    text = secrets.token_urlsafe(24)
    bare = Identity(WEB, cookie=secrets.token_hex(8))
    identity = _identify(whose, bare, text)
    person = find_key(identity)
    # Whoever sits at the machine is one person, whichever browser they take.
    person = f"{WEB}:{whose.name}" if person.startswith(COOKIE) else person
    begun = msgspec.structs.replace(
        whose, key=_hash(text), is_link=False, person=person, created=tx.now, expires=_find_end(whose, tx.now)
    )
    tx.sessions.add(begun)
    tx.sessions.keep_newest(person, MOST_OF_PERSON)
    if by.identity and not whose.right:
        _take_favourites(tx, find_key(by.identity), person, begun.name)
    right = access.get_right(tx, identity)
    return LoggedIn(
        session=text,
        name=begun.name,
        known_as=str(get_name(identity) or ""),
        right=max(right, begun.right or right),
        expires=begun.expires,
    )


def _find_end(whose: Session, now: float) -> float:
    """Until when it counts. A guest's ends with their password."""
    if whose.network == GUEST:
        return whose.expires
    return now + (MASK_SECONDS if whose.mask else MACHINE_SECONDS if whose.right else ACCOUNT_SECONDS)


def _take_favourites(tx: Transaction, before: str, person: str, name: str) -> None:
    """What a visitor liked before they logged in is theirs now."""
    if before.startswith(COOKIE) and tx.favourites.count_of([before]):
        tx.favourites.put_fan(person, name)
        tx.favourites.move(before, person)
