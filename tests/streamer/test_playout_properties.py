"""What holds of the programme whatever is asked of it, and however its time is cut into blocks."""

from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from bandstand.common.types import CueId, Frames
from bandstand.streamer.block import Samples, zeros
from bandstand.streamer.playout import CUT_FADE, STOP_FADE, Cue, Ended, Event, Playout, Started


def ramp(frames: int) -> Samples:
    """Frames that tell which they are."""
    values = np.arange(1, frames + 1, dtype=np.float32)
    return np.stack([values, values], axis=1)


class Song:
    """A source of known samples, of which at most so many are ready at each reading; the rest when those are used."""

    trouble = ""

    def __init__(self, samples: Samples, ready: list[int]) -> None:
        self.samples = samples
        self.ready = list(ready)
        self.at = 0
        self.closed = 0

    @property
    def ended(self) -> bool:
        return self.at == len(self.samples)

    @property
    def remaining(self) -> Frames | None:
        return None if self.ready else Frames(len(self.samples) - self.at)

    def keep_ready(self, frames: Frames) -> None:
        pass

    def read(self, frames: int) -> Samples:
        assert not self.closed
        count = min(frames, len(self.samples) - self.at, *([self.ready.pop(0)] if self.ready else []))
        self.at += count
        return self.samples[self.at - count : self.at].copy()

    def close(self) -> None:
        self.closed += 1


@dataclass
class Air:
    """A programme and all that came of it."""

    playout: Playout = field(default_factory=Playout)
    songs: list[Song] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    """The cue that each song was played for."""
    crossfades: dict[int, int] = field(default_factory=dict)
    """What was asked for, of each cue."""
    sound: list[Samples] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    cues: int = 0

    def play(self, frames: int) -> None:
        block, events = self.playout.next_block(frames)
        assert block.frames == frames
        assert block.samples is None or block.samples.shape == (frames, 2)
        self.sound.append(zeros(frames) if block.samples is None else block.samples)
        self.events += events

    def act(self, command: str, length: int, ready: list[int], fade: int, start: int) -> None:
        on, following = self.playout.current, self.playout.following
        if command in ("cut", "follow"):
            self.cues += 1
            getattr(self.playout, command)(self.cue(self.cues, length, ready, fade, start))
        elif command == "seek" and on:
            self.playout.seek(self.cue(on.cue, length, ready, 0, start))
        elif command == "stop":
            self.playout.stop(Frames(fade))
        elif command == "skip" and on:
            self.playout.skip(on.cue)
        elif command == "unfollow" and following:
            self.playout.unfollow(following.cue)

    def cue(self, number: int, length: int, ready: list[int], crossfade: int, start: int) -> Cue:
        self.songs.append(Song(ramp(length), ready))
        self.owners.append(number)
        self.crossfades.setdefault(number, crossfade)
        return Cue(CueId(number), self.songs[-1], "", "", Frames(start), Frames(crossfade))

    def heard(self) -> Samples:
        return np.concatenate([*self.sound, zeros(0)])


lengths = st.integers(0, 3000)
fades = st.sampled_from([0, 0, 1, 100, 700, 5000])
starts = st.sampled_from([0, 0, 0, 48_000])
names = st.sampled_from(["cut", "cut", "follow", "follow", "follow", "seek", "skip", "unfollow", "stop"])
readiness = st.lists(st.integers(0, 700), max_size=4)
commands = st.tuples(names, lengths, readiness, fades, starts)
steps = st.lists(st.one_of(commands, st.integers(1, 1500)), max_size=30)


@example([("cut", 2148, [], 0, 0), 1666, ("follow", 964, [], 700, 0), 1])
@given(steps)
def test_every_cue_ends_once_and_no_frame_is_lost_or_played_twice(script: list[Any]) -> None:
    air = Air()
    for step in script:
        if isinstance(step, int):
            air.play(step)
        else:
            air.act(*step)
    air.playout.stop()
    air.play(STOP_FADE)
    begun = [event.cue for event in air.events if isinstance(event, Started)]
    over = [event.cue for event in air.events if isinstance(event, Ended)]
    assert len(set(begun)) == len(begun) and len(set(over)) == len(over)
    assert [cue for cue in over if cue in begun] == begun, "they end in the order in which they start"
    assert air.playout.silent
    assert all(song.closed == 1 for song in air.songs)
    for event in air.events:
        if isinstance(event, Ended) and event.reason == "finished":
            last = [song for song, owner in zip(air.songs, air.owners, strict=True) if owner == event.cue][-1]
            assert event.frames % 48_000 == len(last.samples)
            assert len(last.samples) - last.at <= hurried(air, begun, event.cue)


