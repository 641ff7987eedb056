"""What is on the air, as AzuraCast's widgets, apps and scrobblers expect it."""

import time
from typing import Any

from msgspec.structs import replace

from bandstand.common.api.requests import GetNowPlaying, GetStatus, ListHistory
from bandstand.common.api.results import History, NowPlaying, Status
from bandstand.common.api.values import MountStatus, PlayedSong, StationStatus
from bandstand.web.event_hub import StationState
from bandstand.web.now_playing import find_seconds, find_shortcode
from tests.web.azuracast_shape import NOW_PLAYING, list_differences
from tests.web.fake_link import NUMBER, PLAYING, QUEUE, FakeLink, make_settings, open_client

MOUNTS = (
    MountStatus("/stream.mp3", True, 60.0, "http://127.0.0.1:8000/stream.mp3", listeners=3),
    MountStatus("/stream.opus", True, 60.0, "http://127.0.0.1:8000/stream.opus", listeners=2),
)
STATUS = Status(station=StationStatus(name="Test Radio", mounts=MOUNTS), is_healthy=True)
HISTORY = History(
    plays=(
        PlayedSong("7kq3", "Blue Lantern", "ann", 1_800_000_180.0, 20.0, "", "The Robots", 200.0),  # type: ignore[arg-type]
        PlayedSong("5hph", "Long Road", "", 1_800_000_000.0, 90.0, "finished", "", 100.0, True, "mellow"),  # type: ignore[arg-type]
    )
)


def make_link() -> FakeLink:
    return FakeLink({GetStatus: STATUS, ListHistory: HISTORY})


def ask(path: str, **more: Any) -> Any:
    with open_client(make_link(), more.pop("settings", None)) as client:
        answer = client.get(path, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_it_has_the_shape_that_widgets_rely_on() -> None:
    [answer] = ask("/api/nowplaying")
    assert list_differences(answer, NOW_PLAYING) == []
    assert set(answer) == {*NOW_PLAYING, "bandstand"}
    assert set(answer["station"]) == set(NOW_PLAYING["station"])
    assert set(answer["now_playing"]) == set(NOW_PLAYING["now_playing"])


def test_it_says_what_is_heard_what_was_and_what_is_next() -> None:
    [answer] = ask("/api/nowplaying")
    now = answer["now_playing"]
    assert now["song"]["text"] == "The Robots - Blue Lantern" and now["song"]["id"] == "7kq3"
    assert (now["played_at"], now["duration"]) == (1_800_000_180, 200.0)
    assert 20 <= now["elapsed"] <= 30 and now["elapsed"] + now["remaining"] in (199, 200)
    assert answer["playing_next"]["song"]["title"] == "Long Road"
    [played] = answer["song_history"]
    assert (played["song"]["title"], played["is_request"], played["playlist"]) == ("Long Road", True, "mellow")
    assert answer["listeners"] == {"total": 5, "unique": 5, "current": 5}
    assert answer["is_online"] is True


def test_silence_is_a_song_in_name_only() -> None:
    link = make_link()
    link.answers[GetNowPlaying] = NowPlaying(state="silence")
    with open_client(link) as client:
        [answer] = client.get("/api/nowplaying").json()

    assert list_differences(answer, NOW_PLAYING) == []
    assert (answer["now_playing"]["song"]["text"], answer["now_playing"]["duration"]) == ("Silence", 0.0)


def test_one_station_is_found_by_its_number_and_its_short_name() -> None:
    for name in ("1", "test_radio", "test_radio.json"):
        assert ask(f"/api/nowplaying/{name}")["station"]["shortcode"] == "test_radio"
    assert ask("/api/nowplaying_static/test_radio.json")["station"]["id"] == 1
    with open_client(make_link()) as client:
        assert client.get("/api/nowplaying/other").status_code == 404


def test_addresses_are_those_that_the_visitor_can_reach() -> None:
    [answer] = ask("/api/nowplaying", headers={"host": "radio.example:8080"})
    assert answer["station"]["listen_url"] == "http://radio.example:8000/stream.mp3"
    assert answer["station"]["playlist_m3u_url"] == "http://radio.example:8080/listen.m3u"
    web = {"public_url": "https://radio.example", "streams_url": "https://radio.example/live/"}
    [answer] = ask("/api/nowplaying", settings=make_settings(web=web))
    assert answer["station"]["mounts"][1]["url"] == "https://radio.example/live/stream.opus"
    assert answer["station"]["public_player_url"] == "https://radio.example/"


def test_a_song_goes_on_between_two_looks_and_not_beyond_its_end() -> None:
    at = time.time()
    state = StationState(number=NUMBER, at=at, now_playing=PLAYING, queue=QUEUE)
    assert find_seconds(state, at + 10) == 30.0
    assert find_seconds(state, at + 1000) == 200.0
    stopped = replace(state, now_playing=replace(PLAYING, state="stopped"))
    assert find_seconds(stopped, at + 10) == 20.0


def test_while_the_bot_is_away_nobody_is_told_what_was() -> None:
    with open_client(FakeLink(is_connected=False)) as client:
        answer = client.get("/api/nowplaying")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_the_short_name_is_made_of_letters_and_underscores() -> None:
    assert find_shortcode("The Blue Hour!") == "blue_hour"
    assert find_shortcode("!!!") == "bandstand"
