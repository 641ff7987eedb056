"""What the bot has heard of each mount, and which of it is news: each change is told once, however it was heard of."""

from collections.abc import Iterable
from typing import Final

from bandstand.common.api.events import MountCameOn, MountWentOff
from bandstand.common.wire import MountState

ON_AIR: Final = ""
AWAY: Final = "the streamer is away"
MountEvent = MountCameOn | MountWentOff


class Mounts:
    """Keeps for each known mount the reason for which it is off the air, `ON_AIR` where it is on."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def record_on(self, mount: str) -> list[MountEvent]:
        """A mount came on the air; returns the event for that, or none where it is no news."""
        return self._change(mount, ON_AIR)

    def record_off(self, mount: str, reason: str) -> list[MountEvent]:
        """A mount is off the air for this reason; returns the event for that, or none where it is no news."""
        return self._change(mount, reason)

    def compare(self, states: Iterable[MountState]) -> list[MountEvent]:
        """Take over what the streamer says of its mounts; returns what has changed while nobody told us.

        A mount that was never heard of and is on the air is no news.
        """
        news: list[MountEvent] = []
        for state in states:
            if state.on_air and state.path not in self._known:
                self._known[state.path] = ON_AIR
            elif state.on_air or state.trouble:
                news += self._change(state.path, ON_AIR if state.on_air else state.trouble)
        return news

    def record_streamer_away(self) -> None:
        """The streamer is gone: when its mounts are on the air again, that is news."""
        self._known = dict.fromkeys(self._known, AWAY)

    def _change(self, mount: str, reason: str) -> list[MountEvent]:
        if self._known.get(mount) == reason:
            return []
        self._known[mount] = reason
        return [MountWentOff(mount=mount, reason=reason) if reason else MountCameOn(mount=mount)]
