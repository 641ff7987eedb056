"""Where things are found from outside: the page, and the mounts.

The station knows its mounts as it reaches them itself, often on 127.0.0.1. Somebody who found the page by another name
finds our own Icecast under that name, too, at its own port; behind a proxy `web.streams_url` says where.
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec
from litestar import Request

from bandstand.common.api.values import MountStatus
from bandstand.common.config import Config, Mount
from bandstand.common.icecast import get_burst_seconds
from bandstand.common.remote_access import is_loopback

TYPES: Final = {"mp3": "audio/mpeg", "opus": "audio/ogg; codecs=opus", "flac": "audio/ogg; codecs=flac"}
PREFERENCE: Final = ("mp3", "opus", "flac")
"""Formats by how many players take them."""
LONGEST_HOST: Final = 255


class ListenedMount(msgspec.Struct, frozen=True, kw_only=True):
    """A mount as a listener finds it."""

    path: str
    name: str
    format: str
    media_type: str
    bitrate: int
    """kbit/s; of FLAC what it takes about."""
    burst: float = 0.0
    """Seconds of sound that it gives a new listener at once."""
    url: str
    is_on_air: bool
    listeners: int


def find_base_url(request: Request[Any, Any, Any], settings: Config) -> str:
    """The page's address without a slash at the end: as configured, or as this visitor has found it."""
    if settings.web.public_url:
        return settings.web.public_url.rstrip("/")
    return f"{request.url.scheme}://{request.url.netloc}"


def list_mounts(
    request: Request[Any, Any, Any], settings: Config, statuses: Sequence[MountStatus]
) -> list[ListenedMount]:
    """In the order of the configuration."""
    known = {status.path: status for status in statuses}
    return [_describe(request, settings, mount, known.get(mount.path)) for mount in settings.mounts]


def send_by_choice(
    request: Request[Any, Any, Any], settings: Config, mounts: Sequence[ListenedMount]
) -> list[ListenedMount]:
    """With addresses at the page, where a station has relays: it sends each listener, and each who comes back, on to
    the best place (`web.relays`)."""
    if not settings.relays:
        return list(mounts)
    base = find_base_url(request, settings)
    return [msgspec.structs.replace(mount, url=f"{base}/listen?mount={quote(mount.path)}") for mount in mounts]


def _describe(
    request: Request[Any, Any, Any], settings: Config, mount: Mount, status: MountStatus | None
) -> ListenedMount:
    return ListenedMount(
        path=mount.path,
        name=mount.name or settings.station.name,
        format=mount.format,
        media_type=TYPES[mount.format],
        bitrate=mount.bitrate,
        burst=get_burst_seconds(mount),
        url=find_mount_url(request, settings, mount.path, status.url if status else ""),
        is_on_air=bool(status and status.is_on_air),
        listeners=(status.listeners if status else None) or 0,
    )


def find_mount_url(request: Request[Any, Any, Any], settings: Config, path: str, known: str) -> str:
    """Where whoever sent the request hears the mount; `known` is the station's own address for it, or empty."""
    if settings.web.streams_url:
        return f"{settings.web.streams_url.rstrip('/')}{path}"
    return find_icecast_url(request, settings, known, path)


def find_icecast_url(request: Request[Any, Any, Any], settings: Config, known: str, path: str = "/") -> str:
    """The same at Icecast itself, past any proxy: there DJs connect, whose programs no web proxy understands."""
    icecast = settings.icecast
    scheme = "https" if icecast.tls else "http"
    parts = urlsplit(known or f"{scheme}://{icecast.host}:{icecast.port}{path}")
    host = urlsplit(find_base_url(request, settings)).hostname or ""
    if is_loopback(parts.hostname or "") and host and not is_loopback(host) and len(host) <= LONGEST_HOST:
        bracketed = f"[{host}]" if ":" in host else host
        parts = parts._replace(netloc=f"{bracketed}:{parts.port}" if parts.port else bracketed)
    return urlunsplit(parts)
