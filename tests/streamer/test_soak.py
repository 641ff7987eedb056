"""Hours of simulated time over the real bus, and a thousand real sources: nothing drifts, and nothing grows."""

import gc
import itertools
import os
import subprocess
import threading
from pathlib import Path
from random import Random

import numpy as np
import psutil
import pytest

from bandstand.common.types import RATE, CueId, Decibels, Frames
from bandstand.streamer.block import Block, Item, Samples
from bandstand.streamer.bus import LAG, LATEST, WAKING, Bus
from bandstand.streamer.meter import OutputProcessor
from bandstand.streamer.playout import Cue, Ended, Event, Playout, Started
from bandstand.streamer.sources import file_source

pytestmark = pytest.mark.slow

HOUR = 3600
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(10 * RATE) / RATE)).astype(np.float32).repeat(2).reshape(-1, 2)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Counter:
    """A sink that counts frames, remembers the highest sample, and checks the shape of every block."""

    on_air = True

    def __init__(self) -> None:
        self.frames = 0
        self.highest = 0.0

    def offer(self, item: Item) -> None:
        if isinstance(item, Block):
            self.frames += item.frames
            if item.samples is not None:
                assert item.samples.shape == (item.frames, 2)
                self.highest = max(self.highest, float(item.samples.max()))


class Song:
    """A source of `frames` frames of a tone; it owns a descriptor, as a file does."""

    trouble = ""

    def __init__(self, frames: int) -> None:
        self.left = frames
        self.descriptor = os.open(os.devnull, os.O_RDONLY)

    @property
    def ended(self) -> bool:
        return self.left == 0

    @property
    def remaining(self) -> Frames | None:
        return Frames(self.left)

    @property
    def ready(self) -> int:
        return self.left

    def keep_ready(self, frames: Frames) -> None:
        pass

    def read(self, frames: int) -> Samples:
        count = min(frames, self.left)
        at = self.left % (9 * RATE)
        self.left -= count
        return TONE[at : at + count].copy()

    def close(self) -> None:
        os.close(self.descriptor)


class Hand:
    """Gives the playout random commands."""

    def __init__(self, playout: Playout, chance: Random) -> None:
        self._playout = playout
        self._chance = chance
        self._numbers = itertools.count(1)
        self.given = 0

    def act(self) -> None:
        self.given += 1
        playout, chance = self._playout, self._chance
        command = chance.choice(["cut", "follow", "follow", "follow", "seek", "skip", "stop", "unfollow"])
        on, following = playout.current, playout.following
        if command in ("cut", "follow"):
            getattr(playout, command)(self._cue(next(self._numbers), chance.choice([0, 0, 3 * RATE])))
        elif command == "seek" and on:
            playout.seek(self._cue(on.cue, 0, start=RATE))
        elif command == "skip" and on:
            playout.skip(on.cue)
        elif command == "stop":
            playout.stop(Frames(chance.choice([480, 9600, 5 * RATE])))
        elif command == "unfollow" and following:
            playout.unfollow(following.cue)

    def _cue(self, number: int, crossfade: int, start: int = 0) -> Cue:
        length = self._chance.choice([0, 100, RATE, 30 * RATE, 200 * RATE])
        return Cue(CueId(number), Song(length), "", "", Frames(start), Frames(crossfade))


class Nothing(Playout):
    """A playout that costs no time: silence without end."""

    def next_block(self, frames: int) -> tuple[Block, list[Event]]:
        return Block(frames, None), []


def test_after_a_day_the_frames_sent_are_the_clock_s() -> None:
    """The bus wakes up to 1.7 s late. Blocks leave `LAG` late on purpose, and at most one step later."""
    clock, sink, chance = Clock(), Counter(), Random(1)
    bus = Bus(Nothing(), [sink], clock, lambda event: None)
    bus.begin()
    wait = 0.0
    while clock.now < 24 * HOUR:
        clock.now += wait + chance.choice([0.0, 0.0004, 0.03, 1.7])
        wait = bus.advance()
    assert sink.frames == bus.sent
    assert -1 <= clock.now * RATE - LAG - bus.sent <= WAKING


def test_two_hours_of_commands_and_delays_leave_the_frames_right_and_nothing_behind() -> None:
    clock, sink, chance, events = Clock(), Counter(), Random(2), list[Event]()
    playout = Playout()
    bus = Bus(playout, [sink], clock, events.append, process=OutputProcessor())
    hand = Hand(playout, chance)
    process = psutil.Process()
    bus.begin()
    wait, lost, memory, descriptors, objects = 0.0, 0.0, 0, 0, 0
    while clock.now - lost < 2 * HOUR:
        late = chance.choice([0.0, 0.0, 0.001, 0.02]) if chance.random() < 0.999 else chance.choice([1.5, 30.0])
        before = bus.sent
        clock.now += wait + late
        if late > LATEST:
            lost = clock.now - before / RATE
        wait = bus.advance()
        if chance.random() < 0.02:
            bus.act(lambda playout: hand.act())
            wait = bus.advance()
        assert -1 <= (clock.now - lost) * RATE - bus.sent <= WAKING + LAG + 1
        if not memory and clock.now - lost > HOUR / 2:
            gc.collect()
            memory, objects = process.memory_info().rss, len(gc.get_objects())
            descriptors = process.num_fds()
    gc.collect()
    assert hand.given > 500
    assert sink.frames == bus.sent
    assert process.memory_info().rss - memory < 8 * 2**20
    assert process.num_fds() - descriptors <= 4, "but for the songs on the air and next"
    assert len(gc.get_objects()) - objects < len(events) * 2 + 1000
    assert 0.4 < sink.highest < 0.9
    _check_order(events)
    playout.close()


def _check_order(events: list[Event]) -> None:
    """Each cue starts once and ends once, before the next starts."""
    on, seen = None, set[int]()
    for event in events:
        if isinstance(event, Started):
            assert on is None and event.cue not in seen
            on = event.cue
            seen.add(on)
        elif isinstance(event, Ended) and event.cue == on:
            on = None
    assert len(seen) > 200


def test_a_thousand_songs_that_were_cut_off_leave_no_thread_and_no_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "song.flac"
    sine = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=440:r=48000:d=5", "-ac", "2", str(path)]
    subprocess.run(sine, check=True, stdin=subprocess.DEVNULL)
    process, playout, threads = psutil.Process(), Playout(), threading.active_count()
    descriptors = process.num_fds()
    for number in range(1, 1001):
        source, opened = file_source(os.open(path, os.O_RDONLY), Frames(number * 100), Decibels(0)), threading.Event()
        source.begin(lambda error, opened=opened: opened.set())  # type: ignore[misc]
        assert opened.wait(10)
        cue = Cue(CueId(number), source, start=Frames(number * 100))
        getattr(playout, "follow" if number % 3 == 0 else "cut")(cue)
        playout.next_block(4608)
    playout.close()
    for thread in threading.enumerate():
        if thread.name == "source":
            thread.join(10)
    assert threading.active_count() <= threads
    assert process.num_fds() <= descriptors
