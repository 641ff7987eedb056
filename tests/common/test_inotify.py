"""Whether saves can be heard of, and which limit is in the way."""

import errno
from pathlib import Path

from bandstand.common import inotify


def test_a_folder_can_be_listened_to(tmp_path: Path) -> None:
    assert inotify.find_trouble(str(tmp_path)) == ""


def test_a_folder_that_is_gone_is_no_limit(tmp_path: Path) -> None:
    assert inotify.find_trouble(str(tmp_path / "gone")).endswith("No such file or directory")


def test_each_limit_is_named_with_its_value_and_how_to_raise_it() -> None:
    for number, setting in ((errno.EMFILE, "max_user_instances"), (errno.ENOSPC, "max_user_watches")):
        said = inotify.explain_errno(number)
        names = (f"fs.inotify.{setting}", f"user.{setting.replace('user', 'inotify')}")
        assert any(f"({name} = " in said and f"sysctl {name}=N" in said for name in names)
