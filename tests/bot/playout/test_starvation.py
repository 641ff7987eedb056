"""A song that gives no sound for too long is noticed."""

from bandstand.bot.playout.starvation import PATIENCE, StarvationWatch
from bandstand.common.types import CueId, Frames


class Watch:
    def __init__(self) -> None:
        self.now = 0.0
        self._watch = StarvationWatch(lambda: self.now)

    def say(self, frames: int, after: float, cue: int = 1, *, is_moving: bool = True) -> bool:
        self.now += after
        return self._watch.note(CueId(cue), Frames(frames), is_moving)


def test_a_song_that_stays_where_it_is_though_it_moves_is_told_once() -> None:
    watch = Watch()
    assert not watch.say(48000, 0.3)
    assert not watch.say(48000, PATIENCE - 0.1)
    assert watch.say(48000, 0.2)
    assert not watch.say(48000, 5.0)
    assert not watch.say(96000, 1.0)
    assert watch.say(96000, PATIENCE)


def test_a_song_that_is_held_or_another_one_is_not_meant() -> None:
    watch = Watch()
    assert not watch.say(48000, 0.3, is_moving=False)
    assert not watch.say(48000, 9.0, is_moving=False)
    assert not watch.say(0, 9.0)
    assert not watch.say(0, 9.0, cue=2)
