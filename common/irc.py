"""The configuration's part for IRC: one network under `[irc]`, more as `[[irc.networks]]` with the same keys."""

import ipaddress
import re
import ssl
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from common.errors import ConfigError

PLAIN_PORT, TLS_PORT = 6667, 6697
CHANNEL = r"^[#&+!][^ ,\x00-\x1f]{1,63}( [^ ,\x00-\x1f]{1,63})?$"
NICK = r"^[A-Za-z\[\]\\`_^{|}][A-Za-z0-9\[\]\\`_^{|}-]{0,30}$"
PIN = r"^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$"
NAME = r"^([A-Za-z0-9][A-Za-z0-9._-]{0,31})?$"
WORD = r"^[^\x00-\x20]*$"
ONE_LINE = r"^[^\x00-\x1f]*$"
USER = r"^[A-Za-z0-9._-]{1,12}$"

EXPECTED = {
    CHANNEL: "a channel such as #bandstand, or one with its key such as #club secret",
    NICK: "a nick: at most 31 letters, digits and [ ] \\ ` _ ^ { | } -, no digit first",
    PIN: "a SHA-256 fingerprint, 64 hexadecimal digits",
    NAME: "a name of at most 32 letters, digits and . _ -",
    WORD: "one word",
    ONE_LINE: "text on one line",
    USER: "at most 12 letters, digits and . _ -",
}
"""What each of these patterns means to a person."""


def _text(pattern: str) -> msgspec.Meta:
    return msgspec.Meta(pattern=pattern)


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One network, with one connection to it."""

    server: Annotated[str, _text(WORD)] = ""
    """Empty: no IRC."""
    name: Annotated[str, _text(NAME)] = ""
    """What it is called in grants and in the log; empty: the server's name."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    """0: 6697 with TLS, 6667 without."""
    tls: bool = True
    tls_verify: bool = True
    """The server's certificate must be a known authority's for this host; without it there must be pins."""
    tls_authority: str = ""
    """A PEM file with the authority to believe instead of the machine's."""
    tls_pins: list[Annotated[str, _text(PIN)]] = []
    """SHA-256 fingerprints of the server's certificates; empty: any that is verified."""
    certificate: str = ""
    """A PEM file with our own certificate and its key: for SASL EXTERNAL, or services that know its fingerprint."""
    nick: Annotated[str, _text(NICK)] = "bandstand"
    other_nicks: list[Annotated[str, _text(NICK)]] = []
    user: Annotated[str, _text(USER)] = "bandstand"
    realname: Annotated[str, _text(ONE_LINE)] = "Bandstand, a radio station"
    server_password: Annotated[str, _text(ONE_LINE)] = ""
    server_password_file: str = ""
    account: Annotated[str, _text(WORD)] = ""
    """The services account; empty: the nick, where there is a password."""
    password: Annotated[str, _text(ONE_LINE)] = ""
    """The services account's."""
    password_file: str = ""
    login: Literal["wanted", "required"] = "wanted"
    """required: stay off the network where logging in by SASL fails."""
    nickserv: Annotated[str, _text(WORD)] = "NickServ"
    """Whom to identify to where the server has no SASL; empty: nobody."""
    channels: list[Annotated[str, _text(CHANNEL)]] = []
    """Names, or a name and its key with a blank between."""
    announce: bool = True
    """Say what is playing in the channels ..."""
    silent_channels: list[str] = []
    """... but for these."""
    say: Literal["notice", "privmsg"] = "notice"
    """How answers in channels and announcements are sent; other bots must not answer a notice."""

    @property
    def label(self) -> str:
        return self.name or self.server

    @property
    def at(self) -> int:
        return self.port or (TLS_PORT if self.tls else PLAIN_PORT)

    @property
    def login_name(self) -> str:
        return self.account or self.nick

    @property
    def is_here(self) -> bool:
        """Whether the server is this machine, so that nobody listens on the way."""
        try:
            return ipaddress.ip_address(self.server).is_loopback
        except ValueError:
            return self.server == "localhost"


class Irc(Network, frozen=True):
    networks: list[Network] = []

    @property
    def all(self) -> list[Network]:
        """Every network that is configured."""
        return [network for network in (self, *self.networks) if network.server]


