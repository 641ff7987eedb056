"""What is heard between songs: the requests and results about jingles and idents. `requests` and `results` have the
unions.
"""

import msgspec

from bandstand.common.api.bases import RequestBase, ResultBase
from bandstand.common.api.values import SongBrief
from bandstand.common.types import SongCode


class Jingle(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    song: SongBrief


# Requests


class AddJingle(RequestBase, frozen=True, tag="add_jingle"):
    """Take a sound file of the station's machine as a jingle."""

    path: str
    """From /; or a `file:` URI, for a name whose bytes are no UTF-8."""
    name: str = ""
    """Empty: as the file is called."""


class RemoveJingle(RequestBase, frozen=True, tag="remove_jingle"):
    name: str
    """Or its code."""


class ListJingles(RequestBase, frozen=True, tag="list_jingles"):
    """The station's jingles."""


class PlayIdent(RequestBase, frozen=True, tag="play_ident"):
    """Play the station's ident after the song on the air, in its band, key and tempo."""


# Results


class JingleAdded(ResultBase, frozen=True, tag="jingle_added"):
    """It is imported, and played from then on."""

    job: int
    song: SongCode
    name: str


class JingleRemoved(ResultBase, frozen=True, tag="jingle_removed"):
    name: str


class Jingles(ResultBase, frozen=True, tag="jingles"):
    jingles: tuple[Jingle, ...]
    """The newest first."""


class IdentOrdered(ResultBase, frozen=True, tag="ident_ordered"):
    """An ident comes after the song on the air."""
