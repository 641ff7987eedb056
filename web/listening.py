"""`/listen` and the playlists: how any player finds the mounts, on the station's Icecast or on one of its relays."""

from collections.abc import Sequence
from random import Random, SystemRandom
from typing import Annotated, Final, cast

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from bandstand.common.api.requests import GetStatus
from bandstand.common.api.results import Status
from bandstand.common.api.values import StationStatus
from bandstand.common.config import Config
from bandstand.common.text import one_line
from bandstand.web.addresses import PREFERENCE, ListenedMount, list_mounts
from bandstand.web.bot_link import BotAway
from bandstand.web.given import AnyRequest, TheReader, TheSettings
from bandstand.web.problems import Trouble
from bandstand.web.reader import Reader
from bandstand.web.relays import OWN, find_near, rank_places

ACCEPTED: Final = {
    "audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/ogg": "opus", "audio/opus": "opus", "application/ogg": "opus",
    "audio/flac": "flac", "audio/x-flac": "flac",
}  # fmt: skip
"""What a player may say that it takes."""
M3U: Final = "audio/x-mpegurl"
PLS: Final = "audio/x-scpls"
ENTRIES: Final = 3
"""Addresses of each mount in a playlist: where one fails, players go on to the next."""
CHANCE: Final = SystemRandom()


def choose_mount(mounts: Sequence[ListenedMount], format: str, accept: str) -> ListenedMount:
    """The best of the mounts: of that format, else as the player prefers, else what most players take; one that is on
    the air before one that is not. Raises Trouble where there is none of that format."""
    if format and all(mount.format != format for mount in mounts):
        raise Trouble(404, f"there is no mount of the format {one_line(format, 20)}")
    wanted = [format] if format else [*_read_accept(accept), *PREFERENCE]
    ranks = {name: rank for rank, name in reversed(list(enumerate(wanted)))}
    return min(mounts, key=lambda mount: (ranks.get(mount.format, len(wanted)), not mount.is_on_air, -mount.bitrate))


def _read_accept(accept: str) -> list[str]:
    """The formats that an Accept header (RFC 9110) names, the most welcome first."""
    named: list[tuple[float, int, str]] = []
    for part in accept.split(","):
        kind, *parameters = [word.strip().lower() for word in part.split(";")]
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        if kind in ACCEPTED and quality.replace(".", "", 1).isdecimal() and len(quality) < 6 and float(quality) > 0:
            named.append((-float(quality), len(named), ACCEPTED[kind]))
    return [format for *_, format in sorted(named)]


async def read_station(reader: Reader) -> StationStatus:
    """Also while the bot is away: the stream goes on without it."""
    try:
        return cast(Status, await reader.read(GetStatus())).station
    except BotAway:
        return StationStatus()


class Listening:
    """Where the mounts are heard, for whoever sent this request."""

    def __init__(self, request: AnyRequest, settings: Config, station: StationStatus, chance: Random = CHANCE) -> None:
        self.mounts = list_mounts(request, settings, station.mounts)
        self._relays = station.relays
        self._near = find_near(settings.relays, request.client.host if request.client else "")
        self._chance = chance

    def list_urls(self, mount: ListenedMount) -> list[str]:
        """The best first."""
        own = sum(one.listeners for one in self.mounts) - sum(relay.listeners for relay in self._relays)
        places = rank_places(mount.path, max(0, own), self._relays, self._near, self._chance)
        return [mount.url if place == OWN else f"{place}{mount.path}" for place in places]

    def list_entries(self) -> list[tuple[str, str]]:
        """The name and an address of each, in the order of a playlist."""
        return [(name_mount(one), url) for one in sort_mounts(self.mounts) for url in self.list_urls(one)[:ENTRIES]]


@get(
    "/listen",
    media_type="text/plain",
    summary="Listen",
    description="Redirects to the mount that fits the player best.",
    status_code=302,
    responses={302: ResponseSpec(None, description="The mount's address.", generate_examples=False)},
    tags=["listening"],
)
async def listen(
    request: AnyRequest,
    settings: TheSettings,
    reader: TheReader,
    format: Annotated[str, QueryParameter(max_length=20, description="`mp3`, `opus` or `flac`.")] = "",
    mount: Annotated[str, QueryParameter(max_length=200, description="That one, such as `/stream.mp3`.")] = "",
) -> Response[bytes]:
    listening = Listening(request, settings, await read_station(reader))
    named = [one for one in listening.mounts if mount in ("", one.path)]
    if not named:
        raise Trouble(404, f"there is no mount {one_line(mount, 100)}")
    chosen = choose_mount(named, format.lower(), request.headers.get("accept", ""))
    headers = {"location": listening.list_urls(chosen)[0], "vary": "accept", "cache-control": "no-cache"}
    return Response(b"", status_code=302, headers=headers)


@get("/listen.m3u", media_type=M3U, summary="The mounts as an M3U playlist", tags=["listening"])
async def get_m3u(request: AnyRequest, settings: TheSettings, reader: TheReader) -> Response[str]:
    entries = Listening(request, settings, await read_station(reader)).list_entries()
    lines = ["#EXTM3U", *(line for name, url in entries for line in (f"#EXTINF:-1,{name}", url))]
    return _answer_playlist("\r\n".join([*lines, ""]), M3U, "m3u")


@get("/listen.pls", media_type=PLS, summary="The mounts as a PLS playlist", tags=["listening"])
async def get_pls(request: AnyRequest, settings: TheSettings, reader: TheReader) -> Response[str]:
    entries = Listening(request, settings, await read_station(reader)).list_entries()
    lines = ["[playlist]", f"NumberOfEntries={len(entries)}"]
    for number, (name, url) in enumerate(entries, 1):
        lines += [f"File{number}={url}", f"Title{number}={name}", f"Length{number}=-1"]
    return _answer_playlist("\r\n".join([*lines, "Version=2", ""]), PLS, "pls")


def sort_mounts(mounts: Sequence[ListenedMount]) -> list[ListenedMount]:
    """What most players take first; simple ones play the first entry."""
    return sorted(mounts, key=lambda mount: (PREFERENCE.index(mount.format), not mount.is_on_air, -mount.bitrate))


def name_mount(mount: ListenedMount) -> str:
    quality = "lossless" if mount.format == "flac" else f"{mount.bitrate} kbit/s"
    return one_line(f"{mount.name} ({mount.format.upper()}, {quality})", 200)


def _answer_playlist(text: str, media_type: str, suffix: str) -> Response[str]:
    headers = {"content-disposition": f'inline; filename="listen.{suffix}"', "cache-control": "no-cache"}
    return Response(text, media_type=f"{media_type}; charset=utf-8", headers=headers)


ROUTES = [listen, get_m3u, get_pls]
