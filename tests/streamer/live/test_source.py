"""A DJ on the air: what is heard of them, and in their place."""

import itertools

import numpy as np
import pytest

from bandstand.common.types import RATE, CueId
from bandstand.streamer.block import Samples
from bandstand.streamer.bus import Bus
from bandstand.streamer.live.bed import Bed, make_chord
from bandstand.streamer.live.buffer import LiveBuffer
from bandstand.streamer.live.gate import Gate, measure_level
from bandstand.streamer.live.source import GRACE, SILENCE, LiveSource
from bandstand.streamer.playout import Cue, Playout
from tests.streamer.live.test_buffer import Clock, sine

BLOCK = RATE // 10


class Air:
    """A DJ who sends (or not) and a bus that reads, in time."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.buffer = LiveBuffer(self.clock)
        self.closed: list[bool] = []
        self.is_cut_off = False
        self.source = LiveSource(self.buffer, Bed(None), lambda: self.closed.append(True), lambda: self.is_cut_off)

    def wait(self, seconds: float, level: float = 0.5) -> None:
        """Nobody hears it yet."""
        for _ in range(round(seconds * 10)):
            self.clock.now += 0.1
            self.buffer.append(sine(BLOCK) * np.float32(level))

    def play(self, seconds: float, level: float | None = 0.5) -> Samples:
        """None: nothing comes."""
        heard = []
        for _ in range(round(seconds * 10)):
            self.clock.now += 0.1
            if level is not None:
                self.buffer.append(sine(BLOCK) * np.float32(level))
            heard.append(self.source.read(BLOCK))
        return np.concatenate(heard)


@pytest.fixture
def air() -> Air:
    made = Air()
    made.wait(3.0)
    return made


def find_quiet(sound: Samples) -> float:
    """The longest time, in seconds, in which next to nothing is heard."""
    step = RATE // 100
    loud = [np.abs(sound[at : at + step]).max() > 0.001 for at in range(0, len(sound), step)]
    longest = run = 0
    for is_loud in loud:
        run = 0 if is_loud else run + 1
        longest = max(longest, run)
    return longest / 100


def test_what_the_dj_sends_is_heard_as_it_is(air: Air) -> None:
    air.play(0.5)
    heard = air.play(2.0)
    assert np.abs(heard).max() == pytest.approx(0.5, abs=0.01)
    assert not air.source.is_lost
    assert air.source.remaining is None


def test_a_dj_who_is_lost_leaves_no_hole_and_comes_back_without_one(air: Air) -> None:
    sound = np.concatenate([air.play(1.0), air.play(4.0, None), air.play(3.0)])
    assert find_quiet(sound) < 0.1
    assert not air.source.is_lost
    assert air.source.lost == 0
    assert np.abs(np.diff(sound[:, 0])).max() < 0.05  # no click


def test_a_dj_who_stays_away_is_over_after_the_grace(air: Air) -> None:
    air.play(1.0)
    air.play(9.9, None)
    assert not air.source.ended
    sound = air.play(0.5, None)
    assert air.source.ended
    assert np.abs(sound[-480:]).max() < 0.001
    assert air.source.lost >= GRACE


def test_a_dj_who_was_cut_off_by_our_fault_has_longer_to_come_back(air: Air) -> None:
    air.play(1.0)
    air.is_cut_off = True
    air.play(29.5, None)
    assert not air.source.ended
    air.is_cut_off = False  # their sound comes again, and is not enough yet to be played
    air.play(0.1, None)
    air.play(3.0)
    assert (air.source.is_lost, air.source.lost, air.source.ended) == (False, 0, False)
    air.play(10.5, None)
    assert air.source.ended, "a loss of their own is counted as ever"


def test_a_dj_who_was_cut_off_and_stays_away_is_over_too(air: Air) -> None:
    air.play(1.0)
    air.is_cut_off = True
    air.play(30.5, None)
    assert air.source.ended


def test_silence_is_a_loss_after_ten_seconds(air: Air) -> None:
    air.play(1.0)
    air.play(SILENCE - 0.5, 0.0)
    assert not air.source.is_lost
    heard = air.play(3.0, 0.0)
    assert air.source.is_lost
    assert find_quiet(heard[-RATE:]) < 0.1
    air.play(1.0)
    assert not air.source.is_lost


def test_silence_for_the_grace_as_well_ends_it(air: Air) -> None:
    air.play(1.0)
    air.play(SILENCE + 10.5, 0.0)
    assert air.source.ended


def test_a_dj_of_whom_nothing_has_come_has_the_bed() -> None:
    air = Air()
    assert np.abs(air.play(1.0, None)).max() > 0.005
    assert find_quiet(air.play(3.0)) < 0.1
    assert not air.source.is_lost


def test_a_source_that_is_closed_is_over_and_says_so_once(air: Air) -> None:
    air.source.close()
    air.source.close()
    assert air.closed == [True]
    assert air.source.ended
    assert len(air.source.read(100)) == 0


def test_the_chord_is_quiet_and_goes_on_where_it_was() -> None:
    whole = make_chord(0, 9600)
    assert np.allclose(whole[4800:], make_chord(4800, 4800))
    level = measure_level(make_chord(0, 8 * RATE))
    assert level is not None
    assert -45 < level < -25


def test_the_gate_counts_sound_and_forgives_short_pauses() -> None:
    gate = Gate()
    gate.push(sine(2 * RATE))
    gate.push(sine(RATE // 2) * np.float32(0.0001))
    gate.push(sine(RATE))
    assert gate.heard == pytest.approx(3.0)
    assert gate.level == pytest.approx(-3.0, abs=0.2)
    gate.push(np.zeros((3 * RATE // 2, 2), np.float32))
    assert (gate.heard, gate.level) == (0.0, None)
    assert gate.quiet == pytest.approx(1.5)


class Broadcast:
    """A DJ who sends in pieces of 20 ms, and the real bus, which takes two blocks at once but after an action."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.buffer = LiveBuffer(self.clock)
        self.source = LiveSource(self.buffer, Bed(None))
        self.playout = Playout()
        self.bus = Bus(self.playout, [], self.clock, lambda _: None, hold=False)
        self.bus.begin()
        self.wakes_at = 0.0
        self.lost: list[int] = []

    def go_on(self, seconds: float, is_sending: bool = True) -> None:
        for _ in range(round(seconds * 50)):
            self.clock.now += 0.02
            if is_sending:
                self.buffer.append(sine(RATE // 50))
            while self.wakes_at <= self.clock.now:
                self.wakes_at = self.clock.now + self.bus.advance() + 0.001
                self.lost.append(self.source.lost)

    def count_losses(self) -> int:
        """How often something else was heard."""
        return sum(1 for before, now in itertools.pairwise([0, *self.lost]) if now and not before)


@pytest.mark.parametrize("is_cut", [True, False])
def test_a_dj_is_heard_without_a_hole_however_the_bus_takes_the_sound(is_cut: bool) -> None:
    air = Broadcast()
    air.go_on(3.0)
    cue = Cue(CueId(1), air.source)
    if is_cut:
        air.bus.act(lambda playout: playout.cut(cue))
    else:
        air.playout.follow(cue)  # as behind a song that ends by itself
    air.go_on(15.0)
    assert air.count_losses() == 0
    air.go_on(3.0, is_sending=False)
    air.go_on(15.0)
    assert air.count_losses() == 1
    assert not air.source.lost
    air.bus.act(lambda _: None)  # the bus leaves its lag out for a while
    air.go_on(2.0)
    assert air.count_losses() == 1


def test_a_dj_is_heard_at_once_after_something_else_was() -> None:
    air = Broadcast()
    air.go_on(3.0)
    air.bus.act(lambda playout: playout.cut(Cue(CueId(1), air.source)))
    air.go_on(3.0)
    air.bus.act(lambda playout: playout.skip(CueId(1)))
    air.go_on(4.0)
    air.source, air.lost = LiveSource(air.buffer, Bed(None)), []
    air.bus.act(lambda playout: playout.cut(Cue(CueId(2), air.source)))
    air.go_on(3.0)
    assert air.count_losses() == 0
