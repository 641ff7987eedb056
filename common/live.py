"""DJs who are live: the configuration `[live]`, what their mounts are called, and how it is with one.

A DJ sends to a mount of their own at the station's Icecast, `/live/NAME`. What the processes share about that is here;
what they do with it is theirs.
"""

import re
from typing import Annotated, Final

import msgspec

from bandstand.common.plain_values import Host

PREFIX: Final = "/live/"
NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
"""Of an account of the station's own."""
GRACE: Final = 10.0
"""Seconds for which a DJ on the air may be lost."""


class Live(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Shows of DJs, who send their own sound."""

    enabled: bool = True
    automatic: bool = False
    """A DJ goes on the air as soon as their sound is there and nobody else is on; otherwise by `live go`, or by the
    schedule."""
    host: Host = "127.0.0.1"
    """Where the bot listens for Icecast, which asks it whom to let in; of this machine, or the way to Icecast's."""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8010
    """For our own Icecast the next free one if another program has it."""
    key: Annotated[
        str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{0,100}\Z", description="letters and digits, - and _, at most 100")
    ] = ""
    """The path at which Icecast asks; empty: made up for our own Icecast. One that is not ours needs it."""


class LiveInput(msgspec.Struct, frozen=True, kw_only=True):
    """How it is with a DJ's mount, as the streamer reads it."""

    mount: str
    is_connected: bool = False
    """Its sound comes."""
    seconds: float = 0.0
    """Since when."""
    level: float | None = None
    """dBFS; None of digital silence."""
    heard: float = 0.0
    """Seconds for which there is sound above -50 dBFS, but for short pauses."""
    format: str = ""
    """`mp3, 44100 Hz, stereo`"""
    title: str = ""
    delay: float = 0.0
    """Seconds of it that are kept."""
    cue: int | None = None
    """The cue by which it is on the air."""
    lost: float = 0.0
    """Seconds for which something else is heard in its place, as nothing comes or only silence."""
    trouble: str = ""
    """What is wrong with what the source sends, a sentence."""


def make_mount(name: str) -> str:
    """The mount of a DJ."""
    return PREFIX + name


def make_live_title(name: str) -> str:
    """Of a show whose DJ sends no title."""
    return f"live: {name}"


def is_live_title(title: str) -> bool:
    return title.startswith(make_live_title(""))


def find_name(mount: str) -> str | None:
    """The DJ whose mount it is; None where it is nobody's."""
    name = mount.removeprefix(PREFIX)
    return name if name != mount and NAME.fullmatch(name) else None
