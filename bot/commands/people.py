"""Commands on who may do what, and the one that ends a session."""

from typing import Final

from bandstand.bot.commands.frontend import Goodbye
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.api.people import Right
from bandstand.common.text import counted

GOODBYE: Final = Reply("goodbye", Level.NOTICE, value=Goodbye())


def say_person(name: str) -> str:
    """`ann (telnet, ssh, the page)`, or `ann on libera`, of a name that rights are granted to."""
    network, slash, account = name.partition("/")
    return f"{account} on {network}" if slash else f"{name} (telnet, ssh, the page)"


def show_granted(result: results.Granted | results.Revoked, _: Call) -> Reply:
    """Granting the right listener takes a right away, too."""
    name = say_person(result.name)
    before = result.before
    if isinstance(result, results.Revoked):
        return Reply(f"{name} is no longer {before.value}")
    was = f", no longer {before.value}" if before not in (Right.LISTENER, result.right) else ""
    network = result.name.partition("/")[0]
    unknown = "" if result.knows_network else f"; but the configuration has no network {network}"
    return Reply(f"{name} is {result.right.value} now{was}{unknown}")


def show_self(result: results.You, _: Call) -> Reply:
    right = f"with the right {result.right.value}"
    if result.is_at_machine:
        return Reply(f"you are {result.name}, on the station's own machine, {right}")
    if result.known_as:
        return Reply(f"you are {result.known_as}, {right}")
    name = result.mask or result.name
    if result.right > Right.LISTENER:
        return Reply(f"you are {name}, {right}")
    if result.tells_accounts:
        return Reply(f"you are {name}, {right}; log in to the network's services to be known by an account")
    host = result.mask.rpartition("@")[2]
    return Reply(f"you are {name}, {right}; an admin can give more to {result.network}/*!*@{host}")


def show_people(result: results.People, _: Call) -> Reply:
    grants = {grant.name: grant for grant in result.grants}
    present: dict[str, str] = {}
    for person in result.present:
        present[person.name] = ", ".join(filter(None, (present.get(person.name), person.place)))
    rows = []
    for name in dict.fromkeys([*grants, *result.accounts, *present]):
        grant = grants.get(name)
        right = Right(grant.right) if grant else Right.LISTENER
        rows.append((name, right.value, f"granted by {grant.by}" if grant else "", present.get(name, "")))
    said = f"{counted(len(grants), 'right')} granted; whoever sits at the station's machine is the owner"
    return Reply(said, columns=("name", "right", "", "here now"), rows=tuple(rows))


def show_link(result: results.LinkMade, _: Call) -> Reply:
    minutes = counted(round(result.wait / 60), "minute")
    return Reply(f"{result.url} logs you in to the page, once, within {minutes}; whoever has it is taken for you")


def parse_account(call: Call) -> requests.Request:
    name = call["name"].lower()
    if "remove" in call.options:
        return requests.RemoveAccount(name=name)
    return requests.SetPassword(name=name, hash=call["hash"])


def show_account(result: results.PasswordSet | results.AccountRemoved, _: Call) -> Reply:
    name = result.name
    if isinstance(result, results.AccountRemoved):
        return Reply(f"{name} has no account and no right any more")
    if not result.is_new:
        return Reply(f"{name} has a new password")
    then = "" if result.right > Right.LISTENER else f"; grant {name} dj lets them make songs"
    return Reply(f"{name} may log in now, with the right {result.right.value}{then}")


NAME: Final = Param(
    "name",
    "ann (telnet, ssh, the page), libera/ann (an account on IRC) or libera/*!*@host.example (a mask there)",
    names=("person",),
)

COMMANDS: Final = (
    Command(
        "grant",
        lambda call: requests.Grant(name=call["name"], right=call["right"].lower()),
        show_granted,
        "give somebody a right",
        "grant libera/ann dj",
        (requests.Grant,),
        (NAME, Param("right", f"one of {', '.join(right.value for right in Right)}", names=("right",))),
        is_private=True,
    ),
    Command(
        "revoke",
        lambda call: requests.Revoke(name=call["name"]),
        show_granted,
        "take somebody's right away",
        "revoke libera/ann",
        (requests.Revoke,),
        (NAME,),
        is_private=True,
    ),
    Command(
        "whoami",
        lambda _: requests.GetSelf(),
        show_self,
        "who you are here, and your right",
        "whoami",
        (requests.GetSelf,),
        is_private=True,
    ),
    Command(
        "who",
        lambda _: requests.ListPeople(),
        show_people,
        "who has rights and accounts, and who is connected",
        "who",
        (requests.ListPeople,),
        is_private=True,
    ),
    Command(
        "web",
        lambda _: requests.MakeLink(),
        show_link,
        "a link that logs you in to the station's page, for you alone",
        "web",
        (requests.MakeLink,),
        is_private=True,
    ),
    Command(
        "logout",
        lambda _: GOODBYE,
        lambda _, __: GOODBYE,
        "end your session on telnet or ssh",
        "logout",
        aliases=("exit", "bye"),
        is_private=True,
        ends_session=True,
    ),
    Command(
        "account",
        parse_account,
        show_account,
        "make or remove an account for telnet and the page",
        "account ann --remove",
        (requests.SetPassword, requests.RemoveAccount),
        (
            Param("name", "the person's name", names=("person",)),
            Param("hash", "the password's hash, as bandstand passwd NAME makes it", is_required=False),
        ),
        options=(Param("remove", "remove the account, and the right with it", is_required=False),),
        is_private=True,
        needs_confirmation=True,
    ),
)
