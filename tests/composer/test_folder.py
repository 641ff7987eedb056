import os
from pathlib import Path

import msgspec
import pytest

from common.errors import ComposeError
from common.jobs import Done, Job
from common.types import SongCode
from composer.folder import RECORD, Folder, kept


def job(place: Path, seed: int = 1) -> Job:
    return Job(song=SongCode("abc"), generator="band", seed=seed, directory=str(place))


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


def stored(place: Path, record: Done) -> None:
    place.mkdir()
    (place / RECORD).write_bytes(msgspec.json.encode(record))


def test_a_published_folder_is_in_its_place_alone(tmp_path: Path) -> None:
    with Folder(tmp_path / "songs" / "abc") as folder:
        (folder.path / "a").write_text("x")
        assert not (tmp_path / "songs" / "abc").exists()
        assert folder.publish()
    assert (tmp_path / "songs" / "abc" / "a").read_text() == "x"
    assert [path.name for path in (tmp_path / "songs").iterdir()] == ["abc"]


def test_a_folder_gives_way_to_one_that_was_there_first(tmp_path: Path) -> None:
    place = tmp_path / "abc"
    with Folder(place) as folder:
        stored(place, done())
        (folder.path / "a").write_text("x")
        assert not folder.publish()
    assert kept(job(place)) == done()
    assert [path.name for path in tmp_path.iterdir()] == ["abc"]


def test_a_folder_that_was_not_published_is_gone(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Folder(tmp_path / "abc") as folder:
        (folder.path / "a").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_worker_left_is_swept_and_a_living_ones_is_not(tmp_path: Path) -> None:
    (tmp_path / "old.partial-4194999").mkdir()
    (tmp_path / f"new.partial-{os.getppid()}").mkdir()
    with Folder(tmp_path / "abc"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [f"new.partial-{os.getppid()}"]


def test_nothing_is_kept_where_nothing_is(tmp_path: Path) -> None:
    assert kept(job(tmp_path / "abc")) is None


def test_the_same_song_made_before_is_kept(tmp_path: Path) -> None:
    stored(tmp_path / "abc", done())
    assert kept(job(tmp_path / "abc")) == done()


def test_another_song_in_the_place_is_not_touched(tmp_path: Path) -> None:
    stored(tmp_path / "abc", done(seed=2))
    with pytest.raises(ComposeError, match="something else is there already"):
        kept(job(tmp_path / "abc"))


def test_a_folder_that_holds_no_song_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "abc").mkdir()
    with pytest.raises(ComposeError, match="something else is there already"):
        kept(job(tmp_path / "abc"))
