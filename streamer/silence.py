"""Encoded silence of each mount: the streamer writes it to a file, and the standby sends it over and over.

A second file says that the standby has it on the air. A third is what Icecast itself sends while the standby is away as
well. Needs no codec, so that the standby can read it.
"""

import os
from collections.abc import Callable
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


LAST_SECONDS: Final = 10
"""Of the file that Icecast sends over and over."""


def save_last_fallback(webroot: Path, mount: Mount, make_silence: Callable[[Mount], Silence]) -> None:
    """Write the file that Icecast sends as the last fallback, unless it is there. Raises OSError."""
    saved = webroot / mount.last_fallback.strip("/")
    if saved.exists():
        return
    silence = make_silence(mount)
    container = CONTAINERS[silence.format](0, silence.frame, silence.pre_skip, ())
    number = LAST_SECONDS * RATE // silence.frame
    packets = list(islice(cycle(silence.packets), number))
    webroot.mkdir(parents=True, exist_ok=True)
    unfinished = saved.with_name(f".{saved.name}.{os.getpid()}")
    unfinished.write_bytes(container.header() + container.end(packets, number * silence.frame))
    unfinished.chmod(0o644)
    unfinished.replace(saved)


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
