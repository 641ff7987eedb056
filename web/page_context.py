"""What every page has: who visits, what is on the air, where the player listens, and the way to the other pages.

`PageMaker` reads what it needs of the station for all visitors at once (`web.reader`), and gives the templates a
`page`. A page is made also while the bot is away: then it shows what was known last, and says so.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.response import Template

from bandstand.common.api.people import Right
from bandstand.common.api.recordings import ListRecordings
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import GetSong, GetStatus, ListBands, ListHistory
from bandstand.common.api.requests import Request as StationRequest
from bandstand.common.api.results import BandBrief, QueuedSong, SongDetails
from bandstand.common.api.schedule import GetSchedule, Schedule
from bandstand.common.api.values import MountStatus, PlayedSong
from bandstand.common.config import Config
from bandstand.common.errors import BandstandError
from bandstand.web.addresses import ListenedMount, list_mounts, send_by_choice
from bandstand.web.air_view import Air, Now, make_air, make_now
from bandstand.web.calendar_view import Day, NextLive, find_next_live, list_days
from bandstand.web.event_hub import EventHub
from bandstand.web.people import Visitor
from bandstand.web.reader import Reader
from bandstand.web.safety import make_policy

RECORDINGS: Final = "recordings"
BOOTH: Final = "booth"
NAVIGATION: Final = (
    ("air", "/", "On air", Right.LISTENER),
    ("library", "/library", "Library", Right.LISTENER),
    ("bands", "/bands", "Bands", Right.LISTENER),
    ("schedule", "/schedule", "Schedule", Right.LISTENER),
    (RECORDINGS, "/recordings", "Recordings", Right.LISTENER),
    (BOOTH, "/booth", "Booth", Right.DJ),
    ("studio", "/studio", "Studio", Right.DJ),
    ("admin", "/admin", "Admin", Right.ADMIN),
)
"""Each page's id, address and name, and the right that it is for."""
PLAYED: Final = 8
WEEK: Final = 7
DAY: Final = 24 * 3600.0
FALLBACKS: Final = ("opus", "mp3")
"""Formats that an audio element plays in any browser, the better first; others come after them."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Of the template's variable `page`."""

    here: str
    path: str
    visitor: Visitor
    right: Right
    now: Now
    clock: float
    """When the page was made, Unix seconds: the script counts on from it."""
    opus_url: str
    fallbacks: tuple[ListenedMount, ...]
    places: tuple[str, ...] = ()
    """Where the addresses of the sound lead: the station's own Icecast, and its relays."""
    band_slugs: Mapping[str, str]
    has_recordings: bool = False
    """There are public ones, so their page is of use to everybody."""

    @property
    def now_json(self) -> str:
        """`now`, for the page's script."""
        return msgspec.json.encode(self.now).decode()

    @property
    def sound_urls(self) -> tuple[str, ...]:
        """Wherever the player may listen."""
        return tuple(dict.fromkeys(filter(None, (self.opus_url, *(one.url for one in self.fallbacks), *self.places))))

    @property
    def fallbacks_json(self) -> str:
        """What an audio element may play, the best first: `url`, and the seconds of its `burst`."""
        return msgspec.json.encode([{"url": one.url, "burst": one.burst} for one in self.fallbacks]).decode()

    @property
    def navigation(self) -> list[tuple[str, str, str]]:
        ranks = list(Right)
        mine = ranks.index(self.right)
        shown = [
            (page, url, name)
            for page, url, name, right in NAVIGATION
            if ranks.index(right) <= mine or (page == BOOTH and self.visitor.is_guest)
        ]
        is_of_use = self.has_recordings or self.here == RECORDINGS or self.right >= Right.DJ
        return [entry for entry in shown if is_of_use or entry[0] != RECORDINGS]


