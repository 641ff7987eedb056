"""A part of a sound file: bytes that are read as a file of their own. Knows bytes; nothing of formats."""

import os
import stat


class Part:
    """The bytes from `begin` to `end` of the file behind `fd`, to be read as a file of its own."""

    def __init__(self, fd: int, begin: int, end: int) -> None:
        self._fd = fd
        self._at = begin
        self.begin = begin
        self.end = end
        self.is_cut_off = False
        """Whether its head says that it is longer than the file."""
        self.is_last = end == measure_file(fd)
        """Whether no other part follows."""
        self.following: int | None = None
        """Where the next file's sound begins, if it is known that one does."""
        self.is_recognised = True
        """Whether its first bytes are those of a format that can be told by them."""
        self.junk = 0
        """Bytes before it in which nothing is known: neither sound nor a tag."""

    @property
    def is_file(self) -> bool:
        """Whether it is all of the file, so that FFmpeg may read that by itself."""
        return self.begin == 0 and self.end == measure_file(self._fd)

    @property
    def head(self) -> bytes:
        return self.read_at(0, 64)

    def find_end(self) -> None:
        """Look for the end, where reading alone would show it, and set `end` and `is_last` by it."""

    def guess_end(self) -> None:
        """As `find_end`, but soon: it may be taken for the file's until reading shows another one."""
        self.find_end()

    def find_following(self) -> int | None:
        """Where the next file's sound begins, if one does. To be called when this one has been read."""
        return self.following

    def read_at(self, offset: int, size: int) -> bytes:
        return os.pread(self._fd, size, self.begin + offset) if self.end else b""

    def read(self, size: int) -> bytes:
        data = os.pread(self._fd, max(0, min(size, self.end - self._at)), self._at)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: self.begin, os.SEEK_CUR: self._at, os.SEEK_END: self.end}[whence]
        self._at = max(self.begin, base + offset)
        return self.tell()

    def tell(self) -> int:
        return self._at - self.begin


def measure_file(fd: int) -> int:
    """Bytes in the file; 0 for what is none, such as a pipe."""
    status = os.fstat(fd)
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
