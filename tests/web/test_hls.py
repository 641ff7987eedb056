"""The files of HLS, as players fetch them, and how many follow."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from bandstand.common.api.requests import CountHlsListeners
from bandstand.common.api.results import ListenersNoted
from bandstand.web.bot_link import BotAway
from bandstand.web.hls_audience import AGAIN_SECONDS, HlsAudience, tell_hls_listeners
from tests.web.fake_link import FakeLink, make_settings, open_client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a streamer has written."""
    written = tmp_path / "hls" / "aac"
    written.mkdir(parents=True)
    (tmp_path / "hls" / "live.m3u8").write_text("#EXTM3U\naac/live.m3u8\n")
    (written / "live.m3u8").write_text("#EXTM3U\n17.m4s\n")
    (written / "init.mp4").write_bytes(b"init")
    (written / "17.m4s").write_bytes(b"sound")
    (written / "18.m4s.tmp").write_bytes(b"half")
    (tmp_path / "web.key").write_text("secret")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("live.m3u8", "application/vnd.apple.mpegurl", "no-cache"),
        ("aac/live.m3u8", "application/vnd.apple.mpegurl", "no-cache"),
        ("aac/init.mp4", "audio/mp4", "no-cache"),
        ("aac/17.m4s", "audio/mp4", "public, max-age=3600, immutable"),
    ],
)
def test_players_get_playlists_that_nobody_keeps_and_sound_that_everybody_may(
    name: str, kind: str, kept: str, folder: Path
) -> None:
    with open_client(FakeLink(), make_settings(folder, hls={"enabled": True})) as client:
        got = client.get(f"/hls/{name}", headers={"origin": "https://elsewhere.example"})
    assert got.status_code == 200
    assert got.content == (folder / "hls" / name).read_bytes()
    assert got.headers["content-type"] == kind
    assert got.headers["cache-control"] == kept
    assert got.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in got.headers


@pytest.mark.parametrize(
    "name",
    [
        *("aac/19.m4s", "aac/18.m4s.tmp", "opus/live.m3u8", "aac/", "", "aac", "mp3/live.m3u8", "aac/x.m4s"),
        *(
            "../web.key",
            "%2e%2e/web.key",
            "aac/..%2f..%2fweb.key",
            "aac/17.m4s%0a",
            "aac/%EF%BC%91.m4s",
            "AAC/live.m3u8",
        ),
    ],
)
def test_no_other_file_is_sent(name: str, folder: Path) -> None:
    with open_client(FakeLink(), make_settings(folder, hls={"enabled": True})) as client:
        got = client.get(f"/hls/{name}")
    assert got.status_code in (400, 404)
    assert "secret" not in got.text


def test_a_station_without_hls_says_so(folder: Path) -> None:
    with open_client(FakeLink(), make_settings(folder)) as client:
        got = client.get("/hls/live.m3u8")
    assert got.status_code == 404
    assert "/listen" in got.json()["detail"]


def test_players_behind_one_address_are_not_limited(folder: Path) -> None:
    settings = make_settings(folder, hls={"enabled": True}, web={"requests": 4})
    with open_client(FakeLink(), settings) as client:
        assert {client.get("/hls/aac/live.m3u8").status_code for _ in range(20)} == {200}
        assert 429 in {client.get("/listen.pls").status_code for _ in range(20)}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_listener_is_whoever_asked_lately_by_address_and_program() -> None:
    clock = Clock()
    audience = HlsAudience(clock, 12.0)
    for address, program in [("192.0.2.1", "mpv"), ("192.0.2.1", "mpv"), ("192.0.2.1", "VLC"), ("192.0.2.2", "mpv")]:
        audience.note(address, program)
    assert audience.count() == 3
    clock.now = 10.0
    audience.note("192.0.2.1", "mpv")
    clock.now = 13.0
    assert audience.count() == 1
    clock.now = 30.0
    assert audience.count() == 0


def test_the_bot_is_told_a_number_that_changed_and_again_each_minute_and_where_it_was_away() -> None:
    clock, link, audience = Clock(), FakeLink({CountHlsListeners: BotAway()}), HlsAudience(Clock(), 12.0)
    told: list[int] = []

    async def sleep(seconds: float) -> None:
        """What happens before each look, and what was asked since the one before."""
        told.append(len(link.asked))
        clock.now += seconds
        match len(told):
            case 2:
                audience.note("192.0.2.1", "mpv")
            case 3:
                link.answers[CountHlsListeners] = ListenersNoted()
            case 6:
                clock.now += AGAIN_SECONDS
            case 8:
                raise asyncio.CancelledError

    with suppress(asyncio.CancelledError):
        asyncio.run(tell_hls_listeners(link, audience, clock, sleep))
    assert told == [0, 0, 1, 2, 2, 2, 3, 3]
    assert {request.listeners for request, _ in link.asked if isinstance(request, CountHlsListeners)} == {1}
