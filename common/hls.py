"""HLS (RFC 8216): the station's sound in short files over HTTP, for players and networks that take nothing else.

What the configuration's section `[hls]` has, and the names that the streamer, which writes the files, and the web
process, which sends them, have in common. Part of `common.config`.
"""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from bandstand.common.errors import UnusableFile
from bandstand.common.files import resolve_path
from bandstand.common.paths import Paths
from bandstand.common.plain_values import Fault, PathText

HlsFormat = Literal["aac", "opus"]
FOLDER: Final = "hls"
"""Of the station's directory, and of the page's addresses."""
PLAYLIST: Final = "live.m3u8"
INIT: Final = "init.mp4"
"""What a player reads before a segment: the codec, and how it is set up."""
PATH: Final = f"/{FOLDER}/{PLAYLIST}"
"""Where players begin. The station's status has HLS under this name, beside the mounts."""
FILE: Final = re.compile(r"live\.m3u8|(?:aac|opus)/(?:live\.m3u8|init\.mp4|[0-9]{1,20}\.m4s)")
"""Names of files below the folder that anybody may read."""
CODECS: Final[dict[HlsFormat, str]] = {"aac": "mp4a.40.2", "opus": "opus"}
"""As playlists name them (RFC 6381)."""


class Hls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    enabled: bool = False
    formats: Annotated[tuple[HlsFormat, ...], msgspec.Meta(min_length=1, max_length=2)] = ("aac",)
    """The first is that of `live.m3u8`; the other has its own playlist, `opus/live.m3u8`. Each costs an encoder."""
    bitrate: Annotated[int, msgspec.Meta(ge=32, le=320)] = 128
    """kbit/s."""
    segment: Annotated[int, msgspec.Meta(ge=2, le=4)] = 3
    """Seconds of sound in a file. A listener is about three of them behind the air."""
    listed: Annotated[int, msgspec.Meta(ge=4, le=60)] = 10
    """Segments that a playlist has: how far a player may fall behind."""
    folder: PathText = ""
    """Where the files are written, for another web server; empty: `hls` in the station's directory."""

    def get_folder(self, paths: Paths) -> Path:
        return Path(self.folder) if self.folder else paths.directory / FOLDER

    def list_written(self) -> list[object]:
        """What the streamer goes by; empty while it writes nothing."""
        return list(msgspec.structs.astuple(self)) if self.enabled else []


def resolve_hls(hls: Hls, base: Path, found: list[Fault]) -> Hls:
    """Make the folder's path absolute by `base`, and name each format once. What is wrong is added to `found`."""
    folder = hls.folder
    try:
        folder = str(resolve_path(folder, base)) if folder else ""
    except UnusableFile as error:
        found.append(("hls.folder", str(error)))
    return msgspec.structs.replace(hls, folder=folder, formats=tuple(dict.fromkeys(hls.formats)))
