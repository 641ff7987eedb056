"""Running the station: rights and accounts, processes and mounts; requests, results, refusals and events. The
modules of these names have the unions.
"""

from bandstand.common.api.bases import EventBase, Kind, RefusalBase, RequestBase, ResultBase
from bandstand.common.api.people import Place, Right
from bandstand.common.api.values import GrantedRight, PersonPresent

# Requests


class Grant(RequestBase, frozen=True, tag="grant"):
    """Give somebody a right in place of any before it."""

    name: str
    right: str


class Revoke(RequestBase, frozen=True, tag="revoke"):
    """Take somebody's right away."""

    name: str


class GetSelf(RequestBase, frozen=True, tag="get_self"):
    """Who the requester is here."""


class ListPeople(RequestBase, frozen=True, tag="list_people"):
    """Who has rights and accounts, and who is connected."""


class SetPassword(RequestBase, frozen=True, tag="set_password"):
    """Make an account for telnet, ssh and the page, or give it another password, which ends its sessions there."""

    name: str
    hash: str
    """As `bandstand passwd NAME` makes it."""


class RemoveAccount(RequestBase, frozen=True, tag="remove_account"):
    """Remove an account and the right that went with it."""

    name: str


class GetStatus(RequestBase, frozen=True, tag="get_status"):
    """Every process and mount, and who listens."""


class GetVersion(RequestBase, frozen=True, tag="get_version"):
    """Which versions are running."""


class RestartStreamer(RequestBase, frozen=True, tag="restart_streamer"):
    """Put another streamer in the place of the one that runs; the song goes on where it was."""


class Quit(RequestBase, frozen=True, tag="quit"):
    """Stop the whole station in order."""


# Results


class Granted(ResultBase, frozen=True, tag="granted"):
    name: str
    right: Right
    before: Right
    knows_network: bool = True
    """False: the configuration has no network of that name, so nobody comes from there yet."""


class Revoked(ResultBase, frozen=True, tag="revoked"):
    name: str
    before: Right


class You(ResultBase, frozen=True, tag="you"):
    name: str
    right: Right
    known_as: str = ""
    """The name that rights are granted to; empty for a stranger."""
    mask: str = ""
    network: str = ""
    """Of IRC, where it is one; otherwise empty."""
    tells_accounts: bool = True
    """False: the network has no accounts, so rights there are granted to masks."""
    is_at_machine: bool = False
    is_visitor: bool = False
    """A visitor of the page who is not logged in."""
    is_guest: bool = False
    """A visitor who gave a guest's password: see `InviteGuest`."""


class People(ResultBase, frozen=True, tag="people"):
    grants: tuple[GrantedRight, ...]
    accounts: tuple[str, ...]
    present: tuple[PersonPresent, ...]


class PasswordSet(ResultBase, frozen=True, tag="password_set"):
    name: str
    is_new: bool
    right: Right


class AccountRemoved(ResultBase, frozen=True, tag="account_removed"):
    name: str


# Refusals


class BadName(RefusalBase, frozen=True, tag="bad_name"):
    """`problem`: `too_long`, `form`, `mask_form`, `mask_too_wide` or `account_form`."""

    kind = Kind.USAGE
    name: str
    problem: str


class NeedsMask(RefusalBase, frozen=True, tag="needs_mask"):
    """The network does not say who has which account, so that a right there can only be granted to a mask."""

    network: str


class BadRight(RefusalBase, frozen=True, tag="bad_right"):
    kind = Kind.USAGE
    right: str


class RightTooHigh(RefusalBase, frozen=True, tag="right_too_high"):
    """Nobody gives more than they have."""

    own: Right


class Outranked(RefusalBase, frozen=True, tag="outranked"):
    """Somebody with a higher right than the requester's cannot be changed by them."""

    name: str
    right: Right


class TooManyGrants(RefusalBase, frozen=True, tag="too_many_grants"):
    limit: int


class NoSuchGrant(RefusalBase, frozen=True, tag="no_such_grant"):
    name: str
    grants: int


class TooManyAccounts(RefusalBase, frozen=True, tag="too_many_accounts"):
    limit: int


class NoSuchAccount(RefusalBase, frozen=True, tag="no_such_account"):
    name: str


class BadHash(RefusalBase, frozen=True, tag="bad_hash"):
    pass


# Events


class RightsChanged(EventBase, frozen=True, tag="rights_changed"):
    name: str


class MountCameOn(EventBase, frozen=True, tag="mount_came_on"):
    mount: str


class MountWentOff(EventBase, frozen=True, tag="mount_went_off"):
    mount: str
    reason: str


class StreamerWentAway(EventBase, frozen=True, tag="streamer_went_away"):
    pass


class StreamerCameBack(EventBase, frozen=True, tag="streamer_came_back"):
    pass


class DatabaseFailed(EventBase, frozen=True, tag="database_failed"):
    """What happens cannot be written down yet; `reason` is a sentence. It is tried again and again."""

    reason: str


class DatabaseRecovered(EventBase, frozen=True, tag="database_recovered"):
    """What had waited is written down."""


class StreamerRestartOrdered(EventBase, frozen=True, tag="streamer_restart_ordered"):
    place: Place


class StreamerRestartFailed(EventBase, frozen=True, tag="streamer_restart_failed"):
    place: Place
    reason: str


class StationQuit(EventBase, frozen=True, tag="station_quit"):
    """The station is about to stop in order."""
