"""The IRC front end against real servers: ngircd and InspIRCd, with people and a second bot in the channel."""

import hashlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.ircd import Bot, Person, Server

KINDS = ["ngircd", "inspircd"]
on_both = pytest.mark.parametrize("server", KINDS, indirect=True)
"""For what the servers do differently: cutting lines, showing masks, changing nicks. Other tests use InspIRCd."""
Start = Callable[..., Bot]


@pytest.fixture
def servers() -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def start(kind: str, tls: bool = False) -> Server:
        made.append(Server(kind, tls))
        return made[-1].start()

    yield start
    for server in made:
        server.close()


@pytest.fixture
def server(request: pytest.FixtureRequest, servers: Callable[..., Server]) -> Server:
    return servers(getattr(request, "param", "inspircd"))


@pytest.fixture
def people() -> Iterator[Callable[..., Person]]:
    made: list[Person] = []

    def person(server: Server, nick: str, channel: str = "#radio", user: str = "") -> Person:
        made.append(Person(server.port, nick, channel, user))
        return made[-1]

    yield person
    for one in made:
        one.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    bots: list[Bot] = []

    def make(text: str) -> Bot:
        folder = tmp_path / str(len(bots))
        folder.mkdir()
        bots.append(Bot(folder, text))
        return bots[-1]

    yield make
    for bot in bots:
        bot.end()
    for bot in bots:
        assert "Traceback" not in bot.log(), bot.log()


def plain(server: Server, more: str = "") -> str:
    return f"""
[irc]
server = "127.0.0.1"
name = "testnet"
port = {server.port}
tls = false
channels = ["#radio"]
{more}
"""


def secure(server: Server, more: str = "") -> str:
    return f"""
[irc]
server = "127.0.0.1"
name = "testnet"
port = {server.tls_port}
channels = ["#radio"]
{more}
"""


@on_both
def test_people_in_a_channel_and_in_private_get_their_answers(
    server: Server, people: Callable[..., Person], start: Start
) -> None:
    ann = people(server, "ann")
    start(plain(server))
    ann.hears("^:bandstand!.* JOIN ")
    ann.says("#radio", "!echo hello")
    ann.hears("NOTICE #radio :ann: ok: hello$")
    ann.says("#radio", "Bandstand, echo you")
    ann.hears("NOTICE #radio :ann: ok: you$")
    ann.says("bandstand", "echo aside")
    ann.hears("NOTICE ann :ok: aside$")
    ann.send_bytes(b"PRIVMSG #radio :!echo J\xfcrgen\r\n")
    ann.hears("NOTICE #radio :ann: ok: Jürgen$")
    ann.says("#radio", "!nonsense")
    ann.says("#radio", "bandstand: nonsense")
    assert "no command of that name" in ann.hears("NOTICE #radio")
    ann.says("#radio", "!later and now")
    ann.hears("ok: wait$")
    ann.hears("NOTICE #radio :ann: and now$")


@on_both
def test_a_long_answer_comes_line_by_line_and_no_line_is_cut_by_the_server(
    server: Server, people: Callable[..., Person], start: Start
) -> None:
    ann = people(server, "ann")
    start(plain(server))
    ann.hears("JOIN")
    ann.says("#radio", "!rows 30")
    shown = [
        ann.hears("NOTICE #radio :ann: ok: 30 rows: number 0, text row number 0 of the table | number 1, text row")
    ]
    while "more: !more)" in shown[-1]:
        ann.says("#radio", "!more")
        shown.append(ann.hears("NOTICE #radio :ann: "))
    assert [number for number in range(30) if not any(f"row number {number} " in line for line in shown)] == []
    assert 460 < max(len(line.encode()) for line in shown) <= 510
    ann.says("#radio", "!more")
    ann.hears("error: there is nothing more to show$")
    ann.says("#radio", "!long 300")
    line = ann.hears("NOTICE #radio :ann: ok: ää")
    assert line.endswith(" (+1 more: !more)")
    assert len(line.encode()) <= 510


@on_both
def test_a_right_belongs_to_an_account_or_a_mask_and_never_to_a_nick(
    server: Server, people: Callable[..., Person], start: Start
) -> None:
    mask, nick = people(server, "ann", user="boss"), people(server, "boss", user="other")
    start(plain(server))
    for person, said in ((nick, "denied: .loud. needs the right dj"), (mask, "ok: LOUD")):
        person.hears("JOIN") if person is nick else None
        person.says("#radio", "!loud")
        person.hears(f"NOTICE #radio :{person.nick}: {said}")


def test_somebody_with_the_right_invites_the_bot_and_others_do_not(
    server: Server, people: Callable[..., Person], start: Start
) -> None:
    boss, other = people(server, "ann", "#den", user="boss"), people(server, "bob", "#lair")
    bot = start(plain(server))
    bot.logs("in #radio")
    other.send("INVITE bandstand #lair")
    other.hears(" 341 ")
    boss.send("INVITE bandstand #den")
    boss.hears(":bandstand!.* JOIN :?#den")
    boss.says("#den", "!echo here")
    boss.hears("NOTICE #den :ann: ok: here")
    assert not [line for line in other.lines if "JOIN" in line]


