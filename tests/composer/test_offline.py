import shutil
from pathlib import Path

import av
import mido
import pytest

from bandstand.common.config import Config
from bandstand.common.errors import ComposeError
from bandstand.composer import fluid
from bandstand.composer.command import compose
from bandstand.composer.offline import NoRoom, SongOrder, write_song
from tests.common.test_files import limit_files

SHORT = {"minutes": 1, "tempo": 200}
needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs the ffmpeg program")


@pytest.fixture(autouse=True)
def own_synthesiser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fluid, "SOUNDFONTS", ())


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["flac", "wav", pytest.param("mp3", marks=needs_ffmpeg), pytest.param("ogg", marks=needs_ffmpeg)]
)
def test_the_suffix_decides_the_kind_of_file(kind: str, tmp_path: Path) -> None:
    out = tmp_path / f"song.{kind}"
    said = write_song(SongOrder("band", 3, SHORT), out, Config())
    with av.open(str(out)) as container:
        seconds = (container.duration or 0) / av.time_base
    assert seconds == pytest.approx(62, abs=8)
    assert "seed 3" in said
    assert list(tmp_path.iterdir()) == [out]


def test_a_midi_file_needs_no_synthesiser(tmp_path: Path) -> None:
    write_song(SongOrder("band", 3, SHORT), tmp_path / "song.mid", Config())
    assert mido.MidiFile(tmp_path / "song.mid").length == pytest.approx(60, abs=8)


@pytest.mark.parametrize(
    ("band", "out", "sentence"),
    [
        ("mine", "song.flac", "mine: there is no such band"),
        ("band", "song.aiff", "the name must end in one of .flac"),
        ("band", "song", "the name must end in one of .flac"),
        ("band", "nowhere/song.mid", "there is no such directory to write into"),
    ],
)
def test_a_file_that_cannot_be_written_raises_an_error(band: str, out: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match=sentence):
        write_song(SongOrder(band, 3, SHORT), tmp_path / out, Config())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["mid", "flac"])
def test_where_there_is_no_room_nothing_is_left_and_the_file_is_named(kind: str, tmp_path: Path) -> None:
    with pytest.raises(NoRoom, match=rf"song\.{kind}: cannot be written: "), limit_files(100):
        write_song(SongOrder("band", 3, SHORT), tmp_path / f"song.{kind}", Config())
    assert list(tmp_path.iterdir()) == []


def test_the_command_describes_the_song(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "song.mid"
    words = ["--seed", "3", "--key", "F#m", "--tempo", "90", "--minutes", "2", "--out", str(out)]
    assert compose(words) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{out}: ")
    assert "by The Small Robots, F#m, 90 bpm" in said
