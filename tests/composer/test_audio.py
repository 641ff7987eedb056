from collections.abc import Callable
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from pydub.exceptions import CouldntEncodeError

from bandstand.common.errors import Missing
from bandstand.common.files import is_full
from bandstand.common.sound import lame
from bandstand.common.types import RATE, Frames
from bandstand.composer.audio import (
    BLOCK_FRAMES,
    SINGLE_BLOCKS,
    SPAN,
    Block,
    Clip,
    Dither,
    FlacWriter,
    export_segment,
    make_segment,
    plan_blocks,
    write_flac,
    write_preview,
)
from tests.common.test_files import limit_files


def quiet(frames: int) -> Block:
    return ((np.random.RandomState(1).random_sample((frames, 2)) - 0.5) * 0.2).astype(np.float32)


def decode(path: Path) -> "np.ndarray[tuple[int, int], np.dtype[np.int16]]":
    with av.open(str(path)) as container:
        blocks = [frame.to_ndarray().reshape(-1, 2) for frame in container.decode(audio=0)]
    return np.concatenate(blocks)


def test_dither_follows_the_seed_and_changes_samples_by_at_most_a_step_and_a_half() -> None:
    block = quiet(10_000)
    one, other = Dither(4).convert(block), Dither(4).convert(block)
    assert np.array_equal(one, other)
    assert np.abs(one - block * 32767).max() <= 1.5


def test_dither_does_not_wrap_at_full_scale() -> None:
    loud = np.array([[1.5, -1.5]], np.float32)
    assert Dither(1).convert(loud).tolist() == [[32767, -32768]]


@pytest.mark.parametrize("size", [1, 480, 4800, 48_000])
def test_flac_has_every_sample_and_the_tags(size: int, tmp_path: Path) -> None:
    block = quiet(7001 if size == 1 else 100_001)
    flac = FlacWriter(tmp_path / "a.flac", 4, {"title": "Ü; b = c", "comment": "seed 4"})
    for at in range(0, len(block), size):
        flac.push(block[at : at + size])
    flac.close()
    assert np.abs(decode(tmp_path / "a.flac") - block * 32767).max() <= 1.5
    with av.open(str(tmp_path / "a.flac")) as container:
        assert container.metadata["title"] == "Ü; b = c"
        assert container.metadata["comment"] == "seed 4"


@pytest.mark.parametrize("size", [7, 100, 1000])
def test_a_clip_does_not_depend_on_the_size_of_blocks(size: int) -> None:
    block = quiet(1000)
    clip = Clip(Frames(150), Frames(333))
    for at in range(0, len(block), size):
        clip.push(block[at : at + size])
    assert np.array_equal(np.concatenate(clip.blocks), block[150:483])


def test_a_clip_beyond_the_end_is_empty() -> None:
    clip = Clip(Frames(500), Frames(10))
    clip.push(quiet(100))
    assert clip.blocks == []


def test_the_first_blocks_of_a_song_are_short_and_the_others_long() -> None:
    lengths = list(islice(plan_blocks(), SINGLE_BLOCKS + 2))
    assert lengths == [BLOCK_FRAMES] * SINGLE_BLOCKS + [SPAN * BLOCK_FRAMES] * 2
    assert next(plan_blocks(0)) == SPAN * BLOCK_FRAMES


def test_a_preview_fades_in_and_out(tmp_path: Path) -> None:
    loud = np.full((RATE * 5, 2), 0.3, np.float32) * np.sin(np.arange(RATE * 5) / 20)[:, None].astype(np.float32)
    write_preview([loud], tmp_path / "p.mp3", {"title": "Ü", "bpm": "100", "comment": "seed 4"})
    with av.open(str(tmp_path / "p.mp3")) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
        assert container.metadata["title"] == "Ü"
        assert container.metadata["comment"] == "seed 4"
    assert len(heard) / RATE == pytest.approx(5, abs=0.1)
    middle = np.abs(heard[2 * RATE : 2 * RATE + 4800]).max()
    assert np.abs(heard[: RATE // 20]).max() < middle / 3
    assert np.abs(heard[-RATE // 20 :]).max() < middle / 3


def test_a_preview_of_nothing_is_a_file(tmp_path: Path) -> None:
    write_preview([], tmp_path / "p.mp3", {})
    assert (tmp_path / "p.mp3").exists()


def test_without_the_encoder_the_error_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise Missing("the MP3 encoder is not installed; install the package libmp3lame0")

    monkeypatch.setattr(lame, "load_library", missing)
    with pytest.raises(Missing, match="libmp3lame0"):
        write_preview([quiet(100)], tmp_path / "p.mp3", {})


def test_without_ffmpeg_the_error_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="writing mp3 needs the ffmpeg program"):
        export_segment(make_segment([quiet(100)], 1), tmp_path / "p.mp3", "mp3", {})


@pytest.mark.parametrize("kind", ["flac", "wav", "mp3", "ogg"])
@pytest.mark.parametrize("size", [0, 20_000])
def test_a_file_that_does_not_fit_is_an_error_of_the_system(kind: str, size: int, tmp_path: Path) -> None:
    noise = [np.random.default_rng(0).uniform(-1, 1, (4800, 2)).astype(np.float32)] * 10
    with pytest.raises(OSError) as caught, limit_files(size):
        if kind == "flac":
            write_flac(iter(noise), tmp_path / "a.flac", 1, {})
        else:
            export_segment(make_segment(noise, 1), tmp_path / f"a.{kind}", kind, {})
    assert is_full(caught.value)


def test_what_ffmpeg_cannot_write_is_an_error_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    segment = make_segment([np.zeros((480, 2), np.float32)], 1)
    said = "error code: 1\nav_interleaved_write_frame(): No space left on device"
    with pytest.raises(OSError) as caught, monkeypatch.context() as patched:
        patched.setattr(segment, "export", raise_error(CouldntEncodeError(said)))
        export_segment(segment, tmp_path / "a.wav", "wav", {})
    assert is_full(caught.value)


def raise_error(error: Exception) -> Callable[..., None]:
    def export(*_: object, **__: object) -> None:
        raise error

    return export
