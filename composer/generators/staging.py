"""The process that waits for a generator's program, and the sandbox that it is in.

It is started before anybody asks for a song, so that neither Python's start, nor the imports of callables, nor the
sandbox takes time then. The sandbox is the same for all generators of a station, because nobody knows yet which of them
it will be. A waiting process that does not fit in the end is ended, and another one is started at once.
"""

import atexit
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bandstand.common.descendants import become_subreaper
from bandstand.common.generators import Generator, inherit_environment
from bandstand.common.paths import PARTIAL
from bandstand.common.python import build_command
from bandstand.common.sandbox import Sandbox, build_arguments
from bandstand.composer.folder import remove_abandoned
from bandstand.composer.generators.stage import CALLABLES, OWN_SESSION

Popen = subprocess.Popen[bytes]
Stamps = dict[str, tuple[int, int] | None]


class Stage(NamedTuple):
    """A process that waits for its request."""

    process: Popen
    is_confined: bool
    is_bubblewrap: bool
    """It waits for the program in its sandbox and passes on how that ended; otherwise it becomes the program."""


def start_stage(*, has_callables: bool, prefix: Sequence[str] = (), is_bubblewrap: bool = False) -> Popen:
    """Start the process; `has_callables` has it import what callables need. `prefix` starts the sandbox."""
    become_subreaper()
    words = [CALLABLES] * has_callables + [OWN_SESSION] * is_bubblewrap
    return subprocess.Popen(
        [*prefix, *build_command("bandstand.composer.generators.stage", words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        env=inherit_environment(os.environ),
        bufsize=0,
        process_group=0,
    )


class Staging:
    """A worker's waiting process. `scratch` is for the programs' temporary files and a place for their output."""

    def __init__(
        self, sandbox: Sandbox | None = None, folders: Sequence[str] = (), scratch: Path | None = None
    ) -> None:
        """`folders` are those of all generators. `scratch` is where a folder for this worker is made."""
        self._sandbox = sandbox
        self._folders = [os.path.realpath(folder) for folder in folders]
        self._parent = scratch
        self._scratch: Path | None = None
        self._waiting: Stage | None = None
        self._has_callables = False
        self._stamps: Stamps = {}

    def prepare(self, *, has_callables: bool) -> None:
        """Start a process that waits. Not under Landlock, where it could not read what is saved meanwhile."""
        self._has_callables = has_callables
        if self._sandbox is not None and self._sandbox.is_landlock:
            return
        self._waiting = self._start(self._sandbox)

    def discard(self) -> None:
        """End the waiting process: no program is to be run."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            _dismiss(waiting)

    def take(self, generator: Generator) -> Stage:
        """The waiting process, if it fits this generator; otherwise a new one."""
        waiting, self._waiting = self._waiting, None
        sandbox = self._sandbox if generator.sandbox else None
        if waiting is not None and self._fits(waiting, generator, sandbox):
            return waiting
        if waiting is not None:
            _dismiss(waiting)
        self._has_callables = bool(generator.callable)
        folder = os.path.realpath(generator.directory)
        if folder not in self._folders:
            self._folders.append(folder)
        return self._start(sandbox)

    def place_output(self, generator: Generator, folder: Path) -> Path:
        """Where the program writes its file: in `folder`, that of its song, which a sandbox does not show."""
        is_confined = self._sandbox is not None and generator.sandbox
        return (self._make_scratch() if is_confined else folder) / f"output.{generator.output}"

    def _fits(self, waiting: Stage, generator: Generator, sandbox: Sandbox | None) -> bool:
        if waiting.is_confined != (sandbox is not None):
            return False
        if sandbox is None:
            return True
        is_known = os.path.realpath(generator.directory) in self._folders
        return is_known and _stamp(sandbox) == self._stamps

    def _start(self, sandbox: Sandbox | None) -> Stage:
        prefix: list[str] = []
        if sandbox is not None:
            self._stamps = _stamp(sandbox)
            prefix = build_arguments(sandbox, self._folders, str(self._make_scratch()))
        is_bubblewrap = sandbox is not None and not sandbox.is_landlock
        process = start_stage(has_callables=self._has_callables, prefix=prefix, is_bubblewrap=is_bubblewrap)
        return Stage(process, sandbox is not None, is_bubblewrap)

    def _make_scratch(self) -> Path:
        """This worker's own folder, which is removed when it ends. The next worker removes that of a killed one."""
        if self._scratch is None:
            assert self._parent is not None
            remove_abandoned(self._parent)
            self._scratch = self._parent / f"scratch{PARTIAL}{os.getpid()}"
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch.mkdir(mode=0o700, parents=True)
            atexit.register(shutil.rmtree, self._scratch, ignore_errors=True)
        return self._scratch


def _dismiss(stage: Stage) -> None:
    """End the process. bubblewrap is not killed: while it makes the sandbox, that would leave a process behind."""
    if not stage.is_bubblewrap:
        stage.process.kill()
    elif stage.process.stdin is not None:
        stage.process.stdin.close()


def _stamp(sandbox: Sandbox) -> Stamps:
    """Which files the secrets are in. A file that is saved by renaming is another one, and would not be hidden."""
    found: Stamps = {}
    for path in sandbox.secrets:
        try:
            status = Path(path).stat()
            found[path] = (status.st_dev, status.st_ino)
        except OSError:
            found[path] = None
    return found
