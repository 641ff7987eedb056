"""Importing audio files as songs."""

import math
import wave
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest

from bandstand.common.errors import ComposeError
from bandstand.common.files import format_location
from bandstand.common.generators import IMPORT
from bandstand.common.jobs import Done, Job, Noticed, Step
from bandstand.common.types import RATE, SongCode
from bandstand.composer import importing
from bandstand.composer.folder import SONG_FILE

pytestmark = pytest.mark.integration

CASES = Path(__file__).parents[1] / "cases" / "audio"
TAKEN = {
    "9ch.wav": 0.6, "chained-rates.ogg": 1.2, "chained.opus": 1.2, "latin1-comment.flac": 0.5, "latin1-id3v1.mp3": 1.02,
    "click.mpc": 0.3,
    "no-pad-byte.wav": 0.5, "rate-change.mp3": 1.65, "title-quote.mp3": 1.02, "title-zwj.mp3": 1.02,
    "track-name.mka": 1.0, "tree/book.m4b": 1.0, "tree/good.mp3": 1.0,
}  # fmt: skip
"""File -> its length in seconds."""
DAMAGED = {"cut-end.flac": 0.94, "id3-middle.mp3": 1.02, "zeros-end.mp3": 1.02}
TITLES = {
    "latin1-comment.flac": ("Caf\ufffd del Mar", "unknown"),
    "latin1-id3v1.mp3": ("Caf\ufffd del Mar", "Gr\ufffd\ufffde"),
    "track-name.mka": ("Low Tide", "unknown"),
    "chained.opus": ("chained", "unknown"),
}


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
        parameters={"file": format_location(file)},
        directory=str(tmp_path / "songs" / "abc"),
    )


def import_song(wanted: Job, steps: list[Step] | None = None) -> Done:
    return importing.import_song(wanted, (steps if steps is not None else []).append)


def test_a_file_is_copied_unchanged_and_measured(tmp_path: Path) -> None:
    file = sine(tmp_path / "Low Tide.WAV")
    done = import_song(job(tmp_path, file))
    folder = tmp_path / "songs" / "abc"
    assert (folder / done.files["audio"]).read_bytes() == file.read_bytes()
    assert done.files["audio"] == "song.wav"
    assert (done.title, done.artist) == ("Low Tide", "unknown")
    assert done.seconds == pytest.approx(2.0, abs=0.001)
    # A full-scale sine of 997 Hz in both channels is 0 LUFS, ITU-R BS.1770; this one is 12 dB lower.
    assert done.loudness == pytest.approx(-12.0, abs=0.2)
    assert done.peak == pytest.approx(-12.0, abs=0.2)
    assert msgspec.json.decode((folder / SONG_FILE).read_bytes(), type=Done) == done


def test_a_linked_file_stays_where_it_is(tmp_path: Path) -> None:
    file = sine(tmp_path / "Low Tide.WAV")
    wanted = job(tmp_path, file)
    done = import_song(msgspec.structs.replace(wanted, parameters={**wanted.parameters, "link": True}))
    assert done.files == {"audio": str(file)}
    assert [path.name for path in (tmp_path / "songs" / "abc").iterdir()] == [SONG_FILE]
    assert file.is_file()


def test_the_file_is_known_by_its_time_its_size_and_its_sound_in_any_container(tmp_path: Path) -> None:
    file = sine(tmp_path / "a.wav")
    original = import_song(job(tmp_path, file)).original
    assert original is not None
    status = file.stat()
    assert (original.path, original.size, original.modified) == (str(file), status.st_size, status.st_mtime_ns)
    with av.open(str(file)) as source, av.open(str(tmp_path / "b.flac"), "w") as target:
        stream = target.add_stream("flac", rate=44_100)
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    other = msgspec.structs.replace(job(tmp_path, tmp_path / "b.flac"), directory=str(tmp_path / "songs" / "b"))
    again = import_song(other).original
    assert again is not None
    assert (again.sound, again.size == original.size) == (original.sound, False)


@pytest.mark.parametrize("name", TAKEN | DAMAGED)
def test_what_the_streamer_plays_is_taken_whole(name: str, tmp_path: Path) -> None:
    steps: list[Step] = []
    done = import_song(job(tmp_path, CASES / name), steps)
    assert done.seconds == pytest.approx((TAKEN | DAMAGED)[name], abs=0.03)
    assert bool(done.provenance.notes) == bool(steps) == (name in DAMAGED)
    assert all(isinstance(step, Noticed) for step in steps)


@pytest.mark.parametrize("name", TITLES)
def test_tags_of_any_charset_and_place_are_read(name: str, tmp_path: Path) -> None:
    done = import_song(job(tmp_path, CASES / name))
    assert (done.title, done.artist) == TITLES[name]


def test_a_name_of_any_bytes_is_taken(tmp_path: Path) -> None:
    path = sine(tmp_path / "caf\udce9.wav")
    done = import_song(job(tmp_path, path))
    assert done.title == "caf\ufffd"


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
    done = import_song(job(tmp_path, file))
    assert (done.title, done.artist) == ("Blue Lantern", "The Hands")


def test_a_file_that_cannot_be_imported_is_named_and_leaves_no_folder(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp3"
    text.write_text("no sound")
    for file, why in ((text, "cannot be decoded"), (tmp_path / "gone.wav", "cannot be read"), (tmp_path, "cannot be")):
        with pytest.raises(ComposeError, match=why) as raised:
            import_song(job(tmp_path, file))
        assert str(file) in str(raised.value)
        assert not list((tmp_path / "songs").iterdir())


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    with pytest.raises(ComposeError, match="the file is empty"):
        import_song(job(tmp_path, tmp_path / "empty.mp3"))


@pytest.mark.parametrize("is_linked", [False, True])
def test_a_file_that_grows_while_it_is_read_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_linked: bool
) -> None:
    file, read_tags = sine(tmp_path / "growing.wav"), importing.read_tags

    def grow(audio: Path) -> dict[str, str]:
        with file.open("ab") as stream:
            stream.write(bytes(4000))
        return read_tags(audio)

    monkeypatch.setattr(importing, "read_tags", grow)
    wanted = job(tmp_path, file)
    wanted = msgspec.structs.replace(wanted, parameters={**wanted.parameters, **({"link": True} if is_linked else {})})
    with pytest.raises(ComposeError, match="it is still being written"):
        import_song(wanted)
    assert not Path(wanted.directory).exists()


def test_a_file_without_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match="no sound"):
        import_song(job(tmp_path, sine(tmp_path / "empty.wav", 0)))


def test_silence_can_be_imported(tmp_path: Path) -> None:
    assert import_song(job(tmp_path, sine(tmp_path / "quiet.wav", level=0.0))).loudness <= -70


def test_a_song_that_is_finished_already_is_not_imported_again(tmp_path: Path) -> None:
    wanted = job(tmp_path, sine(tmp_path / "a.wav"))
    done = import_song(wanted)
    (tmp_path / "a.wav").unlink()
    assert import_song(wanted) == done
