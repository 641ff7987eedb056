"""Importing audio files as songs."""

import math
import wave
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest

from bandstand.common.errors import ComposeError
from bandstand.common.generators import IMPORT
from bandstand.common.jobs import Done, Job
from bandstand.common.types import RATE, SongCode
from bandstand.composer import importing
from bandstand.composer.folder import SONG_FILE

pytestmark = pytest.mark.integration


def sine(path: Path, seconds: float = 2.0, level: float = 0.25) -> Path:
    samples = np.sin(np.arange(round(seconds * 44_100)) * (2 * math.pi * 997 / 44_100)) * level * 32767
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(np.repeat(samples, 2).astype("<i2").tobytes())
    return path


def job(tmp_path: Path, file: Path) -> Job:
    return Job(
        song=SongCode("abc"),
        generator=IMPORT,
        seed=0,
        parameters={"file": str(file)},
        directory=str(tmp_path / "songs" / "abc"),
    )


def test_a_file_is_copied_unchanged_and_measured(tmp_path: Path) -> None:
    file = sine(tmp_path / "Low Tide.WAV")
    done = importing.import_song(job(tmp_path, file))
    folder = tmp_path / "songs" / "abc"
    assert (folder / done.files["audio"]).read_bytes() == file.read_bytes()
    assert done.files["audio"] == "song.wav"
    assert (done.title, done.artist) == ("Low Tide", "unknown")
    assert done.seconds == pytest.approx(2.0, abs=0.001)
    # A full-scale sine of 997 Hz in both channels is 0 LUFS, ITU-R BS.1770; this one is 12 dB lower.
    assert done.loudness == pytest.approx(-12.0, abs=0.2)
    assert done.peak == pytest.approx(-12.0, abs=0.2)
    assert msgspec.json.decode((folder / SONG_FILE).read_bytes(), type=Done) == done


@pytest.mark.parametrize(("kind", "codec"), [("flac", "flac"), ("opus", "libopus")])
def test_tags_give_title_and_artist(tmp_path: Path, kind: str, codec: str) -> None:
    file = tmp_path / f"x.{kind}"
    with av.open(str(file), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        stream.layout, stream.format = "stereo", "s16"
        for owner in (container, stream):  # FLAC keeps tags with the file, Ogg with the stream
            owner.metadata.update({"TITLE": "Blue\nLantern", "artist": "The Hands"})
        noise = np.random.default_rng(1).integers(-3000, 3000, (1, 2 * RATE), np.int16)
        frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="stereo")
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    done = importing.import_song(job(tmp_path, file))
    assert (done.title, done.artist) == ("Blue Lantern", "The Hands")


def test_a_file_that_cannot_be_imported_is_named_and_leaves_no_folder(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp3"
    text.write_text("no sound")
    for file, why in ((text, "cannot be decoded"), (tmp_path / "gone.wav", "cannot be read"), (tmp_path, "cannot be")):
        with pytest.raises(ComposeError, match=why) as raised:
            importing.import_song(job(tmp_path, file))
        assert str(file) in str(raised.value)
        assert not list((tmp_path / "songs").iterdir())


def test_a_file_without_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match="no sound"):
        importing.import_song(job(tmp_path, sine(tmp_path / "empty.wav", 0)))


def test_silence_can_be_imported(tmp_path: Path) -> None:
    assert importing.import_song(job(tmp_path, sine(tmp_path / "quiet.wav", level=0.0))).loudness <= -70


def test_a_song_that_is_finished_already_is_not_imported_again(tmp_path: Path) -> None:
    wanted = job(tmp_path, sine(tmp_path / "a.wav"))
    done = importing.import_song(wanted)
    (tmp_path / "a.wav").unlink()
    assert importing.import_song(wanted) == done
