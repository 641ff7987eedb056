import shutil
from pathlib import Path

import av
import mido
import pytest

from common.config import Config
from common.errors import ComposeError
from composer import fluid
from composer.__main__ import compose
from composer.offline import song_to_file

SHORT = {"minutes": 1, "tempo": 200}
needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs the ffmpeg program")


@pytest.fixture(autouse=True)
def own_synthesiser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fluid, "FONTS", ())


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["flac", "wav", pytest.param("mp3", marks=needs_ffmpeg), pytest.param("ogg", marks=needs_ffmpeg)]
)
def test_a_song_goes_into_a_file_of_the_kind_that_its_name_says(kind: str, tmp_path: Path) -> None:
    out = tmp_path / f"song.{kind}"
    said = song_to_file("band", 3, SHORT, out, Config())
    with av.open(str(out)) as container:
        seconds = (container.duration or 0) / av.time_base
    assert seconds == pytest.approx(62, abs=8)
    assert "seed 3" in said
    assert list(tmp_path.iterdir()) == [out]


def test_midi_needs_no_sound(tmp_path: Path) -> None:
    song_to_file("band", 3, SHORT, tmp_path / "song.mid", Config())
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
def test_what_cannot_be_written_is_said(band: str, out: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match=sentence):
        song_to_file(band, 3, SHORT, tmp_path / out, Config())
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "song.mid"
    words = ["--seed", "3", "--key", "F#m", "--tempo", "90", "--minutes", "2", "--out", str(out)]
    assert compose(words) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{out}: ")
    assert "by The Small Robots, F#m, 90 bpm" in said
