"""A folder that the station cannot use is told in one sentence, by `check` and `up`; nothing is left of the trial."""

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bandstand.common import station_folder
from bandstand.common.errors import UnusableFile
from bandstand.common.paths import Paths
from bandstand.common.station_folder import describe_lost_database, find_faults, find_warnings, prepare_folder


def drop_room(fault: str) -> str:
    """Without how much is free, which others change from one moment to the next."""
    return re.sub(r"\d+ KiB", "", fault)


def find_fault(directory: Path) -> str:
    (fault,) = find_faults(Paths(directory))
    with pytest.raises(UnusableFile) as raised:
        prepare_folder(Paths(directory))
    assert drop_room(str(raised.value)) == drop_room(fault)
    assert fault.startswith("station.directory: ")
    return fault


def test_a_folder_is_made_and_nothing_is_left_of_the_trial(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "a" / "b")
    assert list(find_faults(paths)) == []
    assert list(tmp_path.iterdir()) == []
    prepare_folder(paths)
    prepare_folder(paths)
    assert paths.directory.is_dir()
    assert list(paths.directory.iterdir()) == []


def test_a_file_in_its_place_or_above_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "passwd").touch()
    assert find_fault(tmp_path / "passwd").endswith("passwd is a file, not a folder")
    assert find_fault(tmp_path / "passwd" / "var").endswith("passwd is a file, not a folder")
    (tmp_path / "link").symlink_to("nowhere")
    assert find_fault(tmp_path / "link").endswith("link is a link to nothing, not a folder")


def test_a_path_that_is_too_long_for_a_socket_is_told_with_how_much(tmp_path: Path) -> None:
    room = 107 - len(os.fsencode(tmp_path / "x" / "streamer.sock")) + 1
    assert list(find_faults(Paths(tmp_path / ("x" * room)))) == []
    assert "is 3 bytes too long a path" in find_fault(tmp_path / ("ä" * (room // 2) + "x" * (room % 2 + 3)))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EROFS, "cannot be written: Read-only file system"),
        (errno.EACCES, "cannot be written: Permission denied (root owns it, and you are "),
        (errno.ENOSPC, "there is no room on the disk of"),
        (errno.EDQUOT, "there is no room on the disk of"),
    ],
)
def test_a_folder_that_takes_nothing_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def fail(_: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(station_folder, "_try_file", fail)
    monkeypatch.setattr(station_folder, "_name_owner", lambda _: "root")
    assert said in find_fault(tmp_path)


def test_what_cannot_be_made_is_told_of_the_folder_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(station_folder, "_try_file", fail)
    assert f"var cannot be made in {tmp_path}: Permission denied" in find_fault(tmp_path / "var")


def test_a_file_system_without_sockets_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoSocket(station_folder.socket.socket):
        def bind(self, _: object) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(station_folder.socket, "socket", NoSocket)
    assert f"no sockets can be made in {tmp_path} (Operation not permitted)" in find_fault(tmp_path)


def test_what_another_user_left_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths(tmp_path)
    paths.database.touch()
    monkeypatch.setattr(station_folder.os, "access", lambda path, _: path != paths.database)
    fault = find_fault(tmp_path)
    assert f"{paths.database} belongs to " in fault
    assert "chown -R" in fault


def test_a_file_where_a_folder_of_the_stations_belongs_is_named(tmp_path: Path) -> None:
    (tmp_path / "songs").touch()
    assert find_fault(tmp_path).endswith("songs is a file, and there should be a folder")


def test_little_room_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths(tmp_path / "var")
    monkeypatch.setattr(station_folder, "SONG_BYTES", 0)
    assert list(find_warnings(paths)) == []
    monkeypatch.setattr(station_folder, "SONG_BYTES", 1 << 60)
    (warning,) = find_warnings(paths)
    assert f"the disk of {tmp_path} has " in warning


def test_songs_without_a_database_are_a_warning_that_names_the_way_back(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert describe_lost_database(paths) == ""
    for name in ("aaaa", "bbbb"):
        (paths.songs / name).mkdir(parents=True)
        (paths.songs / name / "song.json").write_text("{}")
    (paths.songs / "cccc.making").mkdir()
    (warning,) = [one for one in find_warnings(paths) if "database" in one]
    assert "2 songs" in warning and "bandstand database rebuild" in warning
    paths.database.touch()
    assert describe_lost_database(paths) == warning
    paths.database.write_text("there is one")
    assert describe_lost_database(paths) == ""


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("bandstand.db", Path.mkdir, "is a folder, and there should be a file"),
        ("bandstand.db", os.mkfifo, "is a pipe, and there should be a file"),
        ("bot.lock", Path.mkdir, "is a folder, and there should be a file"),
        ("songs", lambda path: path.symlink_to("nowhere"), "is a link to nothing"),
        ("spool", lambda path: path.symlink_to("spool"), "is a link to nothing"),
        ("songs", os.mkfifo, "is a pipe, and there should be a folder"),
    ],
)
def test_what_is_of_another_kind_than_the_stations_is_named(
    name: str, make: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    make(tmp_path / name)
    assert list(find_faults(Paths(tmp_path))) == [f"station.directory: {tmp_path / name} {said}"]
