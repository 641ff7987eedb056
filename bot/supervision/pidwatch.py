"""Hears when a process ends that is not our child: the kernel says so on a descriptor (pidfd_open, Linux 5.3)."""

import os
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer


@implementer(IReadDescriptor)
class PidWatch:
    """One process; `gone` is called once, from the reactor. Raises OSError where it cannot be watched."""

    def __init__(self, reactor: Any, pid: int, gone: Callable[[], None]) -> None:
        self._reactor = reactor
        self._gone = gone
        self._fd = os.pidfd_open(pid)
        reactor.addReader(self)

    def fileno(self) -> int:
        return self._fd

    def doRead(self) -> None:
        self.stop()
        self._gone()

    def connectionLost(self, reason: Failure) -> None:
        self.stop()

    def logPrefix(self) -> str:
        return "process"

    def stop(self) -> None:
        """Watch no longer."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            self._reactor.removeReader(self)
            os.close(fd)
