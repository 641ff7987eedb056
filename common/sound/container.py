"""Opens sound files with FFmpeg's libraries: whatever they know, by content and never by a name's suffix.

Playlists are refused, which FFmpeg would follow to other files. Tags in any charset are no hindrance.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, Final

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from bandstand.common.errors import NotAudio
from bandstand.common.files import name_kind
from bandstand.common.sound import framed, search
from bandstand.common.sound.musepack import MUSEPACK, read_musepack
from bandstand.common.sound.ogg import OggLink
from bandstand.common.sound.open_ended import FramedPart
from bandstand.common.sound.outer_tags import skip_id3
from bandstand.common.sound.part import Part
from bandstand.common.sound.parts import find_behind_junk, split_file

WHITELIST: Final = {"protocol_whitelist": "file"}
"""Keeps a playlist that is given as a song from opening connections."""
QUICK: Final = WHITELIST | {"max_probe_packets": "4"}
"""The limit on probing keeps libavformat from searching megabytes of a WAV's samples for other codecs, which takes
30 ms. What is not found so is looked for without it."""
PROBED_PACKETS: Final = 50
PLAYLISTS: Final = {"hls", "applehttp", "concat", "dash", "imf", "sdp", "rtsp", "webm_dash_manifest"}
"""FFmpeg's names of formats that have no sound of their own."""
GUESSES: Final = {"adp"}
"""FFmpeg's names of formats that it takes almost any bytes for."""
STREAMS_OF_FRAMES: Final = {"mp3", "aac", "ac3", "eac3", "dts"}
"""Those that have no head; some of what looks like such a frame stands in any large file."""
PLAYLIST_BEGINNINGS: Final = (b"#extm3u", b"#extinf", b"[playlist]", b"ffconcat")
"""In small letters."""


class Unplayable(NotAudio):
    """A file that has no sound, or none that can be decoded; `reason` is a clause of which the file is the subject."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This cannot be played: {reason}.")
        self.reason = reason


def find_parts(fd: int) -> Iterator[Part]:
    """As `split_file`; where FFmpeg knows nothing of what stands at the file's beginning, from the first sound behind
    that on, whose `junk` says how much it was."""
    parts = split_file(fd)
    first = next(parts)
    found = None if first.is_recognised or _is_known(fd, first) else find_behind_junk(fd, first.begin)
    if found:
        sound, tag = found
        junk = tag - first.begin
        parts = split_file(fd, sound)
        first = next(parts)
        first.junk = junk
    yield first
    yield from parts


def _is_known(fd: int, part: Part) -> bool:
    """Whether FFmpeg knows what the part begins with; streams of frames it finds behind anything."""
    try:
        with open_part(fd, part)[0] as container:
            return container.format.name not in STREAMS_OF_FRAMES
    except Unplayable:
        return False


def open_part(fd: int, part: Part) -> tuple[InputContainer, AudioStream]:
    """Open a part of the file behind `fd`, with its first sound. Raises Unplayable."""
    if (
        part.head.removeprefix(b"\xef\xbb\xbf")
        .lstrip()
        .lower()
        .startswith(tuple(map(bytes.lower, PLAYLIST_BEGINNINGS)))
    ):
        raise Unplayable("it is a playlist; bandstand import takes the songs that it lists")
    try:
        return _open_sound(fd, part, QUICK)
    except Unplayable:
        return _open_sound(fd, part, WHITELIST)


def _open_sound(fd: int, part: Part, options: dict[str, str]) -> tuple[InputContainer, AudioStream]:
    if isinstance(part, OggLink) and not part.is_ended:
        part.seek(0)
        source: Any = part.stream
    elif part.is_file or not part.end:  # opened anew by its path: the offset behind a descriptor is shared
        source = f"/proc/self/fd/{fd}"
    else:
        part.seek(0)
        source = part
    try:
        container = open_input(source, options)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise Unplayable(explain(error)) from None
    if PLAYLISTS.isdisjoint(container.format.name.split(",")) and not _is_chance(fd, part, container.format.name):
        for stream in container.streams.audio:
            if getattr(stream, "codec_context", None) is not None:
                return container, stream
    container.close()
    raise Unplayable("there is no sound in the file")


def _is_chance(fd: int, part: Part, kind: str) -> bool:
    """Whether FFmpeg only guesses: where no run of frames that agree stands at the beginning of what it takes for a
    stream of them."""
    if kind not in STREAMS_OF_FRAMES or isinstance(part, FramedPart) or not part.end:
        return kind in GUESSES
    begin = skip_id3(fd, part.begin)
    data = os.pread(fd, min(framed.RUN, part.end - begin), begin)
    if framed.is_certain(data, 0, is_end=len(data) < framed.RUN):
        return False
    return search.find_frames(os.pread(fd, min(search.WINDOW, part.end - begin), begin)) is None


def open_input(source: Any, options: dict[str, str]) -> InputContainer:
    """Open a path, or an object that can be read. Raises av.FFmpegError, OSError or ValueError."""
    arguments: dict[str, Any] = {"options": options}
    container: InputContainer
    try:
        container = av.open(source, "r", metadata_errors="replace", **arguments)
    except TypeError:  # a PyAV that has no such argument any more
        container = av.open(source, "r", **arguments)
    return container


def open_file(path: Path) -> int:
    """A descriptor of a file of sound.

    Raises Unplayable for a pipe or a device, some of which never end, OSError if it cannot be opened.
    """
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    if kind := name_kind(os.fstat(fd).st_mode):
        os.close(fd)
        raise Unplayable(f"it is {kind}, not a file")
    return fd


def measure_length(path: Path) -> float:
    """Seconds of sound by the heads of a file's parts; 0 if one does not say.

    Raises Unplayable if there is no sound in the first part, OSError if the file cannot be read.
    """
    fd = open_file(path)
    seconds = 0.0
    try:
        for part in find_parts(fd):
            part.guess_end()
            container, _ = open_part(fd, part)
            with container:
                length = _get_duration(container, part)
            if not length:
                return 0.0
            seconds += length
    except Unplayable:
        if not seconds:
            raise
    finally:
        os.close(fd)
    return seconds


def _get_duration(container: InputContainer, part: Part) -> float:
    """Seconds. FFmpeg reckons them from the bytes of streams of frames, also from those that are none."""
    if container.format.name == MUSEPACK:
        return read_musepack(part).seconds
    seconds = (container.duration or 0) / 1_000_000
    return seconds * part.share if isinstance(part, FramedPart) else seconds


def explain(error: Exception) -> str:
    """Why a file could not be opened or read, as a clause."""
    if isinstance(error, OSError) and not isinstance(error, av.InvalidDataError):
        return (error.strerror or "the file cannot be read").lower()
    return "it is not a sound file, or not of a known format"


def has_sound(path: Path) -> bool:
    """Whether the first part of a file has sound that can be decoded. Raises OSError if it cannot be read."""
    fd = open_file(path)
    try:
        container, stream = open_part(fd, next(find_parts(fd)))
        with container:
            return next(_decode(container, stream), None) is not None
    except Unplayable:
        return False
    finally:
        os.close(fd)


def _decode(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """The frames of the first packets; text and pictures that look like sound have none."""
    with suppress(av.FFmpegError):
        for packet in islice(container.demux(stream), PROBED_PACKETS):
            with suppress(av.FFmpegError):
                yield from packet.decode()
