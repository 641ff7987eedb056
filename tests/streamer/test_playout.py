"""The programme, frame by frame."""

import numpy as np
import pytest

from bandstand.common.errors import UnknownCue
from bandstand.common.types import CueId, Frames
from bandstand.streamer.block import AudioSource, Samples, zeros
from bandstand.streamer.playout import CUT_FADE, STOP_FADE, Cue, Ended, Event, Join, Playout, Started, Underrun


class FakeSource:
    """Known samples, of which at most so many are ready at each reading."""

    def __init__(self, samples: Samples, ready: list[int] | None = None, trouble: str = "") -> None:
        self.samples = samples
        self.announced = list(ready or [])
        self.at = 0
        self.failure = trouble
        self.closed = 0
        self.known = True
        self.ahead = 0

    @property
    def ended(self) -> bool:
        return self.at == len(self.samples)

    @property
    def trouble(self) -> str:
        return self.failure if self.ended else ""

    @property
    def remaining(self) -> Frames | None:
        return Frames(len(self.samples) - self.at) if self.known else None

    @property
    def ready(self) -> int:
        left = len(self.samples) - self.at
        return min(left, self.announced[0]) if self.announced else left

    def keep_ready(self, frames: Frames) -> None:
        self.ahead = frames

    def read(self, frames: int) -> Samples:
        count = min(frames, len(self.samples) - self.at)
        if self.announced:
            count = min(count, self.announced.pop(0))
        self.at += count
        return self.samples[self.at - count : self.at].copy()

    def close(self) -> None:
        self.closed += 1


def ramp(frames: int, first: int = 1) -> Samples:
    """Frames that tell which they are."""
    values = np.arange(first, first + frames, dtype=np.float32)
    return np.stack([values, values], axis=1)


def ones(frames: int) -> Samples:
    return np.ones((frames, 2), np.float32)


def cue(number: int, source: AudioSource, start: int = 0, crossfade: int = 0) -> Cue:
    return Cue(CueId(number), source, f"song {number}", "band", Frames(start), Frames(crossfade))


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
    playout.cut(cue(1, FakeSource(ramp(10))))
    playout.follow(cue(2, source := FakeSource(ramp(10))))
    with pytest.raises(UnknownCue):
        playout.unfollow(CueId(3))
    playout.unfollow(CueId(2))
    assert playout.following is None and source.closed == 1


def test_what_follows_is_current_as_soon_as_the_one_before_it_has_ended_though_it_is_not_heard_yet() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(480))))
    playout.follow(cue(2, FakeSource(ramp(480))))
    rendered(playout, 480)
    playout.follow(cue(3, FakeSource(ramp(480))))
    _, events = rendered(playout, 960)
    assert [event.cue for event in events if isinstance(event, Started)] == [2, 3]


def test_a_cue_does_not_follow_itself() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(480))))
    playout.follow(cue(1, late := FakeSource(ramp(480))))
    assert playout.following is None and late.closed == 1
    assert rendered(playout, 960)[1] == [started(1), ended(1, "finished", 480)]


def test_a_cue_that_follows_and_is_cut_in_plays_once() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(5000))))
    playout.follow(cue(2, FakeSource(ramp(480))))
    playout.cut(cue(2, FakeSource(ramp(480))))
    _, events = rendered(playout, 1440)
    assert events == [ended(1, "cut", 0), started(2), ended(2, "finished", 480)] and playout.silent


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


