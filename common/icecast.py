"""What the streamer, the standby and the bot have in common about Icecast: where it is, who asks, and its statistics.

Knows Icecast 2.4 (https://icecast.org/docs/icecast-2.4.1/admin-interface.html). Makes no connection. Loads no XML
parser, which the standby would have to carry in memory.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from bandstand.common.config import Icecast, Mount

SOURCE: Final = "source"
"""The user that sends sound; Icecast shows it the statistics of one mount, too."""
ADMIN: Final = "admin"
AGENT: Final = "Bandstand"
STATS: Final = "/admin/stats"
PROBED: Final = "/style.css"
"""A plain file of Icecast's own, which is asked for to see that it answers."""
BURST_SECONDS: Final = 0.5
"""Sound that a new listener is given at once: players start on it, and are that much later for good."""
MP3_BURST_SECONDS: Final = (1.25, 1.7)
"""At least and at most, of MP3: FFmpeg looks at fifty frames, 1.2 s, before it plays, and Chromium waits for 32 KiB;
both are later by what they wait for in any case."""
MP3_BURST_BYTES: Final = 33_600
"""32 KiB, in whole blocks of Icecast's."""
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_MOUNT: Final = re.compile(rb'<source mount="([^"]*)">(.*?)</source>', re.DOTALL)
_LISTENERS: Final = re.compile(rb"<listeners>(\d+)</listeners>")
_BYTES: Final = re.compile(rb"<total_bytes_read>(\d+)</total_bytes_read>")


@dataclass(frozen=True)
class MountStats:
    """Icecast's figures for one mount."""

    listeners: int
    bytes_received: int | None
    """Of its source, since that connected; Icecast updates it every five seconds. None if it is not said."""


def address(icecast: Icecast, port: int | None = None) -> str:
    """`host:port` as people read it; `port` instead of the configured one if our own Icecast had to take another."""
    return f"{icecast.host}:{icecast.port if port is None else port}"


def base_url(icecast: Icecast, port: int | None = None) -> str:
    """The URL of Icecast without a path and without a slash at the end."""
    return f"{'https' if icecast.tls else 'http'}://{address(icecast, port)}"


def get_burst_seconds(mount: Mount) -> float:
    """What our own Icecast gives a new listener of the mount at once, or one of the operator's should."""
    if mount.burst or mount.format != "mp3":
        return mount.burst or BURST_SECONDS
    least, most = MP3_BURST_SECONDS
    return min(max(MP3_BURST_BYTES / (mount.bitrate * 125), least), most)


def basic_authorization(user: str, password: str) -> str:
    """The value of an `Authorization` header, RFC 7617."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


def parse_stats(answer: bytes) -> dict[str, MountStats]:
    """The figures of each mount that has a source, by its path, from the XML of `STATS`.

    Raises ValueError if that is not Icecast's statistics. libxml2, which writes them, escapes everything that is not
    markup and puts attributes in double quotes, so patterns find what a parser would.
    """
    if b"<icestats" not in answer:
        raise ValueError("this is not Icecast's statistics")
    return {_unescape(path): _parse_mount(body) for path, body in _MOUNT.findall(answer)}


def _parse_mount(body: bytes) -> MountStats:
    listeners, received = _LISTENERS.search(body), _BYTES.search(body)
    return MountStats(int(listeners[1]) if listeners else 0, int(received[1]) if received else None)


def _unescape(text: bytes) -> str:
    plain = text.decode("utf-8", "replace")
    for entity, character in _ENTITIES:
        plain = plain.replace(entity, character)
    return plain
