"""Saves of files, with a clock of the test's own; and once with the kernel's inotify."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.inotify import IN_CLOSE_WRITE, IN_CREATE, IN_DELETE, INotify, INotifyError
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock
from twisted.python.filepath import FilePath

from bandstand.bot.making.file_watcher import TOGETHER, FileWatcher
from bandstand.common.generators import Generator


class Folders:
    """Stands for inotify: `write` says that a file was written, if its folder is watched."""

    def __init__(self) -> None:
        self.callbacks: dict[str, Callable[..., None]] = {}
        self.closed = False

    def watch(self, path: Any, mask: int, *, callbacks: list[Callable[..., None]]) -> bool:
        self.callbacks[path.path] = callbacks[0]
        return True

    def ignore(self, path: Any) -> None:
        del self.callbacks[path.path]

    def startReading(self) -> None:
        pass

    def loseConnection(self) -> None:
        self.closed = True

    def write(self, path: Path) -> None:
        callback = self.callbacks.get(str(path.parent))
        if callback:
            callback(None, FilePath(str(path).encode()), IN_CLOSE_WRITE)


class Case:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.folders = Folders()
        self.saved: list[str] = []
        self.watcher = FileWatcher(self.clock, self.saved.append, lambda: self.folders)
        for name in ("mine.py", "lib.py", "notes.txt"):
            (folder / name).write_text("")
        self.mine = Generator(command=["python3", "mine.py"], directory=str(folder), watch=["lib*.py"])

    def write(self, name: str) -> None:
        self.folders.write(self.folder / name)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_a_save_of_the_program_or_of_a_listed_file_is_told_after_a_while(case: Case) -> None:
    case.watcher.follow({"mine": case.mine})
    for name in ("mine.py", "lib.py", "lib_new.py"):
        case.write(name)
        case.clock.advance(TOGETHER * 0.9)
        assert case.saved == []
        case.clock.advance(TOGETHER * 0.2)
        assert case.saved.pop() == "mine"
    case.write("notes.txt")
    case.clock.advance(9)
    assert case.saved == []


def test_saves_within_200_ms_are_one(case: Case) -> None:
    case.watcher.follow({"mine": case.mine})
    for _ in range(4):
        case.write("mine.py")
        case.clock.advance(0.15)
    case.clock.advance(1)
    assert case.saved == ["mine"]


def test_saves_without_end_are_told_all_the_same(case: Case) -> None:
    case.watcher.follow({"mine": case.mine})
    for _ in range(30):
        case.write("mine.py")
        case.clock.advance(0.1)
    assert len(case.saved) == 2


def test_what_is_followed_no_longer_is_not_told_even_if_it_was_due(case: Case) -> None:
    case.watcher.follow({"mine": case.mine})
    case.write("mine.py")
    case.watcher.follow({})
    case.clock.advance(1)
    assert case.saved == []
    assert case.folders.callbacks == {}
    case.watcher.stop()
    assert case.folders.closed


def test_a_link_is_followed_to_the_file_behind_it(case: Case, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "code.py").write_text("")
    (tmp_path / "mine.py").unlink()
    (tmp_path / "mine.py").symlink_to("real/code.py")
    case.watcher.follow({"mine": case.mine})
    case.write("real/code.py")
    case.clock.advance(1)
    assert case.saved == ["mine"]


@pytest.mark.parametrize("how", ["write", "rename"])
def test_the_kernel_tells_of_a_write_and_of_a_rename_over_the_file(how: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("")
    clock, saved = MemoryReactorClock(), []
    notifier = INotify(clock)
    watcher = FileWatcher(clock, saved.append, lambda: notifier)
    watcher.follow({"mine": Generator(command=["python3", "mine.py"], directory=str(tmp_path))})
    try:
        if how == "write":
            (tmp_path / "mine.py").write_text("new")
        else:
            (tmp_path / ".mine.swp").write_text("new")
            (tmp_path / ".mine.swp").rename(tmp_path / "mine.py")
        notifier.doRead()
        clock.advance(0)  # it calls back with the next turn
        clock.advance(1)
        assert saved == ["mine"]
    finally:
        watcher.stop()


class LimitedFolders(Folders):
    """The kernel has room for so many watches."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def watch(self, path: Any, mask: int, *, callbacks: list[Callable[..., None]]) -> bool:
        if len(self.callbacks) >= self.room:
            raise INotifyError
        return super().watch(path, mask, callbacks=callbacks)


def test_a_folder_that_the_kernel_does_not_take_is_told_and_tried_again(case: Case) -> None:
    folders = case.folders = LimitedFolders(room=0)
    assert "saved files cannot be noticed" in case.watcher.find_trouble()
    with pytest.raises(OSError, match="saved files cannot be noticed"):
        case.watcher.follow({"mine": case.mine})
    folders.room = 2
    assert case.watcher.find_trouble() == ""
    assert folders.callbacks == {}
    case.watcher.follow({"mine": case.mine})
    case.write("mine.py")
    case.clock.advance(1)
    assert case.saved == ["mine"]


