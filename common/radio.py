"""What the station does where nobody asks for anything: the section `[radio]`. Part of `common.config`."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from bandstand.common.errors import UnusableFile
from bandstand.common.files import resolve_path
from bandstand.common.plain_values import Fault
from bandstand.common.show_times import find_zone
from bandstand.common.station_motif import BadMotif, parse_motif, write_motif


class Radio(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the station does where nobody asks for anything."""

    idle: Literal["radio", "silence"] = "radio"
    """`radio`: it plays on, with songs of its own and of the library; `silence`: it waits. `radio on` and `radio off`
    change that, and are kept in the database."""
    zone: str = ""
    """The IANA time zone of the schedule, as `Europe/Berlin`; empty: the machine's."""
    stock: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 30
    """Minutes of songs that are composed ahead while the machine is idle."""
    voteskip: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    """The share of those who listen or spoke within ten minutes that has to vote for skipping a song, two of them at
    least; 0: no song is skipped by vote."""
    kept: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 24
    """Hours of songs that the station composed by itself; beyond that the least liked make room."""
    clock: str = ""
    """The clock that the programme goes by where no show says otherwise, until `clock use`; empty: none."""
    on_the_hour: bool = False
    """Whether the last song of each hour ends at the hour."""
    jingle_every: Annotated[str, msgspec.Meta(pattern=r"^([1-9][0-9]{0,2} (songs?|minutes?))?$")] = ""
    """`4 songs` or `20 minutes`: after that a jingle, or an ident, between two songs; empty: none by itself."""
    idents: bool = True
    """The station's composed idents take turns with its jingles; `false`: only where there is no jingle."""
    motif: str = ""
    """The tune of the idents, as degrees of the scale (`5 6 5 3 2 1`); empty: made of the station's name."""
    voice: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9/.][A-Za-z0-9/._+ -]*)?$")] = ""
    """A voice that speaks the station's name over its idents: one of espeak-ng (`en`), or a Piper model (a path that
    ends in `.onnx`); empty: music only."""
    bridges: bool = False
    """Some bars are composed between two of the station's own songs, which lead from one key and tempo to the other."""


def resolve_radio(radio: Radio, base: Path, found: list[Fault]) -> Radio:
    """Write the motif and the zone in full, and make the voice's path absolute by the folder `base`. What is wrong is
    added to `found`."""
    zone = motif = ""
    try:
        motif = write_motif(parse_motif(radio.motif)) if radio.motif else ""
    except BadMotif as error:
        found.append(("radio.motif", str(error)))
    try:
        zone = find_zone(radio.zone) if radio.zone else ""
    except ValueError as error:
        found.append(("radio.zone", str(error)))
    voice = radio.voice
    try:
        voice = str(resolve_path(voice, base)) if voice.endswith(".onnx") else voice
    except UnusableFile as error:
        found.append(("radio.voice", str(error)))
    return msgspec.structs.replace(radio, motif=motif, zone=zone, voice=voice)
