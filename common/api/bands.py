"""The results about bands, their players and their ratings; `results` has the union."""

import msgspec

from bandstand.common.api.bases import ResultBase
from bandstand.common.api.values import BandForm, RatingMean, SongBrief
from bandstand.common.bands import Member

Base = ResultBase


class BandBrief(msgspec.Struct, frozen=True):
    form: BandForm
    songs: int
    """How many songs were made by this form of the band."""


class Bands(Base, frozen=True, tag="bands"):
    bands: tuple[BandBrief, ...]


class BandDetails(Base, frozen=True, tag="band"):
    form: BandForm
    is_new: bool = False
    """It was founded just now."""


class PlayerDetails(msgspec.Struct, frozen=True):
    band: BandForm
    member: Member
    songs: tuple[SongBrief, ...]
    """The band's last ones."""


class Artist(Base, frozen=True, tag="artist"):
    players: tuple[PlayerDetails, ...]
    """Everybody of this name; at least one."""


class Rated(Base, frozen=True, tag="rated"):
    song: SongBrief
    section: str
    """Empty where the song does not say its sections."""
    value: float
    rating: RatingMean


class Evolving(Base, frozen=True, tag="evolving"):
    """What comes of it follows as the event `BandBred`."""

    band: str
    ratings: int


class FamilyForm(msgspec.Struct, frozen=True):
    form: BandForm
    songs: int
    rating: RatingMean


class Family(Base, frozen=True, tag="family"):
    """The forms of a band, the one that plays now first."""

    band: str
    forms: tuple[FamilyForm, ...]


class Reverted(Base, frozen=True, tag="reverted"):
    form: BandForm
