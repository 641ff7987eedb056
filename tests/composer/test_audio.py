import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from bandstand.common.errors import Missing
from bandstand.common.types import RATE, Frames
from bandstand.composer.audio import Block, Clip, Dither, FlacWriter, write_preview


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


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs the ffmpeg program")
def test_a_preview_fades_in_and_out(tmp_path: Path) -> None:
    loud = np.full((RATE * 5, 2), 0.3, np.float32) * np.sin(np.arange(RATE * 5) / 20)[:, None].astype(np.float32)
    write_preview([loud], tmp_path / "p.mp3", 1, {"title": "T"})
    with av.open(str(tmp_path / "p.mp3")) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
        assert container.metadata["title"] == "T"
    assert len(heard) / RATE == pytest.approx(5, abs=0.1)
    middle = np.abs(heard[2 * RATE : 2 * RATE + 4800]).max()
    assert np.abs(heard[: RATE // 20]).max() < middle / 3
    assert np.abs(heard[-RATE // 20 :]).max() < middle / 3


def test_without_ffmpeg_the_error_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="writing mp3 needs the ffmpeg program"):
        write_preview([quiet(100)], tmp_path / "p.mp3", 1, {})
