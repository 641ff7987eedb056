"""`/api/songs`: the library, searched or the newest first, and what is known of one song."""

from typing import Annotated, Any, cast
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import QueryParameter

from bandstand.common.api.requests import GetSong, ListSongs, SearchSongs
from bandstand.common.api.results import SongDetails, Songs, SongsFound
from bandstand.common.api.values import Bookmark, RatingMean, Song, SongBrief
from bandstand.web.bot_link import Declined
from bandstand.web.given import TheLink, TheReader, TheSettings
from bandstand.web.problems import Trouble
from bandstand.web.song_files import Code, find_files, list_links

MOST = 500
"""Songs that a search gives, and the longest page."""


class SongPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the songs that fit."""

    songs: tuple[SongBrief, ...]
    total: int
    """How many fit; of a search about, and up to a hundred or so."""
    offset: int
    next: str | None = None
    """The address of the next page; also in the header `Link`."""
    corrected: dict[str, str] = {}
    """Words that no song has, with those that were looked for instead."""


class SongAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All that everybody may know of a song."""

    song: Song
    rating: RatingMean
    to_air: float | None
    """Seconds from the request that ordered the song until it was heard for the first time."""
    bookmarks: tuple[Bookmark, ...]
    favourites: int
    """How many people have it among their favourites."""
    links: dict[str, str]
    """What there is to be had of it: `audio`, `score`, `midi`, `musicxml`, `roll`, `waveform`, `stems`; the score
    alone while it is being made."""


@get(
    "/api/songs",
    summary="Search the library",
    description="`q` takes what the command `search` takes: words, `artist:`, `band:`, `key:`, `tempo:` and so on "
    "(docs/library.md). Without it: the newest songs.",
    tags=["songs"],
)
async def list_songs(
    reader: TheReader,
    q: Annotated[str, QueryParameter(max_length=500, description="What is looked for.")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MOST, description="How many at most.")] = 20,
    offset: Annotated[int, QueryParameter(ge=0, le=10_000_000, description="How many to pass over.")] = 0,
) -> Response[SongPage]:
    page = await (_search(reader, q, limit, offset) if q.strip() else _list_newest(reader, limit, offset))
    if offset + len(page.songs) >= page.total or not page.songs:
        return Response(page)
    values: dict[str, Any] = {"q": q} if q.strip() else {}
    following = f"/api/songs?{urlencode(values | {'limit': limit, 'offset': offset + limit})}"
    return Response(msgspec.structs.replace(page, next=following), headers={"link": f'<{following}>; rel="next"'})


async def _list_newest(reader: TheReader, limit: int, offset: int) -> SongPage:
    found = cast(Songs, await reader.read(ListSongs(limit=limit, offset=offset)))
    return SongPage(songs=found.songs, total=found.total, offset=offset)


async def _search(reader: TheReader, q: str, limit: int, offset: int) -> SongPage:
    if offset >= MOST:
        return SongPage(songs=(), total=0, offset=offset)
    found = cast(SongsFound, await reader.read(SearchSongs(query=q, limit=min(MOST, offset + limit))))
    songs = found.songs[offset : offset + limit]
    return SongPage(songs=songs, total=found.found, offset=offset, corrected=found.corrected)


@get("/api/songs/{code:str}", summary="A song", tags=["songs"])
async def get_song(link: TheLink, reader: TheReader, settings: TheSettings, code: Code) -> SongAnswer:
    details = cast(SongDetails, await reader.read(GetSong(song=code)))
    if details.song.code != code.lower():  # a title of one word
        raise Trouble(404, f"there is no song of the code {code}")
    try:
        links = list_links(await find_files(link, code, is_partial_good=True), settings)
    except Declined:
        links = {}
    return SongAnswer(
        song=details.song,
        rating=details.rating,
        to_air=details.to_air,
        bookmarks=details.bookmarks,
        favourites=details.favourites,
        links=links,
    )


ROUTES = [list_songs, get_song]
