"""The audio clock: so many frames as time has passed, on an absolute schedule, to every output.

A thread of its own, never the reactor's. Knows the clock, the programme and who takes the blocks; nothing of codecs or
networks. Changes of the programme come in as actions and are carried out between two blocks.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from common.types import RATE, Frames, Seconds
from streamer.block import Block, Item, Title
from streamer.playout import Action, Ended, Event, Playout, Started

STEP: Final = Frames(2304)
"""48 ms, two MP3 frames: how often sound is handed on. Waking up costs as much processor time as encoding."""
IDLE_STEP: Final = Frames(2 * STEP)
"""While there is nothing but silence."""
QUICK_STEP: Final = Frames(576)
QUICKLY: Final = Frames(4 * 1152)
"""For so long after an action, since then somebody waits to hear what it did."""
LAG: Final = STEP
"""Silence leaves so much later than it is due. A song that breaks it leaves on time, its first frames at once in place
of the silence that was owed: so an encoder has what it looks ahead for without waiting."""
LATEST: Final = Seconds(2.0)
"""More than this is not caught up: after a suspension nobody wants to hear what was missed."""


class Sink(Protocol):
    @property
    def on_air(self) -> bool: ...

    def offer(self, item: Item) -> None: ...


class Bus:
    """Runs `playout` in time. `clock` counts seconds; `report` hears each event after its block has left."""

    def __init__(
        self,
        playout: Playout,
        sinks: Sequence[Sink],
        clock: Callable[[], float],
        report: Callable[[Event], None],
        hold: bool = True,
    ) -> None:
        """`hold`: while no sink is on the air the programme stands still, so that no song is played to nobody."""
        self._playout = playout
        self._sinks = sinks
        self._clock = clock
        self._report = report
        self._hold = hold
        self._actions: queue.SimpleQueue[Action | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="bus", daemon=True)
        self._origin = 0.0
        self._quick_until = 0
        self.sent = Frames(0)

    def start(self) -> None:
        self._thread.start()

    def submit(self, action: Action) -> None:
        """Have `action` carried out, in order, as soon as what is due has left; from any thread."""
        self._actions.put(action)

    def stop(self) -> None:
        """After the actions submitted so far nothing more leaves; `join` waits for that."""
        self._actions.put(None)

    def join(self, timeout: Seconds) -> None:
        self._thread.join(timeout)

    def begin(self) -> None:
        """Let the schedule begin now."""
        self._origin = self._clock() - self.sent / RATE

    def advance(self) -> Seconds:
        """Send what is due by now; returns how long until there is more."""
        now = self._clock()
        idle = self._playout.silent or self._held
        due = round((now - self._origin) * RATE) - self.sent - (LAG if idle else 0)
        if due > LATEST * RATE:
            self._origin = now - self.sent / RATE
            due = 0
        while due > 0:
            due -= self._send(Frames(min(due, IDLE_STEP)))
        return self._wait()

    def _wait(self) -> Seconds:
        """Until the next multiple of the step is due."""
        step, lag = STEP, 0
        if self._playout.silent or self._held:
            step, lag = IDLE_STEP, LAG
        elif self.sent < self._quick_until:
            step = QUICK_STEP
        following = (self.sent // step + 1) * step + lag
        return Seconds(max(0.0, self._origin + following / RATE - self._clock()))

    @property
    def _held(self) -> bool:
        return self._hold and not any(sink.on_air for sink in self._sinks)

    def _send(self, frames: Frames) -> Frames:
        if self._held:
            _, events = self._playout.next_block(0)
            block = Block(frames, None)
        else:
            block, events = self._playout.next_block(frames)
        title = self._title(events)
        for sink in self._sinks:
            if title:
                sink.offer(title)
            sink.offer(block)
        self.sent = Frames(self.sent + frames)
        for event in events:
            self._report(event)
        return frames

    def _title(self, events: Sequence[Event]) -> Title | None:
        """The title from this block on, if it changes there."""
        begun = [event for event in events if isinstance(event, Started)]
        if begun:
            return Title(begun[-1].artist, begun[-1].title)
        over = any(isinstance(event, Ended) for event in events)
        return Title("", "") if over and self._playout.current is None else None

    def _run(self) -> None:
        self.begin()
        while True:
            try:
                action = self._actions.get(timeout=self.advance())
            except queue.Empty:
                continue
            self.advance()
            if action is None:
                break
            action(self._playout)
            self._quick_until = self.sent + QUICKLY
        self._playout.close()
