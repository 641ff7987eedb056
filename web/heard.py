"""`/api/heard`: which frame of which song is where in a mount's stream, for players that show what is in the ear.

A player that takes the Ogg stream apart knows the logical stream's serial number and the granule position that it
plays; `static/heard_clock.js` is such a one. The answer is the same for everybody, so the bot is asked once for all.
"""

import time
from typing import Annotated, cast

from litestar import Response, get
from litestar.params import QueryParameter
from msgspec.structs import replace

from bandstand.common.api.heard import GetHeard, Heard
from bandstand.web.given import TheReader

LONGEST_PATH = 200
"""Characters of a mount's path."""


@get(
    "/api/heard",
    summary="What is heard, to the frame",
    description="Spans of one logical stream: from `granule` on it has `song` from `frame` on. With `serial` those "
    "of this stream, none where it is unknown; otherwise those of the newest stream of `mount`, or of the first Opus "
    "mount, or the first of all where there is none. Each span that begins is also told as the event `heard`.",
)
async def show_heard(
    reader: TheReader,
    serial: Annotated[
        int | None, QueryParameter(gt=-1, lt=1 << 32, description="In the head of each Ogg page.")
    ] = None,
    mount: Annotated[str, QueryParameter(max_length=LONGEST_PATH, description="A mount's path.")] = "",
) -> Response[Heard]:
    heard = cast(Heard, await reader.read(GetHeard(serial=serial, mount=mount)))
    # What the reader has kept for a moment would say an earlier time.
    return Response(replace(heard, now=time.time()), headers={"cache-control": "no-store"})


ROUTES = [show_heard]
