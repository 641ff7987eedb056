import numpy as np
import pytest

from bandstand.common.types import Frames
from bandstand.composer.audio import BLOCK_FRAMES, Block
from bandstand.composer.master import CEILING, Gains, limit_peaks, master_song


def flat(frames: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Gains:
    return np.ones(len(frames))


def noise(blocks: int, loud: float) -> list[Block]:
    random = np.random.RandomState(3)
    return [((random.random_sample((BLOCK_FRAMES, 2)) * 2 - 1) * loud).astype(np.float32) for _ in range(blocks)]


def test_quiet_sound_passes_untouched() -> None:
    blocks = noise(4, 0.5)
    assert all(np.array_equal(a, b) for a, b in zip(limit_peaks(iter(blocks)), blocks, strict=True))


def test_nothing_is_above_the_ceiling() -> None:
    blocks = [*noise(2, 0.3), *noise(2, 5.0), *noise(2, 0.3), *noise(1, 1.2)]
    out = np.concatenate(list(limit_peaks(iter(blocks))))
    assert np.abs(out).max() <= CEILING * 1.0001


def test_a_single_peak_turns_only_its_neighbourhood_down() -> None:
    blocks = noise(5, 0.4)
    blocks[2][BLOCK_FRAMES // 2] = 3.0
    out = list(limit_peaks(iter(blocks)))
    assert np.array_equal(out[0], blocks[0])
    assert np.array_equal(out[4], blocks[4])
    assert np.abs(out[2]).max() <= CEILING * 1.0001


@pytest.mark.parametrize("place", [0, 1, BLOCK_FRAMES // 2, BLOCK_FRAMES - 1])
def test_the_gain_moves_without_a_step(place: int) -> None:
    blocks = [np.full((BLOCK_FRAMES, 2), 0.5, np.float32) for _ in range(5)]
    blocks[2][place] = 2.0
    out = np.concatenate(list(limit_peaks(iter(blocks))))
    rest = np.delete(out[:, 0], 2 * BLOCK_FRAMES + place)
    assert np.abs(np.diff(rest)).max() < 0.001


@pytest.mark.parametrize("total", [1, BLOCK_FRAMES - 1, BLOCK_FRAMES, BLOCK_FRAMES + 1, 3 * BLOCK_FRAMES + 7])
def test_the_song_is_exactly_as_long_as_it_should_be(total: int) -> None:
    out = list(master_song(iter(noise(5, 0.2)), Frames(total), flat, Frames(1)))
    assert sum(len(block) for block in out) == total


def test_the_end_fades_to_nothing_and_the_rest_does_not() -> None:
    ones = [np.full((BLOCK_FRAMES, 2), 0.5, np.float32) for _ in range(4)]
    blocks = master_song(iter(ones), Frames(3 * BLOCK_FRAMES), flat, Frames(BLOCK_FRAMES + 100))
    out = np.concatenate(list(blocks))[:, 0]
    assert np.array_equal(out[: 2 * BLOCK_FRAMES - 100], np.full(2 * BLOCK_FRAMES - 100, 0.5, np.float32))
    assert np.all(np.diff(out[2 * BLOCK_FRAMES - 100 :]) <= 0)
    assert out[-1] < 1e-6


def test_the_gain_is_asked_for_by_frame_number() -> None:
    asked: list[int] = []

    def gain(frames: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Gains:
        asked.extend(frames[[0, -1]].tolist())
        return np.full(len(frames), 0.5)

    out = next(master_song(iter(noise(3, 0.2)), Frames(2 * BLOCK_FRAMES), gain, Frames(1)))
    assert asked[:2] == [0, BLOCK_FRAMES - 1]
    assert np.allclose(out, noise(1, 0.2)[0] / 2)
