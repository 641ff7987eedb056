"""How a worker ends when it is told to by SIGTERM: by an exception, so that an unfinished folder is removed.

Python drops what a handler raises inside the callback of a weak reference, and extension modules may drop it while they
are imported. So it is remembered, too, and raised again where the work comes by: before the worker waits for a job, and
with each step that it reports.
"""

import signal
from types import FrameType
from typing import NoReturn

from bandstand.common.jobs import Step
from bandstand.composer.spool import Report


class Termination:
    """Whether this process was told to end."""

    def __init__(self) -> None:
        self._status: int | None = None

    def begin(self) -> None:
        """Take SIGTERM from now on."""
        signal.signal(signal.SIGTERM, self._take)

    def check(self) -> None:
        """Raises SystemExit if the process was told to end."""
        if self._status is not None:
            raise SystemExit(self._status)

    def make_report(self, report: Report) -> Report:
        """`report`, which checks first."""

        def check_and_report(step: Step) -> None:
            self.check()
            report(step)

        return check_and_report

    def _take(self, number: int, frame: FrameType | None) -> NoReturn:
        self._status = 128 + number
        raise SystemExit(self._status)
