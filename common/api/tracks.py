"""What a track is to listeners, and where its sound begins and ends. `values` has the songs themselves."""

import enum

import msgspec

from bandstand.common import generators


class SongKind(enum.StrEnum):
    """What a track is to listeners. All but a song are neither rated nor asked for."""

    SONG = "song"
    JINGLE = "jingle"
    """A file that names the station, heard between songs."""
    IDENT = "ident"
    """The station's own motif, composed in the band and key of the song that it follows."""
    BRIDGE = "bridge"
    """Some bars that lead from one song to the next."""
    LIVE = "live"
    """A DJ's show."""


KINDS = {
    generators.JINGLE: SongKind.JINGLE,
    generators.IDENT: SongKind.IDENT,
    generators.BRIDGE: SongKind.BRIDGE,
    generators.LIVE_SHOW: SongKind.LIVE,
}
"""Generator -> what its tracks are; all others make songs."""


def find_kind(generator: str) -> SongKind:
    """What a track of this generator is to listeners."""
    return KINDS.get(generator, SongKind.SONG)


class Edges(msgspec.Struct, frozen=True):
    """Where a song's sound begins and ends, in seconds into the song; see `Song`."""

    cue_in: float | None = None
    cue_out: float | None = None
    next_at: float | None = None
    is_composed: bool = False
    """The points are those of its score, and not what was heard in its sound."""


UNKNOWN_EDGES = Edges()
