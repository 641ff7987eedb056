"""A song's files over HTTP: its sound, its score, and what was made of them.

The bot says where the files of a song are (`get_song_files`), and no other file is opened. What is made in a second and
is not there yet (MusicXML, the waveform as numbers) is ordered at the bot, and waited for; several who want the same
wait together. Songs that came as files are somebody else's, so their sound is not given away unless `web.downloads`
says so.
"""

import asyncio
import gzip
from pathlib import Path
from typing import Annotated, Final, cast

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter
from litestar.types import ASGIApp

from bandstand.common.api.library import GetSongFiles, SongFiles
from bandstand.common.api.people import Place, Right
from bandstand.common.api.requests import ExportSong
from bandstand.common.api.socket import By
from bandstand.common.api.values import SongBrief
from bandstand.common.config import Config
from bandstand.common.files import parse_location
from bandstand.common.paths import SONG_FILES, STEMS
from bandstand.common.text import one_line
from bandstand.common.types import SongCode
from bandstand.web.bot_link import Link
from bandstand.web.file_response import FileAnswer
from bandstand.web.given import AnyRequest, TheLink, TheSettings
from bandstand.web.problems import Trouble

OWNER: Final = By("page", Right.OWNER, place=Place("web"))
"""Of requests that tell where files are; nothing of the answer is shown."""
TYPES: Final = {
    ".flac": "audio/flac", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
    ".wav": "audio/wav", ".m4a": "audio/mp4", ".aac": "audio/aac", ".aiff": "audio/aiff", ".aif": "audio/aiff",
    ".mid": "audio/midi", ".svg": "image/svg+xml", ".json": "application/json",
    ".musicxml": "application/vnd.recordare.musicxml+xml",
}  # fmt: skip
ANY: Final = "application/octet-stream"
MAKING_SECONDS: Final = 8.0
"""How long something that is made on demand is waited for."""
LOOK_SECONDS: Final = 0.1
PICTURE_POLICY: Final = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
"""A picture has titles in it; whatever they are, nothing in it runs."""
Code = Annotated[
    str, PathParameter(pattern=r"^[0-9A-Za-z]{1,16}$", max_length=16, description="The song's code, such as `7kq3`.")
]
_making: dict[tuple[str, str], asyncio.Task[None]] = {}
"""What is being made: (song, kind)."""


class Stem(msgspec.Struct, frozen=True):
    name: str
    url: str


class Stems(msgspec.Struct, frozen=True):
    """A song's parts as sound files of their own; none where nobody has exported them."""

    stems: list[Stem]


async def find_files(link: Link, code: str, *, is_partial_good: bool = False) -> SongFiles:
    """Raises Declined where there is no such song, Trouble where it is still being made."""
    files = cast(SongFiles, await link.carry_out(GetSongFiles(song=SongCode(code.lower())), OWNER))
    if not files.is_whole and not is_partial_good:
        raise Trouble(409, "this song is still being made; try again when it is done")
    return files


def list_links(files: SongFiles, settings: Config) -> dict[str, str]:
    """What there is of a song: kind -> address."""
    base = f"/api/songs/{files.song.code}"
    if not files.is_whole:
        return {"score": f"{base}/score"}
    has_score = SONG_FILES["score"] in files.files
    links = {"waveform": f"{base}/waveform"}
    if may_hear(files, settings):
        links["audio"] = f"{base}/audio"
    if has_score:
        links |= {kind: f"{base}/{kind}" for kind in ("score", "midi", "musicxml")} | {"roll": f"{base}/roll.svg"}
    if any(name.startswith(f"{STEMS}/") for name in files.files):
        links["stems"] = f"{base}/stems"
    return links


def may_hear(files: SongFiles, settings: Config) -> bool:
    """Whether everybody may have the sound."""
    return settings.web.downloads == "all" or (settings.web.downloads == "own" and files.is_own)


def _check_hearing(files: SongFiles, settings: Config) -> None:
    if not may_hear(files, settings):
        raise Trouble(403, "this song's sound is not given away here; it can be requested, and heard on the air")


def _answer(files: SongFiles, name: str, suffix: str, *, is_inline: bool = True) -> FileAnswer:
    """The file `name` of the song's folder. Raises Trouble where there is none."""
    if name not in files.files:
        raise Trouble(404, "this song has none: only what the bands play has a score")
    path = Path(files.folder) / name
    headers = PICTURE_POLICY if path.suffix == ".svg" else {}
    return FileAnswer(path, TYPES.get(path.suffix, ANY), name_file(files.song, suffix), is_inline, headers)


def name_file(song: SongBrief, suffix: str) -> str:
    """Under which a browser stores it: artist, title and code."""
    text = " - ".join(filter(None, (song.artist, song.title))) or "song"
    safe = one_line(text, 100).replace("/", "-").replace("\\", "-").strip(" .") or "song"
    return f"{safe} ({song.code}){suffix}"


async def make_file(link: Link, files: SongFiles, kind: str) -> SongFiles:
    """The files, with the one of this kind among them: it is made where it is not there. Raises Trouble."""
    if SONG_FILES[kind] in files.files:
        return files
    key = (files.song.code, kind)
    if key not in _making:
        _making[key] = asyncio.create_task(_make(link, files, kind))
        _making[key].add_done_callback(lambda _: _making.pop(key, None))
    try:
        async with asyncio.timeout(MAKING_SECONDS):
            await asyncio.shield(_making[key])
    except TimeoutError:
        raise Trouble(503, "it is being made; try again in a moment", retry_after=5) from None
    return await find_files(link, files.song.code)


