"""All DJs' mounts that are read, and which of them is on the air.

Called in the reactor's thread, but for a source's end, which the bus's thread says. Knows inputs and sources; neither
the playout nor the bot.
"""

from collections.abc import Callable, Sequence
from typing import Final

from bandstand.common import wire
from bandstand.common.types import RATE, CueId
from bandstand.streamer.live.bed import Bed
from bandstand.streamer.live.input import LiveInput
from bandstand.streamer.live.source import LiveSource
from bandstand.streamer.sources import DecodedAhead

MOST: Final = 20
"""Mounts that are read at a time; each takes a thread."""


def _open_nothing(mount: str) -> LiveInput:
    raise NotImplementedError(f"{mount}: this streamer reads no mounts")


class LiveInputs:
    """`open_input` makes the input of a mount, which is not started yet; `retitle` is told when the title of a cue on
    the air changes."""

    def __init__(
        self,
        open_input: Callable[[str], LiveInput] = _open_nothing,
        retitle: Callable[[CueId, str], None] = lambda _cue, _title: None,
    ) -> None:
        self._open_input = open_input
        self._retitle = retitle
        self._inputs: dict[str, LiveInput] = {}
        self._on_air: dict[str, tuple[CueId, LiveSource]] = {}
        self._titles: dict[CueId, str] = {}
        self._was_told = False

    def watch(self, mounts: Sequence[str]) -> None:
        """Read these mounts, and no others but those on the air."""
        for mount in [mount for mount in self._inputs if mount not in mounts and mount not in self._on_air]:
            self._inputs.pop(mount).stop()
        for mount in mounts[:MOST]:
            self._find(mount)

    def make_source(self, mount: str, cue: CueId, bed: DecodedAhead) -> LiveSource:
        """The source by which a cue plays a mount. Takes over the bed."""
        bed.begin(lambda _error: None)
        found = self._find(mount)
        source = LiveSource(found.buffer, Bed(bed), lambda: self._forget(mount, cue), lambda: found.is_cut_off)
        self._on_air[mount] = (cue, source)
        return source

    def look(self) -> list[wire.LiveInput] | None:
        """How it is with each; None where there is nothing to tell. Titles that have changed are told."""
        for mount, (cue, source) in list(self._on_air.items()):
            title = self._inputs[mount].title
            if title and source.has_begun and self._titles.get(cue) != title:
                self._titles = {cue: title}
                self._retitle(cue, title)
        states = [self._describe(mount, one) for mount, one in self._inputs.items()]
        is_told = bool(states) or self._was_told
        self._was_told = bool(states)
        return states if is_told else None

    def _find(self, mount: str) -> LiveInput:
        if mount not in self._inputs:
            self._inputs[mount] = self._open_input(mount)
            self._inputs[mount].start()
        return self._inputs[mount]

    def _forget(self, mount: str, cue: CueId) -> None:
        """A source was closed; another cue may play the mount by now."""
        if self._on_air.get(mount, (None,))[0] == cue:
            self._on_air.pop(mount, None)

    def _describe(self, mount: str, one: LiveInput) -> wire.LiveInput:
        cue, source = self._on_air.get(mount, (None, None))
        return wire.LiveInput(
            mount=mount,
            is_connected=one.is_connected,
            seconds=one.seconds,
            level=one.level,
            heard=one.heard,
            format=one.format if one.is_connected else "",
            title=one.title,
            delay=one.buffer.delay,
            cue=cue,
            lost=source.lost / RATE if source is not None else 0.0,
            trouble=one.trouble,
        )
