"""The standby: what it needs, what it reads, and the silence it makes of it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bandstand.common.config import Log, Mount
from bandstand.common.sound.lame import BITRATES
from bandstand.common.types import RATE
from bandstand.streamer import silence
from bandstand.streamer.codecs.formats import FORMATS
from bandstand.streamer.delivery import PATIENCE, Delivery
from bandstand.streamer.heartbeat import OFF_AIR, Beat
from bandstand.streamer.icecast import OffAir
from bandstand.streamer.silence import Silence
from bandstand.streamer.standby import LATEST, STEP, Loop, SilentMount, StandbyParts, is_told_to_end, say

MP3 = Mount(path="/stream.mp3", format="mp3", bitrate=128)
OPUS = Mount(path="/stream.opus", format="opus", bitrate=96)


class FakeLink:
    backlog = 0

    def __init__(self) -> None:
        self.data = b""
        self.lost = self.closed = False

    def opened(self) -> bool:
        return True

    def send(self, data: bytes) -> None:
        if self.lost:
            raise OffAir("the connection was lost")
        self.data += data

    def close(self) -> None:
        self.closed = True


class Rig:
    def __init__(self, packets: Silence | None) -> None:
        self.now = 50.0
        self.packets = packets
        self.links: list[FakeLink] = []
        self.said: list[str] = []
        self.delivery = Delivery("/standby/stream.mp3", outlasts_silence=True)
        self.marks: list[bool] = []
        self.beat = Beat(0, OFF_AIR)
        self.taken_over: list[float] = []
        self.arrives = True
        self.mount = SilentMount(
            StandbyParts(
                dial=self._dial,
                load=lambda: self.packets,
                say=lambda _, what: self.said.append(what),
                mark=self.marks.append,
                clock=lambda: self.now,
                random=lambda: 0.0,
                delivery=self.delivery,
                read_beat=lambda: self.beat,
                take_over=lambda: self.taken_over.append(self.now),
            )
        )

    def _dial(self) -> FakeLink:
        self.links.append(FakeLink())
        return self.links[-1]

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.2)):
            self.mount.step()
            if self.arrives and self.links:
                self.delivery.record_figure(len(self.links[-1].data), self.now)
            self.now += 0.2


def kept(mount: Mount) -> Silence:
    encoder = FORMATS[mount.format].encoder(mount.bitrate)
    made = encoder.standby_silence(mount.format)
    encoder.close()
    return made


def test_its_records_look_like_those_of_the_others_and_keep_to_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    say("info", "/a is on the air", Log())
    say("warn", "/a is off the air", Log(format="json", level="warn"))
    say("info", "/a is on the air", Log(format="json", level="warn"))
    text, as_json = capsys.readouterr().err.splitlines()
    assert text.endswith(" standby info: /a is on the air")
    assert json.loads(as_json)["message"] == "/a is off the air"


def test_it_needs_neither_twisted_nor_numpy_nor_a_codec() -> None:
    code = "import bandstand.streamer.standby, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"twisted", "numpy", "av", "ctypes"} & set(loaded)


@pytest.mark.parametrize("mount", [MP3, OPUS])
def test_what_the_streamer_keeps_is_read_back(mount: Mount, tmp_path: Path) -> None:
    silence.save(tmp_path / "standby", mount, kept(mount))
    assert silence.load(tmp_path / "standby", mount) == kept(mount)
    assert len(list((tmp_path / "standby").iterdir())) == 1


def test_nothing_kept_or_nothing_of_use_is_none(tmp_path: Path) -> None:
    assert silence.load(tmp_path, MP3) is None
    silence.path(tmp_path, MP3).write_bytes(b"not this")
    assert silence.load(tmp_path, MP3) is None


def test_a_mount_of_another_bit_rate_has_a_silence_of_its_own(tmp_path: Path) -> None:
    silence.save(tmp_path, MP3, kept(MP3))
    assert silence.load(tmp_path, Mount(path="/stream.mp3", format="mp3", bitrate=192)) is None


@pytest.mark.parametrize("mount", [MP3, OPUS])
def test_it_sends_the_mount_s_bit_rate_in_time(mount: Mount) -> None:
    rig = Rig(kept(mount))
    rig.run(20.0)
    assert len(rig.links[0].data) == pytest.approx(20 * mount.bitrate * 125, rel=0.05)
    assert rig.said == ["on the air"]


def test_until_there_is_a_silence_icecast_is_left_alone() -> None:
    rig = Rig(None)
    rig.run(STEP * 3)
    assert rig.links == []
    rig.packets = kept(MP3)
    rig.run(STEP * 2)
    assert len(rig.links) == 1


def test_a_lost_connection_is_made_again() -> None:
    rig = Rig(kept(MP3))
    rig.run(15.0)
    rig.links[0].lost = True
    rig.run(2.0)
    assert rig.links[0].closed and rig.links[1].data
    assert rig.said == ["on the air", "off the air: the connection was lost", "on the air"]


def test_a_silence_that_does_not_arrive_is_sent_anew_and_icecast_s_return_is_not_waited_for() -> None:
    rig = Rig(kept(MP3))
    rig.arrives = False
    rig.run(PATIENCE + 1)
    assert rig.links[0].closed and "pass it on" in rig.said[1]
    rig.mount.close()
    rig.delivery.retry_now = True
    attempts = len(rig.links)
    rig.run(0.2)
    assert len(rig.links) == attempts + 1


def test_an_icecast_that_hangs_keeps_its_connection_and_gets_little_until_it_goes_on() -> None:
    rig = Rig(kept(MP3))
    rig.run(5.0)
    rig.arrives = False
    rig.delivery.record_no_answer(rig.now)
    before = len(rig.links[0].data)
    rig.run(60.0)
    assert len(rig.links) == 1 and not rig.links[0].closed
    assert 0 < len(rig.links[0].data) - before < 60 * 16_000 / 10
    rig.arrives = True
    before = len(rig.links[0].data)
    rig.run(10.0)
    assert len(rig.links) == 1 and rig.said == ["on the air"]
    assert len(rig.links[0].data) - before == pytest.approx(160_000, rel=0.05)


def test_an_icecast_that_goes_on_without_this_stream_is_left() -> None:
    rig = Rig(kept(MP3))
    rig.run(5.0)
    rig.arrives = False
    rig.delivery.record_no_answer(rig.now)
    rig.run(20.0)
    rig.delivery.record_figure(len(rig.links[0].data), rig.now)
    figure = len(rig.links[0].data)
    for _ in range(60):
        rig.run(0.2)
        rig.delivery.record_figure(figure, rig.now)
    assert rig.links[0].closed and len(rig.links) > 1


def test_listeners_of_a_streamer_that_stands_still_are_passed_on_once() -> None:
    rig = Rig(kept(MP3))
    for _ in range(20):
        rig.beat = Beat(os.getpid(), rig.now)
        rig.run(0.2)
    assert rig.taken_over == []
    rig.run(10.0)
    assert len(rig.taken_over) == 1 and rig.taken_over[0] - rig.beat.at < 2.5
    rig.beat = Beat(os.getpid(), rig.now)
    rig.run(10.0)
    assert len(rig.taken_over) == 2


def test_listeners_of_one_that_stood_still_before_the_silence_was_on_the_air_are_passed_on_too() -> None:
    rig = Rig(None)
    rig.beat = Beat(os.getpid(), rig.now)
    rig.run(5.0)
    assert rig.taken_over == []
    rig.packets = kept(MP3)
    rig.run(5.0)
    assert len(rig.taken_over) == 1


def test_whether_it_stands_by_is_written_down_for_the_streamer(tmp_path: Path) -> None:
    rig = Rig(kept(MP3))
    rig.run(1.0)
    rig.mount.close()
    assert rig.marks == [True, False]
    assert not silence.has_standby(tmp_path, MP3)
    silence.mark_standby(tmp_path, MP3, True)
    assert silence.has_standby(tmp_path, MP3)
    assert not silence.has_standby(tmp_path, OPUS)
    silence.mark_standby(tmp_path, MP3, False)
    assert not silence.has_standby(tmp_path, MP3)


def test_one_that_was_killed_stands_by_no_more(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from bandstand.common.config import Mount; "
    code += "from bandstand.streamer import silence; "
    code += "silence.mark_standby(Path(sys.argv[1]), Mount(path='/stream.mp3', format='mp3'), True)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert not silence.has_standby(tmp_path, MP3)


def test_what_was_missed_for_long_is_not_caught_up() -> None:
    loop = Loop(kept(MP3), 0.0)
    assert loop.pack_due(LATEST + 60) == b""
    assert len(loop.pack_due(LATEST + 61)) == pytest.approx(16_000, rel=0.05)


@pytest.mark.parametrize("mount", [MP3, OPUS])
def test_the_last_fallback_is_seconds_of_silence_that_anybody_may_read_and_is_written_once(
    mount: Mount, tmp_path: Path
) -> None:
    made: list[Mount] = []

    def make(mount: Mount) -> Silence:
        made.append(mount)
        return kept(mount)

    for _ in range(2):
        silence.save_last_fallback(tmp_path / "webroot", mount, make)
    assert made == [mount]
    (file,) = (tmp_path / "webroot").iterdir()
    assert f"/{file.name}" == mount.last_fallback
    assert file.stat().st_mode & 0o777 == 0o644
    probed = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(file)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert float(probed.stdout) == pytest.approx(silence.LAST_SECONDS, rel=0.05)
    assert probed.stderr == ""


def test_the_intro_begins_with_whole_frames_of_the_mounts_own_format_and_is_whole_blocks_of_icecasts(
    tmp_path: Path,
) -> None:
    for bitrate in BITRATES:
        mount = Mount(path="/stream.mp3", format="mp3", bitrate=bitrate)
        quiet = kept(mount)
        silence.save_intro(tmp_path, mount, quiet)
        (file,) = tmp_path.iterdir()
        assert f"/{file.name}" == mount.intro
        assert file.stat().st_mode & 0o777 == 0o644
        data, size = file.read_bytes(), bitrate * 125 * quiet.frame // RATE
        assert len(data) % silence.ICECAST_BLOCK == 0  # or Icecast takes away all of the burst
        assert 7 * size <= len(data) < 7 * size + silence.ICECAST_BLOCK
        assert {data[at : at + 2] for at in range(0, 7 * size, size)} == {b"\xff\xfb"}
    silence.save_intro(tmp_path, Mount(path="/stream.mp3", format="opus"), kept(OPUS))  # it is another format now
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_there_was_not_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        si_signo = 0

    monkeypatch.setattr(signal, "sigtimedwait", lambda *_: Nothing)
    assert not is_told_to_end()
