"""Sources as they should not be, all at once: the programme goes on, and those who run the station are told why.

Each sends what FFmpeg made of a tone, at its pace. Two of them change the rate and the channels of their Ogg while they
are on the air.
"""

import base64
import itertools
import socket
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bandstand.common.types import RATE
from tests.integration.conftest import Listener
from tests.integration.streaming import free_port, until
from tests.integration.test_live_shows import (
    BEFORE,
    HEARD,
    LONGEST_GAP,
    TONES,
    WINDOW,
    find_span,
    find_tone,
    import_tones,
)
from tests.integration.test_station import Station

VORBIS = ("-c:a", "libvorbis", "-page_duration", "20000", "-f", "ogg")
FLAC = ("-c:a", "flac", "-page_duration", "20000", "-f", "ogg")
MP3 = ("-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3")
LONG = 20.0
"""Seconds of each file; it is sent again and again."""
CHANGED = 700
"""Hertz to be added to a DJ's tone after their stream has changed."""
REFUSED: dict[str, tuple[str, tuple[str, ...], str]] = {
    "fay": ("audio/mpeg", VORBIS, "it sends Ogg and calls it audio/mpeg"),
    "gus": ("application/ogg", MP3, "what it calls Ogg has to be Ogg"),
    "hal": ("audio/wav", ("-f", "wav"), "neither MP3, AAC, Ogg nor WebM"),
}
"""Name -> content type, what is sent, and what is said of it."""


