"""What goes over the bot's socket, `bot.sock` in the station's directory: one JSON object in each line, both ways.

A client sends any of three:

- `{"line": "play blue lantern"}`: a person's words. The answer has the reply as people read it, and its value.
- `{"request": {"request": "play", "song": "7kq3"}, "by": {"name": "ann"}}`: a request of `common.api.requests`. The
  client vouches for who asks; where `by` has an identity and no right, the station looks the right up. Of a visitor of
  the page (`web`) it looks up as well, by their session, who they are.
- `{"subscribe": {"after": 17}}`: events from number 18 on, as far as they are still kept; the current state comes
  first.

Answers carry `answers`, the number of the client's message, counted from 1; they may come in another order. The socket
can be opened by the station's owner alone.
"""

from typing import Annotated

import msgspec

from bandstand.common.api import refusals
from bandstand.common.api.people import Identity, Place, Right
from bandstand.common.api.refusals import Refusal
from bandstand.common.api.requests import Request
from bandstand.common.api.results import Result


class By(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For whom a client asks."""

    name: str
    right: Right | None = None
    """None: that of the identity; the owner's without an identity."""
    identity: Identity | None = None
    place: Place | None = None
    """Where later answers are expected; None: this connection."""


class Subscribe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    after: int | None = None
    """The number of the last event that the client has; None: only what comes."""
    last: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Where `after` is None: so many of the last events first, as far as they are still kept."""


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message of a client."""

    line: str | None = None
    progress: bool = False
    """With `line`: tell how far the job is that it begins, by and by, as much as there is room for."""
    request: Request | None = None
    by: By = By("ctl")
    reference: str = ""
    """Under which the station logs what it does of this; empty: one that it makes itself. See `common.reference`."""
    subscribe: Subscribe | None = None


class InternalFault(refusals.Base, frozen=True, tag="internal_fault"):
    """No refusal: what was asked could not be done, by a fault of the station's or of its machine. `reference` finds it
    in the log."""

    reference: str
    is_passing: bool = False
    """Its database is away or in use, or the disk is full: the same may be done in a moment."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a request: a result, or a refusal with its sentence."""

    answers: int
    result: Result | None = None
    refused: Refusal | InternalFault | None = None
    sentence: str = ""
    said: str = ""
    """What a person is told of the result, where the request changed something."""
