"""The configuration of IRC: one network under `[irc]`, more as `[[irc.networks]]` with the same keys.

Each key is checked by itself, by its type below. What takes more than one key to judge, or a look at a file,
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
from msgspec import Meta

from bandstand.common.errors import UnusableFile
from bandstand.common.files import find_problem, read_secret, resolve_path
from bandstand.common.plain_values import Fault, HostOrNone, Line, PathText, Secret

PLAIN_PORT, TLS_PORT = 6667, 6697
NAME = r"^([A-Za-z0-9][A-Za-z0-9._-]{0,31})?\Z"
_CHANNEL = r"^[#&+!][^ ,\x00-\x1f]{1,63}( [^ ,\x00-\x1f]{1,63})?\Z"
_NICK = r"^[A-Za-z\[\]\\`_^{|}][A-Za-z0-9\[\]\\`_^{|}-]{0,30}\Z"

Channel = Annotated[
    str, Meta(pattern=_CHANNEL, description="a channel such as #bandstand, or one with its key such as #club secret")
]
Nick = Annotated[
    str, Meta(pattern=_NICK, description="a nick: at most 31 letters, digits and [ ] \\ ` _ ^ { | } -, no digit first")
]
Pin = Annotated[
    str,
    Meta(
        pattern=r"^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}\Z", description="a SHA-256 fingerprint, 64 hexadecimal digits"
    ),
]
Name = Annotated[str, Meta(pattern=NAME, description="a name of at most 32 letters, digits and . _ -")]
Word = Annotated[str, Meta(pattern=r"^[^\x00-\x20\x7f]*\Z", description="one word")]
Password = Annotated[
    str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,1000}\Z", description="a password on one line of at most 1000 characters")
]
"""SASL carries any length, in several messages."""
User = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,12}\Z", description="at most 12 letters, digits and . _ -")]

Mechanism = Literal["EXTERNAL", "ECDSA-NIST256P-CHALLENGE", "SCRAM-SHA-256", "PLAIN"]
MECHANISM_KEYS: dict[Mechanism, str] = {
    "EXTERNAL": "certificate",
    "ECDSA-NIST256P-CHALLENGE": "sasl_key",
    "SCRAM-SHA-256": "password",
    "PLAIN": "password",
}
"""The key of the configuration that each way to log in takes, the preferred way first."""


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One network; the bot has one connection to it."""

    server: HostOrNone = ""
    """Empty: no IRC."""
    name: Name = ""
    """The network's name in grants and in the log; empty: the server's name."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """0: 6697 with TLS, 6667 without."""
    tls: bool = True
    tls_verify: bool = True
    """Accept only a certificate for this host that an authority has signed; if false, there must be pins."""
    tls_authority: PathText = ""
    """PEM file of the authority to trust instead of the machine's."""
    tls_pins: list[Pin] = []
    """SHA-256 fingerprints of the server's certificates; empty: accept any that is verified."""
    certificate: PathText = ""
    """PEM file of the bot's certificate and key, for SASL EXTERNAL or services that know its fingerprint."""
    nick: Nick = "bandstand"
    other_nicks: list[Nick] = []
    user: User = "bandstand"
    realname: Line = "Bandstand, a radio station"
    server_password: Secret = ""
    server_password_file: PathText = ""
    account: Word = ""
    """Name of the services account; empty: the nick."""
    password: Password = ""
    """Password of the services account."""
    password_file: PathText = ""
    sasl_key: PathText = ""
    """PEM file of a private key on the curve P-256, for SASL ECDSA-NIST256P-CHALLENGE."""
    sasl_mechanisms: list[Mechanism] = []
    """Ways to log in by SASL, the first one first; empty: all for which there is a certificate, key or password."""
    sasl_authzid: Literal["account", "empty"] = "account"
    """What PLAIN says whom the bot wants to act as; servers take either."""
    login: Literal["wanted", "required"] = "wanted"
    """`required`: stay off the network if logging in by SASL fails."""
    nickserv: Word = "NickServ"
    """Service to send the password to if the server has no SASL; empty: none."""
    channels: list[Channel] = []
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
    def mechanisms(self) -> list[Mechanism]:
        """The ways to log in by SASL that can be tried, in order."""
        return [name for name in self.sasl_mechanisms or MECHANISM_KEYS if getattr(self, MECHANISM_KEYS[name])]

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
    "sasl_key": "expected a private key on the curve P-256 in PEM, without a pass phrase",
}
N = TypeVar("N", bound=Network)


