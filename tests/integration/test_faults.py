"""What the network and Icecast may do to a mount: it says why, tries for ever, and the others go on undisturbed."""

import shutil
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bandstand.common.config import Icecast, Mount
from bandstand.common.config import Station as StationKeys
from bandstand.common.types import RATE
from bandstand.streamer.icecast import OffAir, ShoutHandle
from tests.integration.conftest import IcecastServer
from tests.integration.streaming import Bot, Station, listening, loud_frames, sine, until, written

MP3, OPUS = "/stream.mp3", "/stream.opus"


def troubles(bot: Bot, *words: str) -> bool:
    """Whether every mount is off the air for a reason with one of these words in it."""
    return all(any(word in mount.trouble for word in words) for mount in bot.state().mounts)


def list_mount_changes(bot: Bot, mount: str) -> list[str]:
    """What the streamer said of a mount, in order: why it went off the air, or "" where it came back."""
    names = ("WentOffAir", "CameOnAir")
    return [values.get("reason", "") for name, values in bot.events if name in names and values["mount"] == mount]


@contextmanager
def playing(station: Station, tmp_path: Path) -> Iterator[Bot]:
    """A streamer that plays a minute's tone on every mount."""
    station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    bot.play(1, written(tmp_path / "tone.wav", sine(60 * RATE)))
    bot.wait_for("Started", cue=1)
    bot.events.clear()
    yield bot
    bot.close()


def seconds_until_on_air(bot: Bot) -> float:
    began = time.monotonic()
    for mount in (MP3, OPUS):
        bot.wait_for("CameOnAir", mount=mount)
    return time.monotonic() - began