def test_what_begins_in_the_middle_of_a_song_rises_without_a_click() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ones(9600)), start=48_000))
    sound, _ = rendered(playout, 960, block=100)
    assert sound[0, 0] < 0.01
    assert sound[CUT_FADE // 2, 0] ** 2 == pytest.approx(0.5, abs=0.01)
    assert np.all(np.diff(sound[:CUT_FADE, 0]) > 0)
    assert np.array_equal(sound[CUT_FADE:], ones(480))


def test_seeking_goes_on_elsewhere_and_the_cue_neither_ends_nor_starts() -> None:
    playout = Playout()
    playout.cut(cue(1, before := FakeSource(ones(9600))))
    assert rendered(playout, 480)[1] == [started(1)]
    playout.seek(cue(1, FakeSource(ones(1000)), start=48_000))
    sound, events = rendered(playout, 960)
    power = np.hypot(np.cos(angles := (np.arange(CUT_FADE) + 0.5) * np.pi / 2 / CUT_FADE), np.sin(angles))
    assert np.allclose(power, 1) and np.allclose(sound[:CUT_FADE, 0], np.cos(angles) + np.sin(angles), atol=1e-5)
    assert np.array_equal(sound[CUT_FADE:], ones(480))
    assert events == [] and before.closed == 1
    assert rendered(playout, 480)[1] == [ended(1, "finished", 49_000)]


def test_a_late_seek_does_not_hit_the_song_that_followed() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ramp(10))))
    playout.follow(cue(2, FakeSource(ramp(5000))))
    rendered(playout, 480)
    with pytest.raises(UnknownCue):
        playout.seek(cue(1, FakeSource(ramp(10))))


def test_a_crossfade_is_equal_power_and_its_length_is_exact() -> None:
    playout = Playout()
    playout.cut(cue(1, first := FakeSource(ones(48_000))))
    playout.follow(cue(2, FakeSource(-ones(48_000)), crossfade=4800))
    sound, events = rendered(playout, 91_200 + 480, block=1000)
    angles = (np.arange(4800) + 0.5) * np.pi / 2 / 4800
    assert np.array_equal(sound[:43_200], ones(43_200))
    assert np.allclose(sound[43_200:48_000, 0], np.cos(angles) - np.sin(angles), atol=1e-5)
    assert np.array_equal(sound[48_000:91_200], -ones(43_200))
    assert not sound[91_200:].any()
    assert events == [started(1), ended(1, "finished", 48_000), started(2), ended(2, "finished", 48_000)]
    assert first.closed == 1 and first.ahead == 4800


def test_a_crossfade_takes_no_more_than_half_of_a_short_song() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ones(10_000))))
    playout.follow(cue(2, FakeSource(2 * ones(1000)), crossfade=48_000))
    sound, _ = rendered(playout, 12_000, block=1024)
    assert np.array_equal(sound[:9500], ones(9500))
    assert 1 < sound[9501, 0] < 1.1
    assert np.array_equal(sound[10_000:10_500], 2 * ones(500))
    assert not sound[10_500:].any()


def test_a_song_whose_end_comes_unforeseen_is_crossfaded_with_what_it_has_left() -> None:
    playout = Playout()
    playout.cut(cue(1, growing := FakeSource(ones(10_000))))
    growing.known = False
    playout.follow(cue(2, FakeSource(-ones(10_000)), crossfade=4800))
    rendered(playout, 9000)
    growing.known = True
    sound, events = rendered(playout, 2000)
    angles = (np.arange(1000) + 0.5) * np.pi / 2 / 1000
    assert np.allclose(sound[:1000, 0], np.cos(angles) - np.sin(angles), atol=1e-5)
    assert np.array_equal(sound[1000:], -ones(1000))
    assert events == [ended(1, "finished", 10_000), started(2)]


def test_a_cut_with_a_crossfade_takes_its_time() -> None:
    playout = Playout()
    playout.cut(cue(1, old := FakeSource(ones(96_000))))
    rendered(playout, 4800)
    playout.cut(cue(2, FakeSource(-ones(96_000)), crossfade=9600))
    sound, events = rendered(playout, 10_000)
    angles = (np.arange(9600) + 0.5) * np.pi / 2 / 9600
    assert events == [ended(1, "cut", 4800), started(2)]
    assert np.allclose(sound[:9600, 0], np.cos(angles) - np.sin(angles), atol=1e-5)
    assert np.array_equal(sound[9600:], -ones(400)) and old.closed == 1


def test_a_skip_in_a_crossfade_ends_both_songs() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ones(96_000))))
    rendered(playout, 480)
    playout.cut(cue(2, FakeSource(ones(96_000)), crossfade=48_000))
    rendered(playout, 480)
    playout.skip(CueId(2))
    sound, _ = rendered(playout, CUT_FADE + 10)
    assert not sound[CUT_FADE:].any() and playout.silent


