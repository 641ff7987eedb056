"""Sends a file over HTTP: whole, or the range that was asked for, and nothing where the client has it already.

Ranges and conditions are those of RFC 9110: one range of bytes, `If-Range`, `If-None-Match`. Players seek by them. The
file is read in pieces on a thread, as fast as its reader takes them, so a slow one costs one open file.
"""

import asyncio
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from litestar.types import Receive, Scope, Send

from bandstand.web.problems import Trouble

PIECE: Final = 1 << 17
"""Bytes that are read at a time."""
STALLED: Final = 60.0
"""Seconds in which a reader has to take a piece."""
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True)
class FileAnswer:
    """What is sent: an ASGI application. `name`: under which a browser stores it."""

    path: Path
    media_type: str
    name: str
    is_inline: bool = True
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises Trouble where the file is not there, or the range is beyond its end."""
        asked = {name: value.decode("latin-1") for name, value in scope["headers"]}
        try:
            descriptor = await asyncio.to_thread(os.open, self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            raise Trouble(404, "the file is not there any more") from None
        try:
            status = os.fstat(descriptor)
            mark = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
            start, end, code = choose_range(asked, status.st_size, mark)
            headers = self._make_headers(mark, start, end, status.st_size, code)
            await send({"type": "http.response.start", "status": code, "headers": headers})
            if code != 304:
                await _send_bytes(descriptor, start, end, receive, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            os.close(descriptor)

    def _make_headers(self, mark: str, start: int, end: int, size: int, code: int) -> list[tuple[bytes, bytes]]:
        headers = {
            "etag": mark,
            "accept-ranges": "bytes",
            "content-disposition": make_disposition(self.name, self.is_inline),
            "cache-control": "public, max-age=86400",
            "x-content-type-options": "nosniff",
            **self.headers,
        }
        if code != 304:
            headers |= {"content-type": self.media_type, "content-length": str(end - start)}
        if code == 206:
            headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


async def _send_bytes(descriptor: int, start: int, end: int, receive: Receive, send: Send) -> None:
    leaving = asyncio.create_task(_wait_for_end(receive))
    try:
        while start < end and not leaving.done():
            piece = await asyncio.to_thread(os.pread, descriptor, min(PIECE, end - start), start)
            if not piece:  # it was cut meanwhile; the client notices that it is short
                raise ConnectionAbortedError
            start += len(piece)
            async with asyncio.timeout(STALLED):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    finally:
        leaving.cancel()


async def _wait_for_end(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def choose_range(asked: dict[bytes, str], size: int, mark: str) -> tuple[int, int, int]:
    """The first byte, the one after the last, and HTTP's status. Raises Trouble(416)."""
    if _is_named(asked.get(b"if-none-match", ""), mark):
        return 0, 0, 304
    wanted = asked.get(b"range", "").replace(" ", "")
    if not wanted or asked.get(b"if-range", mark) != mark:
        return 0, size, 200
    found = _RANGE.fullmatch(wanted)
    if found is None or not (found[1] or found[2]):
        return 0, size, 200  # several ranges, or another unit: all of it is a right answer
    if not found[1]:  # the last bytes
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    if start >= end:
        raise Trouble(416, f"the file has {size} bytes", headers={"content-range": f"bytes */{size}"})
    return start, end, 206


def _is_named(header: str, mark: str) -> bool:
    return header.strip() == "*" or mark in (one.strip().removeprefix("W/") for one in header.split(","))


def make_disposition(name: str, is_inline: bool) -> str:
    """`Content-Disposition` (RFC 6266) with a name of any characters, and one in ASCII for the old."""
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", name)
    return f"{'inline' if is_inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
