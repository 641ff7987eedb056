"""Limits by address, marks of answers, figures, and readiness."""

from typing import Any

import pytest

from bandstand.common.api.requests import GetFigures, GetStatus, ListBands, ListSongs
from bandstand.common.api.results import Bands, Figures, Songs, Status
from bandstand.common.api.values import Loudness, MountStatus, ProcessStatus, StationStatus
from bandstand.web.limits import find_address
from tests.web.fake_link import FakeLink, make_settings, open_client

STATUS = Status(
    station=StationStatus(
        mounts=(MountStatus("/stream.mp3", True, 1.0, listeners=3),),
        processes=(ProcessStatus("bot", "running", 1),),
        loudness=Loudness(-16.0, -1.0),
        is_connected=True,
    ),
    is_healthy=True,
)
COUNTED = Figures(counted="", stock=(), jobs={"waiting": 1, "running": 1}, queue=1, queue_seconds=90.0)
FIGURES = {GetStatus: STATUS, ListSongs: Songs(songs=(), total=7), GetFigures: COUNTED}


def test_an_address_that_asks_too_much_is_told_when_to_come_back() -> None:
    with open_client(FakeLink(), make_settings(web={"requests": 60})) as client:
        statuses = [client.get("/api/queue").status_code for _ in range(15)]
        refused = client.get("/nonsense")
        health = client.get("/healthz")
    assert statuses == [200] * 15 and health.status_code == 200
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.headers["content-type"] == "application/problem+json" and refused.json()["status"] == 429


def test_there_is_no_limit_where_none_is_configured() -> None:
    with open_client(FakeLink(), make_settings(web={"requests": 0})) as client:
        assert {client.get("/healthz").status_code for _ in range(50)} == {200}


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 5), "192.0.2.7"),
        (("::ffff:192.0.2.7", 5), "192.0.2.7"),
        (("2001:db8:1:2:3::4", 5), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 5), "fe80::/64"),
        (("nonsense", 5), ""),
        (None, ""),
    ],
)
def test_a_household_is_one_address(client: Any, address: str) -> None:
    assert find_address({"client": client}) == address  # type: ignore[typeddict-item, arg-type]


def test_a_reader_that_has_the_answer_already_is_not_sent_it_again() -> None:
    with open_client(FakeLink({ListBands: Bands(bands=())})) as client:
        first = client.get("/api/bands")
        again = client.get("/api/bands", headers={"if-none-match": first.headers["etag"]})
        other = client.get("/api/bands", headers={"if-none-match": '"other"'})
    assert first.headers["cache-control"] == "public, no-cache"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert "content-type" not in again.headers
    assert (other.status_code, other.json()) == (200, first.json())


def test_the_station_in_figures() -> None:
    with open_client(FakeLink(FIGURES)) as client:
        client.get("/healthz")
        answer = client.get("/metrics")
    lines = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in (
        "bandstand_up 1.0",
        "bandstand_healthy 1.0",
        'bandstand_listeners{mount="/stream.mp3"} 3.0',
        'bandstand_process_running{process="bot"} 1.0',
        "bandstand_loudness_lufs -16.0",
        "bandstand_songs 7.0",
        "bandstand_jobs_open 2.0",
        "bandstand_queue_songs 1.0",
    ):
        assert line in lines
    assert any(line.startswith('bandstand_web_requests_total{status="2xx"') for line in lines)
    assert not any("Lantern" in line or "ann" in line.split() for line in lines)


def test_figures_and_readiness_say_that_the_bot_is_away() -> None:
    with open_client(FakeLink(is_connected=False)) as client:
        assert "bandstand_up 0.0" in client.get("/metrics").text
        assert client.get("/readyz").status_code == 503


def test_ready_is_a_station_whose_sound_leaves() -> None:
    with open_client(FakeLink(FIGURES)) as client:
        assert client.get("/readyz").status_code == 200
    silent = Status(station=StationStatus(), is_healthy=False)
    with open_client(FakeLink({GetStatus: silent})) as client:
        assert client.get("/readyz").status_code == 503
