"""Whom a station is there for: people who ask by its HTTP API all the time, and listeners who decode what they get.

Of people, each action is somebody else's, from an address of their own (`X-Forwarded-For`, which the station believes
of its own machine). `Promises` has what was answered with success, to be compared with what the station knows later.
"""

import json
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np
from rig import Listener

THRESHOLD = 10 ** (-50 / 20)
SILENCE = 0.5
"""Seconds below the threshold that count as a silence."""
PACE = 0.5
"""Seconds between two of the crowd's actions."""
PATIENCE = 30.0
ACTIONS = {"request": 4, "wish": 1, "favourite": 30, "rating": 30, "bookmark": 10, "look": 25}
"""How often each is chosen."""
STYLES = ("rock", "bossa", "techno", "waltz", "funk", "folk", "swing", "pop")


class DecodingListener(Listener):
    """Knows each silence of the sound that it was sent. Once dropped, it asks the page for another place."""

    def __init__(self, port: int, page: int) -> None:
        super().__init__(port, "/stream.mp3")
        self._page = page
        self._silent = 0.0
        self._has_heard = False
        self.heard_at = 0.0
        self.silences: list[tuple[float, float]] = []
        """(when it was over, by the monotonic clock; its seconds)"""
        self.losses: list[tuple[float, float]] = []
        """(when sound came again, seconds since the last sound): one for each connection that ended."""
        self._lost_at = 0.0

    def find_port(self) -> int:
        if not self.dropped:
            return self._port
        answer, place = ask(self._page, "GET", "/listen?format=mp3", {})
        return urlsplit(place).port or self._port if answer in (302, 307) else self._port

    def begin(self) -> None:
        self._decoder = av.CodecContext.create("mp3float", "r")
        self._lost_at = self.heard_at

    def take(self, data: bytes) -> None:
        for packet in self._decoder.parse(data):
            with suppress(av.FFmpegError):  # the frame in which one source took over from another
                for frame in self._decoder.decode(packet):
                    self._measure(float(np.sqrt(np.mean(frame.to_ndarray() ** 2))), frame.samples / frame.sample_rate)

    def _measure(self, level: float, seconds: float) -> None:
        if level < THRESHOLD:
            self._silent += seconds
            return
        now = time.monotonic()
        if self._lost_at:
            self.losses.append((now, now - self._lost_at))
            self._lost_at = 0.0
        if self._silent > SILENCE and self._has_heard:
            self.silences.append((now, self._silent))
        self._silent, self._has_heard, self.heard_at = 0.0, True, now


def ask(page: int, method: str, path: str, value: dict[str, Any], person: str = "10.0.0.1") -> tuple[int, Any]:
    """Status and value of an answer of the page, or where it leads; status 0 where there is none."""
    connection = HTTPConnection("127.0.0.1", page, timeout=PATIENCE)
    try:
        headers = {"Content-Type": "application/json", "X-Forwarded-For": person}
        connection.request(method, path, json.dumps(value) if method == "POST" else None, headers)
        response = connection.getresponse()
        text = response.read()
        where = response.getheader("location")
        return response.status, where if where is not None else json.loads(text)
    except (OSError, HTTPException, ValueError):
        return 0, None
    finally:
        connection.close()


@dataclass
class Promises:
    """What was answered with success."""

    requests: list[str] = field(default_factory=list)
    """Codes of songs."""
    wishes: list[int] = field(default_factory=list)
    """Numbers of jobs."""
    kept: Counter[str] = field(default_factory=Counter)
    """How many of each other kind."""


class Crowd(threading.Thread):
    """People who ask by the API; each action is somebody else's."""

    def __init__(self, page: int, songs: list[str], chance: random.Random) -> None:
        super().__init__(daemon=True)
        self._page, self._songs, self._chance = page, songs, chance
        self._people = 0
        self._is_over = threading.Event()
        self.promises = Promises()
        self.refused: Counter[int] = Counter()
        self.waits: list[tuple[float, float]] = []
        """(when, seconds) of each answer."""
        self.unanswered: list[float] = []
        """When nobody could carry something out: no answer, or 503."""

    def run(self) -> None:
        kinds, weights = list(ACTIONS), list(ACTIONS.values())
        while not self._is_over.wait(PACE):
            self.act(self._chance.choices(kinds, weights)[0])

    def end(self) -> None:
        self._is_over.set()
        self.join(2 * PATIENCE)

    def act(self, kind: str) -> bool:
        """Whether it was answered with success."""
        match kind:
            case "request":
                done = self._post("/api/requests", {"song": self._chance.choice(self._songs)})
                if done:
                    self.promises.requests.append(done["song"]["code"])
            case "wish":
                done = self._post("/api/wishes", {"words": f"{self._chance.choice(STYLES)} for 30 seconds"})
                if done:
                    self.promises.wishes.append(done["job"])
            case "look":
                return self._ask("GET", "/api/nowplaying", {}) is not None
            case "rating":
                done = self._post("/api/ratings", {"value": 1})
                self.promises.kept["rating"] += done is not None
            case "bookmark":
                done = self._post("/api/bookmarks", {"note": "here"})
                self.promises.kept["bookmark"] += done is not None
            case _:
                done = self._post("/api/favourites", {"song": self._chance.choice(self._songs)})
                self.promises.kept["favourite"] += done is not None
        return done is not None

    def wish(self, words: str) -> int | None:
        """The job of a wish that was granted."""
        done = self._post("/api/wishes", {"words": words})
        if done is None:
            return None
        self.promises.wishes.append(done["job"])
        return int(done["job"])

    def _post(self, path: str, value: dict[str, Any]) -> Any:
        answer = self._ask("POST", path, value)
        return None if answer is None else answer["result"]

    def _ask(self, method: str, path: str, value: dict[str, Any]) -> Any:
        self._people += 1
        person = f"10.1.{self._people // 250}.{self._people % 250 + 1}"
        began = time.monotonic()
        status, answer = ask(self._page, method, path, value, person)
        self.waits.append((began, time.monotonic() - began))
        if 200 <= status < 300:
            return answer
        self.refused[status] += 1
        if status in (0, 503):
            self.unanswered.append(time.monotonic())
        return None
