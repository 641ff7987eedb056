"""How many listen: in words, and told to pages as it changes, at little cost."""

import asyncio

import msgspec
import pytest

from bandstand.common.api.requests import GetStatus
from bandstand.common.api.results import Status
from bandstand.common.api.values import MountStatus, StationStatus
from bandstand.web.audience import count_audience, tell_audience
from bandstand.web.event_hub import EventHub
from bandstand.web.reader import Reader
from tests.web.fake_link import FakeLink


def make_mount(listeners: int | None, is_on_air: bool = True) -> MountStatus:
    return MountStatus("/stream.mp3", is_on_air, 60.0, listeners=listeners)


@pytest.mark.parametrize(
    ("listeners", "words", "mount_words"),
    [
        (0, "0 people are listening.", "0 listeners"),
        (1, "1 person is listening.", "1 listener"),
        (3, "3 people are listening.", "3 listeners"),
        (None, "", ""),
    ],
)
def test_how_many_listen_is_a_sentence(listeners: int | None, words: str, mount_words: str) -> None:
    audience = count_audience([make_mount(listeners)])
    assert (audience.words, audience.mounts[0].words) == (words, mount_words)


def test_a_mount_that_is_off_the_air_says_so() -> None:
    assert count_audience([make_mount(2, is_on_air=False)]).mounts[0].words == "off the air"


def test_what_changes_is_told_once_and_nobody_is_asked_while_nobody_reads() -> None:
    counts = [2, 2, 5]

    def answer(_: GetStatus) -> Status:
        station = StationStatus(is_connected=True, mounts=(make_mount(counts.pop(0) if counts else 5),))
        return Status(station=station, is_healthy=True)

    async def work() -> None:
        link, hub = FakeLink({GetStatus: answer}), EventHub(lambda: 0.0)
        telling = asyncio.create_task(tell_audience(hub, Reader(link, iter(range(0, 10**9, 10)).__next__), 0.001))
        await asyncio.sleep(0.02)
        assert link.asked == []
        stream, told = hub.open_stream(None), b""
        while b"5 people" not in told:
            told += await stream.take()
        telling.cancel()
        events = [block for block in told.decode().split("\n\n") if block]
        assert [event.splitlines()[0] for event in events] == ["event: listeners"] * 2
        assert msgspec.json.decode(events[0].split("data: ")[1])["listeners"] == 2

    asyncio.run(asyncio.wait_for(work(), 10))
