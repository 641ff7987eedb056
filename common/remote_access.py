"""The configuration of remote access: telnet, ssh, and the limits of one person. Part of `common.config`."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bandstand.common.errors import UnusableFile
from bandstand.common.files import find_problem, resolve_path
from bandstand.common.plain_values import Count, Fault, Host, PathText, Port


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Telnet(_Section, frozen=True):
    enabled: bool = True
    host: Host = "127.0.0.1"
    port: Port = 8023
    plain_text_passwords: bool = False
    """Accept passwords that cross a network unprotected. Without it `host` must be this machine."""
    idle_minutes: Count = 60
    """Minutes without a key after which a terminal is closed, one by ssh as well; 0 is never."""


class Ssh(_Section, frozen=True):
    host: Host = "127.0.0.1"
    port: Port = 8022
    authorized_keys: PathText = ""
    """The file of keys that may log in, relative to the configuration file. If it is empty there is no ssh."""


class Limits(_Section, frozen=True):
    """How much one person may ask for whose right is below admin; 0 is no limit."""

    commands: Count = 30
    """Commands a minute, of all kinds."""
    songs: Count = 6
    messages: Count = 6
    """Messages a minute to the DJ on the air."""
    """Songs a minute that they may have made."""
    open_jobs: Count = 3
    """Songs that are made at a time."""
    queued_songs: Count = 10
    """Songs in the queue at a time."""


def find_telnet_faults(telnet: Telnet) -> Iterator[Fault]:
    """Passwords must not cross a network without `plain_text_passwords`."""
    if telnet.enabled and not telnet.plain_text_passwords and not is_loopback(telnet.host):
        yield (
            "telnet.host",
            f"{telnet.host} is not this machine alone, and telnet sends passwords as plain text; "
            "use [ssh], or say telnet.plain_text_passwords = true",
        )


def resolve_ssh(ssh: Ssh, base: Path, found: list[Fault]) -> Ssh:
    """Make the file's path absolute by the folder `base`. What is wrong is added to `found`."""
    if not ssh.authorized_keys:
        return ssh
    key = "ssh.authorized_keys"
    try:
        path = resolve_path(ssh.authorized_keys, base)
    except UnusableFile as error:
        found.append((key, str(error)))
        return ssh
    if problem := find_problem(path):
        found.append((key, f"{path}: {problem}; a file with one line for each key is needed"))
    return msgspec.structs.replace(ssh, authorized_keys=str(path))


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
