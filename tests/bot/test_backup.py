"""A station's copy on another disk, and back: nothing is lost, nothing that was changed is believed."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from bandstand.bot import backup as backups
from bandstand.bot.backup import Backup, Snapshot, back_up, restore
from bandstand.bot.storage.store import run_once
from bandstand.common.cli import main
from bandstand.common.errors import CommandError
from bandstand.common.lock import ProcessLock
from bandstand.common.paths import Paths
from tests.bot.storage.samples import make_song


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "nice", lambda by: 0)


class Made:
    """A station's folder with its configuration, and a folder for backups."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "station" / "bandstand.toml"
        self.paths = Paths(folder / "station" / "var")
        self.target = folder / "backup"
        self.paths.directory.mkdir(parents=True)
        self.config.write_text('[station]\nname = "Blue"\n')
        self.config.with_name("radio.toml").write_text("# nothing\n")
        self.add_song("7kq3")
        self.paths.web_key.write_bytes(b"key")
        self.paths.web_key.chmod(0o600)
        self.paths.logs.mkdir()
        self.paths.log.write_text("long")
        (self.paths.songs / "5hph.partial-17").mkdir()
        (self.paths.songs / "5hph.partial-17" / "song.flac").write_bytes(b"half")

    def add_song(self, code: str) -> Path:
        run_once(self.paths, lambda tx: tx.songs.add(make_song(code)))
        folder = self.paths.songs / code
        folder.mkdir(parents=True)
        (folder / "song.flac").write_bytes(f"sound of {code}".encode())
        return folder / "song.flac"

    def save(self, *more: str) -> int:
        return back_up(["--config", str(self.config), *more, str(self.target)])

    def lose(self) -> None:
        shutil.rmtree(self.config.parent)

    def bring_back(self, *more: str) -> int:
        return restore(["--config", str(self.config), *more, str(self.target)])

    def list_stored(self) -> list[Path]:
        return sorted((self.target / "files").glob("??/*"))

    def list_codes(self) -> list[str]:
        with sqlite3.connect(self.paths.database) as database:
            return [code for (code,) in database.execute("select code from song order by code")]


@pytest.fixture
def station(tmp_path: Path) -> Made:
    return Made(tmp_path)