def test_a_slow_stop_takes_the_time_it_is_given_and_a_cut_ends_it() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ones(480_000))))
    rendered(playout, 480)
    playout.stop(Frames(96_000))
    sound, events = rendered(playout, 48_000)
    assert events == [ended(1, "stopped", 480)]
    assert sound[-1, 0] ** 2 == pytest.approx(0.5, abs=0.01)
    playout.cut(cue(2, FakeSource(zeros(9600))))
    sound, _ = rendered(playout, 960)
    assert sound[0, 0] ** 2 == pytest.approx(0.5, abs=0.01) and not sound[CUT_FADE:].any()


def test_closing_lets_both_sources_go() -> None:
    playout = Playout()
    sources = [FakeSource(ramp(10)), FakeSource(ramp(10))]
    playout.cut(cue(1, sources[0]))
    playout.follow(cue(2, sources[1]))
    playout.close()
    assert [source.closed for source in sources] == [1, 1]


def at_bar(playout: Playout, frames: int) -> list[Event]:
    """Play the first song, with the second due at its frame 1000; what happened in so many frames."""
    playout.cut(Cue(CueId(1), FakeSource(ones(4000))))
    events = playout.next_block(300)[1]
    playout.cut(Cue(CueId(2), FakeSource(ramp(4000))), Frames(1000))
    return events + playout.next_block(frames)[1]


def test_a_cut_that_is_due_is_heard_from_its_frame_on_and_not_before() -> None:
    playout = Playout()
    assert at_bar(playout, 700) == [Started(CueId(1), Frames(0), "", "")]
    samples = playout.next_block(1000)[0].samples
    assert samples is not None
    assert samples[CUT_FADE, 0] == CUT_FADE + 1


def test_a_cut_that_is_due_within_a_block_leaves_what_is_before_it_alone() -> None:
    playout = Playout()
    playout.cut(Cue(CueId(1), FakeSource(ones(4000))))
    playout.cut(Cue(CueId(2), FakeSource(ramp(4000, 100))), Frames(1000))
    block, events = playout.next_block(2000)
    assert block.samples is not None
    assert (block.samples[:1000] == 1).all()
    assert block.samples[1000, 0] == pytest.approx(101, abs=0.01)
    assert block.samples[1000 + CUT_FADE, 0] == 100 + CUT_FADE
    assert events == [
        Started(CueId(1), Frames(0), "", ""),
        Ended(CueId(1), "cut", Frames(1000)),
        Started(CueId(2), Frames(0), "", ""),
    ]


def test_a_cut_whose_frame_is_past_comes_at_once_and_one_beyond_the_end_with_the_end() -> None:
    playout = Playout()
    playout.cut(Cue(CueId(1), FakeSource(ones(500))))
    playout.next_block(300)
    playout.cut(Cue(CueId(2), FakeSource(ones(500))), Frames(100))
    assert playout.next_block(1)[1] == [Ended(CueId(1), "cut", Frames(300)), Started(CueId(2), Frames(0), "", "")]
    playout.cut(Cue(CueId(3), FakeSource(ones(500))), Frames(9000))
    playout.follow(Cue(CueId(4), FakeSource(ones(500))))
    assert playout.next_block(600)[1] == [
        Ended(CueId(2), "finished", Frames(500)),
        Started(CueId(3), Frames(0), "", ""),
    ]


def test_a_song_that_is_not_ready_does_not_hold_up_what_is_due() -> None:
    playout = Playout()
    playout.cut(Cue(CueId(1), FakeSource(ones(4000), ready=[300, 0, 0, 0, 0, 0])))
    playout.next_block(300)
    playout.cut(Cue(CueId(2), FakeSource(ones(500))), Frames(1000))
    events = [event for _ in range(4) for event in playout.next_block(300)[1]]
    assert Started(CueId(2), Frames(0), "", "") in events


