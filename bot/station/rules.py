"""The station's configuration, as far as the core goes by it. `bot.app` makes it of bandstand.toml and radio.toml."""

from pathlib import Path

import msgspec

from bandstand.common.api.shows import Show
from bandstand.common.config import Config
from bandstand.common.recordings import PublicRecordings


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """What is heard between songs (`bot.station.between`)."""

    name: str = "Bandstand"
    """Of the station, as idents say it."""
    motif: str = ""
    """See `common.station_motif`; empty: made of the name."""
    voice: str = ""
    """That speaks the name; empty: music only."""
    every_songs: int = 0
    """After so many songs a jingle or an ident; 0: not by that."""
    every_seconds: float = 0.0
    """The same by time."""
    idents: bool = True
    """Idents take turns with jingles; otherwise there are idents only where there is no jingle."""
    bridges: bool = False


class RecordingRules(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded by itself, and how long it is kept."""

    is_on: bool = False
    """Whether everything is recorded where nobody has said `record on` or `record off`."""
    limit: int = 0
    """Bytes that all recordings may take; 0: any number."""
    seconds: float = 0.0
    """For which a recording is kept; 0: as long as there is room."""
    public: PublicRecordings = "own"
    """Which are public by themselves."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The station's configuration, as far as the core goes by it."""

    open_jobs: int = 0
    """How many songs one person may have in the making; 0: any number."""
    queued_songs: int = 0
    """How many songs one person may have in the queue; 0: any number."""
    crossfade: float = 0.0
    """Seconds in which a song rises over the end of the one before, unless its cue says otherwise."""
    configuration: Path = Path("bandstand.toml")
    """The file; it need not exist."""
    plays_on: bool = True
    """Whether the programme plays by itself where nobody has said `radio on` or `radio off`."""
    stock: float = 1800.0
    """Seconds of songs to be composed ahead."""
    between: Between = Between()
    recordings: RecordingRules = RecordingRules()
    skip_share: float = 0.5
    """Which share of the people has to vote for it so that a song is skipped; 0: none is skipped by vote."""
    kept: float = 24 * 3600.0
    """Seconds of songs that the station composed by itself, after which the least liked make room."""
    shows: tuple[Show, ...] = ()
    """Those that stand in the configuration."""
    zone: str = "UTC"
    """The IANA zone in which times of shows count."""
    clock: str = ""
    """The clock that the programme goes by where nobody said another one; empty: none."""
    is_live_enabled: bool = True
    is_live_automatic: bool = False
    """DJs go on the air as soon as they are connected and nobody else is on."""
    is_on_the_hour: bool = False
    """Whether the last song of each hour ends at the hour."""


def make_between(config: Config) -> Between:
    radio = config.radio
    count, _, unit = radio.jingle_every.partition(" ")
    return Between(
        name=config.station.name,
        motif=radio.motif,
        voice=radio.voice,
        every_songs=int(count) if unit.startswith("song") else 0,
        every_seconds=int(count) * 60.0 if unit.startswith("minute") else 0.0,
        idents=radio.idents,
        bridges=radio.bridges,
    )


def make_recording_rules(config: Config) -> RecordingRules:
    wanted = config.recordings
    return RecordingRules(
        is_on=wanted.enabled, limit=round(wanted.limit * 1e9), seconds=wanted.days * 86400.0, public=wanted.public
    )
