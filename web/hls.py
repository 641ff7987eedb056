"""HLS: the files that the streamer writes, as players fetch them.

Playlists change, and are never kept by anybody; a segment's name is never used again, so everybody may keep it.
"""

from pathlib import PurePosixPath
from typing import Annotated, Final

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter
from litestar.types import ASGIApp

from bandstand.common import hls
from bandstand.web.file_response import FileAnswer
from bandstand.web.given import AnyRequest, TheHlsAudience, TheSettings
from bandstand.web.limits import find_address
from bandstand.web.problems import Trouble

PLAYLIST_TYPE: Final = "application/vnd.apple.mpegurl"
TYPES: Final = {".m3u8": PLAYLIST_TYPE, ".mp4": "audio/mp4", ".m4s": "audio/mp4"}
"""As RFC 8216, section 4, has them, and as players look for them."""
NEVER: Final = {"cache-control": "no-cache"}
ALWAYS: Final = {"cache-control": "public, max-age=3600, immutable"}


@get(
    "/hls/{name:path}",
    summary="Listen by HLS",
    description="`live.m3u8` is where players begin. 404 where the station has no HLS, or the segment is gone.",
    media_type=PLAYLIST_TYPE,
    responses={200: ResponseSpec(bytes, description="A playlist, or sound.", generate_examples=False)},
    tags=["listening"],
)
async def get_hls(
    request: AnyRequest,
    settings: TheSettings,
    hls_audience: TheHlsAudience,
    name: Annotated[str, PathParameter(max_length=60, description="Such as `live.m3u8` or `aac/live.m3u8`.")],
) -> ASGIApp:
    if not settings.hls.enabled:
        raise Trouble(404, "this station has no HLS; /listen finds a stream")
    path = PurePosixPath(str(name).lstrip("/"))
    if not hls.FILE.fullmatch(str(path)):
        raise Trouble(404, f"there is no such file; players begin at {hls.PATH}")
    if path.name == hls.PLAYLIST and path.parent.name:
        hls_audience.note(find_address(request.scope), request.headers.get("user-agent", ""))
    headers = ALWAYS if path.suffix == ".m4s" else NEVER
    return FileAnswer(settings.hls.get_folder(settings.paths) / path, TYPES[path.suffix], path.name, headers=headers)


ROUTES = [get_hls]
