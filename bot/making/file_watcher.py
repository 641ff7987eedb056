"""Notices that programs are saved, by inotify on the folders that hold their files.

An editor may write a file, or write another and rename it over the first: both count, when the file is whole. So does
a link that takes a file's place, as cargo makes it. What is no source (`common.program_sources`) counts when its
content is another than before, so that a program that writes the same again is not run for ever. Saves that follow each
other within `TOGETHER` are one. Knows files and time; not what a save leads to. `clock` is monotonic.
"""

import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from twisted.internet.inotify import (
    IN_CLOSE_WRITE,
    IN_CREATE,
    IN_DELETE,
    IN_MOVED_FROM,
    IN_MOVED_TO,
    INotify,
    INotifyError,
)
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.filepath import FilePath

from bandstand.common import generator_files, inotify
from bandstand.common.generators import Generator
from bandstand.common.program_sources import compute_digest, is_source

log = Logger()

TOGETHER: Final = 0.2
"""Seconds."""
AT_LATEST: Final = 1.0
"""Seconds after the first of many saves at which it is told, though they go on."""


MASK: Final = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE
REMOVAL: Final = IN_DELETE | IN_MOVED_FROM
ANY_FOLDER: Final = Path("/")
UNKNOWN: Final = "saved files cannot be noticed: the kernel took no watch, and would now"


class Notifier(Protocol):
    """What is used of `twisted.internet.inotify.INotify`."""

    def watch(self, path: Any, mask: int, *, callbacks: list[Callable[..., None]]) -> bool: ...

    def ignore(self, path: Any) -> None: ...

    def startReading(self) -> None: ...

    def loseConnection(self) -> None: ...


class FileWatcher:
    """`on_save(name)` is called for each save of what is followed: a generator's program, or a single file."""

    def __init__(
        self,
        clock: IReactorTime,
        on_save: Callable[[str], None],
        make_notifier: Callable[[], Any] = INotify,
        *,
        tells_removal: bool = False,
    ) -> None:
        """`tells_removal`: that a file is gone is told like a save of it."""
        self._mask = MASK | REMOVAL if tells_removal else MASK
        self._clock = clock
        self._on_save = on_save
        self._make_notifier = make_notifier
        self._notifier: Notifier | None = None
        self._followed: dict[str, tuple[Generator | Path, frozenset[Path]]] = {}
        self._contents: dict[Path, bytes] = {}
        """Of what is followed and no source: tells its contents apart."""
        self._folders: set[Path] = set()
        self._due: dict[str, tuple[float, IDelayedCall]] = {}

    def follow(self, wanted: Mapping[str, Generator | Path]) -> None:
        """Follow these generators or files and no others. Generators are followed with the files that they have now.

        Raises OSError, whose text is a sentence, where the system has no more watches: the folders that it had room for
        are followed, and the others are tried again at the next call.
        """
        if not wanted and self._notifier is None:
            return
        self._followed = {name: (one, _list_files(one)) for name, one in wanted.items()}
        compared = {path for one, files in self._followed.values() for path in files if _is_compared(one, path)}
        self._contents = {path: self._contents.get(path) or compute_digest(path) for path in compared}
        folders = {folder for one, files in self._followed.values() for folder in _list_folders(one, files)}
        for name in self._due.keys() - wanted.keys():
            self._due.pop(name)[1].cancel()
        notifier = self._notifier = self._notifier or self._start_notifier()
        for folder in self._folders - folders:
            notifier.ignore(FilePath(str(folder)))
        self._folders &= folders
        for folder in sorted(folders - self._folders):
            self._watch(notifier, folder)
            self._folders.add(folder)

    def find_trouble(self) -> str:
        """Why no further folder could be followed now, as a sentence; empty if it could."""
        try:
            notifier = self._notifier = self._notifier or self._start_notifier()
            if ANY_FOLDER not in self._folders:
                self._watch(notifier, ANY_FOLDER)
                notifier.ignore(FilePath(str(ANY_FOLDER)))
        except OSError as error:
            return str(error.strerror)
        return ""

    def stop(self) -> None:
        self.follow({})
        if self._notifier is not None:
            self._notifier.loseConnection()
            self._notifier = None

    def _start_notifier(self) -> Notifier:
        """Raises OSError."""
        try:
            notifier: Notifier = self._make_notifier()
        except INotifyError:  # which does not say why
            raise OSError(0, inotify.find_trouble() or UNKNOWN) from None
        notifier.startReading()
        return notifier

    def _watch(self, notifier: Notifier, folder: Path) -> None:
        """Raises OSError."""
        try:
            notifier.watch(FilePath(str(folder)), self._mask, callbacks=[self._take_write])
        except INotifyError:
            raise OSError(0, inotify.find_trouble(str(folder)) or UNKNOWN) from None

    def _take_write(self, _: object, path: Any, mask: int) -> None:
        file = Path(path.asTextMode().path)
        if mask & REMOVAL:
            for name, (_, files) in self._followed.items():
                if file in files:
                    self._delay(name)
            return
        if mask & IN_CREATE and not _is_link(file):
            return  # it is told again when it is written
        followers = [
            (name, one)
            for name, (one, files) in self._followed.items()
            if file in files or (isinstance(one, Generator) and generator_files.is_program_file(one, file, files))
        ]
        is_changed = self._compare(file) if any(_is_compared(one, file) for _, one in followers) else True
        for name, one in followers:
            if is_changed or not _is_compared(one, file):
                self._delay(name)

    def _compare(self, file: Path) -> bool:
        """Whether its content is another than before."""
        before, self._contents[file] = self._contents.get(file), compute_digest(file)
        return before != self._contents[file]

    def _delay(self, name: str) -> None:
        """Tell of this save when no other has followed it for a while."""
        now = self._clock.seconds()
        first, call = self._due.pop(name, (now, None))
        if call is not None:
            call.cancel()
        delay = max(0.0, min(now + TOGETHER, first + AT_LATEST) - now)
        self._due[name] = (first, self._clock.callLater(delay, self._fire, name))

    def _fire(self, name: str) -> None:
        del self._due[name]
        log.info("{name} was saved", name=name)
        self._on_save(name)


def _is_compared(one: Generator | Path, file: Path) -> bool:
    """Whether it counts by its content: what is no source may be what a program writes."""
    return isinstance(one, Generator) and (not is_source(file) or generator_files.find_making(one) is not None)


def _is_link(file: Path) -> bool:
    """Whether it is a link of either kind, which is whole when it is made."""
    try:
        found = file.lstat()
    except OSError:
        return False
    return stat.S_ISLNK(found.st_mode) or found.st_nlink > 1


def _list_files(one: Generator | Path) -> frozenset[Path]:
    """The files, by their names and, where those are links, by what they point to."""
    files = [one] if isinstance(one, Path) else generator_files.list_files(one)
    return frozenset([*files, *(path.resolve() for path in files)])


def _list_folders(one: Generator | Path, files: frozenset[Path]) -> set[Path]:
    patterns = set() if isinstance(one, Path) else generator_files.list_folders(one)
    return patterns | {path.parent for path in files}