async def _make(link: Link, files: SongFiles, kind: str) -> None:
    """Order the file, and wait until it is there."""
    await link.carry_out(ExportSong(song=files.song.code, kind=kind), OWNER)
    path = Path(files.folder) / SONG_FILES[kind]
    for _ in range(round(5 * MAKING_SECONDS / LOOK_SECONDS)):
        if path.exists():
            return
        await asyncio.sleep(LOOK_SECONDS)


def _file(media_type: str, description: str) -> dict[int, ResponseSpec]:
    kind = dict[str, object] if media_type == "application/json" else bytes
    return {200: ResponseSpec(kind, description=description, media_type=media_type, generate_examples=False)}


@get(
    "/api/songs/{code:str}/audio",
    summary="A song's sound",
    responses=_file("audio/*", "Whatever the library has: FLAC for what was made here. Takes ranges."),
    tags=["songs"],
)
async def get_audio(
    link: TheLink,
    settings: TheSettings,
    code: Code,
    download: Annotated[bool, QueryParameter(description="To be stored rather than played.")] = False,
) -> ASGIApp:
    files = await find_files(link, code)
    _check_hearing(files, settings)
    path = parse_location(files.audio)
    suffix = path.suffix.lower()
    return FileAnswer(path, TYPES.get(suffix, ANY), name_file(files.song, suffix), is_inline=not download)


@get(
    "/api/songs/{code:str}/score",
    summary="A song's notes",
    description="Positions are ticks, 480 to a quarter note; `tempi` says how long those are, `players` who plays "
    "which part. While the song is made it goes as far as is composed. 404 for songs that have no score.",
    media_type="application/json",
    responses={200: ResponseSpec(dict[str, object], description="The score.", generate_examples=False)},
    tags=["songs"],
)
async def get_score(request: AnyRequest, link: TheLink, code: Code) -> Response[bytes]:
    files = await find_files(link, code, is_partial_good=True)
    if SONG_FILES["score"] not in files.files:
        raise Trouble(404, "this song has no score: only what the bands play has one")
    try:
        stored = await asyncio.to_thread((Path(files.folder) / SONG_FILES["score"]).read_bytes)
    except OSError:  # it has just been finished, and is elsewhere
        raise Trouble(503, "the song is being stored; try again in a moment", retry_after=1) from None
    data = b'{"players":' + msgspec.json.encode(files.players) + b"," + stored.lstrip()[1:]
    kept = "public, max-age=86400" if files.is_whole else "no-store"
    headers = {"cache-control": kept, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):  # a quarter: a page asks for it as it is opened
        data = await asyncio.to_thread(gzip.compress, data, 5, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(data, media_type="application/json", headers=headers)


@get(
    "/api/songs/{code:str}/midi",
    summary="A song as MIDI",
    responses=_file("audio/midi", "A Standard MIDI File."),
    tags=["songs"],
)
async def get_midi(link: TheLink, code: Code) -> ASGIApp:
    return _answer(await find_files(link, code), SONG_FILES["midi"], ".mid", is_inline=False)


@get(
    "/api/songs/{code:str}/musicxml",
    summary="A song as sheet music",
    responses=_file("application/vnd.recordare.musicxml+xml", "MusicXML."),
    tags=["songs"],
)
async def get_musicxml(link: TheLink, code: Code) -> ASGIApp:
    files = await find_files(link, code)
    if SONG_FILES["score"] in files.files:
        files = await make_file(link, files, "musicxml")
    return _answer(files, SONG_FILES["musicxml"], ".musicxml", is_inline=False)


@get(
    "/api/songs/{code:str}/roll.svg",
    summary="A song's piano roll as a picture",
    responses=_file("image/svg+xml", "SVG."),
    tags=["songs"],
)
async def get_roll(link: TheLink, code: Code) -> ASGIApp:
    return _answer(await find_files(link, code), SONG_FILES["roll"], ".svg")


@get(
    "/api/songs/{code:str}/waveform",
    summary="A song's waveform and spectrum",
    description="`peaks` and `rms` are 0 to 1, `columns_per_second` of them; `spectrum` is base64 of a byte for each "
    "band of each column, `spectra_per_second` columns, with the bands' edges in hertz as `bands`.",
    responses=_file("application/json", "The waveform."),
    tags=["songs"],
)
async def get_waveform(link: TheLink, code: Code) -> ASGIApp:
    files = await make_file(link, await find_files(link, code), "peaks")
    return _answer(files, SONG_FILES["peaks"], ".json")


@get("/api/songs/{code:str}/stems", summary="A song's parts as sound files", tags=["songs"])
async def list_stems(link: TheLink, settings: TheSettings, code: Code) -> Stems:
    files = await find_files(link, code)
    _check_hearing(files, settings)
    names = [name.removeprefix(f"{STEMS}/") for name in files.files if name.startswith(f"{STEMS}/")]
    return Stems([Stem(name, f"/api/songs/{files.song.code}/stems/{name}") for name in names])


@get(
    "/api/songs/{code:str}/stems/{name:str}",
    summary="One part",
    responses=_file("audio/flac", "FLAC."),
    tags=["songs"],
)
async def get_stem(
    link: TheLink, settings: TheSettings, code: Code, name: Annotated[str, PathParameter(max_length=200)]
) -> ASGIApp:
    files = await find_files(link, code)
    _check_hearing(files, settings)
    if f"{STEMS}/{name}" not in files.files:
        raise Trouble(404, "the song has no such part")
    return _answer(files, f"{STEMS}/{name}", f" {name}", is_inline=False)


ROUTES = [get_audio, get_score, get_midi, get_musicxml, get_roll, get_waveform, list_stems, get_stem]
