"""When the bot tries to get the nick that it wants, while it has another. Pure.

Somebody else may have it: then it is asked for every minute, and at once when they leave. Or it is taken away as soon
as the bot has it, by services that protect a registered nick, or the server does not let the bot have it at all. Each
such setback doubles the wait, up to an hour, or the two would go on for ever and fill everybody's window. To have kept
the nick for ten minutes makes up for all of them.
"""

FIRST_SECONDS = 60.0
LAST_SECONDS = 3600.0
KEPT_SECONDS = 600.0
"""After so long with the nick the setbacks are forgotten."""
MAX_EAGER_SETBACKS = 1
"""With more than these, the nick is not taken at once when another user gives it up."""


class NickPolicy:
    """The rules of one connection."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self._setbacks = 0
        self._had_it = False
        self._trouble = ""

    @property
    def setbacks(self) -> int:
        return self._setbacks

    @property
    def is_eager(self) -> bool:
        """Whether to take the nick as soon as another user gives it up."""
        return self._setbacks <= MAX_EAGER_SETBACKS

    @property
    def delay(self) -> float:
        """Seconds until the next attempt."""
        return min(LAST_SECONDS, FIRST_SECONDS * 2.0 ** min(max(0, self._setbacks - 1), 10))

    @property
    def trouble(self) -> str:
        """A phrase that says why the bot does not have its nick; empty if it has."""
        return "" if self._had_it else self._trouble

    def record_nick(self, is_wanted: bool) -> None:
        """The server says which nick the bot has now."""
        if is_wanted:
            self._trouble = ""
        elif self._had_it:
            self._setbacks += 1
            times = "was taken away" if self._setbacks == 1 else f"was taken away {self._setbacks} times"
            self._trouble = f"the nick {self.wanted} {times}"
        elif not self._trouble:
            self._trouble = f"the nick {self.wanted} is not free"
        self._had_it = is_wanted

    def record_refusal(self, why: str, is_in_use: bool) -> None:
        """The server did not let the bot have its nick. `why`: in the server's words."""
        if self._had_it:
            return
        if not is_in_use:
            self._setbacks += 1
            self._trouble = f"the server refuses the nick {self.wanted}: {why}"
        elif not self._setbacks:
            self._trouble = f"the nick {self.wanted} is not free"

    def forget_setbacks(self) -> None:
        """The bot has kept its nick for long enough."""
        self._setbacks = 0
