"""`/api/nowplaying`: what is on the air, in the shape of AzuraCast's API, so that widgets, apps and scrobblers work.

The shape is that of https://www.azuracast.com/docs/developers/now-playing-data/. What only this station has is under
the one further key `bandstand`. The station's number is 1, and its short name is made of its name.
"""

import time
from typing import Any, Final, cast

import msgspec
from litestar import get
from litestar.params import FromPath

from bandstand.common.api.requests import GetStatus, ListHistory
from bandstand.common.api.results import History, NowPlaying, Queue, QueuedSong, Status
from bandstand.common.api.values import PlayedSong, SongBrief, SongKind
from bandstand.common.bands import slug
from bandstand.common.config import Config
from bandstand.common.show_times import find_local_zone
from bandstand.web.addresses import ListenedMount, find_base_url, list_mounts, send_by_choice
from bandstand.web.event_hub import StationState
from bandstand.web.given import AnyRequest, TheHub, TheReader, TheSettings, TheStaticFiles
from bandstand.web.problems import Trouble
from bandstand.web.static_files import StaticFiles

PLAYED: Final = 10
NUMBER: Final = 1
ICON: Final = "icon-512.png"
"""Many apps take no SVG."""
SILENCE: Final = "Silence"
OFFLINE: Final = "Station offline"


class Listeners(msgspec.Struct, frozen=True):
    total: int = 0
    unique: int = 0
    current: int = 0


