"""The process that waits for a generator's program, and the sandbox that it is in.

It is started before anybody asks for a song, so that neither Python's start, nor the imports of callables, nor the
sandbox takes time then. The sandbox is the same for all generators of a station, because nobody knows yet which of them
it will be. A waiting process that does not fit in the end is ended, and another one is started at once.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bandstand.common.descendants import become_subreaper
from bandstand.common.generators import Generator, inherit_environment
from bandstand.common.paths import PARTIAL
from bandstand.common.program_user import ProgramUser
from bandstand.common.python import build_command
from bandstand.common.sandbox import Sandbox, build_arguments
from bandstand.composer.folder import remove_abandoned
from bandstand.composer.generators.stage import CALLABLES, OWN_SESSION

Popen = subprocess.Popen[bytes]
Stamps = dict[str, tuple[int, int] | None]


class Stage(NamedTuple):
    """A process that waits for its request."""

    process: Popen
    sandbox: Sandbox | None = None
    """In which it waits."""

    @property
    def is_bubblewrap(self) -> bool:
        """It waits for the program in its sandbox and passes on how that ended; otherwise it becomes the program."""
        return self.sandbox is not None and self.sandbox.is_bubblewrap


def start_stage(
    *, has_callables: bool, prefix: Sequence[str] = (), is_bubblewrap: bool = False, user: ProgramUser | None = None
) -> Popen:
    """Start the process; `has_callables` has it import what callables need. `prefix` starts the sandbox."""
    become_subreaper()
    words = [CALLABLES] * has_callables + [OWN_SESSION] * is_bubblewrap
    process = subprocess.Popen(
        [*prefix, *build_command("bandstand.composer.generators.stage", words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        env=inherit_environment(os.environ),
        bufsize=0,
        process_group=0,
    )
    if user is not None:  # programs open /dev/stdout, which takes the right to
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            os.fchown(stream.fileno(), user.user, user.group)
    return process


class Staging:
    """A worker's waiting process. `scratch` is for the programs' temporary files and a place for their output."""

    def __init__(
        self, sandbox: Sandbox | None = None, folders: Sequence[str] = (), scratch: Path | None = None
    ) -> None:
        """`folders` are those of all generators. `scratch` is where a folder for this worker is made."""
        self._sandbox = sandbox
        self._folders = [os.path.realpath(folder) for folder in folders]
        self._parent = scratch
        self._scratches: dict[Path, Path] = {}
        """Folder -> this worker's own in it."""
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
        sandbox = self._fit(generator)
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
        sandbox = self._fit(generator)
        return (folder if sandbox is None else self._make_scratch(sandbox)) / f"output.{generator.output}"

    def _fit(self, generator: Generator) -> Sandbox | None:
        return self._sandbox and self._sandbox.fit(is_wanted=generator.sandbox)

    def _fits(self, waiting: Stage, generator: Generator, sandbox: Sandbox | None) -> bool:
        if waiting.sandbox != sandbox:
            return False
        if sandbox is None:
            return True
        is_known = os.path.realpath(generator.directory) in self._folders
        return is_known and _stamp(sandbox) == self._stamps

    def _start(self, sandbox: Sandbox | None) -> Stage:
        if sandbox is None:
            return Stage(start_stage(has_callables=self._has_callables))
        self._stamps = _stamp(sandbox)
        prefix = build_arguments(sandbox, self._folders, str(self._make_scratch(sandbox)))
        process = start_stage(
            has_callables=self._has_callables,
            prefix=prefix,
            is_bubblewrap=sandbox.is_bubblewrap,
            user=sandbox.user,
        )
        return Stage(process, sandbox)

    def _make_scratch(self, sandbox: Sandbox) -> Path:
        """This worker's own folder, which is removed when it ends. The next worker removes that of a killed one.

        Only bubblewrap shows it to another user wherever it is.
        """
        assert self._parent is not None
        is_shown = sandbox.is_bubblewrap or sandbox.user is None
        parent = self._parent if is_shown else Path(tempfile.gettempdir())
        if parent not in self._scratches:
            remove_abandoned(parent)
            scratch = parent / f"scratch{PARTIAL}{os.getpid()}"
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(mode=0o700, parents=True)
            if sandbox.user is not None:
                os.chown(scratch, sandbox.user.user, sandbox.user.group)
            atexit.register(shutil.rmtree, scratch, ignore_errors=True)
            self._scratches[parent] = scratch
        return self._scratches[parent]


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
