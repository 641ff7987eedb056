"""What all requests have in common in JSON, all results and all refusals: the field that names the struct.

Here and not with them, so that the structs of one theme may have a file of their own (`common.api.liking`, `.asking`).
The unions `requests.Request`, `results.Result` and `refusals.Refusal` name every struct, so their modules import those
files.
"""

import enum
from typing import ClassVar

import msgspec


class RequestBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="request", forbid_unknown_fields=True):
    """Every request in JSON is an object with its name as `request` and its fields beside it."""


class ResultBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="result"):
    """Every result in JSON is an object with its name as `result` and its fields beside it."""


class Kind(enum.StrEnum):
    """What sort of answer a refusal is."""

    ERROR = "error"
    """Understood, and cannot be done."""
    USAGE = "usage"
    """A value is not one that the request takes."""
    DENIED = "denied"
    BUSY = "busy"
    """It could be done, but not now."""


class RefusalBase(msgspec.Struct, frozen=True, tag_field="refused"):
    """Every refusal in JSON is an object with its name as `refused` and its fields beside it."""

    kind: ClassVar[Kind] = Kind.ERROR


class EventBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """Every event in JSON is an object with its name as `event` and its fields beside it."""
