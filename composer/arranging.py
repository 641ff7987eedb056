"""Arranges a band for one song as somebody asked for it: who plays, on which instrument, and with how much energy.

An instrument that is asked for goes to whoever may play it already; else to the member whose role is the instrument's,
in place of what that member plays; else, where all of those have been given an instrument, a player is hired for it.
Without an instrument, its players take another of theirs, or do not play. Bands are values, so nothing here outlasts
the song.
"""

from typing import Final

import msgspec

from bandstand.common.bands import Band, Member
from bandstand.common.errors import ComposeError
from bandstand.common.instruments import Instrument, find_instrument
from bandstand.common.song_parameters import SongParameters

PLAIN: Final = 0.5
"""The energy of a song for which nobody asked for any."""
ALWAYS: Final = ("bass", "chords", "melody")
"""Voices that a song with little energy keeps."""
HIRED: Final = {
    "drums": Member(name="drums", voice="drums", instruments=(0,), reverb=0.15, loose=5),
    "bass": Member(name="bass", voice="bass", instruments=(33,), bottom=31, top=52, reverb=0.05, loose=7),
    "chords": Member(name="chords", voice="chords", instruments=(0,), bottom=52, top=76, pan=0.3, reverb=0.3, loose=9),
    "arpeggio": Member(
        name="arpeggio", voice="arpeggio", instruments=(46,), bottom=55, top=79, pan=0.4, reverb=0.4, loose=6
    ),
    "pad": Member(name="pad", voice="pad", instruments=(48,), bottom=55, top=79, pan=-0.4, reverb=0.5, loose=12),
    "melody": Member(
        name="melody", voice="melody", instruments=(73,), bottom=62, top=86, pan=-0.2, reverb=0.4, loose=10, enters=0.6
    ),
}  # fmt: skip
"""Voice -> a player who is hired for one song."""
PLAYABLE_BY: Final = {"melody": "pad"}
"""Voice -> the voice of a player who is hired for it, so that a song has one tune."""


def arrange_band(band: Band, asked: SongParameters) -> Band:
    """The band for one song. Raises ComposeError if nobody would be left to play."""
    members = band.members
    for name in asked.unwanted:
        members = _leave_out(members, name)
    given: set[str] = set()
    for name in asked.wanted:
        members = _bring_in(members, name, given)
    if not members:
        raise ComposeError("without: nobody would be left to play")
    return band if members == band.members else msgspec.structs.replace(band, members=members)


def shift_energy(energy: float, asked: float | None) -> float:
    """The energy of a section in a song for which this much was asked; the order of its sections stays."""
    if asked is None or asked == PLAIN:
        return energy
    if asked < PLAIN:
        return round(energy * (0.4 + 1.2 * asked), 3)
    return round(energy + (1 - energy) * 1.6 * (asked - PLAIN), 3)


def may_play(member: Member, plain: float, shifted: float) -> bool:
    """Whether a member plays in a section with this energy, before and after `shift_energy`."""
    return member.enters <= (max(plain, shifted) if member.voice in ALWAYS else shifted)


def _leave_out(members: tuple[Member, ...], name: str) -> tuple[Member, ...]:
    instrument = _find(name)
    left = []
    for member in members:
        if name == member.name or name == member.voice or (is_role(name) and member.voice == instrument.voice):
            continue
        is_same_kind = (member.voice == "drums") == (instrument.voice == "drums")
        programs = tuple(one for one in member.instruments if not is_same_kind or one not in instrument.programs)
        if programs:
            left.append(msgspec.structs.replace(member, instruments=programs))
    return tuple(left)


def is_role(name: str) -> bool:
    """Whether a name means all that play in its role, rather than one instrument."""
    return name in ("drums", "drum", "drum kit", "percussion", "bass")


def _bring_in(members: tuple[Member, ...], name: str, given: set[str]) -> tuple[Member, ...]:
    """`given` has the names of members who have been given an instrument, and is added to."""
    instrument = _find(name)
    free = [member for member in members if member.name not in given]
    mine = [one for one in free if _is_player(one, instrument)]
    seated = mine or [one for one in free if one.voice == instrument.voice]
    if not seated:
        return (*members, _hire(instrument, name, members, given))
    chosen = seated[0]
    given.add(chosen.name)
    return tuple(_hand_over(one, instrument) if one is chosen else one for one in members)


def _is_player(member: Member, instrument: Instrument) -> bool:
    is_same_kind = (member.voice == "drums") == (instrument.voice == "drums")
    return is_same_kind and bool(set(member.instruments) & set(instrument.programs))


def _hand_over(member: Member, instrument: Instrument) -> Member:
    """The member on this instrument alone, and heard from the song's quieter sections on."""
    known = tuple(one for one in member.instruments if one in instrument.programs)
    enters = min(member.enters, 0.5)
    if known:
        return msgspec.structs.replace(member, instruments=known, enters=enters)
    bottom, top = (instrument.bottom or member.bottom), min(instrument.top, 127)
    top = member.top if instrument.top == 127 else top
    return msgspec.structs.replace(member, instruments=instrument.programs[:2], bottom=bottom, top=top, enters=enters)


def _hire(instrument: Instrument, name: str, members: tuple[Member, ...], given: set[str]) -> Member:
    has_tune = any(one.voice == "melody" for one in members)
    voice = PLAYABLE_BY.get(instrument.voice, instrument.voice) if has_tune else instrument.voice
    taken = {one.name for one in members}
    own = name if name not in taken else f"second {name}"
    given.add(own)
    return _hand_over(msgspec.structs.replace(HIRED[voice], name=own, instruments=instrument.programs[:2]), instrument)


def _find(name: str) -> Instrument:
    instrument = find_instrument(name)
    if instrument is None:  # `checked` has seen to it
        raise ComposeError(f"{name} is no instrument that the bands know")
    return instrument
