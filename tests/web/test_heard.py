"""`/api/heard` over HTTP, and the event as it is told to everybody."""

import time
from typing import Any

import msgspec
import pytest

from bandstand.common.api.heard import GetHeard, Heard, HeardSpan, SpanBegan
from bandstand.common.types import CueId, Frames, SongCode
from bandstand.web.problems import MEDIA_TYPE
from bandstand.web.public_events import show_event
from tests.web.fake_link import FakeLink, open_client

SPAN = HeardSpan(granule=312, cue=CueId(4), song=SongCode("7kq3"), frame=Frames(480), at=1000.0)
HEARD = Heard(serial=5, now=1.0, mount="/stream.opus", format="opus", spans=(SPAN,))


@pytest.mark.parametrize(
    ("query", "asked"),
    [("", GetHeard()), ("?serial=5", GetHeard(serial=5)), ("?mount=/a.opus", GetHeard(mount="/a.opus"))],
)
def test_the_spans_are_told_with_the_time_as_it_is_now(query: str, asked: GetHeard) -> None:
    link = FakeLink({GetHeard: HEARD})
    with open_client(link) as client:
        answer = client.get(f"/api/heard{query}")
    told: dict[str, Any] = answer.json()
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert told["spans"] == [{"granule": 312, "cue": 4, "song": "7kq3", "frame": 480, "rate": 1, "at": 1000.0}]
    assert (told["serial"], told["mount"]) == (5, "/stream.opus")
    assert abs(told["now"] - time.time()) < 60
    assert asked in [request for request, _ in link.asked]


@pytest.mark.parametrize("query", ["serial=-1", "serial=4294967296", "serial=x", f"mount={'x' * 1000}"])
def test_what_no_stream_can_be_called_is_a_bad_request(query: str) -> None:
    with open_client(FakeLink({GetHeard: HEARD})) as client:
        answer = client.get(f"/api/heard?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, MEDIA_TYPE)


def test_everybody_is_told_of_a_span_that_begins() -> None:
    data = show_event(SpanBegan(mount="/stream.opus", format="opus", serial=5, span=SPAN), 1000.5)
    assert data is not None
    told = msgspec.json.decode(data)
    assert told["event"] == "heard" and told["serial"] == 5 and told["span"]["granule"] == 312
