"""Files that are written whole or not at all, whatever happens meanwhile."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes, *, is_private: bool = False) -> None:
    """Put a file with these bytes in the place of whatever has this name.

    A reader of the path gets the old bytes or the new ones, never a part, and after a power cut, too: the new file
    is on the disk before it gets its name. `is_private`: nobody but its owner may ever read it. The folder must be
    there; the path must have one writer at a time. Raises OSError; then the old file is as it was.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    mode = 0o600 if is_private else 0o666  # less what the umask takes away
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    """Bring the folder's list of names to the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