class Source:
    """Sends files at the pace at which they are heard, until it is closed; `change` goes over to the next one."""

    def __init__(self, station: Station, name: str, kind: str, files: Sequence[bytes], password: str = "") -> None:
        given = password or station.ask("guest", name)["password"]
        self.password = given
        self._socket = socket.create_connection(("127.0.0.1", station.port), 30)
        login = base64.b64encode(f"{name}:{given}".encode()).decode()
        head = f"PUT /live/{name} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {login}\r\nContent-Type: {kind}\r\n\r\n"
        self._socket.sendall(head.encode())
        self.status = int(self._socket.recv(500).split(b" ")[1])
        self._stopped, self._changes = threading.Event(), [threading.Event() for _ in files]
        self._thread = threading.Thread(target=self._send, args=(files,), daemon=True)
        if self.status == 200:
            self._thread.start()

    def change(self) -> None:
        next(one for one in self._changes if not one.is_set()).set()

    def stall(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(30)
        self._socket.close()

    def _send(self, files: Sequence[bytes]) -> None:
        due = time.monotonic()
        with suppress(OSError):
            for data, change in zip(files, self._changes, strict=True):
                for piece, seconds in itertools.chain.from_iterable(itertools.repeat(split(data))):
                    self._socket.sendall(piece)
                    due += seconds
                    if self._stopped.wait(max(0.0, due - time.monotonic())):
                        return
                    if change.is_set():
                        break


def split(data: bytes) -> list[tuple[bytes, float]]:
    """Pieces with their seconds: pages of Ogg, as nearly as they are alike, or some bytes. Heads last no time."""
    if not data.startswith(b"OggS"):
        pieces = [data[at : at + 800] for at in range(0, len(data), 800)]
        return [(piece, LONG / len(pieces)) for piece in pieces]
    pages = [b"OggS\0" + page for page in data.split(b"OggS\0")[1:]]
    heads = sum(not any(page[6:14]) for page in pages)
    return [(page, LONG / (len(pages) - heads) if any(page[6:14]) else 0.0) for page in pages]


def make(tone: int, rate: int, channels: int, *codec: str) -> bytes:
    sound = f"sine=frequency={tone}:sample_rate={rate},volume=4"
    given = ["-f", "lavfi", "-i", sound, "-t", str(LONG), "-ac", str(channels), *codec, "-"]
    return subprocess.run(["ffmpeg", "-v", "error", *given], stdout=subprocess.PIPE, check=True).stdout


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    with made.config.open("a") as file:
        file.write(f"[live]\nport = {free_port()}\n")  # two stations that start at once look for one at the same time
    try:
        made.up()
        made.give_up_first_song()
        yield made
    finally:
        made.end()


def find(station: Station, name: str) -> dict[str, Any]:
    """What `live` says of a DJ."""
    return next((one for one in station.ask("live")["djs"] if one["name"] == name), {})


def wait_for(station: Station, name: str, **values: str) -> None:
    """Until what `live` says of a DJ has these texts in it."""
    until(
        lambda: all(text in str(find(station, name).get(key)) for key, text in values.items()),
        f"{name}: {values}",
        pause=0.2,
    )


def test_bad_sources_are_told_of_and_a_good_one_may_change_its_rate_on_the_air(station: Station) -> None:
    (song,) = import_tones(station, BEFORE)
    station.say("play", song)
    listener = Listener(station.port, "/stream.mp3")
    sources: dict[str, Source] = {}
    try:
        for name, codec in (("ann", VORBIS), ("bob", FLAC)):
            files = [make(TONES[name], 48000, 2, *codec), make(TONES[name] + CHANGED, 22050, 1, *codec)]
            sources[name] = Source(station, name, "application/ogg", files)
        sources["cid"] = Source(station, "cid", "audio/mpeg", [make(500, 8000, 1, *MP3[:2], "-b:a", "16k", *MP3[4:])])
        sources["dee"] = Source(station, "dee", "audio/mpeg", [make(TONES["dee"], 44100, 2, *MP3)])
        for name, (kind, codec, _) in REFUSED.items():
            sources[name] = Source(station, name, kind, [make(1000, 48000, 2, *codec)])
        assert {name: one.status for name, one in sources.items()} == dict.fromkeys(sources, 200)
        check_doors(station, sources)
        for name, (_, _, said) in REFUSED.items():
            wait_for(station, name, trouble=said)
        wait_for(station, "cid", state="waiting", format="8000 Hz, mono")
        wait_for(station, "dee", state="waiting")
        sources["dee"].stall()
        until(lambda: find(station, "dee").get("state") in (None, "offline"), "who stalls is gone", pause=0.2)
        for name in ("ann", "bob"):
            wait_for(station, name, state="waiting", format="48000 Hz, stereo")
            station.say("live", "now", name)
            wait_for(station, name, state="on air")
            hear(listener, TONES[name])
            sources[name].change()
            wait_for(station, name, state="on air", format="22050 Hz, mono")
            hear(listener, TONES[name] + CHANGED)
        for _, _, said in REFUSED.values():
            assert any(said in line for line in station.logged_lines), said
        assert not any("Traceback" in line or "was lost" in line for line in station.logged_lines)
        check_programme(listener, [BEFORE, *changing("ann"), *changing("bob")])
    finally:
        listener.close()
        for one in sources.values():
            one.close()


def check_doors(station: Station, sources: dict[str, Source]) -> None:
    """Neither a wrong password, nor no account, nor a second source comes in."""
    for name, password, status in (("ann", sources["ann"].password, 403), ("bob", "wrong", 401), ("zoe", "any", 401)):
        other = Source(station, name, "audio/mpeg", [b""], password)
        other.close()
        assert other.status == status, name


def changing(name: str) -> tuple[int, int]:
    return TONES[name], TONES[name] + CHANGED


def hear(listener: Listener, tone: int) -> None:
    """Until a second of this tone has been heard."""
    listener.wait_until(lambda sound: (find_tone(sound, tone) > HEARD).sum() > RATE // WINDOW, f"{tone} Hz")


def check_programme(listener: Listener, tones: Iterable[int]) -> None:
    """One tone follows the other, and there is no hole between them."""
    sound = listener.sound()
    levels = [find_tone(sound, tone) for tone in tones]
    spans = [find_span(level) for level in levels]
    assert spans == sorted(spans)
    heard = np.flatnonzero(np.maximum.reduce(levels) > HEARD / 2)
    assert np.diff(heard).max() * WINDOW / RATE <= LONGEST_GAP
