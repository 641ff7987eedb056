from bandstand.common.api.requests import GetStatus
from bandstand.common.api.results import Status
from bandstand.common.api.values import StationStatus
from tests.web.fake_link import FakeLink, open_client

STATUS = Status(station=StationStatus(name="Test Radio"), is_healthy=True)


def test_whatever_can_be_read_answers_head_as_it_answers_get_without_the_body() -> None:
    with open_client(FakeLink({GetStatus: STATUS})) as client:
        for path in ("/listen", "/listen.m3u", "/api/queue", "/healthz", "/static/style.css"):
            got = client.get(path, follow_redirects=False)
            head = client.head(path, follow_redirects=False)

            assert head.status_code == got.status_code, path
            assert head.headers["content-type"] == got.headers["content-type"]
            assert head.headers.get("location") == got.headers.get("location")
            assert head.content == b""


def test_head_of_a_stream_ends() -> None:
    with open_client(FakeLink()) as client:
        head = client.head("/api/events")

    assert head.status_code == 200
    assert head.headers["content-type"].startswith("text/event-stream")


def test_head_of_what_is_not_there_is_not_found() -> None:
    with open_client(FakeLink()) as client:
        assert client.head("/nothing").status_code == 404
