"""What follows from Icecast's figures for a mount, second by second."""

from streamer.watch import MOST_PATIENCE, PATIENCE, SPEECHLESS, SWALLOWED, Watch


class Rig:
    """A mount that came on the air at 100.0, and an Icecast whose figure moves every `interval` seconds."""

    def __init__(self, interval: float = 5.0) -> None:
        self.watch = Watch("/stream.mp3")
        self.interval = interval
        self.now = 100.0
        self.looks = 0
        self.watch.begin(self.now)

    def run(self, seconds: float, passes_on: bool = True, answers: bool = True, says: bool = True) -> tuple[float, str]:
        """Until the first verdict: when, counted from here, and what."""
        began = last = self.now
        while self.now - began < seconds:
            self.now = round(self.now + 0.05, 2)
            if passes_on:
                last = self.now
            if self.watch.due(self.now):
                self.looks += 1
                if answers:
                    self.watch.saw(int((last - 100) // self.interval) if says else None, self.now)
                else:
                    self.watch.saw_nothing(self.now)
            if said := self.watch.verdict(self.now):
                return self.now - began, said
        return seconds, ""


def test_a_mount_that_is_passed_on_is_left_alone_and_hardly_looked_at() -> None:
    rig = Rig()
    assert rig.run(600) == (600, "")
    assert rig.looks < 300


def test_a_server_that_swallows_is_noticed_within_ten_seconds_whenever_it_begins() -> None:
    for tenth in range(60):
        rig = Rig()
        rig.run(30 + tenth / 10)
        after, said = rig.run(30, passes_on=False)
        assert after < 10 and said == SWALLOWED


def test_a_server_that_swallows_from_the_first_is_noticed_too() -> None:
    after, said = Rig().run(30, passes_on=False)
    assert after < 10 and said == SWALLOWED


def test_a_server_that_does_not_answer_any_more_is_noticed_within_ten_seconds() -> None:
    rig = Rig()
    rig.run(33)
    after, said = rig.run(30, passes_on=False, answers=False)
    assert after < 10 and said == SPEECHLESS


def test_a_server_that_gives_no_figures_is_believed() -> None:
    assert Rig().run(600, says=False) == (600, "")


def test_a_mount_that_vanishes_from_the_figures_is_not_there() -> None:
    rig = Rig()
    rig.run(30)
    after, said = rig.run(30, says=False)
    assert after < 10 and said == SWALLOWED


def test_a_server_with_slower_figures_is_wrongly_given_up_once_and_not_again() -> None:
    rig = Rig(interval=13.0)
    assert rig.run(600)[0] < 600
    rig.watch.end()
    rig.watch.begin(rig.now)
    assert rig.run(600) == (600, "")


def test_patience_has_an_end() -> None:
    rig = Rig()
    for _ in range(10):
        rig.watch.begin(rig.now)
        after, _ = rig.run(2 * MOST_PATIENCE, passes_on=False)
    assert PATIENCE < after < MOST_PATIENCE + 2


def test_off_the_air_nothing_is_watched() -> None:
    rig = Rig()
    rig.watch.end()
    assert rig.run(60, passes_on=False) == (60, "")
    assert rig.looks == 0
