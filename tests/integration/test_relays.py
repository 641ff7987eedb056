"""A relay as deploy/relay.xml makes one, beside a real station: listeners are sent there, counted, and sent back."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.integration.conftest import IcecastServer
from tests.integration.streaming import free_port, until
from tests.integration.test_station import PATIENCE, Station

TEMPLATE = Path(__file__).parents[2] / "deploy" / "relay.xml"
WEBROOT = "/usr/share/icecast2/web"
PASSWORD = "relay-password"
SETTINGS = """
[telnet]
enabled = false
[[relays]]
url = "http://127.0.0.1:{relay}"
name = "east"
admin_password = "{password}"
listeners = 10000
networks = ["127.0.0.0/8"]
"""


class RelayServer(IcecastServer):
    """The template, filled in as docs/relays.md says, with paths and a port of the test's own."""

    def __init__(self, station: Station, port: int) -> None:
        super().__init__(())
        self.port = port
        webroot = self.directory / "web"
        shutil.copytree(WEBROOT, webroot)
        for file in [*station.var.glob("webroot/silence_*"), *station.var.glob("webroot/intro_*")]:
            shutil.copy(file, webroot)
        text = TEMPLATE.read_text()
        for word, value in {
            "RELAY_HOST": "127.0.0.1",
            "ADMIN_PASSWORD": PASSWORD,
            "<port>8000</port>": f"<port>{port}</port><bind-address>127.0.0.1</bind-address>",
            "STATION_HOST": "127.0.0.1",
            "STATION_PORT": str(station.port),
            "/var/log/icecast2": str(self.directory),
            WEBROOT: str(webroot),
            "<chroot>0</chroot>": f"<chroot>0</chroot>{self._owner()}",
        }.items():
            assert word in text, word
            text = text.replace(word, value)
        self.directory.chmod(0o755)
        (self.directory / "icecast.xml").write_text(text)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    if shutil.which("icecast2") is None:
        pytest.skip("icecast2 is not installed")
    tmp_path.chmod(0o755)
    made = Station(tmp_path)
    try:
        yield made
    finally:
        made.end()


def find_place(page: int) -> str:
    """Where `/listen` leads; empty where nobody answers."""
    connection = HTTPConnection("127.0.0.1", page, timeout=30)
    try:
        connection.request("GET", "/listen?format=mp3")
        return connection.getresponse().getheader("location") or ""
    except (OSError, HTTPException):
        return ""
    finally:
        connection.close()


def get_relay(station: Station) -> dict[str, Any]:
    relay: dict[str, Any] = station.ask("status")["station"]["relays"][0]
    return relay


def count_listeners(station: Station) -> int:
    """Of the MP3 mount, wherever they listen."""
    mounts = station.ask("status")["station"]["mounts"]
    return next(int(mount["listeners"]) for mount in mounts if mount["path"] == "/stream.mp3")


def test_a_listener_is_sent_to_the_relay_and_counted_and_sent_back_when_it_dies(station: Station) -> None:
    page, port = free_port(), free_port()
    plain = station.config.read_text().replace("enabled = false", f"port = {page}")
    station.config.write_text(plain + SETTINGS.format(relay=port, password=PASSWORD))
    station.up()
    until(
        lambda: get_relay(station)["trouble"] == "does not answer", "nobody is sent to a relay that is away", PATIENCE
    )
    with ExitStack() as stack:
        relay = RelayServer(station, port)
        stack.callback(relay.close)
        relay.start()
        station.wait_for("the relay east is well")
        place = f"http://127.0.0.1:{port}/stream.mp3"
        until(lambda: find_place(page) == place, "/listen leads to the relay", PATIENCE)
        listener = relay.listen("/stream.mp3")
        stack.callback(listener.close)
        listener.wait_until(lambda sound: bool(np.abs(sound).max(initial=0) > 0.01), "the song is heard there")
        until(lambda: get_relay(station)["listeners"] == 1, "the relay's listener is counted", PATIENCE)
        until(lambda: count_listeners(station) == 1, "and the relay is none itself", PATIENCE)
        station.mark()
        relay.stop()
        station.wait_for("the relay east does not answer; listeners are sent elsewhere")
        own = f"http://127.0.0.1:{station.port}/stream.mp3"
        until(lambda: find_place(page) == own, "/listen leads to the station's own Icecast", PATIENCE)