SECRETS = ("password", "server_password")
CONTENTS = {
    "tls_authority": "expected certificates in PEM",
    "certificate": "expected a certificate and its key in one PEM file, without a pass phrase",
}
N = TypeVar("N", bound=Network)


def settled(irc: Irc, base: Path) -> Irc:
    """With the secrets from their files, whose paths are relative to `base`. Raises ConfigError that names the key."""
    networks = [_with_files(network, base, key) for key, network in _keyed(irc) if key != "irc"]
    whole = msgspec.structs.replace(_with_files(irc, base, "irc"), networks=networks)
    for fault in _faults(whole):
        raise ConfigError(fault)
    return whole


def _keyed(irc: Irc) -> Iterator[tuple[str, Network]]:
    """Every network with the key that it stands under."""
    yield "irc", irc
    yield from ((f"irc.networks[{place}]", network) for place, network in enumerate(irc.networks))


def _with_files(network: N, base: Path, key: str) -> N:
    """Secrets read from their files, and the other files' paths made whole."""
    values: dict[str, str] = {}
    for secret in SECRETS:
        named = getattr(network, f"{secret}_file")
        if named and not getattr(network, secret):
            values[secret] = _read(base / named, f"{key}.{secret}_file")
    for name in ("tls_authority", "certificate"):
        if getattr(network, name):
            values[name] = str(base / getattr(network, name))
    return msgspec.structs.replace(network, **values)


def _read(path: Path, key: str) -> str:
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{key}: {path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    if not text or not text.isprintable():
        raise ConfigError(f"{key}: {path}: expected one line with the password")
    return text


def _faults(irc: Irc) -> Iterator[str]:
    """What needs more than one key to be seen."""
    for label, number in Counter(network.label.lower() for network in irc.all).items():
        if number > 1:
            yield f"irc.networks: {label} is there {number} times; give each a name of its own"
    for key, network in _keyed(irc):
        if not network.server:
            if key != "irc":
                yield f"{key}.server: is missing"
            elif network.channels or network.password:
                yield "irc.server: is missing, and without it there is no IRC; for Libera.Chat it is irc.libera.chat"
            continue
        yield from (f"{key}.{fault}" for fault in _network_faults(network))


def _network_faults(network: Network) -> Iterator[str]:
    if not re.fullmatch(NAME, network.label):
        yield f"name: is needed, because rights are granted to NAME/account, and {network.server} cannot stand there"
    if network.tls and not network.tls_verify and not network.tls_pins:
        yield "tls_verify: without it, tls_pins must say which certificate is the server's"
    if not network.tls and (network.password or network.server_password) and not network.is_here:
        yield "tls: without it the password would cross the network for all to read; set tls = true"
    if network.login == "required" and not (network.password or network.certificate):
        yield "login: is required, so a password or a certificate is needed"
    for name in ("tls_authority", "certificate"):
        path = getattr(network, name)
        if path and not Path(path).is_file():
            yield f"{name}: {path}: there is no such file"
        elif path and not _loads(name, path):
            yield f"{name}: {path}: {CONTENTS[name]}"


def _loads(name: str, path: str) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if name == "certificate":
            context.load_cert_chain(path)
        else:
            context.load_verify_locations(path)
    except (ssl.SSLError, OSError):
        return False
    return True


def warnings(irc: Irc) -> Iterator[str]:
    """What works and is hardly meant so, a sentence each."""
    for key, network in _keyed(irc):
        if network.server:
            yield from (f"{key}.{warning}" for warning in _network_warnings(network))


def _network_warnings(network: Network) -> Iterator[str]:
    if not network.channels:
        yield "channels: there are none; the bot is on the network, and hears only what is said to it in private"
    if not network.tls and not network.is_here:
        yield f"tls: everything said between this machine and {network.server} can be read on the way"
    if not network.tls and (network.certificate or network.tls_pins or network.tls_authority):
        yield "tls: is off, so certificates, pins and authorities count only if the server asks for TLS by itself"
    names = {channel.partition(" ")[0].lower() for channel in network.channels}
    for channel in network.silent_channels:
        if channel.lower() not in names:
            yield f"silent_channels: {channel} is not one of the channels"