@pytest.mark.parametrize("reason", ["cut", "stopped"])
def test_what_is_due_is_called_off_by_another_cut_and_by_a_stop(reason: str) -> None:
    playout = Playout()
    source = FakeSource(ones(500))
    playout.cut(Cue(CueId(1), FakeSource(ones(4000))))
    playout.cut(Cue(CueId(2), source), Frames(1000))
    if reason == "cut":
        playout.cut(Cue(CueId(3), FakeSource(ones(500))))
    else:
        playout.stop()
    assert Ended(CueId(2), reason, Frames(0)) in playout.next_block(2000)[1]
    assert source.closed == 1


def test_a_skip_goes_on_with_what_is_due() -> None:
    playout = Playout()
    at_bar(playout, 100)
    playout.skip(CueId(1))
    assert playout.next_block(1)[1] == [Ended(CueId(1), "skipped", Frames(400)), Started(CueId(2), Frames(0), "", "")]


# Songs that say where the next begins


def joined(number: int, source: AudioSource, join: Join) -> Cue:
    return Cue(CueId(number), source, f"song {number}", "band", join=join)


@pytest.mark.parametrize("is_known", [True, False], ids=["stored", "still growing"])
def test_over_an_ending_that_rings_on_the_next_begins_in_its_frame_and_nothing_is_faded(is_known: bool) -> None:
    playout = Playout()
    playout.cut(cue(1, ringing := FakeSource(ones(10_000))))
    ringing.known = is_known
    playout.follow(joined(2, FakeSource(2 * ones(10_000)), Join(CueId(1), Frames(8_000))))
    sound, events = rendered(playout, 20_000, block=1000)
    assert np.array_equal(sound[:8_000], ones(8_000))
    assert np.array_equal(sound[8_000:10_000], 3 * ones(2_000))
    assert np.array_equal(sound[10_000:18_000], 2 * ones(8_000))
    assert not sound[18_000:].any()
    assert [type(event) for event in events] == [Started, Ended, Started, Ended]
    assert ringing.closed == 1 and playout.silent


def test_an_imported_song_fades_out_by_its_end_point_and_the_next_is_not_faded_in() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ones(48_000))))
    playout.follow(joined(2, FakeSource(zeros(48_000)), Join(CueId(1), Frames(20_000), Frames(40_000), Frames(10_000))))
    sound, events = rendered(playout, 48_000, block=1024)
    angles = (np.arange(10_000) + 0.5) * np.pi / 2 / 10_000
    assert np.array_equal(sound[:30_000], ones(30_000))
    assert np.allclose(sound[30_000:40_000, 0], np.cos(angles), atol=1e-5)
    assert not sound[40_000:].any()
    assert events == [started(1), ended(1, "finished", 40_000), started(2)]


def test_a_join_means_one_song_and_behind_another_the_seam_is_without_a_gap() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ones(48_000))))
    playout.follow(joined(2, FakeSource(2 * ones(48_000)), Join(CueId(1), Frames(2_000))))
    playout.cut(cue(3, FakeSource(-ones(4_800))))
    sound, _ = rendered(playout, 9_600)
    assert np.array_equal(sound[:4_800], -ones(4_800))
    assert np.array_equal(sound[4_800:], 2 * ones(4_800))


def test_a_song_that_went_on_behind_the_join_is_heard_to_its_end() -> None:
    playout = Playout()
    playout.cut(cue(1, FakeSource(ones(4_800)), start=9_000))
    playout.follow(joined(2, FakeSource(2 * ones(48_000)), Join(CueId(1), Frames(8_000))))
    sound, _ = rendered(playout, 9_600)
    assert np.array_equal(sound[480:4_800], ones(4_320))
    assert np.array_equal(sound[4_800:], 2 * ones(4_800))


def test_a_skip_ends_what_rings_on_too() -> None:
    playout = Playout()
    playout.cut(cue(1, ringing := FakeSource(ones(48_000))))
    playout.follow(joined(2, FakeSource(ones(48_000)), Join(CueId(1), Frames(960))))
    rendered(playout, 1_440)
    playout.skip(CueId(2))
    sound, _ = rendered(playout, 960)
    assert not sound[480:].any() and ringing.closed == 1