def test_two_bots_in_one_channel_leave_each_other_alone(
    server: Server, people: Callable[..., Person], start: Start
) -> None:
    ann = people(server, "ann")
    start(plain(server))
    ann.hears("JOIN")
    start(plain(server, 'say = "privmsg"'))
    ann.hears("JOIN")  # as bandstand_
    ann.says("#radio", "!echo !echo bandstand: echo again")
    ann.hears("(NOTICE|PRIVMSG) #radio :ann: ok: !echo bandstand: echo again")
    ann.hears("(NOTICE|PRIVMSG) #radio :ann: ok: !echo bandstand: echo again")
    ann.says("bandstand", "echo done")
    ann.hears("done")
    assert not [line for line in ann.lines if "#radio" in line]


def test_a_bot_that_only_gets_errors_is_not_answered_for_ever(
    server: Server, people: Callable[..., Person], start: Start
) -> None:
    parrot = people(server, "parrot")
    start(plain(server, 'say = "privmsg"'))
    parrot.hears("JOIN")
    answers = 0
    for _ in range(11):
        parrot.says("bandstand", "what is this?")
    parrot.says("bandstand", "echo end")
    while "end" not in (line := parrot.hears("PRIVMSG parrot")):
        answers += 1
        assert "no command of that name" in line
    assert answers == 5


def test_what_is_playing_is_announced_except_in_silent_channels(
    server: Server, people: Callable[..., Person], start: Start
) -> None:
    ann, bob = people(server, "ann", "#radio"), people(server, "bob", "#quiet")
    more = 'silent_channels = ["#quiet"]'
    start(plain(server, more).replace('["#radio"]', '["#radio", "#quiet"]'))
    ann.hears("JOIN")
    bob.hears("JOIN")
    bob.says("#quiet", '!now "Blue Lantern"')
    ann.hears('^:bandstand!.* NOTICE #radio :now: "Blue Lantern"$')
    bob.hears("bob: ok: announced")
    assert not [line for line in bob.lines if "now:" in line]


def test_a_kicked_bot_comes_back(server: Server, people: Callable[..., Person], start: Start) -> None:
    ann = people(server, "ann")  # the first one there is the operator
    bot = start(plain(server))
    ann.hears("JOIN")
    ann.send("KICK #radio bandstand :out")
    bot.logs("kicked by ann: out; joining again in 10 s")
    ann.hears(":bandstand!.* JOIN ")


@on_both
def test_a_nick_in_use_is_taken_as_soon_as_it_is_free(
    server: Server, people: Callable[..., Person], start: Start
) -> None:
    holder, ann = people(server, "bandstand"), people(server, "ann")
    start(plain(server, 'other_nicks = ["standband"]'))
    ann.hears(":standband!.* JOIN")
    ann.says("#radio", "standband: echo me")
    ann.hears("ann: ok: me")
    holder.send("QUIT :bye")
    ann.hears(":standband!.* NICK :?bandstand")


def test_after_a_restart_of_the_server_the_answer_that_waited_is_said(
    server: Server, people: Callable[..., Person], start: Start
) -> None:
    ann = people(server, "ann")
    bot = start(plain(server))
    ann.hears("JOIN")
    ann.says("#radio", "!later still here")
    ann.hears("ok: wait")
    server.stop()
    bot.logs("trying again for ever")
    server.start()
    again = people(server, "ann")
    again.hears("NOTICE #radio :ann: still here")


def test_several_networks_and_channels_at_once(
    servers: Callable[..., Server], people: Callable[..., Person], start: Start
) -> None:
    first, second = servers("ngircd"), servers("inspircd")
    ann, bob, cyd = people(first, "ann"), people(second, "bob", "#one"), people(second, "cyd", "#two")
    networks = plain(second, 'nick = "robot"').replace("[irc]", "[[irc.networks]]").replace("testnet", "other")
    start(plain(first) + networks.replace("#radio", '#one", "#two'))
    ann.hears("bandstand.*JOIN")
    ann.says("#radio", "!echo x")
    ann.hears("ok: x")
    for person, channel in ((bob, "#one"), (cyd, "#two")):
        person.hears("robot.*JOIN")
        person.says(channel, "!echo y")
        person.hears(f"{channel} :{person.nick}: ok: y")


def test_tls_with_a_configured_authority(
    servers: Callable[..., Server], people: Callable[..., Person], start: Start
) -> None:
    for kind in KINDS:
        server = servers(kind, tls=True)
        ann = people(server, "ann")
        start(secure(server, f'tls_authority = "{server.folder}/ca.pem"'))
        ann.hears("JOIN")


def test_an_unverified_certificate_is_refused(servers: Callable[..., Server], start: Start) -> None:
    bot = start(secure(servers("inspircd", tls=True)))
    bot.logs("the server's certificate is not to be trusted; tls_authority or tls_pins can say which is")


def test_only_the_pinned_certificate_is_accepted(
    servers: Callable[..., Server], people: Callable[..., Person], start: Start
) -> None:
    server = servers("inspircd", tls=True)
    der = ssl.PEM_cert_to_DER_cert((server.folder / "server.pem").read_text())
    pin = hashlib.sha256(der).hexdigest()
    ann = people(server, "ann")
    wrong = start(secure(server, f'tls_verify = false\ntls_pins = ["{"0" * 64}"]\nnick = "wrong"'))
    wrong.logs("the server's certificate is none of those in tls_pins")
    start(secure(server, f'tls_verify = false\ntls_pins = ["{pin.upper()}"]\nnick = "right"'))
    ann.hears(":right!.* JOIN")
    assert not [line for line in ann.lines if "wrong" in line]
