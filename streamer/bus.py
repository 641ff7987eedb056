"""The bus: the audio clock, which sends as many frames as time has passed, on an absolute schedule, to every output.

The bus's lag: sound usually leaves 48 ms after it is due, and the bus wakes for two blocks of 96 ms at once: a process
that has slept finds nothing of its own in the processor's caches, so each wake-up costs as much time as encoding does,
and a second block straight after the first costs half as much. An output sends the second one 96 ms later, so that
sound comes to Icecast block by block all the same. After an action (a cut, a skip) somebody waits to hear what it did:
the lag is dropped, so the first frames leave at once, and for some 300 ms the blocks are of 12 ms. The frames that were
held back by the lag leave with the action, so an encoder's look-ahead is filled at once, whether a song or silence was
on the air.

A source that has fallen behind for a moment, as on a busy machine, is waited for: sound that leaves a little later is
not heard, since Icecast and players have seconds of it in store, but a hole would be. What time that takes is made up
for. It is not done for long, nor often: sound that comes just as fast as it is played shall get ahead by silence once.

Runs in a thread of its own, never the reactor's. Knows the clock, the playout and the outputs; nothing of codecs or
networks. Changes of the playout come in as actions and are made between two blocks.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from bandstand.common.token_bucket import TokenBucket
from bandstand.common.types import RATE, Frames, Seconds
from bandstand.streamer.block import NOTHING, Block, Item, Title
from bandstand.streamer.heard import MarkFinder
from bandstand.streamer.playout import Action, Ended, Event, Playout, Retitled, Started
from bandstand.streamer.position_watch import PositionWatch

STEP: Final = Frames(4608)
"""96 ms, four MP3 frames: a block. What is due beyond it for being woken a little late is put to it."""
WAKING: Final = Frames(2 * STEP)
"""How often the bus wakes; see the top of this file."""
QUICK_STEP: Final = Frames(576)
QUICKLY: Final = Frames(12 * 1152)
"""288 ms: how long steps are short after an action."""
LAG: Final = Frames(2304)
"""48 ms: how much later than due sound leaves, but after an action; see the top of this file."""
NO_DELAY: Final = Frames(0)
LATEST: Final = Seconds(2.0)
"""A longer delay is not made up for: after a suspension nobody wants to hear what was missed."""

LOOK: Final = Seconds(0.01)
"""Between two looks at a source that has fallen behind."""
PATIENCE: Final = Seconds(0.25)
"""It is waited for at most so long at once; the standby takes over after 1 s in which nothing is sent."""
PATIENCE_GAINED: Final = 0.02
"""Seconds of patience that come back in a second."""


class Sink(Protocol):
    @property
    def on_air(self) -> bool: ...

    def offer(self, item: Item) -> None: ...


class Bus:
    """Runs `playout` in time. `clock` counts seconds and is monotonic; `report` is given each event after its block has
    left, in the bus's thread."""

    def __init__(
        self,
        playout: Playout,
        sinks: Sequence[Sink],
        clock: Callable[[], float],
        report: Callable[[Event], None],
        hold: bool = True,
        process: Callable[[Block], Block] = lambda block: block,
        delay: Frames = NO_DELAY,
    ) -> None:
        """`hold`: while no sink is on the air the playout stands still, so that no song is played to nobody.
        `process` is applied to each block before it leaves; by it the sound leaves `delay` frames later."""
        self._playout = playout
        self._sinks = sinks
        self._clock = clock
        self._report = report
        self._hold = hold
        self._process = process
        self._actions: queue.SimpleQueue[tuple[Action, bool] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="bus", daemon=True)
        self._watch = PositionWatch()
        self._marks = MarkFinder()
        self._delay = delay
        self._origin = 0.0
        self._quick_until = 0
        self._patience = TokenBucket(PATIENCE_GAINED, PATIENCE)
        self.sent = Frames(0)

    def start(self) -> None:
        self._thread.start()

    def submit(self, action: Action, heard: bool = True) -> None:
        """Have the bus call `action`, in order, as soon as what is due has left. May be called by any thread.

        `heard` is False for an action that changes nothing.
        """
        self._actions.put((action, heard))

    def stop(self) -> None:
        """After the actions submitted so far nothing more leaves; `join` waits for that."""
        self._actions.put(None)

    def join(self, timeout: Seconds) -> None:
        self._thread.join(timeout)

    def begin(self) -> None:
        """Make now the time at which the next frame is due."""
        self._origin = self._clock() - self.sent / RATE

    def advance(self) -> Seconds:
        """Send what is due by now; returns how long until there is more."""
        now = self._clock()
        if self._due(now) > LATEST * RATE:
            self._origin = now - self.sent / RATE
        while (due := self._due(now)) > 0:
            frames = Frames(due if due < STEP + QUICK_STEP else STEP)
            if self._is_to_wait(frames, now):
                return LOOK
            self._send(frames, Frames(due - frames))
        moved = self._watch.find_error(self._playout.current, self.is_moving, now)
        if moved is not None:
            self._report(moved)
        return self._wait()

    def _is_to_wait(self, frames: Frames, now: float) -> bool:
        """Whether the song on the air has fallen behind for no longer than it is waited for."""
        return self._playout.is_late(frames) and not self._held and not self._patience.take(now, LOOK)

    def _due(self, now: float) -> int:
        return round((now - self._origin) * RATE) - self.sent - self._lag

    def act(self, action: Action, heard: bool = True) -> None:
        """Send what is due, call `action`, and take short steps for a while if it can be heard."""
        self.advance()
        action(self._playout)
        if heard:
            self._quick_until = self.sent + QUICKLY

    def _wait(self) -> Seconds:
        """Seconds until the next multiple of the step is due."""
        step = QUICK_STEP if self._quick else WAKING
        following = (self.sent // step + 1) * step + self._lag
        return Seconds(max(0.0, self._origin + following / RATE - self._clock()))

    @property
    def _quick(self) -> bool:
        return self.sent < self._quick_until

    @property
    def _lag(self) -> int:
        return 0 if self._quick else LAG

    @property
    def is_moving(self) -> bool:
        """Whether the current cue goes on, if there is one."""
        return not self._held and not self._playout.is_starved

    @property
    def _held(self) -> bool:
        return self._hold and not any(sink.on_air for sink in self._sinks)

    def _send(self, frames: Frames, behind: Frames) -> None:
        """Make the next block and offer it to the outputs; so many frames `behind` it are due as well."""
        if self._held:
            _, events = self._playout.next_block(0)
            block = Block(frames, None)
            stretches = [self._playout.stand_still()]
        else:
            block, events = self._playout.next_block(frames)
            stretches = self._playout.stretches
        block = Block(frames, self._process(block).samples, self.sent, behind)
        title = self._title(events)
        marks = self._marks.find(Frames(self.sent + self._delay), stretches)
        for sink in self._sinks:
            for item in (title, *marks, block):
                if item:
                    sink.offer(item)
        self.sent = Frames(self.sent + frames)
        for event in events:
            self._report(event)

    def _title(self, events: Sequence[Event]) -> Title | None:
        """The title from this block on, or None if it does not change."""
        begun = [event for event in events if isinstance(event, Started | Retitled)]
        if begun:
            return Title(begun[-1].artist, begun[-1].title)
        over = any(isinstance(event, Ended) for event in events)
        return NOTHING if over and self._playout.current is None else None

    def _run(self) -> None:
        self.begin()
        while True:
            try:
                submitted = self._actions.get(timeout=self.advance())
            except queue.Empty:
                continue
            if submitted is None:
                self.advance()
                break
            self.act(*submitted)
        self._playout.close()
