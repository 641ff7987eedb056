"""Takes up what the configuration says of generators, each time that it is saved or somebody asks for it.

Each generator stands by itself: one with a fault stays as it was, and the others are taken up. What else the file says
is taken up at the next start, and that is told once for each change. Knows the file and the catalogue; not how a
generator is run.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from twisted.internet.defer import Deferred, DeferredLock
from twisted.logger import Logger

from bandstand.bot.making.catalogue import Catalogue
from bandstand.bot.making.file_watcher import FileWatcher
from bandstand.common.api.events import Event, GeneratorsReloaded, ReloadOrdered
from bandstand.common.declarations import read_declarations
from bandstand.common.generators import Generator

log = Logger()

FILE: Final = "configuration"
"""What the file watcher calls the file."""
Take = Callable[[Mapping[str, Generator]], None]
MakeWatcher = Callable[[Callable[[str], None]], FileWatcher]


class DeclarationsReloader:
    """`react` is to be subscribed to the event bus."""

    def __init__(
        self,
        path: Path,
        catalogue: Catalogue,
        take: Take,
        publish: Callable[[Sequence[Event]], None],
        make_watcher: MakeWatcher,
    ) -> None:
        """`path` need not exist yet; `take` is given the declarations for whoever runs the programs."""
        self._path = path
        self._catalogue = catalogue
        self._take = take
        self._publish = publish
        self._watcher = make_watcher(lambda _: self.reload())
        self._rest: dict[str, Any] = read_declarations(path).rest
        self._one_at_a_time = DeferredLock()

    def start(self) -> None:
        """Follow the file. Where that cannot be, `reload` still reads it."""
        try:
            self._watcher.follow({FILE: self._path})
        except OSError as error:
            log.warn(
                "{path} is not watched, so give reload after a change: {why}", path=str(self._path), why=error.strerror
            )

    def stop(self) -> None:
        self._watcher.stop()

    def react(self, event: Event) -> None:
        if isinstance(event, ReloadOrdered):
            self.reload()

    def reload(self) -> None:
        """Read the file, and tell what has changed and what is wrong."""
        reloading = Deferred.fromCoroutine(self._reload())
        reloading.addErrback(lambda failure: log.failure("the generators were not taken up", failure))

    async def _reload(self) -> None:
        async with self._one_at_a_time:
            read = read_declarations(self._path)
            if "" in read.faults:
                self._catalogue.faults = dict(read.faults)
                self._publish([GeneratorsReloaded(file=self._path.name, faults=(read.faults[""],))])
                return
            changes = await self._catalogue.declare(read.generators, read.faults)
            self._take(self._catalogue.declared)
            is_rest_changed, self._rest = read.rest != self._rest, read.rest
            self._publish([GeneratorsReloaded(
                file=self._path.name, added=changes.added, changed=changes.changed, removed=changes.removed,
                faults=tuple(read.faults.values()), is_rest_changed=is_rest_changed,
            )])  # fmt: skip
