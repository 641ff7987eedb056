"""Files that are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from bandstand.common.files import write_whole


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
