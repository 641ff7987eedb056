"""Accounts on IRC: SASL and rights with real services, SCRAM and strict transport security with a scripted server."""

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.ircd import Bot, Person, Server, Services, certificates, register
from tests.integration.scripted import PATIENCE, Peer, Scripted

SETTINGS = """
[irc]
server = "127.0.0.1"
name = "testnet"
port = {port}
channels = ["#radio"]
{more}
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Bot]]:
    bots: list[Bot] = []

    def make(port: int, *more: str) -> Bot:
        tmp_path.joinpath("bot").mkdir(exist_ok=True)
        bots.append(Bot(tmp_path / "bot", SETTINGS.format(port=port, more="\n".join(more))))
        return bots[-1]

    yield make
    for bot in bots:
        bot.end()
        assert "Traceback" not in bot.log(), bot.log()


@pytest.fixture
def network(request: pytest.FixtureRequest) -> Iterator[Server]:
    """An InspIRCd with services, and with SASL unless a test says otherwise."""
    server = Server("inspircd", sasl=getattr(request, "param", True))
    services: Services | None = None
    try:
        server.start()
        services = Services(server)
        yield server
    finally:
        if services is not None:
            services.close()
        server.close()


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    servers: list[Scripted] = []

    def make(script: Callable[[Peer], None], folder: Path | None = None) -> Scripted:
        servers.append(Scripted(script, folder))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def test_it_logs_in_by_sasl_and_people_have_the_rights_of_their_accounts(
    network: Server, start: Callable[..., Bot]
) -> None:
    register(network.port, "radiobot", "secret").close()
    boss = register(network.port, "boss", "hers", "#radio", user="x")
    authority = f'tls_authority = "{network.folder}/ca.pem"'
    start(network.tls_port, authority, 'account = "radiobot"', 'password = "secret"', 'login = "required"')
    boss.hears("^:bandstand!.* JOIN")
    boss.says("#radio", "!who")
    boss.hears(r"boss: ok: boss \[boss\] ADMIN$")
    boss.send("NICK else", "WHOIS bandstand")
    boss.hears(" 330 else bandstand radiobot ")
    boss.says("bandstand", "loud")
    boss.hears("NOTICE else :ok: LOUD$")
    thief = Person(network.port, "boss", "#radio", user="x")
    thief.says("#radio", "!loud")
    thief.hears('boss: denied: "loud" needs the right dj$')
    thief.close()
    boss.says("NickServ", "LOGOUT")
    boss.hears(" 901 ")
    boss.says("#radio", "!loud")
    boss.hears("else: denied")
    boss.close()


@pytest.mark.parametrize("network", [False], indirect=True)
def test_without_sasl_it_identifies_to_nickserv_before_it_joins(network: Server, start: Callable[..., Bot]) -> None:
    register(network.port, "radiobot", "secret").close()
    ann = Person(network.port, "ann", "#radio")
    authority = f'tls_authority = "{network.folder}/ca.pem"'
    start(network.tls_port, authority, 'nick = "radiobot"', 'password = "secret"')
    ann.hears("^:radiobot!.* JOIN")
    ann.send("WHOIS radiobot")
    ann.hears(" 330 ann radiobot radiobot ")
    ann.close()


def test_its_own_certificate_logs_it_in(network: Server, start: Callable[..., Bot]) -> None:
    # The server's own certificate does as well as another: services know it by its fingerprint.
    both = network.folder / "own.pem"
    both.write_text((network.folder / "server.pem").read_text() + (network.folder / "server.key").read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(both)
    owner = register(network.tls_port, "radiobot", "secret", "#radio", tls=context)
    owner.says("NickServ", "CERT ADD")
    owner.hears("NickServ!.* added to ")
    authority = f'tls_authority = "{network.folder}/ca.pem"'
    start(network.tls_port, authority, f'certificate = "{both}"', 'login = "required"')
    owner.hears("^:bandstand!.* JOIN")
    owner.send("WHOIS bandstand")
    owner.hears(" 330 radiobot bandstand radiobot ")
    owner.close()


def test_a_wrong_password_keeps_it_off_if_logging_in_is_required(network: Server, start: Callable[..., Bot]) -> None:
    register(network.port, "radiobot", "secret").close()
    authority = f'tls_authority = "{network.folder}/ca.pem"'
    bot = start(network.tls_port, authority, 'account = "radiobot"', 'password = "no"', 'login = "required"')
    bot.logs("not logged in: the server accepted none of the ways to log in")


def test_a_later_answer_finds_its_person_under_another_nick(network: Server, start: Callable[..., Bot]) -> None:
    ann = register(network.port, "ann", "hers", "#radio")
    start(network.tls_port, f'tls_authority = "{network.folder}/ca.pem"')
    ann.hears("JOIN")
    ann.says("#radio", "!later found you")
    ann.send("NICK anna")
    ann.hears("NOTICE #radio :anna: found you")
    ann.close()


def test_scram_proves_the_server_too(scripted: Callable[..., Scripted], start: Callable[..., Bot]) -> None:
    def honest(peer: Peer) -> None:
        peer.expect("CAP LS 302")
        peer.send(":srv CAP * LS :sasl=SCRAM-SHA-256,PLAIN")
        peer.expect("CAP REQ sasl")
        peer.send(":srv CAP * ACK sasl")
        peer.scram("secret")
        peer.send(":srv 900 * * bandstand :in", ":srv 903 * :ok")
        peer.expect("CAP END")
        peer.welcome()
        peer.expect("JOIN #radio")

    server = scripted(honest)
    start(server.port, "tls = false", 'password = "secret"')
    assert server.over.wait(PATIENCE)


def test_a_server_with_a_false_proof_is_told_nothing_more(
    scripted: Callable[..., Scripted], start: Callable[..., Bot]
) -> None:
    heard: list[str] = []

    def impostor(peer: Peer) -> None:
        peer.expect("CAP LS 302")
        peer.send(":srv CAP * LS :sasl=SCRAM-SHA-256,PLAIN")
        peer.expect("CAP REQ sasl")
        peer.send(":srv CAP * ACK sasl")
        peer.scram("secret", honest=False)
        try:
            peer.expect("CAP END")
        finally:
            heard.extend(peer.said)

    bot = start(scripted(impostor).port, "tls = false", 'password = "secret"')
    bot.logs("the server could not prove that it knows the password")
    assert not [line for line in heard if "PLAIN" in line or "CAP END" in line]


@pytest.mark.parametrize("is_pinned", [False, True])
def test_a_server_that_demands_tls_gets_it_from_then_on_and_after_an_error_and_a_restart(
    scripted: Callable[..., Scripted], start: Callable[..., Bot], tmp_path: Path, is_pinned: bool
) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()
    certificates(folder)
    again = threading.Semaphore(0)
    clear: list[str] = []

    def by_tls(peer: Peer) -> None:
        peer.expect("CAP LS 302")
        peer.send(":srv CAP * LS :sts=duration=3600")
        peer.expect("CAP END")
        peer.welcome()
        peer.expect("JOIN #radio")
        again.release()
        peer.send("ERROR :Closing link")

    secure = scripted(by_tls, folder)

    def in_the_clear(peer: Peer) -> None:
        peer.expect("USER")
        peer.send(f":srv CAP * LS :sts=port={secure.port} server-time")
        clear.extend(peer.said)

    plain = scripted(in_the_clear)
    trust = [f'tls_authority = "{folder}/ca.pem"']
    if is_pinned:
        certificate = ssl.PEM_cert_to_DER_cert(folder.joinpath("server.pem").read_text())
        trust = ["tls_verify = false", f'tls_pins = ["{hashlib.sha256(certificate).hexdigest()}"]']
    bot = start(plain.port, "tls = false", *trust)
    for _ in range(2):
        assert again.acquire(timeout=PATIENCE)
    assert "CAP LS 302" in clear
    assert bot.end() == 0
    kept = json.loads((tmp_path / "bot" / "var" / "irc-sts.json").read_text())
    assert kept["127.0.0.1"]["port"] == secure.port
    clear.clear()
    start(plain.port, "tls = false", *trust)
    assert again.acquire(timeout=PATIENCE)
    assert clear == []
