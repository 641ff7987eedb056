"""Whom the lookout asks, when, and what it tells whom."""

from streamer.lookout import Lookout
from streamer.watch import Watch


class Rig:
    """Icecast, and a lookout with two mounts, which look at each other every quarter of a second."""

    def __init__(self) -> None:
        self.now = 0.0
        self.watches = [Watch("/one"), Watch("/two")]
        self.asked: list[tuple[float, str]] = []
        self.there = True
        self.lookout = Lookout(self.watches, self._ask, self._knock, lambda: self.now)

    def _ask(self, path: str) -> int | None:
        self.asked.append((self.now, path))
        if not self.there:
            raise OSError("nobody")
        return int(self.now)

    def _knock(self) -> None:
        self._ask("")

    def run(self, seconds: float) -> list[tuple[float, str]]:
        self.asked.clear()
        for _ in range(round(seconds / 0.25)):
            self.now += 0.25
            self.lookout.look()
        return self.asked


def test_each_mount_on_the_air_is_asked_about() -> None:
    rig = Rig()
    for watch in rig.watches:
        watch.begin(0.0)
    assert {path for _, path in rig.run(10.0)} == {"/one", "/two"}


def test_where_there_is_no_answer_nobody_else_is_asked_about_in_that_second() -> None:
    rig = Rig()
    for watch in rig.watches:
        watch.begin(0.0)
    rig.there = False
    assert len(rig.run(3.0)) == 3


def test_off_the_air_one_question_a_second_is_asked_in_all() -> None:
    asked = Rig().run(5.0)
    assert 4 <= len(asked) <= 6 and {path for _, path in asked} == {""}


def test_when_icecast_answers_again_each_mount_that_waits_hears_of_it_once_within_a_second() -> None:
    rig = Rig()
    rig.run(3.0)
    rig.there = False
    rig.run(5.0)
    assert not any(watch.take_again() for watch in rig.watches)
    rig.there = True
    rig.run(1.0)
    assert [watch.take_again() for watch in rig.watches] == [True, True]
    rig.run(5.0)
    assert not any(watch.take_again() for watch in rig.watches)


def test_a_mount_on_the_air_has_nothing_to_try_again() -> None:
    rig = Rig()
    rig.watches[0].begin(0.0)
    rig.there = False
    rig.run(3.0)
    rig.there = True
    rig.run(1.5)
    assert [watch.take_again() for watch in rig.watches] == [False, True]
