"""The audio clock, driven by hand."""

import threading
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.types import RATE, CueId, Frames, Seconds
from bandstand.streamer.block import Block, Item, Mark, Samples, Title
from bandstand.streamer.bus import LAG, LATEST, LOOK, PATIENCE, QUICK_STEP, QUICKLY, STEP, WAKING, Bus
from bandstand.streamer.playout import Cue, Ended, Event, Moved, Playout, Started, Underrun


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class FakeSink:
    on_air: bool = True
    items: list[Item] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def offer(self, item: Item) -> None:
        if isinstance(item, Mark):
            self.marks.append(item)
        else:
            self.items.append(item)

    @property
    def frames(self) -> int:
        return sum(item.frames for item in self.items if isinstance(item, Block))


class Tone:
    """A source of so many ones, of which only the first `ready` are there, if that is given."""

    trouble = ""

    def __init__(self, frames: int, ready: int | None = None) -> None:
        self.left = frames
        self.ready = frames if ready is None else ready
        self.closed = False

    @property
    def ended(self) -> bool:
        return self.left == 0

    @property
    def remaining(self) -> Frames | None:
        return Frames(self.left) if self.ready >= self.left else None

    def read(self, frames: int) -> Samples:
        count = min(frames, self.left, self.ready)
        self.left -= count
        self.ready -= count
        return np.ones((count, 2), np.float32)

    def close(self) -> None:
        self.closed = True


class Rig:
    """A bus on a clock that stands still until it is told."""

    def __init__(self, *sinks: FakeSink, hold: bool = True) -> None:
        self.clock = Clock()
        self.sinks = sinks or (FakeSink(),)
        self.playout = Playout()
        self.events: list[Event] = []
        self.bus = Bus(self.playout, self.sinks, self.clock, self.events.append, hold)
        self.bus.begin()

    def after(self, seconds: float) -> Seconds:
        self.clock.now += seconds
        return self.bus.advance()


def cue(number: int, frames: int) -> Cue:
    return Cue(CueId(number), Tone(frames), f"song {number}", "band")


@given(st.lists(st.floats(0.0001, 1.9), min_size=1, max_size=200))
def test_what_was_sent_is_what_time_has_passed_whatever_the_delays(delays: list[float]) -> None:
    rig = Rig()
    rig.playout.cut(cue(1, 1_000_000_000))
    for delay in delays:
        rig.after(delay)
    passed = rig.clock.now * RATE
    assert abs(rig.sinks[0].frames - max(0, passed - LAG)) < 1


@pytest.mark.slow
def test_after_a_day_of_uneven_waking_nothing_has_drifted() -> None:
    rig = Rig()
    rig.playout.cut(cue(1, 100_000_000_000))
    wait = Seconds(0.0)
    for lateness in [0.0, 0.0003, 0.011, 0.4] * 5000:
        wait = rig.after(wait + lateness + 4.0 * (lateness == 0.4) / 10)
    passed = rig.clock.now * RATE
    assert passed - LAG - WAKING <= rig.bus.sent <= passed + 1


def test_a_short_delay_is_made_up_for_at_once() -> None:
    rig = Rig()
    rig.playout.cut(cue(1, 10 * RATE))
    rig.after(1.5)
    assert rig.sinks[0].frames == int(1.5 * RATE) - LAG


def test_a_long_one_begins_a_new_schedule_without_a_burst() -> None:
    rig = Rig()
    rig.playout.cut(cue(1, 10 * RATE))
    rig.after(LATEST + 1)
    assert rig.sinks[0].frames == 0
    rig.after(0.5)
    assert rig.sinks[0].frames == RATE // 2 - LAG


def test_it_wakes_often_after_an_action_and_seldom_else() -> None:
    rig = Rig()
    assert rig.after(0.0) == (WAKING + LAG) / RATE
    rig.bus.act(lambda playout: playout.cut(cue(1, RATE)))
    assert rig.after(0.0) == QUICK_STEP / RATE