@pytest.fixture
def each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each backup is made a second after the one before, and has another name."""
    now = iter(range(1_800_000_000, 1_900_000_000))
    monkeypatch.setattr(backups.time, "time", lambda: float(next(now)))


def test_a_station_whose_folder_is_gone_comes_back_as_it_was(station: Made, capsys: pytest.CaptureFixture[str]) -> None:
    changed = (station.paths.songs / "7kq3" / "song.flac").stat().st_mtime_ns
    assert station.save() == 0
    assert "1 song in 5 files saved in" in capsys.readouterr().out
    station.lose()
    station.config.parent.mkdir()
    assert station.bring_back() == 0
    assert "1 song restored to" in capsys.readouterr().out
    assert station.list_codes() == ["7kq3"]
    song = station.paths.songs / "7kq3" / "song.flac"
    assert (song.read_bytes(), song.stat().st_mtime_ns) == (b"sound of 7kq3", changed)
    assert station.paths.web_key.stat().st_mode & 0o777 == 0o600
    assert 'name = "Blue"' in station.config.read_text()
    assert station.config.with_name("radio.toml").exists()
    assert not station.paths.log.exists()
    assert not (station.paths.songs / "5hph.partial-17").exists()


def test_what_is_in_the_database_and_not_yet_in_its_file_is_saved(station: Made) -> None:
    writer = sqlite3.connect(station.paths.database)
    writer.execute("pragma wal_autocheckpoint = 0")
    writer.execute("update song set title = 'Just Now'")
    writer.commit()
    station.save()
    writer.close()
    station.lose()
    station.bring_back()
    with sqlite3.connect(station.paths.database) as database:
        assert database.execute("select title from song").fetchall() == [("Just Now",)]


def test_a_backup_waits_for_nobody_who_writes(station: Made) -> None:
    writer = sqlite3.connect(station.paths.database, isolation_level=None)
    writer.execute("begin immediate")
    writer.execute("update song set title = 'Not Yet'")
    assert station.save() == 0
    writer.execute("rollback")
    writer.close()


def test_a_second_backup_reads_and_stores_only_what_is_new(
    station: Made, each_second: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.save()
    first = station.list_stored()
    station.add_song("abcd")
    opened: list[str] = []
    read = backups.copy_and_hash

    def note(source: object, target: object) -> tuple[str, int]:
        opened.append(Path(source.name).name)  # type: ignore[attr-defined]
        return read(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(backups, "copy_and_hash", note)
    station.save()
    assert opened == ["bandstand.db", "song.flac"]
    assert len(station.list_stored()) == len(first) + 2


def test_each_backup_can_be_brought_back_and_old_ones_make_room(station: Made, each_second: None) -> None:
    station.save()
    sound = station.add_song("abcd")
    station.save()
    sound.write_bytes(b"other sound")
    names = Backup(station.target).list_snapshots()
    assert len(names) == 2
    station.lose()
    station.bring_back("--at", names[0])
    assert station.list_codes() == ["7kq3"]
    station.lose()
    station.bring_back()
    assert station.list_codes() == ["7kq3", "abcd"]
    stored = len(station.list_stored())
    station.save("--keep", "1")
    assert len(Backup(station.target).list_snapshots()) == 1
    assert len(station.list_stored()) < stored + 1
    assert station.save("--check") == 0


def test_the_list_names_backups_with_what_they_have(
    station: Made, each_second: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert station.save("--list") == 1
    station.save()
    capsys.readouterr()
    assert station.save("--list") == 0
    assert capsys.readouterr().out.startswith("2027-01-15T080000Z: 1 song, ")


def test_a_file_that_was_changed_in_the_backup_is_found_and_not_restored(
    station: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    station.save()
    stored = next(path for path in station.list_stored() if path.read_bytes() == b"sound of 7kq3")
    stored.write_bytes(b"noise of 7kq3")
    assert station.save("--check") == 1
    assert "songs/7kq3/song.flac: it is not what was saved any more" in capsys.readouterr().out
    station.lose()
    with pytest.raises(CommandError, match="not what was saved"):
        station.bring_back()
    assert not station.paths.database.exists(), "there is no station without all of it"


def lose_a_file(station: Made) -> None:
    station.list_stored()[0].unlink()


def break_the_list(station: Made) -> None:
    next((station.target / "snapshots").iterdir()).write_text("{")


def lead_elsewhere(station: Made) -> None:
    path = next((station.target / "snapshots").iterdir())
    snapshot = msgspec.json.decode(path.read_bytes(), type=Snapshot)
    evil = msgspec.structs.replace(snapshot.files[-1], name="../../evil")
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(snapshot, files=(*snapshot.files, evil))))


def come_from_the_future(station: Made) -> None:
    path = next((station.target / "snapshots").iterdir())
    snapshot = msgspec.json.decode(path.read_bytes(), type=Snapshot)
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(snapshot, form=99)))


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lose_a_file, "has lost 1 file"),
        (break_the_list, "cannot be read"),
        (lead_elsewhere, "which is none of a station"),
        (come_from_the_future, "newer Bandstand"),
        (lambda station: shutil.rmtree(station.target), "has no backup"),
    ],
)
def test_a_backup_that_is_not_whole_restores_no_station(
    harm: Callable[[Made], None], sentence: str, station: Made
) -> None:
    station.save()
    station.lose()
    harm(station)
    with pytest.raises(CommandError, match=sentence):
        station.bring_back()
    assert not station.paths.database.exists()
    assert not (station.target.parent / "evil").exists()


def test_a_list_that_cannot_be_read_keeps_no_backup_from_being_made(station: Made, each_second: None) -> None:
    station.save()
    break_the_list(station)
    assert station.save() == 0
    station.lose()
    assert station.bring_back() == 0
    assert station.list_codes() == ["7kq3"]


def test_a_station_that_is_there_is_never_overwritten(station: Made) -> None:
    station.save()
    with pytest.raises(CommandError, match=r"there is a station in .* already"):
        station.bring_back()
    station.paths.database.unlink()
    lock = ProcessLock(station.paths.bot_lock)
    lock.acquire("bandstand")
    try:
        assert main(["restore", "--config", str(station.config), str(station.target)]) == 1
    finally:
        lock.release()


def test_places_where_no_backup_belongs_are_refused(station: Made, tmp_path: Path) -> None:
    for folder in (station.paths.directory / "copy", station.paths.directory):
        with pytest.raises(CommandError, match="lost with it"):
            back_up(["--config", str(station.config), str(folder)])
    with pytest.raises(CommandError, match="other files"):
        back_up(["--config", str(station.config), str(station.config.parent)])
    with pytest.raises(CommandError, match="there is no station in"):
        back_up(_describe_empty(tmp_path))


def _describe_empty(tmp_path: Path) -> list[str]:
    config = tmp_path / "empty" / "bandstand.toml"
    config.parent.mkdir()
    config.write_text("")
    return ["--config", str(config), str(tmp_path / "other")]
