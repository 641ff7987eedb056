"""Commands on who may do what."""

from bot.commands.table import Call, Command, Desk, Param
from bot.effects import Leave, Outcome
from bot.people import access, identity, passwords
from bot.people.identity import PERSON, Name
from bot.request import Level, Reply, Right
from common.errors import CommandError, UsageError
from common.text import counted

RIGHTS = {right.name.lower(): right for right in Right}


def grant(call: Call, desk: Desk) -> Outcome:
    name = identity.written(call["name"])
    right = RIGHTS.get(call["right"].lower())
    if right is None:
        raise UsageError(f"RIGHT is one of {', '.join(RIGHTS)}")
    if right is Right.LISTENER:
        return _revoked(name, call)
    before = access.grant(name, right, call.request.right, call.request.who, desk.now)
    was = f", no longer {before.name.lower()}" if before not in (Right.LISTENER, right) else ""
    return Outcome(Reply(f"{_described(name)} is {right.name.lower()} now{was}"))


def revoke(call: Call, _: Desk) -> Outcome:
    return _revoked(identity.written(call["name"]), call)


def _revoked(name: Name, call: Call) -> Outcome:
    before = access.revoke(name, call.request.right)
    return Outcome(Reply(f"{_described(name)} is no longer {before.name.lower()}"))


def _described(name: Name) -> str:
    if not name.network:
        return f"{name.account} (telnet and ssh)"
    return f"{name.account or name.mask} on {name.network}"


def whoami(call: Call, _: Desk) -> Outcome:
    request = call.request
    right = f"with the right {request.right.name.lower()}"
    if request.identity is None:
        return Outcome(Reply(f"{request.who}, on the station's own machine, {right}"))
    known = identity.named(request.identity)
    if known is not None:
        return Outcome(Reply(f"{known}, {right}"))
    mask = request.identity.mask or "nobody that is known here"
    return Outcome(Reply(f"{mask}, {right}; log in to the network's services to be known by an account"))


def who(_: Call, desk: Desk) -> Outcome:
    grants = access.granted()
    rights = {str(grant.name): grant for grant in grants}
    here = {person.name: person for person in desk.view.people}
    names = [*rights, *(name for name in [*access.accounts(), *here] if name not in rights)]
    rows = []
    for name in dict.fromkeys(names):
        given = rights.get(name)
        right = given.right.name.lower() if given else "listener"
        present = here[name].where if name in here else ""
        rows.append((name, right, f"granted by {given.by}" if given else "", present))
    said = f"{counted(len(grants), 'grant')}; whoever is at the machine is the owner"
    return Outcome(Reply(said, columns=("name", "right", "", "here now"), rows=tuple(rows)))


def account(call: Call, desk: Desk) -> Outcome:
    name = call["name"].lower()
    if not PERSON.fullmatch(name):
        raise UsageError("a name is of at most 32 small letters, digits and . _ -, and begins with a letter or a digit")
    if "remove" in call.options:
        access.remove_account(name)
        return Outcome(Reply(f"{name} has no account and no right any more"))
    if not passwords.well_formed(call["hash"]):
        raise CommandError("that is no hash of a password; bandstand passwd NAME makes one and hands it over")
    new = access.set_password(name, call["hash"], desk.now)
    right = access.right_of(identity.own(name))
    if not new:
        return Outcome(Reply(f"{name} has a new password"))
    then = "" if right > Right.LISTENER else f"; grant {name} dj lets them make songs"
    return Outcome(Reply(f"{name} may log in now, with the right {right.name.lower()}{then}"))


def logout(call: Call, _: Desk) -> Outcome:
    if not call.request.where.startswith("terminal:"):
        raise CommandError("you are not logged in; quit stops the whole station")
    return Outcome(Reply("goodbye", Level.NOTICE), (Leave(call.request.where),))


_NAME = Param("name", "ann (telnet, ssh), libera/ann (an account on IRC) or libera/*!*@host.example (a mask there)")

COMMANDS = (
    Command(
        "grant",
        grant,
        "give somebody a right",
        "grant libera/ann dj",
        Right.ADMIN,
        (_NAME, Param("right", f"one of {', '.join(RIGHTS)}")),
        private=True,
    ),
    Command("revoke", revoke, "take somebody's right away", "revoke libera/ann", Right.ADMIN, (_NAME,), private=True),
    Command("whoami", whoami, "who you are here, and your right", "whoami", Right.LISTENER, private=True),
    Command("who", who, "who has rights and accounts, and who is connected", "who", Right.ADMIN, private=True),
    Command(
        "logout",
        logout,
        "end your session on telnet or ssh",
        "logout",
        Right.LISTENER,
        aliases=("exit", "bye"),
        private=True,
    ),
    Command(
        "account",
        account,
        "make or remove a telnet account, as bandstand passwd NAME does",
        "account ann --remove",
        Right.OWNER,
        (Param("name", "the person's name"), Param("hash", "the password's hash", required=False)),
        options=(Param("remove", "remove the account, and the right with it", required=False),),
        private=True,
        confirm=True,
    ),
)
