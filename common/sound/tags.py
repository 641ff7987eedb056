"""The tags of a sound file: what it says of its own title and artist.

Read by FFmpeg, in any charset (what is no UTF-8 becomes U+FFFD) and in any place: ID3v1, ID3v2, RIFF INFO, MP4,
Matroska, Vorbis comments. APE tags behind an MP3, which FFmpeg passes over, are read by mutagen. Raises nothing: a file
without tags that can be read has none.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import av

from bandstand.common.errors import NotAudio
from bandstand.common.sound.container import open_container, open_part
from bandstand.common.sound.parts import split_file

OWN_STREAM: Final = "ogg"
"""The format that keeps its tags in the stream; elsewhere a stream's title names a track, such as `Stereo`."""


def read_tags(path: Path) -> dict[str, str]:
    """Read the tags with lower-case names. Where the file and its stream name the same, the file's own counts."""
    with suppress(OSError, NotAudio, av.FFmpegError):
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            kind, tags = _read_by_ffmpeg(fd)
            has_id3v2 = os.pread(fd, 3, 0) == b"ID3"
        finally:
            os.close(fd)
        if kind != "mp3":
            return tags
        return _read_ape(path) | tags if has_id3v2 else tags | _read_ape(path)  # ID3v1 has 30 characters only
    return {}


def _read_by_ffmpeg(fd: int) -> tuple[str, dict[str, str]]:
    """FFmpeg's name of the format, and the tags."""
    part = next(split_file(fd))
    container, stream = open_part(fd, part)
    with container:
        kind = container.format.name
        tags = [_lower(stream.metadata), _lower(container.metadata)]
    if part.begin:  # behind a tag that FFmpeg skips only if it is told what follows
        with suppress(av.FFmpegError, OSError), open_container(f"/proc/self/fd/{fd}", kind) as whole:
            tags.append(_lower(whole.metadata))
    if kind == OWN_STREAM:
        tags.reverse()
    found: dict[str, str] = {}
    for one in tags:
        found |= one
    return kind, found


def _lower(tags: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in tags.items() if value.strip()}


def _read_ape(path: Path) -> dict[str, str]:
    from mutagen.apev2 import APEv2, error  # seldom needed, and loads for a while

    try:
        return {name.lower(): str(value) for name, value in APEv2(path).items() if isinstance(value.value, str)}
    except (error, OSError, ValueError):
        return {}
