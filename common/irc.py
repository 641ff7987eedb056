"""The configuration of IRC: one network under `[irc]`, more as `[[irc.networks]]` with the same keys.

msgspec checks each key by itself, with the patterns below. What takes more than one key to judge, or a look at a file,
is checked by `resolve`; `warnings` lists what works but is probably a mistake. Every message names the key.
"""

import ipaddress
import re
import ssl
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from bandstand.common.errors import ConfigError

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
"""What each pattern accepts, for error messages."""


def _pattern(pattern: str) -> msgspec.Meta:
    return msgspec.Meta(pattern=pattern)


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One network; the bot has one connection to it."""

    server: Annotated[str, _pattern(WORD)] = ""
    """Empty: no IRC."""
    name: Annotated[str, _pattern(NAME)] = ""
    """The network's name in grants and in the log; empty: the server's name."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    """0: 6697 with TLS, 6667 without."""
    tls: bool = True
    tls_verify: bool = True
    """Accept only a certificate for this host that an authority has signed; if false, there must be pins."""
    tls_authority: str = ""
    """PEM file of the authority to trust instead of the machine's."""
    tls_pins: list[Annotated[str, _pattern(PIN)]] = []
    """SHA-256 fingerprints of the server's certificates; empty: accept any that is verified."""
    certificate: str = ""
    """PEM file of the bot's certificate and key, for SASL EXTERNAL or services that know its fingerprint."""
    nick: Annotated[str, _pattern(NICK)] = "bandstand"
    other_nicks: list[Annotated[str, _pattern(NICK)]] = []
    user: Annotated[str, _pattern(USER)] = "bandstand"
    realname: Annotated[str, _pattern(ONE_LINE)] = "Bandstand, a radio station"
    server_password: Annotated[str, _pattern(ONE_LINE)] = ""
    server_password_file: str = ""
    account: Annotated[str, _pattern(WORD)] = ""
    """Name of the services account; empty: the nick."""
    password: Annotated[str, _pattern(ONE_LINE)] = ""
    """Password of the services account."""
    password_file: str = ""
    login: Literal["wanted", "required"] = "wanted"
    """`required`: stay off the network if logging in by SASL fails."""
    nickserv: Annotated[str, _pattern(WORD)] = "NickServ"
    """Service to send the password to if the server has no SASL; empty: none."""
    channels: list[Annotated[str, _pattern(CHANNEL)]] = []
    """Each a name, or a name, a blank and a key."""
    announce: bool = True
    """Announce in the channels what is playing."""
    silent_channels: list[str] = []
    """Channels without announcements."""
    say: Literal["notice", "privmsg"] = "notice"
    """How answers and announcements are sent. Other bots must not answer a notice."""

    @property
    def label(self) -> str:
        """The network's name in grants and in the log."""
        return self.name or self.server

    @property
    def connect_port(self) -> int:
        return self.port or (TLS_PORT if self.tls else PLAIN_PORT)

    @property
    def login_name(self) -> str:
        return self.account or self.nick

    @property
    def is_loopback(self) -> bool:
        """Whether the server runs on this machine, so that nobody can listen on the way."""
        try:
            return ipaddress.ip_address(self.server).is_loopback
        except ValueError:
            return self.server == "localhost"


class Irc(Network, frozen=True):
    networks: list[Network] = []

    @property
    def configured(self) -> list[Network]:
        """The networks that have a server."""
        return [network for network in (self, *self.networks) if network.server]


SECRETS = ("password", "server_password")
CONTENTS = {
    "tls_authority": "expected certificates in PEM",
    "certificate": "expected a certificate and its key in one PEM file, without a pass phrase",
}
N = TypeVar("N", bound=Network)


def resolve(irc: Irc, base: Path) -> Irc:
    """Read the secrets from their files and check the whole. Paths are relative to `base`.

    Raises ConfigError for the first fault.
    """
    networks = [_read_files(network, base, key) for key, network in _with_keys(irc) if key != "irc"]
    resolved = msgspec.structs.replace(_read_files(irc, base, "irc"), networks=networks)
    for fault in _find_faults(resolved):
        raise ConfigError(fault)
    return resolved


def _with_keys(irc: Irc) -> Iterator[tuple[str, Network]]:
    """Every network with the key of its table."""
    yield "irc", irc
    yield from ((f"irc.networks[{place}]", network) for place, network in enumerate(irc.networks))


def _read_files(network: N, base: Path, key: str) -> N:
    """The network with its secrets read from their files, and with absolute paths of the other files."""
    values: dict[str, str] = {}
    for secret in SECRETS:
        named = getattr(network, f"{secret}_file")
        if named and not getattr(network, secret):
            values[secret] = _read_secret(base / named, f"{key}.{secret}_file")
    for name in ("tls_authority", "certificate"):
        if getattr(network, name):
            values[name] = str(base / getattr(network, name))
    return msgspec.structs.replace(network, **values)


def _read_secret(path: Path, key: str) -> str:
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{key}: {path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    if not text or not text.isprintable():
        raise ConfigError(f"{key}: {path}: expected one line with the password")
    return text


def _find_faults(irc: Irc) -> Iterator[str]:
    """A sentence for each fault that takes more than one key to see."""
    for label, number in Counter(network.label.lower() for network in irc.configured).items():
        if number > 1:
            yield f"irc.networks: {label} is there {number} times; give each a name of its own"
    for key, network in _with_keys(irc):
        if not network.server:
            if key != "irc":
                yield f"{key}.server: is missing"
            elif network.channels or network.password:
                yield "irc.server: is missing, and without it there is no IRC; for Libera.Chat it is irc.libera.chat"
            continue
        yield from (f"{key}.{fault}" for fault in _find_network_faults(network))


def _find_network_faults(network: Network) -> Iterator[str]:
    if not re.fullmatch(NAME, network.label):
        yield f"name: is needed, because rights are granted to NAME/account, and {network.server} cannot stand there"
    if network.tls and not network.tls_verify and not network.tls_pins:
        yield "tls_verify: without it, tls_pins must say which certificate is the server's"
    if not network.tls and (network.password or network.server_password) and not network.is_loopback:
        yield "tls: without it the password would cross the network for all to read; set tls = true"
    if network.login == "required" and not (network.password or network.certificate):
        yield "login: is required, so a password or a certificate is needed"
    for name in ("tls_authority", "certificate"):
        path = getattr(network, name)
        if path and not Path(path).is_file():
            yield f"{name}: {path}: there is no such file"
        elif path and not _is_usable(name, path):
            yield f"{name}: {path}: {CONTENTS[name]}"


def _is_usable(name: str, path: str) -> bool:
    """Whether OpenSSL can load the file of this key."""
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
    """A sentence for each setting that works but is probably a mistake."""
    for key, network in _with_keys(irc):
        if network.server:
            yield from (f"{key}.{warning}" for warning in _find_network_warnings(network))


def _find_network_warnings(network: Network) -> Iterator[str]:
    if not network.channels:
        yield "channels: there are none; the bot is on the network, and hears only what is said to it in private"
    if not network.tls and not network.is_loopback:
        yield f"tls: everything said between this machine and {network.server} can be read on the way"
    if not network.tls and (network.certificate or network.tls_pins or network.tls_authority):
        yield "tls: is off, so certificates, pins and authorities count only if the server asks for TLS by itself"
    names = {channel.partition(" ")[0].lower() for channel in network.channels}
    for channel in network.silent_channels:
        if channel.lower() not in names:
            yield f"silent_channels: {channel} is not one of the channels"