class StationMount(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    url: str
    bitrate: int
    format: str
    listeners: Listeners
    path: str
    is_default: bool


class StationInfo(msgspec.Struct, frozen=True, kw_only=True):
    id: int = NUMBER
    name: str
    shortcode: str
    description: str
    frontend: str = "icecast"
    backend: str = "bandstand"
    timezone: str
    listen_url: str
    url: str
    public_player_url: str
    playlist_pls_url: str
    playlist_m3u_url: str
    is_public: bool
    requests_enabled: bool = True
    mounts: list[StationMount]
    remotes: list[Any] = []
    hls_enabled: bool = False
    hls_is_default: bool = False
    hls_url: str | None = None
    hls_listeners: int = 0


class SongInfo(msgspec.Struct, frozen=True, kw_only=True):
    id: str = ""
    art: str
    custom_fields: dict[str, str] = {}
    text: str = ""
    artist: str = ""
    title: str = ""
    album: str = ""
    genre: str = ""
    isrc: str = ""
    lyrics: str = ""


class PlayedInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A song of the history."""

    sh_id: int
    played_at: int
    duration: float
    playlist: str
    streamer: str = ""
    is_request: bool
    song: SongInfo


class CurrentInfo(PlayedInfo, frozen=True, kw_only=True):
    """The song on the air."""

    elapsed: int
    remaining: int


class NextInfo(msgspec.Struct, frozen=True, kw_only=True):
    cued_at: int
    played_at: int | None
    duration: float
    playlist: str
    is_request: bool
    song: SongInfo


class LiveInfo(msgspec.Struct, frozen=True):
    is_live: bool = False
    streamer_name: str = ""
    broadcast_start: int | None = None
    art: str | None = None


class Extra(msgspec.Struct, frozen=True):
    """What only Bandstand has: times to the millisecond, and what stands in the queue."""

    at: float
    now_playing: NowPlaying
    queue: Queue


class NowPlayingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is on the air, as AzuraCast has it."""

    station: StationInfo
    listeners: Listeners
    live: LiveInfo = LiveInfo()
    now_playing: CurrentInfo
    playing_next: NextInfo | None
    song_history: list[PlayedInfo]
    is_online: bool
    cache: str = "event"
    bandstand: Extra


class _Maker:
    """Makes the answer of what was read."""

    def __init__(self, request: AnyRequest, settings: Config, files: StaticFiles) -> None:
        self._request = request
        self._settings = settings
        self._base = find_base_url(request, settings)
        self._art = f"{self._base}{files.get_url(ICON)}"

    def make(self, state: StationState, status: Status, history: History) -> NowPlayingAnswer:
        mounts = list_mounts(self._request, self._settings, status.station.mounts)
        mounts = send_by_choice(self._request, self._settings, mounts)
        total = sum(mount.listeners for mount in mounts)
        now = time.time()
        is_online = any(mount.is_on_air for mount in mounts)
        return NowPlayingAnswer(
            station=self._describe_station(mounts),
            listeners=Listeners(total, total, total),
            live=self._describe_live(state.now_playing),
            now_playing=self._describe_current(state, now) or self._describe_silence(now, is_online),
            playing_next=self._describe_next(state),
            song_history=[self._describe_played(play) for play in history.plays if play.reason],
            is_online=is_online,
            bandstand=Extra(state.at, state.now_playing, state.queue),
        )

    def _describe_station(self, mounts: list[ListenedMount]) -> StationInfo:
        station = self._settings.station
        return StationInfo(
            name=station.name,
            shortcode=find_shortcode(station.name),
            description=station.description,
            timezone=self._settings.radio.zone or find_local_zone(),
            listen_url=mounts[0].url,
            url=station.url or f"{self._base}/",
            public_player_url=f"{self._base}/",
            playlist_pls_url=f"{self._base}/listen.pls",
            playlist_m3u_url=f"{self._base}/listen.m3u",
            is_public=any(mount.public for mount in self._settings.mounts),
            mounts=[
                StationMount(
                    id=number,
                    name=f"{mount.path} ({mount.bitrate}kbps {mount.format.upper()})",
                    url=mount.url,
                    bitrate=mount.bitrate,
                    format=mount.format,
                    listeners=Listeners(mount.listeners, mount.listeners, mount.listeners),
                    path=mount.path,
                    is_default=number == 1,
                )
                for number, mount in enumerate(mounts, 1)
            ],
        )

    def _describe_song(self, code: str, title: str, artist: str) -> SongInfo:
        text = f"{artist} - {title}" if artist else title
        return SongInfo(id=code, art=self._art, text=text, artist=artist, title=title)

    def _describe_brief(self, song: SongBrief) -> SongInfo:
        return self._describe_song(song.code, song.title, song.artist)

    def _describe_current(self, state: StationState, now: float) -> CurrentInfo | None:
        playing, queued = state.now_playing, state.queue.on_air
        if playing.song is None:
            return None
        elapsed = find_seconds(state, now)
        seconds = playing.song.seconds
        return CurrentInfo(
            sh_id=int(playing.cue or 0),
            played_at=int(playing.started or now - elapsed),
            duration=seconds,
            playlist=find_playlist(queued),
            is_request=bool(queued and queued.is_request),
            song=self._describe_brief(playing.song),
            elapsed=int(elapsed),
            remaining=max(0, int(seconds - elapsed)) if seconds else 0,
        )

    def _describe_live(self, playing: NowPlaying) -> LiveInfo:
        song = playing.song
        if song is None or song.kind is not SongKind.LIVE:
            return LiveInfo()
        return LiveInfo(True, playing.name, None if playing.started is None else int(playing.started))

    def _describe_silence(self, now: float, is_online: bool) -> CurrentInfo:
        """A song in name only, as AzuraCast has one: widgets show what is on without asking whether anything is."""
        song = self._describe_song("", SILENCE if is_online else OFFLINE, "")
        return CurrentInfo(
            sh_id=0, played_at=int(now), duration=0.0, playlist="", is_request=False, song=song, elapsed=0, remaining=0
        )

    def _describe_next(self, state: StationState) -> NextInfo | None:
        following = next(iter(state.queue.songs), None)
        if following is None:
            return None
        return NextInfo(
            cued_at=int(following.created),
            played_at=None if following.heard_in is None else int(state.at + following.heard_in),
            duration=following.song.seconds,
            playlist=find_playlist(following),
            is_request=following.is_request,
            song=self._describe_brief(following.song),
        )

    def _describe_played(self, play: PlayedSong) -> PlayedInfo:
        return PlayedInfo(
            sh_id=int(play.started * 1000),
            played_at=int(play.started),
            duration=play.length or play.seconds,
            playlist=play.playlist,
            is_request=play.is_request,
            song=self._describe_song(play.song, play.title, play.artist),
        )


def find_seconds(state: StationState, now: float) -> float:
    """How far the song on the air is at this moment."""
    playing = state.now_playing
    passed = now - state.at if playing.state == "playing" else 0.0
    most = playing.song.seconds if playing.song and playing.song.seconds else float("inf")
    return min(playing.seconds + max(0.0, passed), most)


def find_playlist(queued: QueuedSong | None) -> str:
    return queued.choice.playlist if queued and queued.choice else ""


def find_shortcode(name: str) -> str:
    """As AzuraCast makes it: small letters, and underscores between words."""
    return slug(name).replace("-", "_") or "bandstand"


async def _read(
    request: AnyRequest, settings: Config, hub: TheHub, reader: TheReader, files: StaticFiles
) -> NowPlayingAnswer:
    state = hub.get_state()
    status = cast(Status, await reader.read(GetStatus()))
    history = cast(History, await reader.read(ListHistory(limit=PLAYED + 1)))
    return _Maker(request, settings, files).make(state, status, history)


@get("/api/nowplaying", summary="What is on the air, as AzuraCast tells it", tags=["now playing"])
async def list_now_playing(
    request: AnyRequest, settings: TheSettings, hub: TheHub, reader: TheReader, static_files: TheStaticFiles
) -> list[NowPlayingAnswer]:
    return [await _read(request, settings, hub, reader, static_files)]


@get(
    ["/api/nowplaying/{station:str}", "/api/nowplaying_static/{station:str}"],
    summary="The same, of one station",
    description="`station` is 1, or its short name; `.json` may follow.",
    tags=["now playing"],
)
async def get_now_playing(
    request: AnyRequest,
    station: FromPath[str],
    settings: TheSettings,
    hub: TheHub,
    reader: TheReader,
    static_files: TheStaticFiles,
) -> NowPlayingAnswer:
    if station.removesuffix(".json") not in (str(NUMBER), find_shortcode(settings.station.name)):
        raise Trouble(404, f"there is one station here: {find_shortcode(settings.station.name)}")
    return await _read(request, settings, hub, reader, static_files)


ROUTES = [list_now_playing, get_now_playing]
