"""The worker's work in one process, with our own synthesiser, which needs nothing of the machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from common.jobs import Advanced, Begun, Done, Failed, Job, Step, Value
from common.types import FRAME_BYTES, RATE, SongCode
from composer import fluid
from composer.folder import RECORD
from composer.host import Ready, finish, prepared
from composer.recording import Recording
from composer.spool import Spool


class Desk:
    """What a bot has of a worker."""

    def __init__(self, directory: Path) -> None:
        self.place = directory / "songs" / "abc"
        self.path = directory / "spool"
        self.said: list[Step] = []
        self._fd = os.open(self.path, os.O_CREAT | os.O_RDWR)
        self.growth, write = os.pipe()
        self.spool = Spool(self._fd, write)

    def job(self, generator: str = "band", **parameters: Value) -> Job:
        wishes: dict[str, Value] = {"minutes": 1, "tempo": 160, **parameters}
        return Job(song=SongCode("abc"), generator=generator, seed=5, parameters=wishes, directory=str(self.place))

    def close(self) -> None:
        self.spool.close()
        os.close(self._fd)
        os.close(self.growth)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture(scope="module", autouse=True)
def own_synthesiser() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fluid, "FONTS", ())
        yield


@pytest.fixture
def ready() -> Ready:
    return prepared("")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with a song that is made, for tests that change nothing of it."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    assert finish(desk.job(), prepared(""), desk.spool, desk.said.append) == 0
    yield desk
    desk.close()


@pytest.mark.slow
def test_a_song_begins_advances_and_is_done(finished: Desk) -> None:
    begun, *advances, done = finished.said
    assert isinstance(begun, Begun)
    assert all(isinstance(step, Advanced) for step in advances)
    assert isinstance(done, Done)
    assert (begun.title, begun.seconds) == (done.title, done.seconds)
    assert done.seconds == pytest.approx(finished.path.stat().st_size / FRAME_BYTES / RATE, abs=0.001)
    assert done.loudness == pytest.approx(-16, abs=1.5)
    assert done.facts["synthesiser"] == "tones"


@pytest.mark.slow
def test_the_folder_holds_what_the_record_says(finished: Desk) -> None:
    done = finished.said[-1]
    assert isinstance(done, Done)
    assert {path.name for path in finished.place.iterdir()} == {*done.files.values(), RECORD}
    assert msgspec.json.decode((finished.place / RECORD).read_bytes(), type=Done) == done
    assert [path.name for path in finished.place.parent.iterdir()] == ["abc"]


@pytest.mark.slow
def test_the_pipe_is_closed_when_the_spool_is_whole(finished: Desk) -> None:
    while os.read(finished.growth, 4096):
        pass  # ends only because the writing end is closed


@pytest.mark.slow
def test_a_song_that_is_there_already_is_played_and_kept(finished: Desk, desk: Desk, ready: Ready) -> None:
    before = (finished.place / "song.flac").stat()
    assert finish(finished.job(), ready, desk.spool, desk.said.append) == 0
    assert desk.said[-1] == finished.said[-1]
    assert desk.path.read_bytes() == finished.path.read_bytes()
    assert (finished.place / "song.flac").stat() == before


@pytest.mark.parametrize(
    ("generator", "parameters", "reason"),
    [
        ("mine", {}, "mine: there is no such band; known are band"),
        ("band", {"tempo": 9}, "tempo: 9 is not a number of beats a minute from 50 to 200"),
        ("band", {"loud": True}, "loud: there is no such parameter"),
    ],
)
def test_what_cannot_be_made_fails_in_a_sentence(
    generator: str, parameters: dict[str, Value], reason: str, desk: Desk, ready: Ready
) -> None:
    assert finish(desk.job(generator, **parameters), ready, desk.spool, desk.said.append) == 1
    [failed] = desk.said
    assert isinstance(failed, Failed)
    assert failed.reason.startswith(reason)
    assert os.read(desk.growth, 10) == b""


@pytest.mark.slow
def test_a_fault_of_our_own_leaves_nothing_behind(
    desk: Desk, ready: Ready, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Recording, "finish", broken)
    assert finish(desk.job(), ready, desk.spool, desk.said.append) == 1
    assert desk.said[-1] == Failed("the composer has a fault, which its log describes; another seed may work")
    assert "ZeroDivisionError" in caplog.text
    assert list(desk.place.parent.iterdir()) == []


@pytest.mark.slow
def test_a_full_disk_in_the_song_folder_is_told(desk: Desk, ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Recording, "finish", full)
    finish(desk.job(), ready, desk.spool, desk.said.append)
    failed = desk.said[-1]
    assert isinstance(failed, Failed)
    assert failed.reason.startswith("the disk is full")


@pytest.mark.slow
def test_without_ffmpeg_only_the_preview_is_missing(
    desk: Desk, ready: Ready, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    finish(desk.job(), ready, desk.spool, desk.said.append)
    done = desk.said[-1]
    assert isinstance(done, Done)
    assert set(done.files) == {"audio", "score", "midi", "roll", "waveform"}
    assert not (desk.place / "preview.mp3").exists()
