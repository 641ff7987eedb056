"""The page's process beside a real station: killed, and the bot killed, nothing that was promised is lost."""

import http.client
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.integration.streaming import free_port, until
from tests.integration.test_station import PATIENCE, Station

WEB = "bandstand.web"


class Page:
    """A browser's requests."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; status 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, {}, b""
        finally:
            connection.close()

    def wait(self, path: str, status: int = 200) -> None:
        until(lambda: self.get(path)[0] == status, f"{path} answers {status}", PATIENCE)


class Reader:
    """A reader of the events, which comes back by itself as a browser's EventSource does."""

    def __init__(self, port: int) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._port = port
        self._last = ""
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._is_over.is_set():
            with suppress(OSError, http.client.HTTPException):
                self._read()
            self._is_over.wait(0.1)

    def _read(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        connection.request("GET", "/api/events", headers={"Last-Event-ID": self._last} if self._last else {})
        name = number = ""
        with connection.getresponse() as answer:
            while (line := answer.readline()) and not self._is_over.is_set():
                field, _, value = line.decode().strip().partition(": ")
                if field == "id":
                    number = value
                elif field == "event":
                    name = value
                elif field == "data":
                    self._last, number = number or self._last, ""
                    self.events.append((name, json.loads(value)))

    def list_songs(self, name: str) -> list[str]:
        """The codes of the songs that events of this name are about."""
        return [event["song"]["code"] for kind, event in list(self.events) if kind == name]

    def is_bot_away(self) -> bool:
        states = [event for kind, event in list(self.events) if kind == "state"]
        return bool(states and states[-1]["is_bot_away"])

    def close(self) -> None:
        self._is_over.set()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    settings = made.config.read_text().replace(
        "[web]\nenabled = false\n",
        f'[web]\nport = {free_port()}\n[telnet]\nenabled = false\n[log]\nformat = "json"\n',
    )
    made.config.write_text(settings)
    try:
        yield made
    finally:
        made.end()


def find_port(station: Station) -> int:
    """Of the page, by the configuration."""
    return int(station.config.read_text().partition("[web]\nport = ")[2].split()[0])


def list_processes_of(station: Station, request: str) -> set[str]:
    """Which processes logged something under the reference of the first request of this kind."""
    records = [json.loads(line) for line in list(station.logged_lines) if line.startswith("{")]
    reference = next(one["reference"] for one in records if one["message"].endswith(f"asks: {request}"))
    return {one["process"] for one in records if one.get("reference") == reference}


def test_web_and_bot_are_killed_in_turn_and_nothing_is_lost(station: Station) -> None:
    station.start()
    station.wait_for("the station takes commands")
    station.wait_for(r"/stream\.mp3 is on the air")
    page = Page(find_port(station))
    page.wait("/readyz")
    assert station.ask("status")["station"]["page"] == f"http://127.0.0.1:{page.port}"
    reader = Reader(page.port)
    until(lambda: reader.events, "the state is told", PATIENCE)

    # The web process: what happens while it is away is told when it is back, once.
    web = station.pid(WEB)
    os.kill(web, signal.SIGKILL)
    first = station.ask("generate", "seconds=20")["song"]
    station.wait_for(rf"now: .*\({first}\)")
    page.wait("/healthz")
    assert station.pid(WEB) != web
    until(lambda: first in reader.list_songs("song_started"), "the song that began meanwhile is told", PATIENCE)
    page.wait(f"/api/songs/{first}")
    station.wait_for(rf"\({first}\) is made")
    until(
        lambda: list_processes_of(station, "generate") >= {"bot", "composer", "streamer"},
        "a request can be followed by its reference through the log of every process",
        PATIENCE,
    )
    status_code, headers, sound = page.get(f"/api/songs/{first}/audio")
    assert (status_code, headers["content-type"], sound[:4]) == (200, "audio/flac", b"fLaC")

    # The bot: the page says so and stays, and goes on with the next one.
    web = station.pid(WEB)
    assert station.process is not None
    station.process.kill()
    station.process.wait()
    page.wait("/api/queue", 503)
    assert page.get("/api/queue")[1]["retry-after"] == "2"
    assert page.get("/api/queue")[1]["content-type"] == "application/problem+json"
    assert (page.get("/healthz")[0], page.get("/listen")[0], page.get("/")[0]) == (200, 302, 200)
    until(reader.is_bot_away, "readers are told that the bot is away", PATIENCE)
    station.start()
    page.wait("/api/queue")
    assert station.pid(WEB) == web
    until(lambda: not reader.is_bot_away(), "readers are told that the bot is back", PATIENCE)
    second = station.ask("generate", "seconds=20")["song"]
    until(lambda: second in reader.list_songs("song_started"), "events go on", PATIENCE)
    cues = [event["cue"] for kind, event in list(reader.events) if kind == "song_started" and event["is_first"]]
    assert len(cues) == len(set(cues)), "an event was told twice"
    reader.close()
