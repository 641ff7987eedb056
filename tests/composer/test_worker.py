"""The work of a worker, in this process and with our own synthesiser, so that the machine needs no soundfont."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bandstand.common.errors import Missing
from bandstand.common.jobs import Advanced, Begun, Done, Failed, Job, Step, Value
from bandstand.common.sound import lame
from bandstand.common.types import FRAME_BYTES, RATE, SongCode
from bandstand.composer import fluid
from bandstand.composer.audio import BLOCK_FRAMES
from bandstand.composer.folder import SONG_FILE
from bandstand.composer.recorder import ScoreRecorder
from bandstand.composer.score import read_score
from bandstand.composer.spool import SpoolWriter
from bandstand.composer.synth import TAIL
from bandstand.composer.worker import Prepared, begin_song, run_job

pytestmark = pytest.mark.slow
"""Whole songs are made."""
SMALL = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")


class BotSide:
    """The bot's side of a worker: spool, growth pipe, and the steps that were reported."""

    def __init__(self, directory: Path) -> None:
        self.folder = directory / "songs" / "abc"
        self.path = directory / "spool"
        self.steps: list[Step] = []
        directory.mkdir(exist_ok=True)
        self._fd = os.open(self.path, os.O_CREAT | os.O_RDWR)
        self.growth, write = os.pipe()
        self.spool = SpoolWriter(self._fd, write)

    def job(self, generator: str = "band", **parameters: Value) -> Job:
        asked: dict[str, Value] = {"minutes": 1, "tempo": 160, **parameters}
        return Job(song=SongCode("abc"), generator=generator, seed=5, parameters=asked, directory=str(self.folder))

    def close(self) -> None:
        self.spool.close()
        os.close(self._fd)
        os.close(self.growth)


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[BotSide]:
    bot = BotSide(tmp_path)
    yield bot
    bot.close()


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Prepared:
    monkeypatch.setattr(fluid, "SOUNDFONTS", ())
    return Prepared("")


def test_a_song_begins_advances_and_is_done(bot: BotSide, prepared: Prepared) -> None:
    assert run_job(bot.job(), prepared, bot.spool, bot.steps.append) == 0
    begun, *advances, done = bot.steps
    assert isinstance(begun, Begun)
    assert all(isinstance(step, Advanced) for step in advances)
    assert isinstance(done, Done)
    assert (begun.title, begun.seconds) == (done.title, done.seconds)
    assert done.seconds == pytest.approx(bot.path.stat().st_size / FRAME_BYTES / RATE, abs=0.001)
    assert begun.next_at == done.next_at == pytest.approx(done.seconds - TAIL, abs=0.002)
    assert done.loudness == pytest.approx(-16, abs=1.5)
    assert done.facts["synthesiser"] == "tones"


def test_a_song_is_begun_as_it_is_made(bot: BotSide, prepared: Prepared, tmp_path: Path) -> None:
    begun: list[Step] = []
    other = BotSide(tmp_path / "other")
    steps = begin_song(bot.job(), prepared, other.spool, begun.append)
    for _ in range(30):
        next(steps)
    steps.close()
    other.close()
    assert run_job(bot.job(), prepared, bot.spool, bot.steps.append) == 0
    sound = other.path.read_bytes()
    assert len(sound) == 30 * BLOCK_FRAMES * FRAME_BYTES
    assert bot.path.read_bytes().startswith(sound)
    assert begun == [step for step in bot.steps if isinstance(step, Begun)]


def test_the_folder_holds_the_files_that_song_json_lists(bot: BotSide, prepared: Prepared) -> None:
    run_job(bot.job(), prepared, bot.spool, bot.steps.append)
    done = bot.steps[-1]
    assert isinstance(done, Done)
    assert {path.name for path in bot.folder.iterdir()} == {*done.files.values(), SONG_FILE}
    assert msgspec.json.decode((bot.folder / SONG_FILE).read_bytes(), type=Done) == done
    assert [path.name for path in bot.folder.parent.iterdir()] == ["abc"]


def test_the_score_can_be_seen_while_the_song_is_made(bot: BotSide, prepared: Prepared) -> None:
    seen: list[int] = []

    def look(step: Step) -> None:
        bot.steps.append(step)
        paths = bot.folder.parent.glob(f"{bot.folder.name}.partial-*/score.json")
        seen.extend(sum(len(part.notes) for part in read_score(path).parts) for path in paths)

    run_job(bot.job(), prepared, bot.spool, look)
    whole = sum(len(part.notes) for part in read_score(bot.folder / "score.json").parts)
    assert seen == sorted(seen) and 0 < seen[0] < whole
    assert sorted(path.name for path in bot.folder.iterdir() if path.name.startswith(".")) == []


