"""Kinds of values that several sections of the configuration share, each with the words for what is allowed.

A pattern ends in `\\Z`: `$` would also accept a line break behind the last character, which becomes a second header or
a second line further on.
"""

from typing import Annotated

from msgspec import Meta

Fault = tuple[str, str]
"""What is wrong in a configuration: (place such as `mounts[0].path`, sentence)."""

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*\Z"
_HOST = r"(?:[^\s/:@\[\]\x00-\x1f\x7f]+|[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(?:%\w+)?)"
_HOST_WORDS = "the name or address of a host, such as radio.example or 192.0.2.1 (without http:// and without a port)"

Text = Annotated[str, Meta(min_length=1)]
Line = Annotated[str, Meta(pattern=_NO_CONTROL, description="text on one line")]
PathText = Annotated[str, Meta(pattern=_NO_CONTROL, description="a path on one line")]
"""As a person writes it; `common.files.resolve_path` makes it absolute."""
Secret = Annotated[
    str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,500}\Z", description="a password on one line of at most 500 characters")
]
Host = Annotated[str, Meta(pattern=rf"^{_HOST}\Z", description=_HOST_WORDS)]
HostOrNone = Annotated[str, Meta(pattern=rf"^(?:{_HOST})?\Z", description=_HOST_WORDS)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
