"""The tags of a sound file: what it says of its own title, artist, album, year and so on.

Read by FFmpeg, in any charset (what is no UTF-8 becomes U+FFFD) and in any place: ID3v1, ID3v2, RIFF INFO, MP4,
Matroska, Vorbis comments. Those around the sound (outer_tags.py) are read here, whatever the sound between them is, as
FFmpeg passes over most of them: ID3v2 by mutagen, and APE, of which mutagen refuses those in an odd charset. Raises
nothing: a file whose tags cannot be read has none.
"""

import io
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

import av

from bandstand.common.errors import NotAudio
from bandstand.common.sound.container import find_parts, open_file, open_part
from bandstand.common.sound.outer_tags import (
    APE_END,
    APE_MARK,
    ID3V1,
    OuterTag,
    TagKind,
    list_behind,
    skip_ape,
    skip_id3_tags,
)
from bandstand.common.sound.part import Part, measure_file
from bandstand.common.sound.parts import find_sound

OWN_STREAM: Final = "ogg"
"""The format that keeps its tags in the stream; elsewhere a stream's title names a track, such as `Stereo`."""
WITHOUT_TAGS: Final = {"mp3", "aac", "tta", "wv", "ape", "mpc", "mpc8"}
"""Formats whose tags are all before or behind the sound."""
ID3_FRAMES: Final = {
    "TIT2": "title", "TPE1": "artist", "TALB": "album", "TCON": "genre", "TDRC": "date", "TDOR": "originaldate",
    "TMOO": "mood", "TIT1": "grouping", "TBPM": "bpm", "TKEY": "initialkey",
}  # fmt: skip
ID3V1_FIELDS: Final = (("title", 3, 33), ("artist", 33, 63), ("album", 63, 93), ("date", 93, 97))
"""Names, and where their texts begin and end, each up to a zero or to blanks."""
BINARY: Final = 6
"""Flags of an APE item that is no text."""
LONGEST_TAG: Final = 16 << 20


def read_tags(path: Path) -> dict[str, str]:
    """Read the tags with lower-case names. Where the file and its stream name the same, the file's own counts."""
    with suppress(OSError, NotAudio, av.FFmpegError):
        fd = open_file(path)
        try:
            part = next(find_parts(fd))
            kind, tags = _read_by_ffmpeg(fd, part)
            before = _read_behind_junk(fd, part) if part.junk else _read_before(fd, path)
            behind = _read_behind(fd)
        finally:
            os.close(fd)
        if kind in WITHOUT_TAGS and not before:
            return tags | behind  # what FFmpeg has may be ID3v1, with 30 characters at most
        return behind | before | tags | _find_several(before, tags)
    return {}


def _find_several(tags: dict[str, str], first: dict[str, str]) -> dict[str, str]:
    """Those that have several values, of which FFmpeg read the first."""
    return {name: value for name, value in tags.items() if name in first and value.startswith(f"{first[name]}, ")}


def _read_by_ffmpeg(fd: int, part: Part) -> tuple[str, dict[str, str]]:
    """FFmpeg's name of the format, and the tags."""
    container, stream = open_part(fd, part)
    with container:
        kind = container.format.name
        tags = [_lower(stream.metadata), _lower(container.metadata)]
    if kind == OWN_STREAM:
        tags.reverse()
    return kind, tags[0] | tags[1]


def _lower(tags: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in tags.items() if value.strip()}


def _read_before(fd: int, path: Path) -> dict[str, str]:
    """The tags before the sound's own format."""
    at = skip_id3_tags(fd)
    tags = _read_id3(path) if at else {}
    if (end := skip_ape(fd, at)) > at:
        tags = _read_ape(fd, OuterTag(TagKind.APE, at, end)) | tags
    return tags


def _read_behind_junk(fd: int, part: Part) -> dict[str, str]:
    """The tag between junk at the file's beginning and the sound, if there is one."""
    begin = find_sound(fd) + part.junk
    data = os.pread(fd, min(part.begin - begin, LONGEST_TAG), begin)
    return _read_id3(io.BytesIO(data)) if data else {}


def _read_behind(fd: int) -> dict[str, str]:
    """The tags behind the sound. Of those that name the same, the younger standard's counts, and of these the last."""
    read = {TagKind.ID3V1: _read_id3v1, TagKind.ID3V2: _read_appended_id3, TagKind.APE: _read_ape}
    found: dict[TagKind, dict[str, str]] = {}
    for tag in list_behind(fd, measure_file(fd)):
        if tag.kind in read and tag.end - tag.begin <= LONGEST_TAG:
            found[tag.kind] = read[tag.kind](fd, tag) | found.get(tag.kind, {})
    return _merge(found.get(kind, {}) for kind in (TagKind.ID3V1, TagKind.APE, TagKind.ID3V2))


def _merge(tags: Iterable[dict[str, str]]) -> dict[str, str]:
    return {name: value for one in tags for name, value in one.items()}


def _read_id3v1(fd: int, tag: OuterTag) -> dict[str, str]:
    from mutagen.id3 import TCON  # seldom needed, and loads for a while

    data = os.pread(fd, ID3V1, tag.begin)
    genre = TCON(encoding=0, text=[str(data[-1])]).genres if data[-1] < len(TCON.GENRES) else []
    texts = {name: data[begin:end].partition(b"\0")[0].decode("utf-8", "replace") for name, begin, end in ID3V1_FIELDS}
    return _lower({**texts, "genre": ", ".join(genre)})


def _read_appended_id3(fd: int, tag: OuterTag) -> dict[str, str]:
    return _read_id3(io.BytesIO(os.pread(fd, tag.end - tag.begin, tag.begin)))


def _read_id3(file: Path | IO[bytes]) -> dict[str, str]:
    from mutagen import MutagenError
    from mutagen.id3 import ID3

    try:
        tags: Any = ID3(file)
    except (MutagenError, OSError, ValueError):
        return {}
    texts = {name: tags[frame].text for frame, name in ID3_FRAMES.items() if frame in tags}
    found = {name: ", ".join(filter(None, map(str, several))) for name, several in texts.items()}
    if "TCON" in tags:
        found["genre"] = ", ".join(tags["TCON"].genres)  # words for the numbers of ID3v1
    return found


def _read_ape(fd: int, tag: OuterTag) -> dict[str, str]:
    """The texts of an APEv2 tag, between its header, if it has one, and its footer."""
    data = os.pread(fd, tag.end - tag.begin, tag.begin)
    return _lower(_parse_ape(data[APE_END * data.startswith(APE_MARK) : -APE_END]))


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
