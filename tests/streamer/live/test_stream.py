"""What kind of sound a mount sends, by its first bytes."""

import subprocess

import pytest

from bandstand.common.sound import framed
from bandstand.streamer.live.stream import find_frames


def test_frames_are_found_behind_the_rest_of_one() -> None:
    frame = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG-1 layer 3, 128 kbit/s, 44.1 kHz
    assert find_frames(b"\x12" * 300 + frame * 6) == 300
    assert find_frames(frame * 2) is None
    assert find_frames(bytes(5000)) is None


@pytest.mark.parametrize("begin", range(0, 1000, 37))
def test_a_steady_tone_of_8_khz_is_not_taken_for_frames_that_stand_within_its_own(begin: int) -> None:
    """Six of its frames are alike again, and in each six there is what looks like a header of MP2."""
    tone = ["-f", "lavfi", "-i", "sine=frequency=500:sample_rate=8000,volume=4", "-t", "1.5"]
    made = ["ffmpeg", "-v", "error", *tone, "-c:a", "libmp3lame", "-b:a", "16k", "-f", "mp3", "-"]
    data = subprocess.run(made, stdout=subprocess.PIPE, check=True).stdout[500 + begin :]
    at = find_frames(data)
    assert at is not None
    assert framed.parse_header(data, at) == framed.Frame("mp3", (0, 2), 144)
