"""The programme, which plays where nobody has asked for anything: why it chose a song or plays none, with the requests
to it and its events. `requests` and `events` have the unions.
"""

import enum

import msgspec

from bandstand.common.api.bases import EventBase, RequestBase
from bandstand.common.types import CueId


class Source(enum.StrEnum):
    """Where the programme took a song from."""

    STOCK = "stock"
    """Composed ahead, and heard for the first time."""
    ROTATION = "rotation"
    """Of the library, heard before or imported."""
    COMPOSED = "composed"
    """Composed because there was nothing else."""


class Distance(enum.StrEnum):
    """A rule of the rotation that keeps songs apart."""

    ARTIST = "artist"
    TITLE = "title"
    SONG = "song"


class SlotKind(enum.StrEnum):
    """What fills a slot."""

    ANY = "any"
    """Whatever the rotation or the stock has."""
    PLAYLIST = "playlist"
    STYLE = "style"
    """A song that a band of this style composed."""
    BAND = "band"
    JINGLE = "jingle"
    FILE = "file"
    CLOCK = "clock"
    """The next slot of this clock."""
    LIVE = "live"
    """The time of a DJ: the ordinary programme plays until they are connected. For shows alone."""
    OFF = "off"
    """The ordinary programme, as if there were no show: for overrides alone."""


class Slot(msgspec.Struct, frozen=True):
    """A rule for one entry of the programme, or for a show's. People write it as `playlist:NAME`, `style:NAME`,
    `band:NAME`, `jingle:NAME`, `file:PATH`, `clock:NAME`, `live:NAME` or `any`."""

    kind: SlotKind
    name: str = ""
    """The name, or the path of a file; empty: any of this kind."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind.value


NAMELESS_SLOTS = (SlotKind.ANY, SlotKind.JINGLE, SlotKind.OFF)
"""Slots that need no name: `jingle` is any jingle."""


def read_slot(text: str) -> Slot:
    """The slot that a person wrote. Raises ValueError with what was expected; whether there is a playlist, a band or a
    clock of this name is for whoever knows them."""
    word, _, name = text.strip().partition(":")
    name = name.strip()
    kind = next((one for one in SlotKind if one.value == word.strip().lower()), None)
    if kind is None:
        raise ValueError(f"a slot is any, or one of {', '.join(map(_say_form, NAMED_SLOTS))}")
    if name and kind in (SlotKind.ANY, SlotKind.OFF):
        raise ValueError(f"the slot {kind} has no name")
    if not name and kind not in NAMELESS_SLOTS:
        raise ValueError(f"the slot {kind} needs a {'path' if kind is SlotKind.FILE else 'name'}, as {_say_form(kind)}")
    return Slot(kind, name)


def _say_form(kind: SlotKind) -> str:
    return f"{kind}:PATH" if kind is SlotKind.FILE else f"{kind}:NAME"


NAMED_SLOTS = tuple(kind for kind in SlotKind if kind not in (SlotKind.ANY, SlotKind.OFF))


class ClockPlace(msgspec.Struct, frozen=True):
    """A slot of a clock, counted from 0."""

    clock: str
    slot: int


class PassedSlot(msgspec.Struct, frozen=True):
    """A slot that could not be filled, and why, as a sentence."""

    slot: Slot
    reason: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Why the programme plays a song that nobody asked for."""

    source: Source
    among: int = 0
    """Among how many songs it was drawn."""
    relaxed: tuple[Distance, ...] = ()
    """The rules that had to be left out, as they left no song."""
    last_started: float | None = None
    """When the song was heard before; None: never."""
    playlist: str = ""
    """The playlist that it is of."""
    is_turn: bool = False
    """The playlist had its turn: once an hour, or after so many songs or minutes."""
    slot: Slot | None = None
    """What was to be played; None: whatever there is."""
    clocks: tuple[ClockPlace, ...] = ()
    """The slot of the clock that it is, and the clocks within that; the outermost first."""
    show: str = ""
    """The show that it belongs to."""
    passed: tuple[PassedSlot, ...] = ()
    """Slots before it that could not be filled."""
    ends_at: float | None = None
    """The moment at which it, or what follows it, has to end: it was chosen or composed to fit."""
    fixed_at: float | None = None
    """The fixed time before which it was planned; None: none was known."""
    not_before: float | None = None
    """The moment before which it is not to begin, such as the start of its show; None: any time is right."""
    overruns: bool = False
    """It leaves no room for what has to fit before that, as nothing else was there."""


class QuietReason(enum.StrEnum):
    """Why the programme plays nothing by itself."""

    OFF = "off"
    """`radio off`."""
    STOPPED = "stopped"
    """`stop`, until `resume`."""
    WATCHING = "watching"
    """A generator is watched, and whoever works on it is not to be disturbed."""
    PROGRAMMING = "programming"
    """A user's own generator was heard not long ago."""


# Requests


class SwitchRadio(RequestBase, frozen=True, tag="switch_radio"):
    """Have the programme play where nobody has asked for anything, or not."""

    is_on: bool


class GetRadio(RequestBase, frozen=True, tag="get_radio"):
    """Whether the programme plays, and what it has ahead."""


class ExplainSong(RequestBase, frozen=True, tag="explain_song"):
    """Why this song is on the air, or why there is silence; or why a song is in the queue."""

    which: str = ""
    """Of the queue: a place in it from 1, a code, or words of the title; empty: what is on the air."""
    cue: CueId | None = None
    """The entry of the queue that is meant, whatever `which` says."""


# Events


class RadioSwitched(EventBase, frozen=True, tag="radio_switched"):
    """Whether the programme plays by itself from now on; `name` switched it."""

    is_on: bool
    name: str


class ProgrammeChanged(EventBase, frozen=True, tag="programme_changed"):
    """Playlists, clocks or the schedule are others than before."""


class SlotPassed(EventBase, frozen=True, tag="slot_passed"):
    """The programme passed over a slot that it could not fill, and played on with the next one."""

    slot: str
    """As it is written, such as `playlist:jazz`."""
    reason: str
