"""`/static/NAME`: the page's own files over HTTP."""

from typing import Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bandstand.web.given import AnyRequest, TheStaticFiles
from bandstand.web.static_files import StaticFiles

FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "public, no-cache"


@get("/static/{name:path}", include_in_schema=False, sync_to_thread=False)
def get_static_file(request: AnyRequest, name: FromPath[str], static_files: TheStaticFiles) -> Response[bytes]:
    return answer_file(request, static_files, name.lstrip("/"))


@get("/favicon.ico", include_in_schema=False, sync_to_thread=False)
def get_favicon(request: AnyRequest, static_files: TheStaticFiles) -> Response[bytes]:
    """Browsers ask for it wherever they are not told of another, as beside a song's file."""
    return answer_file(request, static_files, "favicon.ico")


def answer_file(request: AnyRequest, files: StaticFiles, name: str) -> Response[bytes]:
    """The file below `static`, or that the browser has it already. Raises NotFoundException."""
    found = files.find(name)
    if found is None:
        raise NotFoundException("there is no such file")
    is_marked = request.query_params.get("v") == found.mark
    headers = {
        "cache-control": FOREVER if is_marked else ASK_AGAIN,
        "etag": f'"{found.mark}"',
        "vary": "accept-encoding",
    }
    if f'"{found.mark}"' in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    content = found.content
    if found.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["content-encoding"] = found.compressed, "gzip"
    return Response(content, media_type=found.media_type, headers=headers)


ROUTES = [get_static_file, get_favicon]
