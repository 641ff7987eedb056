"""What tests of processes stand on: a store without a database, and a reactor that starts no process."""

from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from bandstand.common.api.values import Outside


class FakeStore:
    """Runs work at once, or while `is_held` when `release` is called, with a transaction of the test's own."""

    def __init__(self, tx: Any = None) -> None:
        self.tx = tx
        self.outside = Outside()
        self.is_held = False
        self.read_errors: list[Exception] = []
        self.record_errors: list[Exception] = []
        self._held: deque[tuple[Deferred[Any], Callable[[Any], Any]]] = deque()

    def read(self, work: Callable[[Any], Any], outside: Outside | None = None) -> Deferred[Any]:
        return self._run(work, self.read_errors)

    def record(self, work: Callable[[Any], Any], outside: Outside | None = None) -> Deferred[Any]:
        self.outside = outside or self.outside
        if self.is_held:
            waiting: Deferred[Any] = Deferred()
            self._held.append((waiting, work))
            return waiting
        return self._run(work, self.record_errors)

    def release(self) -> None:
        self.is_held = False
        while self._held:
            waiting, work = self._held.popleft()
            waiting.callback(work(self.tx))

    def _run(self, work: Callable[[Any], Any], errors: list[Exception]) -> Deferred[Any]:
        if errors:
            return fail(errors.pop(0))
        return succeed(work(self.tx))


class FakeTransport:
    """A process that is not there; `pid` None, so that nobody is signalled."""

    pid = None

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    def closeStdin(self) -> None:
        self.written += b"<end>"


class FakeReactor(Clock):
    """A clock that writes down what was to be started."""

    def __init__(self) -> None:
        super().__init__()
        self.children: list[Any] = []
        self.started: list[list[str]] = []
        self.options: list[dict[str, Any]] = []
        self.readers: list[Any] = []
        self.error: OSError | None = None

    def spawnProcess(self, child: Any, program: str, argv: list[str], **options: Any) -> None:
        if self.error is not None:
            raise self.error
        child.transport = FakeTransport()
        self.children.append(child)
        self.started.append(argv)
        self.options.append(options)

    def addReader(self, reader: Any) -> None:
        self.readers.append(reader)

    def removeReader(self, reader: Any) -> None:
        self.readers.remove(reader)

    def say(self, data: bytes, child: int = -1) -> None:
        self.children[child].childDataReceived(1, data)

    def finish(self, child: int = -1) -> None:
        """It ends by itself."""
        self.children[child].processEnded(Failure(ProcessDone(0)))

    def kill(self, child: int = -1, signal: int = 9) -> None:
        self.children[child].processEnded(Failure(ProcessTerminated(None, signal)))