def test_the_growth_pipe_is_closed_when_the_spool_is_complete(bot: BotSide, prepared: Prepared) -> None:
    run_job(bot.job(), prepared, bot.spool, bot.steps.append)
    while os.read(bot.growth, 4096):
        pass  # ends only because the writing end is closed


def test_a_song_that_is_finished_already_is_played_and_kept(bot: BotSide, prepared: Prepared, tmp_path: Path) -> None:
    run_job(bot.job(), prepared, bot.spool, bot.steps.append)
    before = (bot.folder / "song.flac").stat()
    (tmp_path / "again").mkdir()
    again = BotSide(tmp_path / "again")
    assert run_job(bot.job(), Prepared(""), again.spool, again.steps.append) == 0
    assert again.steps[-1] == bot.steps[-1]
    assert again.path.read_bytes() == bot.path.read_bytes()
    assert (bot.folder / "song.flac").stat() == before
    again.close()


@pytest.mark.parametrize(
    ("generator", "parameters", "reason"),
    [
        ("mine", {}, "mine: there is no such band; known are band"),
        ("band", {"tempo": 9}, "tempo: 9 is not a number of beats a minute from 50 to 200"),
        ("band", {"loud": True}, "loud: there is no such parameter"),
    ],
)
def test_a_job_that_cannot_be_done_fails_with_a_sentence(
    generator: str, parameters: dict[str, Value], reason: str, bot: BotSide, prepared: Prepared
) -> None:
    assert run_job(bot.job(generator, **parameters), prepared, bot.spool, bot.steps.append) == 1
    [failed] = bot.steps
    assert isinstance(failed, Failed)
    assert failed.reason.startswith(reason)
    assert os.read(bot.growth, 10) == b""


def test_a_fault_of_the_composer_leaves_no_files(
    bot: BotSide, prepared: Prepared, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ScoreRecorder, "finish", broken)
    assert run_job(bot.job(), prepared, bot.spool, bot.steps.append) == 1
    assert bot.steps[-1] == Failed("the composer has a fault, which its log describes; another seed may work")
    assert "ZeroDivisionError" in caplog.text
    assert list(bot.folder.parent.iterdir()) == []


def test_a_full_disk_is_reported(bot: BotSide, prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ScoreRecorder, "finish", full)
    run_job(bot.job(), prepared, bot.spool, bot.steps.append)
    failed = bot.steps[-1]
    assert isinstance(failed, Failed)
    assert failed.reason.startswith("the disk is full")


def test_without_the_encoder_only_the_preview_is_missing(
    bot: BotSide, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise Missing("the MP3 encoder is not installed")

    monkeypatch.setattr(lame, "load_library", missing)
    run_job(bot.job(), prepared, bot.spool, bot.steps.append)
    done = bot.steps[-1]
    assert isinstance(done, Done)
    assert set(done.files) == {"audio", "score", "midi", "roll", "waveform"}
    assert not (bot.folder / "preview.mp3").exists()


@pytest.mark.skipif(not fluid.is_available() or not SMALL.exists(), reason="no FluidSynth")
def test_a_soundfont_that_went_while_the_worker_waited_is_named(
    bot: BotSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    font = tmp_path / "mine.sf2"
    shutil.copy(SMALL, font)
    prepared = Prepared(str(font))
    font.unlink()
    assert run_job(bot.job(), prepared, bot.spool, bot.steps.append) == 1
    assert bot.steps == [Failed(f"composer.soundfont: {font}: there is no such soundfont")]


@pytest.mark.skipif(not fluid.is_available() or not SMALL.exists(), reason="no FluidSynth")
def test_a_soundfont_that_was_replaced_while_the_worker_waited_is_loaded_anew(
    bot: BotSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    font = tmp_path / "mine.sf2"
    shutil.copy(SMALL, font)
    prepared = Prepared(str(font))
    assert prepared.is_fresh()
    font.write_bytes(b"no soundfont")
    assert run_job(bot.job(), prepared, bot.spool, bot.steps.append) == 1
    assert bot.steps == [Failed(f"{font}: FluidSynth cannot read this as a soundfont")]