def hurried(air: Air, begun: list[CueId], cue: CueId) -> int:
    """The most frames of a finished cue that are not heard: what ends the crossfade after it ends what is under it."""
    after = begun[begun.index(cue) + 1 :][:1] if cue in begun else []
    return max(0, air.crossfades[after[0]] - CUT_FADE) if after else 0


@given(steps)
def test_one_cue_is_on_the_air_at_a_time(script: list[Any]) -> None:
    air = Air()
    for step in script:
        if isinstance(step, int):
            air.play(step)
        else:
            air.act(*step)
    on: int | None = None
    for event in air.events:
        if isinstance(event, Started):
            assert on is None, "it began before the one before it had been told to have ended"
            on = event.cue
        elif on == event.cue and isinstance(event, Ended):
            on = None


@given(
    st.lists(st.tuples(st.integers(1, 4000), commands), max_size=12),
    st.lists(st.sampled_from([7, 64, 480, 1000, 2304]), min_size=1, max_size=20),
)
def test_it_is_the_same_sound_however_its_time_is_cut_into_blocks(script: list[Any], blocks: list[int]) -> None:
    """Sources that are always ready: the blocks are all that differs."""
    whole, pieces, sizes = Air(), Air(), cycle(blocks)
    for frames, (name, length, _, fade, start) in [*script, (9000, ("skip", 0, [], 0, 0))]:
        for air in (whole, pieces):
            air.act(name, length, [], fade, start)
        whole.play(frames)
        left = frames
        while left:
            piece = min(left, next(sizes))
            pieces.play(piece)
            left -= piece
    assert pieces.events == whole.events
    assert np.allclose(pieces.heard(), whole.heard(), atol=0.02)


@given(st.lists(lengths, min_size=1, max_size=6), st.lists(st.integers(1, 1000), min_size=1, max_size=30))
def test_songs_that_follow_each_other_are_one_sound_whatever_the_blocks(songs: list[int], blocks: list[int]) -> None:
    air = Air()
    waiting = list(songs)
    air.act("cut", waiting.pop(0), [], 0, 0)
    for frames in [*blocks, *[500] * 40]:
        if waiting and air.playout.following is None:
            air.act("follow", waiting.pop(0), [], 0, 0)
        air.play(frames)
    sound = air.heard()
    sounding = sound[sound[:, 0] != 0]
    assert np.array_equal(sounding, np.concatenate([ramp(length) for length in songs])[: len(sounding)])


@given(
    st.lists(st.tuples(st.integers(1001, 6000), st.integers(0, 4000)), min_size=2, max_size=5), st.integers(100, 500)
)
def test_crossfaded_songs_lie_where_arithmetic_puts_them(songs: list[tuple[int, int]], block: int) -> None:
    """Each begins before the last one's end by its crossfade, or half of the shorter song, and nothing else is lost."""
    air = Air()
    expected = zeros(sum(length for length, _ in songs) + block)
    begin = rise = 0
    for place, (length, _) in enumerate(songs):
        following, crossfade = songs[place + 1] if place + 1 < len(songs) else (0, 0)
        fall = min(crossfade, length // 2, following // 2)
        level = np.ones(length, np.float32)
        level[:rise] = np.sin((np.arange(rise) + 0.5) * np.pi / 2 / max(1, rise))
        level[length - fall :] *= np.cos((np.arange(fall) + 0.5) * np.pi / 2 / max(1, fall))
        expected[begin : begin + length] += ramp(length) * level[:, None]
        begin, rise = begin + length - fall, fall
    waiting = list(songs)
    air.act("cut", waiting.pop(0)[0], [], 0, 0)
    for _ in range(len(expected) // block):
        if waiting and air.playout.following is None:
            length, crossfade = waiting.pop(0)
            air.act("follow", length, [], crossfade, 0)
        air.play(block)
    sound = air.heard()
    assert np.allclose(sound, expected[: len(sound)], atol=0.05)
