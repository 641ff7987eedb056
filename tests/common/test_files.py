"""Files that are written whole or not at all."""

import errno
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bandstand.common.files import explain_write, is_full, replace_whole, write_whole


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_is_its_owners_alone_even_where_the_old_one_was_not(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_bytes(b"open to all")
    path.chmod(0o644)
    write_whole(path, b"secret", is_private=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_crash_left_unfinished_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    (tmp_path / f".kept.json.{os.getpid()}.new").write_bytes(b"half")
    write_whole(path, b"whole")
    assert list(tmp_path.iterdir()) == [path]


def test_where_it_cannot_be_written_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.json"
    write_whole(path, b"old")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@contextmanager
def limit_files(size: int) -> Iterator[None]:
    """No file can have more bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_where_there_is_no_room_the_old_file_stays_and_nothing_of_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 250 + ".bin")
    path.write_bytes(b"old")
    with pytest.raises(OSError) as caught, limit_files(1000), replace_whole(path) as partial:
        partial.write_bytes(bytes(2000))
    assert is_full(caught.value)
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"old"]


def test_the_folder_without_room_is_named(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    assert explain_write(full, tmp_path / "a") in (
        f"there is no room on the disk of {folder}" for folder in (tmp_path, tmp_path.parent, Path("/tmp"))
    )
    assert explain_write(OSError(errno.EACCES, "Permission denied"), tmp_path / "a") == "Permission denied"
