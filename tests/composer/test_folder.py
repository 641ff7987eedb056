import os
from pathlib import Path

import msgspec
import pytest

from bandstand.common.errors import ComposeError
from bandstand.common.jobs import Done, Job
from bandstand.common.types import SongCode
from bandstand.composer.folder import SONG_FILE, SongFolder, read_finished


def job(folder_path: Path, seed: int = 1) -> Job:
    return Job(song=SongCode("abc"), generator="band", seed=seed, directory=str(folder_path))


def done(seed: int = 1) -> Done:
    return Done(
        song=SongCode("abc"),
        title="T",
        artist="A",
        seconds=1,
        generator="band",
        seed=seed,
        parameters={},
        loudness=-16,
        peak=-1,
        making=1,
    )


def store_done(folder_path: Path, done: Done) -> None:
    folder_path.mkdir()
    (folder_path / SONG_FILE).write_bytes(msgspec.json.encode(done))


def test_a_published_folder_is_alone_at_its_path(tmp_path: Path) -> None:
    with SongFolder(tmp_path / "songs" / "abc") as folder:
        (folder.path / "a").write_text("x")
        assert not (tmp_path / "songs" / "abc").exists()
        assert folder.publish()
    assert (tmp_path / "songs" / "abc" / "a").read_text() == "x"
    assert [path.name for path in (tmp_path / "songs").iterdir()] == ["abc"]


def test_a_folder_gives_way_to_one_that_was_published_first(tmp_path: Path) -> None:
    folder_path = tmp_path / "abc"
    with SongFolder(folder_path) as folder:
        store_done(folder_path, done())
        (folder.path / "a").write_text("x")
        assert not folder.publish()
    assert read_finished(job(folder_path)) == done()
    assert [path.name for path in tmp_path.iterdir()] == ["abc"]


def test_a_folder_that_was_not_published_is_removed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), SongFolder(tmp_path / "abc") as folder:
        (folder.path / "a").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_killed_worker_is_removed_and_that_of_a_running_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "old.partial-4194999").mkdir()
    (tmp_path / f"new.partial-{os.getppid()}").mkdir()
    with SongFolder(tmp_path / "abc"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [f"new.partial-{os.getppid()}"]


def test_without_a_folder_nothing_is_finished(tmp_path: Path) -> None:
    assert read_finished(job(tmp_path / "abc")) is None


def test_the_same_song_is_found_finished(tmp_path: Path) -> None:
    store_done(tmp_path / "abc", done())
    assert read_finished(job(tmp_path / "abc")) == done()


def test_another_song_at_the_path_is_not_touched(tmp_path: Path) -> None:
    store_done(tmp_path / "abc", done(seed=2))
    with pytest.raises(ComposeError, match="something else is there already"):
        read_finished(job(tmp_path / "abc"))


def test_a_folder_that_holds_no_song_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "abc").mkdir()
    with pytest.raises(ComposeError, match="something else is there already"):
        read_finished(job(tmp_path / "abc"))