def test_who_only_looks_makes_nothing_quick() -> None:
    rig = Rig()
    rig.bus.act(lambda playout: None, heard=False)
    assert rig.after(0.0) == (WAKING + LAG) / RATE


def test_a_block_says_how_much_was_due_with_it_and_a_late_waking_makes_no_block_of_its_own() -> None:
    rig = Rig()
    rig.after((WAKING + LAG + 50) / RATE)
    first, second = rig.sinks[0].items
    assert isinstance(first, Block) and isinstance(second, Block)
    assert (first.frames, first.behind) == (STEP, STEP + 50)
    assert (second.frames, second.behind) == (STEP + 50, 0)


def test_silence_is_handed_on_as_silence() -> None:
    rig = Rig()
    rig.after((WAKING + LAG) / RATE)
    assert rig.sinks[0].items == [Block(STEP, None), Block(STEP, None)]


def test_sound_lags_and_what_an_action_puts_on_the_air_makes_up_for_it_at_once() -> None:
    rig = Rig()
    rig.after(1.0)
    assert rig.bus.sent == RATE - LAG
    for number in (1, 2):
        rig.bus.act(lambda playout, number=number: playout.cut(cue(number, RATE)))
        before = rig.bus.sent
        rig.after(0.0)
        assert rig.bus.sent - before == LAG
        assert rig.playout.current is not None and rig.playout.current.frames == LAG
        rig.after((QUICKLY + WAKING) / RATE)


def test_after_an_action_it_comes_back_to_its_lag() -> None:
    rig = Rig()
    rig.bus.act(lambda playout: playout.cut(cue(1, 10 * RATE)))
    rig.after(QUICKLY / RATE)
    assert rig.bus.sent == QUICKLY
    assert rig.after(0.0) > LAG / RATE
    rig.after(1.0)
    assert rig.bus.sent == QUICKLY + RATE - LAG


def test_a_title_comes_before_the_block_with_the_song_s_first_frame() -> None:
    rig = Rig()
    rig.playout.cut(cue(1, 100))
    rig.playout.follow(cue(2, RATE))
    rig.after(0.1)
    first, second = rig.sinks[0].items
    assert first == Title("band", "song 2") and isinstance(second, Block)
    assert [type(event) for event in rig.events] == [Started, Ended, Started]


def test_a_mark_says_with_which_frame_of_the_bus_a_song_begins_and_ends() -> None:
    rig = Rig()
    rig.after(0.1)
    begins = rig.bus.sent
    rig.playout.cut(cue(1, 100))
    rig.after(0.1)
    assert rig.sinks[0].marks == [
        Mark(begins, CueId(1), Frames(0), is_moving=True),
        Mark(Frames(begins + 100), None, Frames(0), is_moving=False),
    ]


def test_when_nothing_is_on_the_air_any_more_the_title_goes() -> None:
    rig = Rig()
    rig.playout.cut(cue(1, RATE))
    rig.after(0.1)
    rig.playout.stop()
    rig.after(1.0)
    assert [item for item in rig.sinks[0].items if isinstance(item, Title)] == [Title("band", "song 1"), Title("", "")]


def test_every_output_gets_the_same() -> None:
    rig = Rig(FakeSink(), FakeSink())
    rig.playout.cut(cue(1, RATE))
    rig.after(0.5)
    assert rig.sinks[0].items == rig.sinks[1].items


