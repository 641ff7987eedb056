"""Bars of what is being made, at the place that asked."""

from bot.effects import Underway
from bot.progress import Progress
from bot.request import Reply


class Quiet:
    name = "ctl"

    def tell(self, where: str, reply: Reply) -> bool:
        return True

    def announce(self, reply: Reply) -> None: ...


class Terminal(Quiet):
    name = "terminal"

    def __init__(self) -> None:
        self.bars: list[tuple[str, str, str, float | None]] = []

    def progress(self, where: str, job: str, text: str, fraction: float | None) -> None:
        self.bars.append((where, job, text, fraction))


def test_a_bar_is_shown_where_the_song_was_asked_for_and_taken_away_at_the_end() -> None:
    terminal = Terminal()
    progress = Progress([Quiet(), terminal])
    progress.begun(Underway(7, "terminal:ann:1", "Blue\x1b Lantern", 120.0))
    progress.advanced(7, 30.0)
    progress.over(7)
    progress.advanced(7, 40.0)
    assert terminal.bars == [
        ("terminal:ann:1", "7", "job 7, 0:00 of 2:00: Blue Lantern", 0.0),
        ("terminal:ann:1", "7", "job 7, 0:30 of 2:00: Blue Lantern", 0.25),
        ("terminal:ann:1", "7", "job 7, 0:00 of 2:00: Blue Lantern", None),
    ]


def test_a_song_of_unknown_length_shows_how_much_there_is() -> None:
    terminal = Terminal()
    progress = Progress([terminal])
    progress.begun(Underway(7, "terminal:ann:1", "x", 0.0))
    progress.advanced(7, 65.0)
    assert terminal.bars[-1][2:] == ("job 7, 1:05: x", 0.0)


def test_a_front_end_without_terminals_is_left_alone() -> None:
    progress = Progress([Quiet()])
    progress.begun(Underway(7, "ctl:1", "x", 0.0))
    progress.over(7)
    progress.over(8)
