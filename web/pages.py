"""The pages for listeners, and the parts of them that are written anew as things happen (`/parts/...`).

A part is the same template that the whole page includes, so that what a browser without scripts is shown and what a
script puts in its place later is written once. What depends on who asks is in no part but the forms' tokens.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from bandstand.common import hls
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import GetBand, GetFamily, GetSong, ListSongs, SearchSongs
from bandstand.common.api.results import BandDetails, Family, SongDetails
from bandstand.common.api.schedule import GetSchedule, Schedule
from bandstand.common.errors import BandstandError
from bandstand.common.paths import STEMS
from bandstand.web import admin, booth, studio
from bandstand.web.air_view import list_facts, list_sections, make_air
from bandstand.web.audience import count_audience
from bandstand.web.given import AnyRequest, TheLink, ThePages, TheReader, TheSettings, TheStaticFiles, TheVisitor
from bandstand.web.page_context import PageMaker
from bandstand.web.song_files import find_files, list_links

PAGE_SONGS: Final = 50
"""Songs on one page of the library."""
MOST_PAGES: Final = 100_000
WEEK: Final = 7
MODULES: Final = ("station", "events", "player", "controls", "air", "roll", "score", "live_part", "forms")
"""Scripts that a browser is told of beforehand, rather than finding them one after the other."""
LONGEST_QUERY: Final = 200
LIVE_SOON: Final = 24 * 3600.0
"""Seconds within which a live show stands beside the queue."""


async def make_air_context(pages: PageMaker, code: str) -> dict[str, Any]:
    air = await pages.find_air(code)
    return {"air": air, "strip": air.strip if air else None}


async def make_queue_context(pages: PageMaker, _: str) -> dict[str, Any]:
    return {"queue": pages.list_queue(), "next_live": await pages.find_next_live(LIVE_SOON)}


async def make_played_context(pages: PageMaker, _: str) -> dict[str, Any]:
    return {"played": await pages.list_played()}


async def make_listeners_context(pages: PageMaker, _: str) -> dict[str, Any]:
    return {"audience": count_audience(await pages.list_mounts()), "hls_path": hls.PATH}


async def make_comparison_context(pages: PageMaker, _: str) -> dict[str, Any]:
    now = pages.find_now()
    return {"comparison": now if now.turn else None}


PARTS: Final[dict[str, Callable[[PageMaker, str], Awaitable[dict[str, Any]]]]] = {
    "air": make_air_context,
    "queue": make_queue_context,
    "played": make_played_context,
    "listeners": make_listeners_context,
    "comparison": make_comparison_context,
}
"""What the template `parts/NAME.html` is given."""


@get("/", include_in_schema=False)
async def show_home(request: AnyRequest, pages: ThePages, visitor: TheVisitor) -> Template:
    """What is on the air, and how to take part."""
    context: dict[str, Any] = {"wish": None}
    for make in PARTS.values():
        context |= await make(pages, "")
    return await pages.render(request, visitor, "air.html", "air", **context)


@get("/parts/{name:str}", include_in_schema=False)
async def show_part(
    request: AnyRequest, pages: ThePages, visitor: TheVisitor, name: FromPath[str], song: FromQuery[str] = ""
) -> Template:
    make = PARTS.get(name)
    if make is None:
        raise NotFoundException("there is no such part of the page")
    context = await make(pages, song)
    if name == "air" and song and context["air"] is None:
        raise NotFoundException("there is no such song")
    return await pages.render(request, visitor, f"parts/{name}.html", "air", **context)


@get("/songs/{code:str}", include_in_schema=False)
async def show_song(
    request: AnyRequest,
    pages: ThePages,
    reader: TheReader,
    link: TheLink,
    settings: TheSettings,
    visitor: TheVisitor,
    code: FromPath[str],
) -> Template:
    """All that is known of a song, and what there is to be had of it."""
    details = await reader.read(GetSong(song=code))
    assert isinstance(details, SongDetails)
    if details.song.code != code:
        raise NotFoundException("there is no song with this code")
    air = make_air(details, await pages.list_bands(), None)
    try:
        files = await find_files(link, code)
    except (BandstandError, Refused):  # it is being made, or nothing is left of it
        files = None
    stems = [name.removeprefix(f"{STEMS}/") for name in files.files if name.startswith(f"{STEMS}/")] if files else []
    context = {
        "details": details,
        "air": air,
        "strip": air.strip,
        "facts": list_facts(details),
        "sections": list_sections(details.song),
        "links": list_links(files, settings) if files else {},
        "stems": stems,
    }
    return await pages.render(request, visitor, "song.html", "library", **context)


@get("/library", include_in_schema=False)
async def show_library(
    request: AnyRequest,
    pages: ThePages,
    reader: TheReader,
    visitor: TheVisitor,
    q: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Template:
    """The newest songs, or those that fit a search."""
    query, number = q.strip()[:LONGEST_QUERY], min(max(1, page), MOST_PAGES)
    newest = ListSongs(limit=PAGE_SONGS, offset=(number - 1) * PAGE_SONGS)
    found: Any = await pages.read_or(SearchSongs(query=query, limit=100), None) if query else await reader.read(newest)
    total = getattr(found, "total", getattr(found, "found", 0))
    songs = found.songs if found else ()
    context = {"query": query, "found": found, "songs": songs, "total": total, "number": number,
               "has_more": not query and total > number * PAGE_SONGS}  # fmt: skip
    return await pages.render(request, visitor, "library.html", "library", **context)


@get("/bands", include_in_schema=False)
async def show_bands(request: AnyRequest, pages: ThePages, visitor: TheVisitor) -> Template:
    bands = sorted(await pages.list_bands(), key=lambda brief: brief.form.band.name)
    return await pages.render(request, visitor, "bands.html", "bands", bands=bands)


@get("/bands/{slug:str}", include_in_schema=False)
async def show_band(
    request: AnyRequest, pages: ThePages, reader: TheReader, visitor: TheVisitor, slug: FromPath[str]
) -> Template:
    details = await reader.read(GetBand(band=slug))
    family = await reader.read(GetFamily(band=slug))
    assert isinstance(details, BandDetails) and isinstance(family, Family)
    songs = await pages.read_or(SearchSongs(query=f'artist:"{details.form.band.name}"', limit=20), None)
    context = {"form": details.form, "family": family, "songs": getattr(songs, "songs", ())}
    return await pages.render(request, visitor, "band.html", "bands", **context)


@get("/schedule", include_in_schema=False)
async def show_schedule(request: AnyRequest, pages: ThePages, reader: TheReader, visitor: TheVisitor) -> Template:
    """Shows of the next seven days, in the station's zone."""
    schedule = await reader.read(GetSchedule(days=WEEK))
    assert isinstance(schedule, Schedule)
    return await pages.render(
        request,
        visitor,
        "schedule.html",
        "schedule",
        schedule=schedule,
        days=pages.list_days(schedule),
        next_live=await pages.find_next_live(),
    )


@get("/site.webmanifest", include_in_schema=False, sync_to_thread=False)
def get_manifest(settings: TheSettings, static_files: TheStaticFiles) -> Response[dict[str, Any]]:
    """With this a phone puts the page on its home screen."""
    drawn = {"src": static_files.get_url("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    picture = {"src": static_files.get_url("icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any"}
    manifest = {
        "name": settings.station.name,
        "short_name": settings.station.name[:20],
        "description": settings.station.description,
        "start_url": "/",
        "display": "standalone",
        "background_color": "#10141a",
        "theme_color": "#10141a",
        "icons": [drawn, picture],
    }
    return Response(manifest, media_type="application/manifest+json", headers={"cache-control": "max-age=3600"})


ROUTES = [
    show_home,
    show_part,
    show_song,
    show_library,
    show_bands,
    show_band,
    show_schedule,
    get_manifest,
    *studio.ROUTES,
    *booth.ROUTES,
    *admin.ROUTES,
]