def test_while_no_mount_is_on_the_air_the_programme_stands_still() -> None:
    rig = Rig(FakeSink(on_air=False), FakeSink(on_air=False))
    rig.playout.cut(cue(1, RATE))
    rig.after(0.5)
    assert rig.playout.current is not None and rig.playout.current.frames == 0
    assert rig.events == [Moved(CueId(1), Frames(0), is_moving=False)]
    rig.sinks[1].on_air = True
    rig.after(0.5)
    assert rig.playout.current.frames == RATE // 2
    assert [event for event in rig.events[1:] if isinstance(event, Moved)] == [
        Moved(CueId(1), Frames(RATE // 2), is_moving=True)
    ]


def test_what_happens_while_it_stands_still_is_told_all_the_same() -> None:
    rig = Rig(FakeSink(on_air=False))
    rig.playout.cut(cue(1, RATE))
    rig.playout.stop()
    rig.after(0.1)
    assert rig.events == [Ended(CueId(1), "stopped", Frames(0))]


def test_a_programme_that_does_not_hold_goes_on_with_nobody_to_hear_it() -> None:
    rig = Rig(FakeSink(on_air=False), hold=False)
    rig.playout.cut(cue(1, RATE))
    rig.after(0.5)
    assert rig.playout.current is not None and rig.playout.current.frames == RATE // 2 - LAG


def test_actions_are_carried_out_in_order_and_the_end_lets_the_sources_go() -> None:
    clock, sink, done = Clock(), FakeSink(), threading.Event()
    bus = Bus(Playout(), [sink], clock, lambda event: None)
    tone, order = Tone(RATE), []
    bus.submit(lambda playout: playout.cut(Cue(CueId(1), tone)))
    bus.submit(lambda playout: order.append(playout.current))
    bus.submit(lambda playout: done.set())
    bus.start()
    assert done.wait(10)
    bus.stop()
    bus.join(Seconds(10))
    assert order[0] is not None and order[0].cue == 1
    assert tone.closed


# A source that falls behind


def heard(sink: FakeSink) -> Samples:
    return np.concatenate(
        [np.zeros((item.frames, 2)) if item.samples is None else item.samples for item in sink.items
         if isinstance(item, Block)]
    )  # fmt: skip


def test_a_source_that_falls_behind_for_a_moment_is_waited_for_and_no_hole_is_heard() -> None:
    rig, tone = Rig(), Tone(10 * RATE, ready=RATE // 2)
    rig.playout.cut(Cue(CueId(1), tone))
    rig.after(0.5)
    assert rig.after(0.2) == LOOK
    sent = rig.bus.sent
    rig.after(LOOK)
    assert rig.bus.sent == sent
    tone.ready = RATE
    rig.after(LOOK)
    assert rig.bus.sent == round(rig.clock.now * RATE) - LAG
    assert heard(rig.sinks[0]).min() == 1
    assert rig.playout.underruns == 0


def test_it_is_not_waited_for_longer_than_listeners_have_sound_in_store() -> None:
    rig, tone = Rig(), Tone(10 * RATE, ready=RATE // 2)
    rig.playout.cut(Cue(CueId(1), tone))
    waited = 0
    while not rig.playout.is_starved:
        waited += rig.after(LOOK) == LOOK
    assert waited == round(PATIENCE / LOOK)
    assert rig.bus.sent == round(rig.clock.now * RATE) - LAG
    tone.ready = RATE
    rig.after(0.2)
    assert [event for event in rig.events if isinstance(event, Underrun)]


def test_sound_that_comes_just_as_fast_as_it_is_played_is_not_waited_for_time_and_again() -> None:
    rig, tone = Rig(), Tone(1000 * RATE, ready=RATE // 10)
    rig.playout.cut(Cue(CueId(1), tone))
    waited = 0
    for _ in range(1000):
        tone.ready += RATE // 100
        waited += rig.after(0.01) == LOOK
    assert waited < 50
    assert rig.playout.underruns < 5


def test_what_is_told_meanwhile_is_done_at_once() -> None:
    rig = Rig()
    rig.playout.cut(Cue(CueId(1), Tone(10 * RATE, ready=RATE // 2)))
    rig.after(0.7)
    rig.bus.act(lambda playout: playout.cut(cue(2, RATE)))
    rig.after(0.1)
    assert rig.playout.current is not None and rig.playout.current.cue == 2
