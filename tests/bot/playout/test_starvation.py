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


def test_a_song_that_stays_where_it_is_though_it_moves_is_noticed() -> None:
    watch = Watch()
    assert not watch.say(48000, 0.3)
    assert not watch.say(48000, PATIENCE - 0.1)
    assert watch.say(48000, 0.2)
    assert not watch.say(48000, PATIENCE - 0.1)
    assert watch.say(48000, 0.2), "nothing could be done before, and it is still silent"


def test_many_small_holes_are_as_bad_as_a_long_one_and_old_ones_are_forgotten() -> None:
    watch = Watch()
    assert [watch.say(48000 * n // 2, 0.7) for n in range(12)].count(True) == 0, "sound comes"
    holes = [watch.say(300000 + 48000 * (n // 2), 0.6) for n in range(8)]
    assert holes.count(True) == 1
    for n in range(10):
        assert not watch.say(900000 + 48000 * n, 30.0)
        assert not watch.say(900000 + 48000 * n, 0.6)


def test_a_song_that_is_held_or_another_one_is_not_meant() -> None:
    watch = Watch()
    assert not watch.say(48000, 0.3, is_moving=False)
    assert not watch.say(48000, 9.0, is_moving=False)
    assert not watch.say(48000, 9.0)
    assert not watch.say(0, 9.0, cue=2)
