"""Rights and accounts in the database. The functions run inside a transaction; `Rights` asks them for front ends.

Knows who may be what; how a name is written is `people.identity`'s business, how a password is kept
`people.passwords`'.
"""

from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.database.models import Account, Grant
from bot.database.store import Store
from bot.people import identity as identities
from bot.people.identity import Name
from bot.request import Identity, Right
from common.errors import CommandError
from common.text import counted

log = Logger()

ACCOUNTS = 1000
GRANTS = 5000


@dataclass(frozen=True)
class GrantView:
    name: Name
    right: Right
    by: str
    created: float


def granted() -> list[GrantView]:
    """Every right that was given, the highest first."""
    rows = Grant.select().order_by(Grant.right.desc(), Grant.name)
    return [GrantView(identities.written(row.name), Right(row.right), row.by, row.created) for row in rows]


def right_of(identity: Identity) -> Right:
    """The highest right that was given to this person in any of the ways in which they are known."""
    known = identities.named(identity)
    rows = list(Grant.select().where(Grant.name == str(known))) if known else []
    if identity.mask:
        rows += list(Grant.select().where(Grant.name.contains("!")))
    fitting = (Right(row.right) for row in rows if identities.fits(identities.written(row.name), identity))
    return max(fitting, default=Right.LISTENER)


def grant(name: Name, right: Right, own: Right, by: str, now: float) -> Right:
    """Give a right in place of any before it, which is returned. `own` is the right of whoever gives it."""
    before = _may_change(name, own)
    if right > own:
        raise CommandError(f"nobody gives more than they have, and you have the right {own.name.lower()}")
    if before is Right.LISTENER and Grant.select().count() >= GRANTS:
        raise CommandError(f"{GRANTS} people have rights already; revoke some first")
    Grant.insert(name=str(name), right=int(right), by=by, created=now).on_conflict_replace().execute()
    return before


def revoke(name: Name, own: Right) -> Right:
    """Take a right away; returns it."""
    before = _may_change(name, own)
    if not Grant.delete().where(Grant.name == str(name)).execute():
        raise CommandError(f"no right was granted to {name}; who shows the {counted(Grant.select().count(), 'grant')}")
    return before


def _may_change(name: Name, own: Right) -> Right:
    row = Grant.get_or_none(Grant.name == str(name))
    before = Right(row.right) if row else Right.LISTENER
    if before > own:
        raise CommandError(f"{name} has the right {before.name.lower()}, which is more than yours")
    return before


def set_password(name: str, stored: str, now: float) -> bool:
    """Make an account, or give it another password; whether it is new."""
    new = not Account.select().where(Account.name == name).exists()
    if new and Account.select().count() >= ACCOUNTS:
        raise CommandError(f"there are {ACCOUNTS} accounts already; remove some first")
    Account.insert(name=name, password=stored, created=now).on_conflict_replace().execute()
    return new


def remove_account(name: str) -> None:
    """An account and the right that went with it."""
    if not Account.delete().where(Account.name == name).execute():
        raise CommandError(f"no account {name}; who lists the accounts")
    Grant.delete().where(Grant.name == name).execute()


def accounts() -> list[str]:
    return [row.name for row in Account.select().order_by(Account.name)]


def password(name: str) -> str | None:
    row = Account.get_or_none(Account.name == name)
    return row.password if row else None


class Rights:
    """`bot.frontend.Access`, over the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def right_of(self, identity: Identity) -> Deferred[Right]:
        return self._store.transact(right_of, identity).addErrback(_listener)


def _listener(failure: Failure) -> Right:
    """Whoever cannot be looked up may do what everybody may."""
    log.error("a right could not be looked up: {why}", why=failure.getErrorMessage())
    return Right.LISTENER
