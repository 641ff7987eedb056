"""HLS of a real streamer, which is killed and started again, as FFmpeg plays it."""

import subprocess
from pathlib import Path

import numpy as np

from bandstand.common.types import RATE
from tests.integration.conftest import IcecastServer
from tests.integration.streaming import Station, sine, until, written


def list_names(playlist: Path) -> list[str]:
    lines = playlist.read_text().splitlines() if playlist.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def test_a_player_hears_the_song_and_the_files_numbers_go_on_after_a_crash(
    icecast: IcecastServer, tmp_path: Path
) -> None:
    station = Station(tmp_path, icecast.port, icecast.password, "[hls]\nenabled = true\nsegment = 2\nlisted = 60\n")
    folder = tmp_path / "var" / "hls"
    playlist = folder / "aac" / "live.m3u8"
    try:
        streamer = station.start()
        bot = station.bot()
        until(lambda: station.on_air(bot), "the mounts, and HLS, are on the air")
        assert [mount.path for mount in bot.state().mounts][-1] == "/hls/live.m3u8"
        bot.play(1, written(tmp_path / "tone.wav", sine(20 * RATE)))
        until(lambda: len(list_names(playlist)) >= 3, "three segments are written")
        before = list_names(playlist)
        streamer.kill()
        bot.close()
        station.start()
        until(lambda: len(list_names(playlist)) >= len(before) + 1, "the next life writes, too")
        after = list_names(playlist)
    finally:
        station.close()
    first = int(after[0].removesuffix(".m4s"))
    assert after == [f"{first + number}.m4s" for number in range(len(after))]
    assert after[: len(before)] == before
    assert playlist.read_text().count("#EXT-X-DISCONTINUITY\n") == 1
    with playlist.open("a") as file:
        file.write("#EXT-X-ENDLIST\n")  # or the player waits for more
    command = ["ffmpeg", "-v", "error", "-i", str(folder / "live.m3u8"), "-f", "f32le", "-ac", "1", "-"]
    sound = np.frombuffer(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout, dtype=np.float32)
    assert np.abs(sound).max() > 0.4
