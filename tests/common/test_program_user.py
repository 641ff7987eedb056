"""Which user generators' programs get where the station is root's, and which folders it may enter and write to."""

import os
import pwd
from pathlib import Path

import pytest

from bandstand.common import program_user
from bandstand.common.program_user import (
    FIRST,
    LAST,
    ProgramUser,
    build_change,
    choose_user,
    give_folder,
    is_to_give,
    may_enter,
)

OTHER = ProgramUser(64001, 64001)


@pytest.fixture
def private(tmp_path: Path) -> Path:
    folder = tmp_path / "gen"
    folder.mkdir()
    folder.chmod(0o700)
    if give_folder(str(tmp_path), ProgramUser(64002, 64002)):
        pytest.skip("the file system of TMPDIR has no access control lists")
    return folder


def test_a_station_keeps_its_number_which_systemd_gives_to_no_real_user(tmp_path: Path) -> None:
    one, again = choose_user(tmp_path / "one"), choose_user(tmp_path / "one")
    assert one == again and FIRST <= one.user <= LAST
    assert len({choose_user(tmp_path / str(number)) for number in range(20)}) > 15


def test_a_user_of_the_machine_for_generators_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = pwd.struct_passwd((program_user.NAME, "x", 990, 991, "", "/", "/bin/false"))
    monkeypatch.setattr(pwd, "getpwnam", lambda name: known)
    assert choose_user(tmp_path) == ProgramUser(990, 991)


def test_the_change_leaves_no_group_and_names_a_home_that_can_be_written() -> None:
    words = build_change(OTHER, "/tmp/own", "/srv/gen")
    assert words[1:5] == ["--reuid=64001", "--regid=64001", "--clear-groups", "--"]
    assert {"--chdir=/srv/gen", "HOME=/tmp/own", "TMPDIR=/tmp/own"} <= {*words}


def test_a_private_folder_can_be_entered_once_it_was_given(private: Path) -> None:
    assert not may_enter(str(private), OTHER)
    assert give_folder(str(private), OTHER) == ""
    assert may_enter(str(private), OTHER)
    assert not may_enter(str(private), ProgramUser(64003, 64003))


def test_giving_changes_neither_the_owner_nor_what_others_may(private: Path) -> None:
    private.chmod(0o751)
    before = private.stat()
    give_folder(str(private), OTHER)
    give_folder(str(private), OTHER)
    after = private.stat()
    assert (after.st_uid, after.st_gid, after.st_mode & 0o707) == (before.st_uid, before.st_gid, 0o701)


def test_a_folder_without_a_list_is_entered_by_its_mode(private: Path) -> None:
    private.chmod(0o705)
    assert may_enter(str(private), OTHER)
    own = ProgramUser(os.getuid(), os.getgid())
    private.chmod(0o077)
    assert not may_enter(str(private), own)


def test_a_folder_that_is_not_there_is_in_nobodys_way(tmp_path: Path) -> None:
    assert may_enter(str(tmp_path / "gone"), OTHER)
    assert give_folder(str(tmp_path / "gone"), OTHER) == "No such file or directory"


@pytest.mark.parametrize(
    ("folder", "is_given"),
    [
        ("/srv/gen", True),
        ("/home/ann/radio/gen", True),
        ("/", False),
        ("/srv", False),
        ("/usr/local/bin", False),
        ("/etc/bandstand", False),
        ("/home/ann/radio", False),
        ("/home/ann/radio/var", False),
    ],
)
def test_the_systems_folders_and_those_that_hold_what_is_kept_are_not_given(folder: str, is_given: bool) -> None:
    assert is_to_give(folder, ["/home/ann/radio/var"]) == is_given
