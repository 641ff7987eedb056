from bandstand.common.types import RATE, Frames
from bandstand.composer.pace import AMPLE, SHORT, Pace


class Worker:
    def __init__(self) -> None:
        self.now = 0.0
        self.changes: list[bool] = []
        self.is_refused = False
        self.pace = Pace(lambda: self.now, self.set_hurry)

    def set_hurry(self, is_hurrying: bool) -> bool:
        if not self.is_refused:
            self.changes.append(is_hurrying)
        return not self.is_refused

    def write(self, seconds: float, at: float) -> list[bool]:
        """So much of the song is there at that time; whether the worker hurries, each time that it changed."""
        self.now = at
        self.pace.note_written(Frames(round(seconds * RATE)))
        return self.changes


def test_a_worker_hurries_from_its_job_on_until_enough_is_ahead_of_the_ear() -> None:
    worker = Worker()
    worker.pace.begin()
    assert worker.write(1.0, at=100.0) == [True]
    assert worker.write(AMPLE, at=101.0) == [True]
    assert worker.write(AMPLE + 2.0, at=101.5) == [True, False]


def test_a_worker_that_is_overtaken_hurries_again() -> None:
    worker = Worker()
    worker.pace.begin()
    worker.write(1.0, at=0.0)
    worker.write(2 * AMPLE, at=1.0)
    assert worker.write(2 * AMPLE + 1.0, at=2 * AMPLE + 1.0 - SHORT - 0.1) == [True, False]
    assert worker.write(2 * AMPLE + 2.0, at=2 * AMPLE + 2.0 - SHORT + 0.1) == [True, False, True]
    assert worker.write(4 * AMPLE, at=2 * AMPLE + 3.0)[-1] is False


def test_what_the_kernel_does_not_do_now_is_tried_again() -> None:
    worker = Worker()
    worker.is_refused = True
    worker.pace.begin()
    worker.is_refused = False
    assert worker.write(1.0, at=0.0) == [True]


def test_what_nobody_hears_is_not_hurried() -> None:
    worker = Worker()
    worker.pace.begin()
    worker.pace.end()
    worker.pace.end()
    assert worker.changes == [True, False]
