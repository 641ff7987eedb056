"""A finished song's folder: made beside its place under another name, and renamed when it is whole and on the disk."""

import errno
import os
import shutil
from pathlib import Path
from types import TracebackType

import msgspec

from common.errors import ComposeError
from common.jobs import Done, Job

PARTIAL = ".partial-"
RECORD = "song.json"


def kept(job: Job) -> Done | None:
    """What an earlier worker recorded of the same song, which is then left as it is.

    Raises ComposeError where something else is in the song's place.
    """
    place = Path(job.directory)
    if not place.exists():
        return None
    try:
        done = msgspec.json.decode((place / RECORD).read_bytes(), type=Done)
    except (OSError, msgspec.DecodeError):
        done = None
    if done is None or (done.song, done.generator, done.seed, done.parameters) != (
        job.song,
        job.generator,
        job.seed,
        job.parameters,
    ):
        raise ComposeError(f"{place}: something else is there already; move it away, and ask for the song again")
    return done


class Folder:
    """The folder while it is made: gone on leaving, unless it was published."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self.path = place.with_name(f"{place.name}{PARTIAL}{os.getpid()}")

    def __enter__(self) -> "Folder":
        _sweep(self._place.parent)
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def publish(self) -> bool:
        """Everything to the disk, then to its place at once; False where another worker was there first."""
        for file in sorted(self.path.iterdir()):
            _sync(file)
        _sync(self.path)
        try:
            self.path.rename(self._place)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
            return False
        _sync(self._place.parent)
        return True


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _sweep(parent: Path) -> None:
    """Remove what workers that were killed have left; a worker's process id is in the name."""
    for path in parent.glob(f"*{PARTIAL}*"):
        pid = path.name.rpartition(PARTIAL)[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(path, ignore_errors=True)
