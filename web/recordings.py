"""Recordings on the page and in the API: the list, each one's page with a player and its titles, and the files.

Everybody sees what is public, the right dj everything. The bot says which folder a recording has and which files; no
other file is opened. What is not public is answered as if it were not there, and is kept by no cache.
"""

from pathlib import Path
from typing import Annotated, Any, Final, cast

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, PathParameter, QueryParameter
from litestar.response import Template
from litestar.types import ASGIApp

from bandstand.common.api.people import Right
from bandstand.common.api.recordings import GetRecording, ListRecordings, Recording, RecordingDetails, RecordingList
from bandstand.common.recordings import TYPES
from bandstand.common.text import one_line, say_bytes
from bandstand.web.addresses import find_base_url
from bandstand.web.file_response import FileAnswer
from bandstand.web.given import AnyRequest, TheLink, ThePages, TheReader, TheSettings, TheVisitor
from bandstand.web.people import Visitor
from bandstand.web.podcast import get_file_url, list_chapters, list_files, name_title
from bandstand.web.problems import Trouble

PAGE: Final = 30
"""Recordings on one page."""
MOST_PAGES: Final = 10_000
PUBLIC: Final = "public, max-age=3600"
PRIVATE: Final = "private, no-store"
CHAPTERS: Final = "application/json+chapters"
PLAYED: Final = {"flac": "audio/flac", "opus": "audio/ogg; codecs=opus", "mp3": "audio/mpeg"}
"""As a browser is told what it could play."""
SMALLEST_FIRST: Final = ("opus", "mp3", "flac")
Code = Annotated[
    str, PathParameter(pattern=r"^[0-9A-Za-z]{4,12}$", max_length=12, description="Its code, such as `8wq2z`.")
]


class Chapter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """As the podcast namespace has it (https://podcasting2.org/docs/podcast-namespace/tags/chapters)."""

    start_time: float
    title: str
    url: str = ""


class Chapters(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    version: str = "1.2.0"
    title: str
    podcast_name: str
    chapters: list[Chapter]


class Download(msgspec.Struct, frozen=True):
    url: str
    format: str
    media_type: str
    size: str


async def find_recording(reader: TheReader, link: TheLink, visitor: Visitor, code: str) -> Recording:
    """Raises Declined where there is none that this visitor may see."""
    request = GetRecording(code=code.lower())
    found = await (reader.read(request) if visitor.right < Right.DJ else link.carry_out(request, visitor.by()))
    return cast(RecordingDetails, found).recording


def list_downloads(recording: Recording) -> list[Download]:
    """Those that come over the net soonest first."""
    files = sorted(list_files(recording), key=lambda file: SMALLEST_FIRST.index(file.format))
    return [
        Download(get_file_url(recording, file), file.format, PLAYED[file.format], say_bytes(file.bytes))
        for file in files
    ]


@get("/recordings", include_in_schema=False)
async def show_recordings(
    request: AnyRequest,
    pages: ThePages,
    reader: TheReader,
    link: TheLink,
    visitor: TheVisitor,
    page: FromQuery[int] = 1,
) -> Template:
    number = min(max(1, page), MOST_PAGES)
    wanted = ListRecordings(limit=PAGE, offset=(number - 1) * PAGE, is_public=visitor.right < Right.DJ)
    found = await (link.carry_out(wanted, visitor.by()) if visitor.right >= Right.DJ else reader.read(wanted))
    listed = cast(RecordingList, found)
    context = {"listed": listed, "number": number, "has_more": listed.total > number * PAGE}
    return await pages.render(request, visitor, "recordings.html", "recordings", **context)


@get("/recordings/{code:str}", include_in_schema=False)
async def show_recording(
    request: AnyRequest,
    pages: ThePages,
    reader: TheReader,
    link: TheLink,
    visitor: TheVisitor,
    code: FromPath[str],
) -> Template:
    """A player, the titles with their times, and the files."""
    recording = await find_recording(reader, link, visitor, code)
    if recording.code != code:
        raise NotFoundException("there is no recording with this code")
    context = {"recording": recording, "titles": list_chapters(recording), "downloads": list_downloads(recording)}
    return await pages.render(request, visitor, "recording.html", "recordings", **context)


@get(
    "/recordings/{code:str}/chapters.json",
    summary="The songs of a recording, as players of podcasts read them",
    media_type=CHAPTERS,
    responses={200: ResponseSpec(Chapters, description="JSON chapters.", media_type=CHAPTERS)},
    tags=["recordings"],
)
async def get_chapters(
    request: AnyRequest, settings: TheSettings, reader: TheReader, link: TheLink, visitor: TheVisitor, code: Code
) -> Response[bytes]:
    recording = await find_recording(reader, link, visitor, code)
    base = find_base_url(request, settings)
    chapters = [
        Chapter(start_time=title.start, title=name_title(title), url=f"{base}/songs/{title.song}" if title.song else "")
        for title in list_chapters(recording)
    ]
    podcast = settings.podcast.title or settings.station.name
    made = Chapters(title=recording.name, podcast_name=podcast, chapters=chapters)
    headers = {"cache-control": PUBLIC if recording.is_public else PRIVATE}
    return Response(msgspec.json.encode(made), media_type=CHAPTERS, headers=headers)


@get(
    "/recordings/{code:str}/{name:str}",
    summary="A recording's sound",
    responses={200: ResponseSpec(bytes, description="Takes ranges.", media_type="audio/*", generate_examples=False)},
    tags=["recordings"],
)
async def get_file(
    settings: TheSettings,
    reader: TheReader,
    link: TheLink,
    visitor: TheVisitor,
    code: Code,
    name: Annotated[str, PathParameter(max_length=100, description="One of its files.")],
    download: Annotated[bool, QueryParameter(description="To be stored rather than played.")] = False,
) -> ASGIApp:
    recording = await find_recording(reader, link, visitor, code)
    file = next((file for file in list_files(recording) if file.name == name), None)
    if file is None or Path(name).name != name:
        raise Trouble(404, "the recording has no such file")
    path = settings.recordings.get_folder(settings.paths) / recording.folder / name
    headers = {"cache-control": PUBLIC if recording.is_public else PRIVATE}
    return FileAnswer(path, TYPES[file.format], name_file(recording, path.suffix), not download, headers)


def name_file(recording: Recording, suffix: str) -> str:
    """Under which a browser stores it: `Jazz night 2026-11-27-2000-8wq2z.mp3`."""
    safe = one_line(recording.name, 100).replace("/", "-").replace("\\", "-").strip(" .") or "recording"
    return f"{safe} {recording.folder}{suffix}"


@get("/api/recordings", summary="The public recordings, the newest first", tags=["recordings"])
async def list_recordings(
    reader: TheReader,
    limit: Annotated[int, QueryParameter(ge=1, le=500, description="How many at most.")] = 50,
    offset: Annotated[int, QueryParameter(ge=0, le=10_000_000, description="How many to pass over.")] = 0,
) -> RecordingList:
    return cast(RecordingList, await reader.read(ListRecordings(limit=limit, offset=offset, is_public=True)))


@get("/api/recordings/{code:str}", summary="A public recording with its titles", tags=["recordings"])
async def get_recording(reader: TheReader, code: Code) -> RecordingDetails:
    return cast(RecordingDetails, await reader.read(GetRecording(code=code.lower())))


ROUTES: Final[list[Any]] = [
    show_recordings,
    show_recording,
    get_chapters,
    get_file,
    list_recordings,
    get_recording,
]
