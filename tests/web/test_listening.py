"""How players find the mounts."""

import pytest

from bandstand.common.api.requests import GetStatus
from bandstand.common.api.results import Status
from bandstand.common.api.values import MountStatus, RelayStatus, StationStatus
from bandstand.web.addresses import ListenedMount
from bandstand.web.listening import choose_mount
from tests.web.fake_link import FakeLink, make_settings, open_client


def make_mount(path: str, format: str, bitrate: int = 128, is_on_air: bool = True) -> ListenedMount:
    return ListenedMount(
        path=path, name="Radio", format=format, media_type="", bitrate=bitrate, url=f"http://radio{path}",
        is_on_air=is_on_air, listeners=0,
    )  # fmt: skip


MOUNTS = [make_mount("/a.opus", "opus", 96), make_mount("/low.mp3", "mp3", 64), make_mount("/high.mp3", "mp3", 192)]


@pytest.mark.parametrize(
    ("format", "accept", "path"),
    [
        ("", "", "/high.mp3"),
        ("", "*/*", "/high.mp3"),
        ("opus", "audio/mpeg", "/a.opus"),
        ("", "audio/ogg, audio/mpeg;q=0.5", "/a.opus"),
        ("", "audio/ogg;q=0.1, audio/mpeg", "/high.mp3"),
        ("", "audio/ogg;q=0", "/high.mp3"),
        ("", "audio/ogg;q=x, ;;;,", "/high.mp3"),
        ("", "audio/flac", "/high.mp3"),
    ],
)
def test_a_player_gets_what_it_asks_for_or_else_what_most_take(format: str, accept: str, path: str) -> None:
    assert choose_mount(MOUNTS, format, accept).path == path


def test_a_mount_that_is_off_the_air_comes_after_one_of_its_kind_that_is_on() -> None:
    off = make_mount("/best.mp3", "mp3", 320, is_on_air=False)
    assert choose_mount([off, *MOUNTS], "mp3", "").path == "/high.mp3"


RELAYS = [{"url": f"http://{name}.example:8000", "admin_password": "x"} for name in ("east", "west")]


def answer_with_relays(path: str, *loads: int) -> tuple[int, str, dict[str, str]]:
    """Two relays of these many listeners of 500, beside a full Icecast of the station's own."""
    mounts = (MountStatus("/stream.mp3", True, 1.0, "http://127.0.0.1:8000/stream.mp3", listeners=500 + sum(loads)),)
    relays = tuple(
        RelayStatus(name, f"http://{name}.example:8000", True, load, 500, ("/stream.mp3",))
        for name, load in zip(("east", "west"), loads, strict=True)
    )
    status = Status(station=StationStatus(mounts=mounts, relays=relays), is_healthy=True)
    settings = make_settings(mounts=[{"path": "/stream.mp3", "format": "mp3"}], relays=RELAYS)
    with open_client(FakeLink({GetStatus: status}), settings) as client:
        got = client.get(path, headers={"host": "radio.example"}, follow_redirects=False)
    return got.status_code, got.text, dict(got.headers)


def answer(path: str, link: FakeLink | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
    mounts = (MountStatus("/stream.mp3", True, 1.0, "http://127.0.0.1:8000/stream.mp3"),)
    given = link or FakeLink({GetStatus: Status(station=StationStatus(mounts=mounts), is_healthy=True)})
    with open_client(given, make_settings(mounts=[{"path": "/stream.mp3", "format": "mp3"}])) as client:
        got = client.get(path, headers={"host": "radio.example", **headers}, follow_redirects=False)
    return got.status_code, got.text, dict(got.headers)


def test_listening_is_a_redirection_to_the_mount() -> None:
    status, _, headers = answer("/listen")
    assert (status, headers["location"]) == (302, "http://radio.example:8000/stream.mp3")
    assert answer("/listen?format=MP3")[0] == 302
    assert answer("/listen?format=flac")[0] == 404
    assert answer("/listen?mount=/stream.mp3")[2]["location"] == "http://radio.example:8000/stream.mp3"
    assert answer("/listen?mount=/other%0a.mp3")[0] == 404


def test_listening_leads_to_the_least_loaded_relay() -> None:
    assert answer_with_relays("/listen", 300, 10)[2]["location"] == "http://west.example:8000/stream.mp3"


def test_a_playlist_goes_on_to_the_next_place() -> None:
    m3u = answer_with_relays("/listen.m3u", 300, 10)[1]
    places = [line for line in m3u.split("\r\n") if line.startswith("http")]
    assert places == [f"http://{host}:8000/stream.mp3" for host in ("west.example", "east.example", "radio.example")]
    assert "NumberOfEntries=3\r\n" in answer_with_relays("/listen.pls", 300, 10)[1]


def test_the_page_plays_by_way_of_listen_and_may_reach_every_relay() -> None:
    _, html, headers = answer_with_relays("/", 0, 0)
    assert "http://radio.example/listen?mount=/stream.mp3" in html
    policy = headers["content-security-policy"]
    assert all(
        place in policy for place in ("http://east.example:8000", "http://west.example:8000", "radio.example:8000")
    )


def test_playlists_name_the_mounts_as_players_read_them() -> None:
    _, m3u, headers = answer("/listen.m3u")
    assert m3u == "#EXTM3U\r\n#EXTINF:-1,Test Radio (MP3, 128 kbit/s)\r\nhttp://radio.example:8000/stream.mp3\r\n"
    assert headers["content-type"].startswith("audio/x-mpegurl")
    _, pls, headers = answer("/listen.pls")
    assert pls.split("\r\n") == [
        "[playlist]",
        "NumberOfEntries=1",
        "File1=http://radio.example:8000/stream.mp3",
        "Title1=Test Radio (MP3, 128 kbit/s)",
        "Length1=-1",
        "Version=2",
        "",
    ]
    assert headers["content-type"].startswith("audio/x-scpls")


def test_the_stream_is_found_while_the_bot_is_away() -> None:
    status, _, headers = answer("/listen", FakeLink(is_connected=False))
    assert (status, headers["location"]) == (302, "http://radio.example:8000/stream.mp3")
