"""A finished song's folder. It is made under another name beside its final path, and renamed when it is complete.

Everything is on the disk (fsync) before the rename, so a folder under its final name is always whole. Folders that
killed workers left behind are removed by the next worker; the worker's process id is part of their name.
"""

import errno
import os
import shutil
from pathlib import Path
from types import TracebackType

import msgspec

from bandstand.common.errors import ComposeError
from bandstand.common.jobs import Done, Job
from bandstand.common.paths import PARTIAL, SONG_FILE


def read_finished(job: Job) -> Done | None:
    """Read the result of an earlier worker that made the same song; None if there is no folder.

    Raises ComposeError if the folder's path holds anything else, which is then left as it is.
    """
    path = Path(job.directory)
    if not path.exists():
        return None
    try:
        done = msgspec.json.decode((path / SONG_FILE).read_bytes(), type=Done)
    except (OSError, msgspec.DecodeError):
        done = None
    if done is None or (done.song, done.generator, done.seed, done.parameters) != (
        job.song,
        job.generator,
        job.seed,
        job.parameters,
    ):
        raise ComposeError(f"{path}: something else is there already; move it away, and ask for the song again")
    return done


class SongFolder:
    """The folder while it is being made, as a context manager. It is removed on exit unless it was published."""

    def __init__(self, destination: Path) -> None:
        self._destination = destination
        self.path = destination.with_name(f"{destination.name}{PARTIAL}{os.getpid()}")

    def __enter__(self) -> "SongFolder":
        remove_abandoned(self._destination.parent)
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def publish(self) -> bool:
        """Sync all files to the disk and rename the folder; return False if another worker was faster.

        Raises OSError if that is not possible.
        """
        for file in sorted(self.path.iterdir()):
            _sync(file)
        _sync(self.path)
        try:
            self.path.rename(self._destination)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
            return False
        _sync(self._destination.parent)
        return True


def publish_song(folder: SongFolder, job: Job, done: Done) -> Done:
    """Write `done` to the folder and publish it. Returns the `Done` of the folder that is in place then.

    It is another worker's if the worker of a bot that died made the same song and was faster.
    """
    (folder.path / SONG_FILE).write_bytes(msgspec.json.encode(done))
    return done if folder.publish() else read_finished(job) or done


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def remove_abandoned(parent: Path) -> None:
    """Remove the folders of workers that no longer run."""
    for path in parent.glob(f"*{PARTIAL}*"):
        pid = path.name.rpartition(PARTIAL)[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(path, ignore_errors=True)
