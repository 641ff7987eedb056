"""What an operator's page watches: how many listened over time, and the end of the log. Requests and results; the
unions in `requests` and `results` have them.
"""

from typing import Annotated

import msgspec

from bandstand.common.api.bases import RequestBase, ResultBase
from bandstand.common.api.values import ListenerCount

# Requests


class GetListeners(RequestBase, frozen=True, tag="get_listeners"):
    """How many listened over time, counted once a minute."""


class GetLog(RequestBase, frozen=True, tag="get_log"):
    """The last lines of the station's log, as far as it is kept in a file."""

    lines: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


ObservingRequest = GetListeners | GetLog


# Results


class Listeners(ResultBase, frozen=True, tag="listeners"):
    counts: tuple[ListenerCount, ...]
    """In order of time: of the last day, as far as the bot has run."""


class LogTail(ResultBase, frozen=True, tag="log"):
    lines: tuple[str, ...]
    """The oldest first; none where the log goes elsewhere, as to systemd's journal."""


ObservingResult = Listeners | LogTail
