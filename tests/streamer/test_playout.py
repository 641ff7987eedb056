"""The programme, frame by frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import UnknownCue
from common.types import CueId, Frames
from streamer.block import Samples, zeros
from streamer.playout import CUT_FADE, STOP_FADE, Cue, Ended, Event, Playout, Source, Started, Underrun


class FakeSource:
    """Known samples, of which at most so many are ready at each reading."""

    def __init__(self, samples: Samples, ready: list[int] | None = None, trouble: str = "") -> None:
        self.samples = samples
        self.ready = list(ready or [])
        self.at = 0
        self.failure = trouble
        self.closed = 0

    @property
    def ended(self) -> bool:
        return self.at == len(self.samples)

    @property
    def trouble(self) -> str:
        return self.failure if self.ended else ""

    def read(self, frames: int) -> Samples:
        count = min(frames, len(self.samples) - self.at)
        if self.ready:
            count = min(count, self.ready.pop(0))
        self.at += count
        return self.samples[self.at - count : self.at].copy()

    def close(self) -> None:
        self.closed += 1


def ramp(frames: int, first: int = 1) -> Samples:
    """Frames that tell which they are."""
    values = np.arange(first, first + frames, dtype=np.float32)
    return np.stack([values, values], axis=1)


def cue(number: int, source: Source, start: int = 0) -> Cue:
    return Cue(CueId(number), source, f"song {number}", "band", Frames(start))


def rendered(playout: Playout, frames: int, block: int = 480) -> tuple[Samples, list[Event]]:
    """`frames` frames in blocks, silence as zeros, and all that happened."""
    sound, happened = [zeros(0)], []
    for at in range(0, frames, block):
        made, events = playout.next_block(min(block, frames - at))
        sound.append(zeros(made.frames) if made.samples is None else made.samples)
        happened += events
    return np.concatenate(sound), happened


def started(number: int, frames: int = 0) -> Started:
    return Started(CueId(number), Frames(frames), f"song {number}", "band")


def ended(number: int, reason: str, frames: int, detail: str = "") -> Ended:
    return Ended(CueId(number), reason, Frames(frames), detail)


def test_with_nothing_to_play_a_block_is_silence() -> None:
    block, events = Playout().next_block(480)
    assert (block.frames, block.samples, events) == (480, None, [])


def test_a_cue_plays_from_its_first_frame_to_its_last() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(1000))))
    sound, events = rendered(playout, 1440)
    assert np.array_equal(sound, np.concatenate([ramp(1000), zeros(440)]))
    assert events == [started(1), ended(1, "finished", 1000)]
    assert playout.silent


def test_what_follows_begins_in_the_frame_after_the_last() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(700))))
    playout.follow(cue(2, FakeSource(ramp(700, first=5000))))
    sound, events = rendered(playout, 1400)
    assert np.array_equal(sound, np.concatenate([ramp(700), ramp(700, first=5000)]))
    assert events == [started(1), ended(1, "finished", 700), started(2), ended(2, "finished", 700)]


def test_a_follow_on_silence_begins_at_once() -> None:
    playout = Playout()
    playout.follow(cue(1, FakeSource(ramp(10))))
    _, events = rendered(playout, 480)
    assert events == [started(1), ended(1, "finished", 10)]


def test_a_cut_begins_at_once_while_the_old_song_fades_under_it() -> None:
    playout = Playout()
    playout.cut(cue(1, old := FakeSource(np.ones((9600, 2), np.float32))))
    rendered(playout, 480)
    playout.cut(cue(2, FakeSource(ramp(9600))))
    sound, events = rendered(playout, 960)
    fade = sound[:, 0] - ramp(960)[:, 0]
    assert events == [ended(1, "cut", 480), started(2)]
    assert fade[0] == pytest.approx(1, abs=1e-3)
    assert fade[CUT_FADE // 2] ** 2 == pytest.approx(0.5, abs=0.01)
    assert np.all(np.diff(fade[:CUT_FADE]) <= 0)
    assert not fade[CUT_FADE:].any()
    assert old.closed == 1


def test_cuts_in_quick_succession_all_sink_under_the_last() -> None:
    playout = Playout()
    for number in (1, 2, 3):
        playout.cut(cue(number, FakeSource(np.ones((9600, 2), np.float32))))
        rendered(playout, 100)
    sound, _ = rendered(playout, 100)
    assert 2 < sound[0, 0] < 3


def test_a_cut_leaves_what_follows_in_its_place() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(5000))))
    playout.follow(cue(2, FakeSource(ramp(5000))))
    playout.cut(cue(3, FakeSource(ramp(5))))
    _, events = rendered(playout, 480)
    assert events == [ended(1, "cut", 0), started(3), ended(3, "finished", 5), started(2)]


def test_skip_goes_on_with_what_follows() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(5000))))
    playout.follow(cue(2, FakeSource(ramp(5000))))
    rendered(playout, 480)
    playout.skip(CueId(1))
    assert rendered(playout, 480)[1] == [ended(1, "skipped", 480), started(2)]


def test_a_skip_on_nothing_does_nothing() -> None:
    playout = Playout()
    with pytest.raises(UnknownCue):
        playout.skip(CueId(1))
    assert playout.silent


def test_a_late_skip_does_not_hit_the_song_that_followed() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(10))))
    playout.follow(cue(2, FakeSource(ramp(5000))))
    rendered(playout, 480)
    with pytest.raises(UnknownCue):
        playout.skip(CueId(1))
    assert playout.current is not None and playout.current.cue == 2


def test_a_second_follow_takes_the_place_of_the_first() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(10))))
    playout.follow(cue(2, first := FakeSource(ramp(10))))
    playout.follow(cue(3, FakeSource(ramp(10))))
    _, events = rendered(playout, 480)
    assert [event.cue for event in events if isinstance(event, Started)] == [1, 3]
    assert first.closed == 1


def test_unfollow_takes_back_only_the_cue_it_names() -> None:
    playout = Playout()
    playout.follow(cue(2, source := FakeSource(ramp(10))))
    with pytest.raises(UnknownCue):
        playout.unfollow(CueId(3))
    playout.unfollow(CueId(2))
    assert playout.silent and source.closed == 1


def test_stop_fades_and_lets_both_sources_go() -> None:
    playout = Playout()
    playout.cut(cue(1, current := FakeSource(np.ones((48_000, 2), np.float32), trouble="")))
    playout.follow(cue(2, following := FakeSource(ramp(10))))
    rendered(playout, 960)
    stopped = playout.stop()
    sound, events = rendered(playout, STOP_FADE + 480)
    assert stopped is not None and (stopped.cue, stopped.frames) == (1, 960)
    assert events == [ended(1, "stopped", 960)]
    assert sound[STOP_FADE // 2, 0] ** 2 == pytest.approx(0.5, abs=0.01)
    assert not sound[STOP_FADE:].any()
    assert current.closed == following.closed == 1
    assert playout.silent


def test_stop_on_silence_says_that_nothing_was_on() -> None:
    assert Playout().stop() is None


def test_a_song_of_no_length_starts_and_ends_and_the_next_begins_in_the_same_block() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(zeros(0))))
    playout.follow(cue(2, FakeSource(ramp(480))))
    sound, events = rendered(playout, 480)
    assert np.array_equal(sound, ramp(480))
    assert events[:3] == [started(1), ended(1, "finished", 0), started(2)]


def test_a_song_that_breaks_says_so_and_the_next_begins_in_the_same_block() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(100), trouble="The file is damaged.")))
    playout.follow(cue(2, FakeSource(ramp(5000))))
    sound, events = rendered(playout, 480)
    assert events == [started(1), ended(1, "broken", 100, "The file is damaged."), started(2)]
    assert sound[100, 0] == 1


def test_a_starving_source_is_filled_with_silence_and_goes_on_where_it_was() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(960), ready=[100, 0])))
    sound, events = rendered(playout, 480 * 4)
    assert np.array_equal(sound[:100], ramp(100))
    assert not sound[100:960].any()
    assert np.array_equal(sound[960:1820], ramp(860, first=101))
    assert events == [started(1), Underrun(CueId(1), Frames(860)), ended(1, "finished", 960)]
    assert playout.underruns == 1


def test_a_source_dropped_while_it_starves_reports_it_first() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(960), ready=[100, 0])))
    rendered(playout, 480)
    playout.stop()
    assert playout.next_block(480)[1] == [Underrun(CueId(1), Frames(380)), ended(1, "stopped", 100)]


def test_positions_count_from_where_the_source_begins() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(100)), start=48_000))
    assert rendered(playout, 480)[1] == [started(1, 48_000), ended(1, "finished", 48_100)]


def test_closing_lets_both_sources_go() -> None:
    playout = Playout()
    sources = [FakeSource(ramp(10)), FakeSource(ramp(10))]
    playout.cut(cue(1, sources[0]))
    playout.follow(cue(2, sources[1]))
    playout.close()
    assert [source.closed for source in sources] == [1, 1]


lengths = st.integers(0, 1500)
songs = st.tuples(lengths, st.lists(st.integers(0, 700), max_size=4))
commands = st.one_of(
    st.tuples(st.just("cut"), songs),
    st.tuples(st.just("follow"), songs),
    st.tuples(st.sampled_from(["skip", "unfollow", "stop"]), st.just((0, []))),
    st.tuples(st.just("play"), st.tuples(st.integers(1, 1200), st.just([]))),
)


@given(st.lists(commands, max_size=25))
def test_whatever_is_asked_every_cue_ends_once_and_no_frame_is_lost_or_played_twice(
    script: list[tuple[str, tuple[int, list[int]]]],
) -> None:
    playout = Playout()
    sources: dict[int, FakeSource] = {}
    events: list[Event] = []
    for command, (number, ready) in script:
        if command in ("cut", "follow"):
            name = len(sources) + 1
            sources[name] = FakeSource(ramp(number), ready=ready)
            getattr(playout, command)(cue(name, sources[name]))
        elif command == "stop":
            playout.stop()
        elif command == "play":
            block, happened = playout.next_block(number)
            assert block.samples is None or block.samples.shape == (number, 2)
            events += happened
        else:
            on = playout.current if command == "skip" else playout.following
            if on:
                getattr(playout, command)(on.cue)
    playout.stop()
    events += playout.next_block(1)[1]
    begun = [event.cue for event in events if isinstance(event, Started)]
    over = [event.cue for event in events if isinstance(event, Ended)]
    assert len(set(begun)) == len(begun) and len(set(over)) == len(over)
    assert set(begun) <= set(over)
    assert all(source.closed == 1 for source in sources.values())
    for event in events:
        if isinstance(event, Ended):
            read = sources[event.cue].at
            assert event.frames <= read <= event.frames + STOP_FADE
            assert event.reason != "finished" or event.frames == read == len(sources[event.cue].samples)


@given(st.lists(lengths, min_size=1, max_size=6), st.lists(st.integers(1, 1000), min_size=1, max_size=30))
def test_songs_that_follow_each_other_are_one_sound_whatever_the_blocks(songs: list[int], blocks: list[int]) -> None:
    playout = Playout()
    waiting = [cue(number, FakeSource(ramp(length))) for number, length in enumerate(songs)]
    heard = []
    playout.cut(waiting.pop(0))
    for frames in [*blocks, *[500] * 20]:
        if waiting and playout.following is None:
            playout.follow(waiting.pop(0))
        block, _ = playout.next_block(frames)
        if block.samples is not None:
            heard.append(block.samples)
    sound = np.concatenate([*heard, zeros(0)])
    sounding = sound[sound[:, 0] != 0]
    assert np.array_equal(sounding, np.concatenate([ramp(length) for length in songs])[: len(sounding)])
