"""What the bot has heard of each mount, and what of it is news: each change is told once, however it was heard of."""

from collections.abc import Iterable

from common.wire import MountState

ON_AIR = ""
AWAY = "the streamer is away"


class Mounts:
    """The reason for which each known mount is off the air, `ON_AIR` where it is not."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def came(self, mount: str) -> list[str]:
        """It came on the air: the sentence for that, or none where it is no news."""
        return self._changed(mount, ON_AIR)

    def went(self, mount: str, reason: str) -> list[str]:
        return self._changed(mount, reason)

    def found(self, states: Iterable[MountState]) -> list[str]:
        """What has changed while nobody told us. A mount that was never heard of and is on the air is no news."""
        news = []
        for state in states:
            if state.on_air and state.path not in self._known:
                self._known[state.path] = ON_AIR
            elif state.on_air or state.trouble:
                news += self._changed(state.path, state.trouble if not state.on_air else ON_AIR)
        return news

    def away(self) -> None:
        """The streamer is gone: when its mounts are on the air again, that is news."""
        self._known = dict.fromkeys(self._known, AWAY)

    def _changed(self, mount: str, reason: str) -> list[str]:
        if self._known.get(mount) == reason:
            return []
        self._known[mount] = reason
        return [f"{mount} is off the air: {reason}" if reason else f"{mount} is on the air"]
