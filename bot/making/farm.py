"""Keeps the farm client running, and knows how many songs the farm takes.

The client (composer/farm/client.py) is a process of its own; workers ask it for songs over its socket, and compose
themselves while it is away. So nothing that happens to it keeps a song from being made.

Knows its lines; not what a farm is.
"""

import signal
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

import msgspec
from twisted.logger import Logger

from bandstand.bot.child import Child, Command, Ending, Launcher
from bandstand.common.api.events import Event, FarmChanged
from bandstand.common.api.values import ProcessStatus
from bandstand.common.backoff import Backoff
from bandstand.common.config import Config
from bandstand.common.farm import FarmState

log = Logger()

CLIENT_AWAY: Final = "the farm client does not run"
STARTING: Final = "the farm is asked"


class FarmKeeper:
    """`argv` starts a client; nothing is started where no scheduler is configured."""

    def __init__(
        self,
        launcher: Launcher,
        config: Config,
        argv: Sequence[str],
        publish: Callable[[Sequence[Event]], None],
        chance: Random,
    ) -> None:
        self._launcher = launcher
        self._config = config
        self._argv = [
            *argv, "--farm", msgspec.json.encode(config.farm).decode(),
            "--socket", str(config.paths.farm_socket), "--soundfont", config.composer.soundfont,
            "--log", config.log.format,
        ]  # fmt: skip
        self._publish = publish
        self._backoff = Backoff(chance.random)
        self._child: Child | None = None
        self._began = 0.0
        self._is_stopping = False
        self.known = FarmState(trouble=STARTING)

    @property
    def is_enabled(self) -> bool:
        return bool(self._config.farm.scheduler)

    def get_status(self) -> ProcessStatus | None:
        """None where there is no farm."""
        if not self.is_enabled:
            return None
        state = self.known
        words = f"{state.machines} machines, {state.slots} songs at once"
        return ProcessStatus("farm", state.trouble or words, self._child.pid if self._child else None)

    def start(self) -> None:
        """Start the client, if there is a farm."""
        if not self.is_enabled or self._is_stopping:
            return
        child = Child(self._take_line)
        self._began = self._launcher.clock.seconds()
        try:
            self._launcher.start(child, Command(self._argv))
        except OSError as error:
            log.warn("the farm client could not be started: {why}", why=error.strerror)
            self._try_again()
            return
        self._child = child
        child.ended.addCallback(self._take_end)

    def stop(self) -> None:
        self._is_stopping = True
        if self._child is not None:
            self._child.signal(signal.SIGTERM)

    def _take_line(self, line: bytes) -> None:
        try:
            state = msgspec.json.decode(line, type=FarmState)
        except msgspec.DecodeError:
            log.warn("the farm client said what is no state: {line!r}", line=line[:200])
            return
        self._change(state)

    def _take_end(self, ending: Ending) -> None:
        self._child = None
        if self._is_stopping:
            return
        log.warn("the farm client {ending}", ending=ending)
        self._change(FarmState(trouble=CLIENT_AWAY))
        self._backoff.record_success(self._launcher.clock.seconds() - self._began)
        self._try_again()

    def _try_again(self) -> None:
        self._launcher.clock.callLater(self._backoff.next_wait(), self.start)

    def _change(self, state: FarmState) -> None:
        before, self.known = self.known, state
        if state != before and not self._is_stopping:
            is_told = state.trouble != before.trouble and not (before.trouble == STARTING and not state.trouble)
            self._publish([FarmChanged(songs=state.slots, trouble=state.trouble, is_told=is_told)])