def heard_again(icecast: IcecastServer) -> None:
    with listening(icecast) as listener:
        listener.wait_until(lambda sound: loud_frames(sound) > RATE // 4, "the song")


def test_icecast_away_for_long_has_its_sound_back_soon(
    icecast: IcecastServer, station: Station, tmp_path: Path
) -> None:
    with playing(station, tmp_path) as bot:
        icecast.stop()
        until(lambda: troubles(bot, "no Icecast answers"), "the reason")
        threading.Event().wait(5)  # the pauses between attempts are long by now
        icecast.start()
        after = seconds_until_on_air(bot)
        print(f"on the air {after:.2f} s after Icecast")
        assert after < 5
        for mount in (MP3, OPUS):
            *reasons, back = list_mount_changes(bot, mount)
            assert back == "" and "" not in reasons
            assert all(one != next for one, next in pairwise(reasons)), "a reason was told twice"
        heard_again(icecast)


def test_icecast_that_hangs_is_noticed_and_taken_again_when_it_wakes(
    icecast: IcecastServer, station: Station, tmp_path: Path
) -> None:
    with playing(station, tmp_path) as bot:
        began = time.monotonic()
        icecast.send_signal(signal.SIGSTOP)
        for mount in (MP3, OPUS):
            bot.wait_for("WentOffAir", mount=mount)
        noticed = time.monotonic() - began
        held = bot.state().current
        assert held == bot.state().current
        icecast.send_signal(signal.SIGCONT)
        after = seconds_until_on_air(bot)
        print(f"noticed after {noticed:.1f} s, on the air {after:.2f} s after it woke")
        assert noticed < 15 and after < 10
        heard_again(icecast)


def test_a_source_beyond_icecast_s_limit_says_so_and_the_other_mount_goes_on(
    icecast: IcecastServer, station: Station, tmp_path: Path
) -> None:
    icecast.configure("<sources>20</sources>", "<sources>1</sources>")
    station.start()
    bot = station.bot()
    until(lambda: any("limit" in mount.trouble for mount in bot.state().mounts), "the reason")
    until(lambda: any(mount.on_air for mount in bot.state().mounts), "the other mount")
    lucky = next(mount.path for mount in bot.state().mounts if mount.on_air)
    bot.play(1, written(tmp_path / "tone.wav", sine(20 * RATE)))
    with listening(icecast, lucky) as listener:
        listener.wait_until(lambda sound: loud_frames(sound) > RATE, "the song")
    bot.close()


@pytest.mark.parametrize("trouble", ["", "password", "no Icecast"])
def test_connections_leave_no_descriptor_however_they_end(trouble: str, icecast: IcecastServer) -> None:
    port = 9 if trouble == "no Icecast" else icecast.port
    password = "wrong" if trouble == "password" else icecast.password
    there, mount = Icecast(port=port, password=password), Mount(path=MP3, format="mp3")
    handle = ShoutHandle(there, StationKeys(), mount, MP3)

    def attempt() -> str:
        try:
            link = handle.dial()
        except OffAir as error:
            return str(error)
        try:
            until(link.opened, "accepted")
        except OffAir as error:
            return str(error)
        finally:
            link.close()
        until(lambda: MP3 not in icecast.sources(), "the mount is free again")
        return ""

    assert trouble in attempt()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(100 if trouble == "no Icecast" else 15):
        assert trouble in attempt()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


PATHS = (b"/stream.mp3", b"/stream.opus", b"/standby/stream.mp3", b"/standby/stream.opus")


class Swallower(socketserver.ThreadingTCPServer):
    """Takes every stream in Icecast's name, reads it and forwards nothing; knows no figure but one."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Swallowing)
        self.streams = 0


class Swallowing(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        request = self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        if request.startswith(b"GET"):
            figure = b"<total_bytes_read>4711</total_bytes_read>"
            mounts = b"".join(b'<source mount="%s">%s</source>' % (path, figure) for path in PATHS)
            self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n<icestats>%s</icestats>" % mounts)
            return
        assert isinstance(self.server, Swallower)
        self.server.streams += 1
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        while self.rfile.read1():
            pass


def test_a_server_that_swallows_and_forwards_nothing_is_noticed_and_left(tmp_path: Path) -> None:
    with Swallower() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        station = Station(tmp_path, server.server_address[1], "any")
        try:
            station.start()
            bot = station.bot()
            until(lambda: station.on_air(bot), "on the air")
            began = time.monotonic()
            for mount in (MP3, OPUS):
                bot.wait_for("WentOffAir", mount=mount, reason="Icecast takes the sound but does not pass it on")
            noticed = time.monotonic() - began
            print(f"noticed after {noticed:.1f} s")
            assert noticed < 15
            until(lambda: server.streams >= 4, "both are tried again")
            bot.close()
        finally:
            station.close()
            server.shutdown()


def run(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def namespace() -> Iterator[str]:
    """A network namespace of its own, where packets may be dropped without a word."""
    name = f"bandstand-{socket.gethostname()[:8]}-{time.monotonic_ns()}"
    if not (shutil.which("ip") and shutil.which("iptables") and run("ip", "netns", "add", name)):
        pytest.skip("no network namespace can be made here: it takes root, ip and iptables")
    try:
        if not run("ip", "netns", "exec", name, "ip", "link", "set", "lo", "up"):
            pytest.skip("the network namespace has no loopback")
        if not run("ip", "netns", "exec", name, "iptables", "-A", "INPUT", "-p", "tcp", "--dport", "1", "-j", "DROP"):
            pytest.skip("iptables does not work here")
        yield name
    finally:
        run("ip", "netns", "del", name)


def test_a_network_that_drops_packets_silently_is_noticed_and_is_no_matter_when_it_is_over(
    namespace: str, icecast: Any, tmp_path: Path
) -> None:
    within = ("ip", "netns", "exec", namespace)
    icecast.stop()
    icecast.within = within
    icecast.start()
    station = Station(tmp_path, icecast.port, icecast.password)
    station.within = within
    drop = ("-p", "tcp", "--dport", str(icecast.port), "-j", "DROP")
    try:
        with playing(station, tmp_path) as bot:
            assert run(*within, "iptables", "-A", "INPUT", *drop)
            began = time.monotonic()
            for mount in (MP3, OPUS):
                bot.wait_for("WentOffAir", mount=mount)
            noticed = time.monotonic() - began
            until(lambda: troubles(bot, "does not answer"), "the reason")
            assert run(*within, "iptables", "-D", "INPUT", *drop)
            after = seconds_until_on_air(bot)
            print(f"noticed after {noticed:.1f} s, on the air {after:.2f} s after the network")
            assert noticed < 15 and after < 10
    finally:
        station.close()
