"""Files that end where their frames, or their packets, do: Musepack, AMR, FLAC."""

from pathlib import Path

import av
import numpy as np
import pytest

from bandstand.common.sound.container import measure_length
from bandstand.common.types import RATE, Frames
from tests.common.sound.test_cases import CASES, hear, put_together

JUNK = np.random.default_rng(1).integers(0, 256, 60_000, np.uint8).tobytes()
HALF = RATE // 2


def test_musepack_is_exact_to_the_sample(tmp_path: Path) -> None:
    one = (CASES / "click.mpc").read_bytes()
    sound, said = hear(CASES / "click.mpc")
    assert not said
    assert len(sound) == pytest.approx(0.3 * RATE, abs=1)
    clicks = [int(np.abs(half[:, 0]).argmax()) for half in (sound[:7000], sound[7000:])]
    assert clicks == pytest.approx([1000 * RATE / 44_100, (13_230 - 1000) * RATE / 44_100 - 7000], abs=1)
    for between in (b"", JUNK):
        path = put_together(tmp_path / "two.mpc", one, between, one)
        assert len(hear(path)[0]) == pytest.approx(0.6 * RATE, abs=2)
        assert measure_length(path) == pytest.approx(0.6)


def test_amr_ends_where_its_frames_do(tmp_path: Path) -> None:
    one = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 25
    assert len(hear(put_together(tmp_path / "a.amr", one))[0]) == HALF
    assert len(hear(put_together(tmp_path / "b.amr", one, b"\xff" * 3000, one))[0]) == 2 * HALF


def test_the_middle_of_flac_needs_no_search_where_its_frames_are_numbered_through(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(-3000, 3000, 3 * RATE).astype(np.int16)
    path = tmp_path / "a.flac"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=RATE)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(noise.reshape(1, -1), "s16", "mono")
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    data = path.read_bytes()
    for copies in (1, 2, 3, 5):
        joined = put_together(tmp_path / f"{copies}.flac", *[data] * copies)
        assert measure_length(joined) == pytest.approx(3 * copies)
        late, said = hear(joined, Frames((3 * copies - 1) * RATE))
        assert not said
        assert np.array_equal(np.rint(late[:, 0] * 32768).astype(np.int16), noise[-RATE:])
