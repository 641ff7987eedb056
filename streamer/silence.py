"""Encoded silence of each mount: the streamer writes it to a file, and the standby sends it over and over.

A second file says that the standby has it on the air. A third is what Icecast itself sends while the standby is away as
well, and a fourth what it sends each new listener of an MP3 mount before the stream. Needs no codec, so that the
standby can read it.

The intro: FFmpeg, and with it mpv and Chromium, knows MP3 by its first seven frames if the stream begins with one, and
else only after 131,072 bytes, which are eight seconds at 128 kbit/s. Icecast's burst begins wherever one of its blocks
does, inside a frame; behind some whole frames the rest of a frame is only passed over. Icecast 2.4 takes the intro's
length off the burst block by block, until exactly nothing is left of it: an intro of another length than some whole
blocks takes away all of the burst, and players then wait for the sound to come (`find_client_start` in its format.c).
"""

import math
import os
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import msgspec

from bandstand.common.config import Mount
from bandstand.common.types import RATE
from bandstand.streamer.codecs.containers import CONTAINERS


class Silence(msgspec.Struct, frozen=True):
    """Packets of `frame` samples each, any of which may follow any other."""

    format: str
    frame: int
    pre_skip: int
    packets: list[bytes]


def path(directory: Path, mount: Mount) -> Path:
    """Where a mount's silence is saved. Another bit rate is another file, so an old one is never taken for it."""
    name = mount.path.strip("/").replace("/", "_")
    return directory / f"{name}.{mount.format}.{mount.bitrate}"


def save(directory: Path, mount: Mount, silence: Silence) -> None:
    """Write the file whole or not at all."""
    directory.mkdir(parents=True, exist_ok=True)
    saved = path(directory, mount)
    unfinished = saved.with_name(f".{saved.name}.{os.getpid()}")
    unfinished.write_bytes(msgspec.msgpack.encode(silence))
    unfinished.replace(saved)


INTRO_FRAMES: Final = 7
"""So many whole ones make FFmpeg sure (`mp3_read_probe` in its mp3dec.c)."""
ICECAST_BLOCK: Final = 1400
"""Bytes in which Icecast keeps all but Ogg (REFBUF_SIZE in its format_mp3.c)."""
LAST_SECONDS: Final = 10
"""Of the file that Icecast sends over and over."""


def save_intro(webroot: Path, mount: Mount, silence: Silence) -> None:
    """Write the file that Icecast sends to each new listener of an MP3 mount, in the mount's own format; take away one
    that was left by another format. Raises OSError."""
    if mount.intro:
        _write_for_all(webroot / mount.intro.strip("/"), make_intro(silence.packets))
    else:
        (webroot / f"intro_{mount.file_name}.mp3").unlink(missing_ok=True)


def make_intro(frames: Sequence[bytes]) -> bytes:
    """MP3 frames, all of one size, and zeros up to a whole number of Icecast's blocks; decoders skip zeros, while the
    beginning of one more frame would cost them the next."""
    size = len(frames[0])
    length = math.ceil(INTRO_FRAMES * size / ICECAST_BLOCK) * ICECAST_BLOCK
    return b"".join(islice(cycle(frames), length // size)).ljust(length, b"\0")


def save_last_fallback(webroot: Path, mount: Mount, make_silence: Callable[[Mount], Silence]) -> None:
    """Write the file that Icecast sends as the last fallback, unless it is there. Raises OSError."""
    saved = webroot / mount.last_fallback.strip("/")
    if saved.exists():
        return
    silence = make_silence(mount)
    container = CONTAINERS[silence.format](0, silence.frame, silence.pre_skip, ())
    number = LAST_SECONDS * RATE // silence.frame
    packets = list(islice(cycle(silence.packets), number))
    _write_for_all(saved, container.header() + container.end(packets, number * silence.frame))


def _write_for_all(path: Path, data: bytes) -> None:
    """Write the file whole or not at all; Icecast may be another user's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(data)
    unfinished.chmod(0o644)
    unfinished.replace(path)


def mark_standby(directory: Path, mount: Mount, is_on_air: bool) -> None:
    """Write down whether this process has the mount's silence on the air."""
    mark = _mark(directory, mount)
    if is_on_air:
        mark.write_text(str(os.getpid()), "ascii")
    else:
        mark.unlink(missing_ok=True)


def has_standby(directory: Path, mount: Mount) -> bool:
    """Whether a process that still runs has the mount's silence on the air."""
    try:
        return Path("/proc", _mark(directory, mount).read_text("ascii")).is_dir()
    except FileNotFoundError:
        return False


def _mark(directory: Path, mount: Mount) -> Path:
    return path(directory, mount).with_suffix(".on-air")


def load(directory: Path, mount: Mount) -> Silence | None:
    """What `save` wrote, or None while there is nothing of use."""
    try:
        return msgspec.msgpack.decode(path(directory, mount).read_bytes(), type=Silence)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
