"""A library whose database was lost is taken up from the songs' folders."""

import msgspec
import pytest

from bandstand.bot import rebuild
from bandstand.bot.storage.store import run_once
from bandstand.common.errors import AlreadyRunning, CommandError
from bandstand.common.jobs import Done, Provenance
from bandstand.common.lock import ProcessLock
from bandstand.common.paths import Paths
from bandstand.common.types import SongCode


@pytest.fixture
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    made = Paths(tmp_path_factory.mktemp("station"))
    made.songs.mkdir()
    return made


def store(paths: Paths, code: str, generator: str = "import", *, has_sound: bool = True) -> None:
    done = Done(
        song=SongCode(code), title=f"Song\n{code}", artist="x", seconds=3.0, generator=generator, seed=7,
        parameters={"file": "/a.flac"}, loudness=-16.0, peak=-1.0, making=0.5, facts={"key": "Dm"},
        album="Night Buses", cue_in=0.4, files={"audio": "song.flac"}, provenance=Provenance(notes=["it is damaged"]),
    )  # fmt: skip
    folder = paths.song(done.song)
    folder.mkdir()
    (folder / "song.json").write_bytes(msgspec.json.encode(done))
    if has_sound:
        (folder / "song.flac").touch()


def test_songs_of_the_disk_are_taken_once(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    store(paths, "aaaa")
    store(paths, "bbbb", "band")
    store(paths, "cccc", "compare")
    assert rebuild.rebuild(paths) == (2, [])
    assert rebuild.rebuild(paths) == (0, [])
    song = run_once(paths, lambda tx: tx.songs.get("aaaa"))
    assert (song.title, song.audio, song.facts, song.seconds) == ("Song aaaa", "song.flac", {"key": "Dm"}, 3.0)
    assert (song.provenance.notes, song.album, song.cue_in) == (["it is damaged"], "Night Buses", 0.4)
    assert run_once(paths, lambda tx: tx.songs.find_made_with("import", {"file": "/a.flac"})) is not None


def test_what_cannot_be_taken_is_told_and_the_others_are_taken(paths: Paths) -> None:
    store(paths, "aaaa")
    store(paths, "bbbb", has_sound=False)
    paths.song(SongCode("cccc")).mkdir()
    (paths.songs / "dddd.partial-1").mkdir()
    added, faults = rebuild.rebuild(paths)
    assert added == 1
    assert [fault.rpartition(": ")[2] for fault in faults] == ["its sound is missing", "its song.json cannot be read"]


def test_nothing_is_done_beside_a_running_station_or_without_songs(paths: Paths) -> None:
    lock = ProcessLock(paths.bot_lock)
    lock.acquire("bandstand")
    with pytest.raises(AlreadyRunning):
        rebuild.rebuild(paths)
    lock.release()
    paths.songs.rmdir()
    with pytest.raises(CommandError, match="no songs"):
        rebuild.rebuild(paths)