def resolve(irc: Irc, base: Path, found: list[Fault]) -> Irc:
    """Read the secrets from their files and check the whole. Paths are relative to `base`.

    Every fault is added to `found`.
    """
    networks = [_read_files(network, base, key, found) for key, network in _with_keys(irc) if key != "irc"]
    resolved = msgspec.structs.replace(_read_files(irc, base, "irc", found), networks=networks)
    found += _find_faults(resolved)
    return resolved


def _with_keys(irc: Irc) -> Iterator[tuple[str, Network]]:
    """Every network with the key of its table."""
    yield "irc", irc
    yield from ((f"irc.networks[{place}]", network) for place, network in enumerate(irc.networks))


def _read_files(network: N, base: Path, key: str, found: list[Fault]) -> N:
    """The network with its secrets read from their files, and with absolute paths of the other files."""
    values: dict[str, str] = {}
    for secret in SECRETS:
        named = getattr(network, f"{secret}_file")
        if named and not getattr(network, secret):
            try:
                values[secret] = read_secret(resolve_path(named, base))
            except UnusableFile as error:
                found.append((f"{key}.{secret}_file", f"{named}: {error}"))
    for name in CONTENTS:
        if getattr(network, name):
            try:
                values[name] = str(resolve_path(getattr(network, name), base))
            except UnusableFile as error:
                found.append((f"{key}.{name}", str(error)))
    return msgspec.structs.replace(network, **values)


def _find_faults(irc: Irc) -> Iterator[Fault]:
    """Each fault that takes more than one key to see."""
    for label, number in Counter(network.label.lower() for network in irc.configured).items():
        if number > 1:
            yield "irc.networks", f"{label} is there {number} times; give each a name of its own"
    for key, network in _with_keys(irc):
        if not network.server:
            if key != "irc":
                yield f"{key}.server", "is missing"
            elif network.channels or network.password:
                yield "irc.server", "is missing, and without it there is no IRC; for Libera.Chat it is irc.libera.chat"
            continue
        yield from ((f"{key}.{name}", sentence) for name, sentence in _find_network_faults(network))


def _find_network_faults(network: Network) -> Iterator[Fault]:
    if not re.fullmatch(NAME, network.label):
        yield "name", f"is needed, because rights are granted to NAME/account, and {network.server} cannot stand there"
    if network.tls and not network.tls_verify and not network.tls_pins:
        yield "tls_verify", "without it, tls_pins must say which certificate is the server's"
    if not network.tls and (network.password or network.server_password) and not network.is_loopback:
        yield "tls", "without it the password would cross the network for all to read; set tls = true"
    has_secret = network.password or network.password_file or network.certificate or network.sasl_key
    if network.login == "required" and not has_secret:
        yield "login", "is required, so a password, a certificate or a sasl_key is needed"
    for mechanism in network.sasl_mechanisms:
        key = MECHANISM_KEYS[mechanism]
        if not getattr(network, key) and not getattr(network, f"{key}_file", ""):
            yield "sasl_mechanisms", f"{mechanism} needs {key}"
    for name in CONTENTS:
        path = getattr(network, name)
        if path and (problem := find_problem(Path(path))):
            yield name, f"{path}: {problem}"
        elif path and not _is_usable(name, path):
            yield name, f"{path}: {CONTENTS[name]}"


def is_p256_key(pem: bytes) -> bool:
    """Whether this is a private key on the curve P-256."""
    # Imported here, because every program of the station reads the configuration, and few have such a key.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)


def _is_usable(name: str, path: str) -> bool:
    """Whether OpenSSL can load the file of this key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if name == "sasl_key":
            return is_p256_key(Path(path).read_bytes())
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
