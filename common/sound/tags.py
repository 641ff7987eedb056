"""The tags of a sound file: what it says of its own title, artist, album, year and so on.

Read by FFmpeg, in any charset (what is no UTF-8 becomes U+FFFD) and in any place: ID3v1, ID3v2, RIFF INFO, MP4,
Matroska, Vorbis comments. Two are read here, as FFmpeg passes over them: ID3v2 before a format that has tags of its
own, by mutagen, and APE tags behind an MP3, of which mutagen refuses those in an odd charset. Raises nothing: a file
whose tags cannot be read has none.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import av

from bandstand.common.errors import NotAudio
from bandstand.common.sound.container import open_part
from bandstand.common.sound.parts import split_file

OWN_STREAM: Final = "ogg"
"""The format that keeps its tags in the stream; elsewhere a stream's title names a track, such as `Stereo`."""
ID3_FRAMES: Final = {
    "TIT2": "title", "TPE1": "artist", "TALB": "album", "TCON": "genre", "TDRC": "date", "TDOR": "originaldate",
    "TMOO": "mood", "TIT1": "grouping", "TBPM": "bpm", "TKEY": "initialkey",
}  # fmt: skip
APE: Final = b"APETAGEX"
APE_FOOTER: Final = 32
ID3V1: Final = 128
"""Bytes of a tag that may stand behind an APE tag."""
LONGEST_APE: Final = 16 << 20
BINARY: Final = 6
"""Flags of an APE item that is no text."""


def read_tags(path: Path) -> dict[str, str]:
    """Read the tags with lower-case names. Where the file and its stream name the same, the file's own counts."""
    with suppress(OSError, NotAudio, av.FFmpegError):
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            kind, tags = _read_by_ffmpeg(fd)
            is_behind_id3 = os.pread(fd, 3, 0) == b"ID3"
            ape = _read_ape(fd) if kind == "mp3" else {}
        finally:
            os.close(fd)
        if is_behind_id3:
            return ape | _read_id3(path) | tags
        return tags | ape  # what FFmpeg has is ID3v1, with 30 characters at most
    return {}


def _read_by_ffmpeg(fd: int) -> tuple[str, dict[str, str]]:
    """FFmpeg's name of the format, and the tags."""
    container, stream = open_part(fd, next(split_file(fd)))
    with container:
        kind = container.format.name
        tags = [_lower(stream.metadata), _lower(container.metadata)]
    if kind == OWN_STREAM:
        tags.reverse()
    return kind, tags[0] | tags[1]


def _lower(tags: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in tags.items() if value.strip()}


def _read_id3(path: Path) -> dict[str, str]:
    from mutagen import MutagenError  # seldom needed, and loads for a while
    from mutagen.id3 import ID3

    try:
        tags = ID3(path)
    except (MutagenError, OSError, ValueError):
        return {}
    found = {name: str(tags[frame]) for frame, name in ID3_FRAMES.items() if frame in tags}
    if "TCON" in tags:
        found["genre"] = ", ".join(tags["TCON"].genres)  # words for the numbers of ID3v1
    return found


def _read_ape(fd: int) -> dict[str, str]:
    """The texts of an APEv2 tag at the end, which may stand before an ID3v1 tag."""
    size = os.fstat(fd).st_size
    for end in (size, size - ID3V1):
        footer = os.pread(fd, APE_FOOTER, max(0, end - APE_FOOTER))
        length = int.from_bytes(footer[12:16], "little")
        if footer.startswith(APE) and APE_FOOTER <= length <= min(end, LONGEST_APE):
            return _lower(_parse_ape(os.pread(fd, length - APE_FOOTER, end - length)))
    return {}


def _parse_ape(data: bytes) -> dict[str, str]:
    """The texts of items, each a length, flags, a name up to a zero, and a value, in which zeros part several."""
    found: dict[str, str] = {}
    while len(data) > 8:
        length, flags = int.from_bytes(data[:4], "little"), int.from_bytes(data[4:8], "little")
        name, _, rest = data[8:].partition(b"\0")
        if not flags & BINARY:
            found[name.decode("ascii", "replace")] = rest[:length].decode("utf-8", "replace").replace("\0", ", ")
        data = rest[length:]
    return found