class PageMaker:
    """`wall` gives Unix seconds."""

    def __init__(self, settings: Config, reader: Reader, hub: EventHub, wall: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._reader = reader
        self._hub = hub
        self._wall = wall

    async def make(self, request: Request[Any, Any, Any], visitor: Visitor, here: str) -> Page:
        mounts = list_mounts(request, self._settings, await self.list_mounts())
        places = tuple(mount.url for mount in mounts) + tuple(relay.url for relay in self._settings.relays)
        mounts = send_by_choice(request, self._settings, mounts)
        opus = [mount.url for mount in mounts if mount.format == "opus"]
        others = [mount for form in FALLBACKS for mount in mounts if mount.format == form]
        return Page(
            here=here,
            path=str(request.url.path),
            visitor=visitor,
            right=visitor.right,
            now=self.find_now(),
            clock=self._wall(),
            opus_url=opus[0] if opus else "",
            fallbacks=tuple(others or mounts),
            places=places,
            band_slugs={brief.form.band.name: brief.form.slug for brief in await self.list_bands()},
            has_recordings=await self.has_recordings(),
        )

    async def render(
        self, request: Request[Any, Any, Any], visitor: Visitor, name: str, here: str, **context: Any
    ) -> Template:
        page = await self.make(request, visitor, here)
        headers = {
            "cache-control": "no-store" if visitor.account else "no-cache",
            "vary": "cookie",
            "content-security-policy": make_policy(page.sound_urls),
        }
        return Template(name, context={"page": page, **context}, headers=headers)

    def find_now(self) -> Now:
        state = self._hub.state
        if state is None:
            return make_now(None, 0.0, self._wall(), is_away=True)
        return make_now(state.now_playing, state.at, self._wall(), is_away=state.is_bot_away)

    def list_queue(self) -> list[tuple[QueuedSong, float | None]]:
        """What waits, with the moment at which it is heard, as far as is known."""
        state = self._hub.state
        if state is None:
            return []
        return [
            (queued, None if queued.heard_in is None else state.at + queued.heard_in) for queued in state.queue.songs
        ]

    async def find_air(self, code: str) -> Air | None:
        """The song of this code, or the one on the air; None where there is none."""
        state = self._hub.state
        on_air = state.queue.on_air if state else None
        song = state.now_playing.song if state else None
        wanted = code or (song.code if song else "")
        details = await self.read_or(GetSong(song=wanted), None) if wanted else None
        if isinstance(details, SongDetails):
            return make_air(details, await self.list_bands(), on_air)
        return Air(song=song) if song and song.code == wanted else None

    async def list_bands(self) -> Sequence[BandBrief]:
        found = await self.read_or(ListBands(), None)
        return getattr(found, "bands", ())

    async def list_mounts(self) -> Sequence[MountStatus]:
        found = await self.read_or(GetStatus(), None)
        return found.station.mounts if found is not None else ()

    async def has_recordings(self) -> bool:
        """Whether there are public ones."""
        found = await self.read_or(ListRecordings(limit=1, is_public=True), None)
        return bool(getattr(found, "total", 0))

    async def list_played(self) -> Sequence[PlayedSong]:
        found = await self.read_or(ListHistory(limit=PLAYED + 1), None)
        return [play for play in getattr(found, "plays", ()) if play.reason][:PLAYED]

    def list_days(self, schedule: Schedule) -> list[Day]:
        return list_days(schedule, self._wall(), WEEK)

    async def find_next_live(self, within: float = WEEK * DAY) -> NextLive | None:
        """The next show of a DJ, if it begins within so many seconds."""
        found = await self.read_or(GetSchedule(days=WEEK), None)
        following = find_next_live(found, self._wall()) if isinstance(found, Schedule) else None
        return following if following and following.start < self._wall() + within else None

    async def read_or(self, request: StationRequest, default: Any) -> Any:
        """The answer; `default` where the station refuses or is away."""
        try:
            return await self._reader.read(request)
        except (BandstandError, Refused):
            return default