def test_no_inotify_at_all_is_told_and_none_is_needed_to_end(tmp_path: Path) -> None:
    def refuse() -> None:
        raise INotifyError

    watcher = FileWatcher(Clock(), lambda _: None, refuse)
    assert "saved files cannot be noticed" in watcher.find_trouble()
    watcher.stop()


def test_a_compiled_program_counts_when_it_is_built_anew_and_not_before(case: Case, tmp_path: Path) -> None:
    case.watcher.follow({"saw": Generator(command=["./saw"], directory=str(tmp_path))})
    for name, text, told in [
        ("saw.c", "1", 0), ("saw", "built", 1), ("saw", "built", 0), ("saw.o", "1", 0), ("saw", "again", 1),
    ]:  # fmt: skip
        (tmp_path / name).write_text(text)
        case.write(name)
        case.clock.advance(1)
        assert len(case.saved) == told, (name, text)
        case.saved.clear()


@pytest.mark.parametrize("watch", [[], ["*"]])
@pytest.mark.parametrize(
    "command",
    [["make", "-s", "play"], ["sh", "-c", "cc -o saw saw.c && ./saw {seed}"], ["./play"], ["sh", "-e", "play"]],
)
def test_a_program_that_compiles_by_itself_runs_again_for_its_sources_alone(
    command: list[str], watch: list[str], case: Case, tmp_path: Path
) -> None:
    for name in ("saw.c", "saw", "saw.o", "out.wav", "Makefile"):
        (tmp_path / name).write_text("")
    (tmp_path / "play").write_text("#!/bin/sh\n# makes it\ncc saw.c -o saw\n./saw >out.wav; cat out.wav\n")
    case.watcher.follow({"saw": Generator(command=command, directory=str(tmp_path), watch=watch)})
    for name in ("saw", "saw.o", "out.wav", "saw.c"):
        (tmp_path / name).write_text("made")
        case.write(name)
    case.clock.advance(1)
    assert case.saved == ["saw"]
    for name in ("saw", "saw.o", "out.wav", "saw.c"):  # the run writes again; saw.c is as it was
        (tmp_path / name).write_text("made" if name == "saw.c" else "made again")
        case.write(name)
    (tmp_path / "new.h").write_text("new")
    assert case.clock.getDelayedCalls() == []
    case.write("new.h")
    case.clock.advance(1)
    assert case.saved == ["saw", "saw"]


def test_what_programs_write_beside_themselves_is_no_save_of_theirs(case: Case, tmp_path: Path) -> None:
    case.watcher.follow({"mine": Generator(command=["python3", "mine.py"], directory=str(tmp_path), watch=["*"])})
    for name in ("out.wav", "run.log", "mine.pyc", ".mine.py.swp", "mine.py~", "notes.txt"):
        (tmp_path / name).write_text("")
        case.write(name)
    case.clock.advance(1)
    assert case.saved == []
    (tmp_path / "notes.txt").write_text("changed")
    case.write("notes.txt")
    case.clock.advance(1)
    assert case.saved == ["mine"]


def test_a_sample_that_is_named_counts_when_it_changes(case: Case, tmp_path: Path) -> None:
    (tmp_path / "kick.wav").write_text("a")
    case.watcher.follow({"mine": Generator(command=["python3", "mine.py"], directory=str(tmp_path), watch=["*.wav"])})
    for text, told in [("a", 0), ("b", 1), ("b", 1)]:
        (tmp_path / "kick.wav").write_text(text)
        case.write("kick.wav")
        case.clock.advance(1)
        assert len(case.saved) == told


def test_a_link_that_takes_the_programs_place_is_a_save_and_a_file_that_is_begun_is_none(
    case: Case, tmp_path: Path
) -> None:
    case.watcher.follow({"saw": Generator(command=["./saw"], directory=str(tmp_path))})
    callback = case.folders.callbacks[str(tmp_path)]
    (tmp_path / "saw").write_text("begun")
    callback(None, FilePath(str(tmp_path / "saw").encode()), IN_CREATE)
    assert case.clock.getDelayedCalls() == []
    (tmp_path / "saw").unlink()
    (tmp_path / "built").write_text("whole")
    (tmp_path / "saw").hardlink_to(tmp_path / "built")
    callback(None, FilePath(str(tmp_path / "saw").encode()), IN_CREATE)
    case.clock.advance(1)
    assert case.saved == ["saw"]


@pytest.mark.parametrize(("tells_removal", "saved"), [(True, ["file"]), (False, [])])
def test_that_a_file_is_gone_is_told_to_whoever_asks_for_it(
    tells_removal: bool, saved: list[str], tmp_path: Path
) -> None:
    case = Case(tmp_path)
    watcher = FileWatcher(case.clock, case.saved.append, lambda: case.folders, tells_removal=tells_removal)
    watcher.follow({"file": tmp_path / "radio.toml"})
    if tells_removal:
        callback = case.folders.callbacks[str(tmp_path)]
        callback(None, FilePath(str(tmp_path / "radio.toml").encode()), IN_DELETE)
    case.clock.advance(5)
    assert case.saved == saved
