"""Files that a person names or writes, and files that are written whole or not at all, whatever happens meanwhile."""

import codecs
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from bandstand.common.errors import UnusableFile

LONGEST_TEXT: Final = 1 << 20
"""Bytes of a text file that a person writes."""
KINDS: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}
LONGEST_STEM: Final = 40
"""Characters of a file's name that are taken into that of its unfinished copy."""
FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
URI: Final = "file://"
MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
"""The byte order marks that editors put before a text, and what each says of the bytes after it."""


def resolve_path(text: str, base: Path) -> Path:
    """The path that a person wrote: `~` is a home, and what is relative is so to the folder `base`.

    Raises UnusableFile if there is no such home.
    """
    try:
        return base / Path(text).expanduser()
    except RuntimeError:
        home = text.partition("/")[0]
        raise UnusableFile(f"{text}: nobody's home is known by {home}; write the path in full") from None


def name_kind(mode: int) -> str:
    """What something is by its mode (inode(7)) if that is no file, in words that follow "is"; empty for a file."""
    return "" if stat.S_ISREG(mode) else KINDS.get(stat.S_IFMT(mode), "no file")


def find_problem(path: Path) -> str:
    """Why there is no file to be read at a path, as a clause; empty if there is one."""
    try:
        kind = name_kind(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return "it is a link to nothing" if path.is_symlink() else "there is no such file"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    except ValueError:  # a NUL
        return "there is no such file"
    return f"it is {kind}, not a file" if kind else ""


def format_location(path: Path) -> str:
    """A path as text that a database and JSON take: itself, or a `file:` URI if its bytes are no UTF-8."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return f"{URI}{quote(os.fsencode(path))}"
    return text


def parse_location(text: str) -> Path:
    """The path that `format_location` wrote, or that a person or a playlist gave, as a path or a `file:` URI."""
    place = text.removeprefix("file://localhost") if text.startswith("file://localhost/") else text.removeprefix(URI)
    return Path(os.fsdecode(unquote_to_bytes(place)) if place != text else text)


def show_path(path: Path | str) -> str:
    """A path as text for people, with marks for bytes that are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


def read_text(path: Path) -> str:
    """The text of a file that a person wrote, in UTF-8, or in UTF-16 if a mark says so; without the mark.

    Raises UnusableFile with a sentence that does not name the file.
    """
    try:
        kind = name_kind(path.stat().st_mode)
        if kind:  # of which some would never end, or never begin
            raise UnusableFile(f"is {kind}, not a file")
        with path.open("rb") as stream:
            data = stream.read(LONGEST_TEXT + 1)
    except FileNotFoundError:
        raise UnusableFile("there is no such file") from None
    except OSError as error:
        raise UnusableFile(f"cannot be read: {error.strerror}") from None
    if len(data) > LONGEST_TEXT:
        raise UnusableFile(f"has more than {LONGEST_TEXT >> 20} MiB, so it cannot be what is meant")
    return decode_text(data)


def decode_text(data: bytes) -> str:
    """As `read_text`."""
    mark, encoding = next(((mark, name) for mark, name in MARKS if data.startswith(mark)), (b"", "utf-8"))
    body = data[len(mark) :]
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        name = encoding.upper()
        raise UnusableFile(
            f"line {line} is not {name} text (byte {body[error.start]:02x}); save the file as UTF-8"
        ) from None


def read_secret(path: Path) -> str:
    """The one line of a file that holds a password. Raises UnusableFile with a sentence that does not name the file."""
    text = read_text(path).strip()
    if not text or not text.isprintable():
        raise UnusableFile("expected one line with the password")
    return text


@contextmanager
def replace_whole(path: Path) -> Iterator[Path]:
    """The name under which the body is to write a file, which then takes the place of whatever is called `path`.

    Where the body raises, or there is no room for the file, nothing of it is left, and what was at `path` still is.
    """
    partial = path.with_name(f".{path.stem[:LONGEST_STEM]}.{os.getpid()}{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def is_full(error: OSError) -> bool:
    """Whether there was no room for a file."""
    return error.errno in FULL


def explain_write(error: OSError, path: Path) -> str:
    """Why the file `path` could not be written, as a clause. Programs write to the temporary folder first, so it may be
    that one where there is no room."""
    import tempfile  # seldom needed, and slow to import

    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return error.strerror or str(error)
    folders = [path.parent, Path(tempfile.gettempdir())]
    tightest = min(folders, key=lambda folder: shutil.disk_usage(folder).free)
    return f"there is no room on the disk of {tightest.absolute()}"


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
    keep_name(path.parent)


def keep_name(folder: Path) -> None:
    """Bring the folder's list of names to the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
