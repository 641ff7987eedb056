"""An Icecast that speaks TLS: trusted, heard and watched as any other; not trusted, it says so."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bandstand.common.config import Icecast
from bandstand.streamer.icecast import fetch_bytes_received, set_title
from tests.integration.conftest import IcecastServer
from tests.integration.streaming import Station, until

CERTIFICATE = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
NAMES = ("-addext", "subjectAltName=DNS:localhost")
MP3 = "/stream.mp3"


@pytest.fixture
def server() -> Iterator[tuple[IcecastServer, Path]]:
    """Icecast with a certificate for localhost, and the file that vouches for it."""
    icecast = IcecastServer()
    key, certificate, both = (icecast.directory / name for name in ("key.pem", "certificate.pem", "both.pem"))
    try:
        command = [*CERTIFICATE, *NAMES, "-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True)
        both.write_bytes(key.read_bytes() + certificate.read_bytes())
        both.chmod(0o644)
        icecast.configure("</bind-address>", "</bind-address><ssl>1</ssl>", start=False)
        icecast.configure("<logdir>", f"<ssl-certificate>{both}</ssl-certificate><logdir>", start=False)
        icecast.start(answers=False)
        yield icecast, certificate
    finally:
        icecast.close()


def station(folder: Path, icecast: IcecastServer, host: str, trust: str) -> Station:
    made = Station(folder, icecast.port, icecast.password)
    text = made.config.read_text().replace('host = "127.0.0.1"', f'host = "{host}"\ntls = true\n{trust}')
    made.config.write_text(text)
    return made


def test_a_mount_comes_on_the_air_over_tls_and_is_known_there(
    server: tuple[IcecastServer, Path], tmp_path: Path
) -> None:
    icecast, certificate = server
    there = Icecast(host="localhost", port=icecast.port, password=icecast.password, tls=True, ca_file=str(certificate))
    made = station(tmp_path, icecast, "localhost", f'ca_file = "{certificate}"')
    try:
        made.start()
        made.start("bandstand.streamer.standby")
        bot = made.bot()
        until(lambda: made.on_air(bot), "on the air")
        until(lambda: fetch_bytes_received(there, MP3) is not None, "Icecast's figure for the mount")
        until(lambda: fetch_bytes_received(there, f"/standby{MP3}") is not None, "Icecast's figure for the standby")
        assert set_title(there, MP3, "Ærø")
        bot.close()
    finally:
        made.close()


def test_a_certificate_that_is_for_another_host_or_not_trusted_is_told(
    server: tuple[IcecastServer, Path], tmp_path: Path
) -> None:
    icecast, certificate = server
    stations = []
    try:
        for host, trust in (("127.0.0.1", f'ca_file = "{certificate}"'), ("localhost", "")):
            folder = tmp_path / host
            folder.mkdir()
            stations.append(station(folder, icecast, host, trust))
            stations[-1].start()
        for made in stations:
            bot = made.bot()
            until(lambda bot=bot: all("certificate" in mount.trouble for mount in bot.state().mounts), "the reason")
            bot.close()
    finally:
        for made in stations:
            made.close()


ASK = """
import sys
from twisted.internet import task
from twisted.internet.defer import Deferred
from bandstand.bot.supervision.listeners import IcecastStatistics, make_agent
from bandstand.common.icecast import base_url
from bandstand.common.config import DEFAULT_MOUNTS, Icecast

there = Icecast(host="localhost", port=int(sys.argv[1]), tls=True, ca_file=sys.argv[3])
at = base_url(there, there.port)
async def ask(reactor):
    statistics = IcecastStatistics(make_agent(reactor, there), reactor, at, sys.argv[2])
    print(await statistics.count_listeners(DEFAULT_MOUNTS))

task.react(lambda reactor: Deferred.fromCoroutine(ask(reactor)))
"""
"""A reactor can be run but once in a process."""


def test_the_bot_asks_for_listeners_over_tls(server: tuple[IcecastServer, Path]) -> None:
    icecast, certificate = server
    command = [sys.executable, "-c", ASK, str(icecast.port), icecast.password, str(certificate)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == "{'/stream.mp3': 0, '/stream.opus': 0}", done.stderr
