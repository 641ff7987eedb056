"""How far the songs are that are being made, shown where each was asked for. Knows no worker and no terminal."""

from collections.abc import Sequence

from bot.effects import Underway
from bot.frontend import FrontEnd, ShowsProgress
from common.text import clock, one_line


class Progress:
    """`front_ends` is the list that others fill."""

    def __init__(self, front_ends: Sequence[FrontEnd]) -> None:
        self._front_ends = front_ends
        self._jobs: dict[int, Underway] = {}

    def begun(self, job: Underway) -> None:
        self._jobs[job.job] = job
        self._show(job, 0.0, 0.0)

    def advanced(self, number: int, seconds: float) -> None:
        job = self._jobs.get(number)
        if job is not None:
            self._show(job, seconds, min(1.0, seconds / job.seconds) if job.seconds else 0.0)

    def over(self, number: int) -> None:
        job = self._jobs.pop(number, None)
        if job is not None:
            self._show(job, 0.0, None)

    def _show(self, job: Underway, seconds: float, fraction: float | None) -> None:
        length = f"{clock(seconds)} of {clock(job.seconds)}" if job.seconds else clock(seconds)
        text = f"job {job.job}, {length}: {one_line(job.name, 60)}"
        name = job.where.partition(":")[0]
        for front_end in self._front_ends:
            if front_end.name == name and isinstance(front_end, ShowsProgress):
                front_end.progress(job.where, str(job.job), text, fraction)
