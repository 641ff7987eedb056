"""The events for everybody who follows them: their order, what a reader has missed, readers that are slow."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import msgspec
from msgspec.structs import replace

from bandstand.common.api.events import JobAdvanced, JobFailed, MountCameOn, RightsChanged, SongStarted, State
from bandstand.common.api.people import Place
from bandstand.common.api.requests import GetNowPlaying, GetQueue
from bandstand.common.types import CueId, SongCode
from bandstand.web import event_hub
from bandstand.web.event_hub import EventHub, StationState, Stream, Wants, has_drifted
from tests.web.fake_link import LANTERN, NUMBER, PLAYING, QUEUE, FakeLink


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 10))


def make_hub() -> EventHub:
    hub = EventHub(lambda: 1_800_000_200.0)
    hub.take_state(State(number=NUMBER, now_playing=PLAYING, queue=QUEUE))
    return hub


def happen(hub: EventHub, *names: str) -> None:
    for name in names:
        assert hub.number is not None
        tell(hub, MountCameOn(mount=name), hub.number + 1)


def tell(hub: EventHub, event: Any, number: int) -> None:
    hub.take_event(number, 1_800_000_300.0, msgspec.Raw(msgspec.json.encode(event)))


async def read(stream: Stream) -> list[dict[str, Any]]:
    """What waits: id, event and data of each."""
    events = []
    for block in (await stream.take()).decode().strip("\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        events.append(fields | {"data": msgspec.json.decode(fields.get("data", "null"))})
    return events


def list_mounts(events: list[dict[str, Any]]) -> list[str]:
    return [each["data"]["mount"] for each in events if each["event"] == "mount_came_on"]


def test_a_stream_begins_with_the_state_and_goes_on_with_numbered_events() -> None:
    async def work() -> None:
        hub = make_hub()
        stream = hub.open_stream(None)
        happen(hub, "/a", "/b")
        state, *events = await read(stream)
        assert (state["event"], state["data"]["number"]) == ("state", NUMBER)
        assert state["id"] == str(NUMBER), "whoever is cut off now comes back for what follows"
        assert state["data"]["now_playing"]["song"]["code"] == "7kq3"
        assert [each["id"] for each in events] == [str(NUMBER + 1), str(NUMBER + 2)]
        assert events[0]["data"] == {"event": "mount_came_on", "mount": "/a", "at": 1_800_000_300.0}

    run(work())


def test_who_comes_back_is_given_what_was_missed_and_nothing_twice() -> None:
    async def work() -> None:
        hub = make_hub()
        happen(hub, "/a", "/b", "/c")
        stream = hub.open_stream(NUMBER + 1)
        happen(hub, "/d")
        assert list_mounts(await read(stream)) == ["/b", "/c", "/d"]
        assert list_mounts(await read(hub.open_stream(NUMBER + 4))) == []

    run(work())


def test_a_number_that_was_never_told_gives_the_state_and_what_follows() -> None:
    async def work() -> None:
        hub = make_hub()
        happen(hub, "/a")
        for number in (0, 5, 10**17):
            stream = hub.open_stream(number)
            happen(hub, "/x")
            assert list_mounts(await read(stream)) == ["/x"]

    run(work())


def test_after_a_restart_of_this_process_readers_miss_nothing() -> None:
    async def work() -> None:
        hub = EventHub(lambda: 0.0)
        early = hub.open_stream(NUMBER - 1)
        newcomer = hub.open_stream(None)
        hub.take_state(State(number=NUMBER, now_playing=PLAYING, queue=QUEUE))
        for number, name in ((NUMBER - 2, "/a"), (NUMBER - 1, "/b"), (NUMBER, "/c"), (NUMBER + 1, "/d")):
            tell(hub, MountCameOn(mount=name), number)
        assert list_mounts(await read(early)) == ["/c", "/d"]
        assert list_mounts(await read(newcomer)) == ["/d"]

    run(work())


def test_a_bot_that_went_away_is_told_and_its_next_life_is_too() -> None:
    async def work() -> None:
        hub = make_hub()
        stream = hub.open_stream(None)
        hub.take_loss()
        hub.take_loss()
        assert [each["data"]["is_bot_away"] for each in await read(stream)] == [False, True]
        hub.take_state(State(number=NUMBER + 5000, now_playing=PLAYING, queue=QUEUE))
        tell(hub, MountCameOn(mount="/a"), NUMBER + 5001)
        state, event = await read(stream)
        assert (state["data"]["is_bot_away"], event["id"]) == (False, str(NUMBER + 5001))

    run(work())


def test_places_and_what_programs_wrote_are_told_to_nobody() -> None:
    async def work() -> None:
        hub = make_hub()
        stream = hub.open_stream(None)
        place = Place("irc", "libera/#secret")
        tell(
            hub,
            JobFailed(job=1, song=SongCode("7kq3"), place=place, reason="no", errors=("key=abc",)),
            NUMBER + 1,
        )
        tell(hub, RightsChanged(name="libera/ann"), NUMBER + 2)
        _, event = await read(stream)
        assert event["data"] == {
            "event": "job_failed",
            "job": 1,
            "song": "7kq3",
            "reason": "no",
            "is_wish": False,
            "at": 1_800_000_300.0,
        }

    run(work())


def test_progress_is_for_those_who_want_it() -> None:
    async def work() -> None:
        hub = make_hub()
        some, more = hub.open_stream(None), hub.open_stream(None, Wants(progress=True))
        tell(hub, JobAdvanced(job=3, seconds=1.5), NUMBER)
        assert len(await read(some)) == 1
        assert (await read(more))[1]["data"]["seconds"] == 1.5

    run(work())


def test_a_reader_that_does_not_read_loses_the_oldest_and_keeps_nobody_waiting() -> None:
    async def work() -> None:
        hub = make_hub()
        slow = hub.open_stream(None)
        happen(hub, *(f"/{number}" for number in range(event_hub.UNREAD + 50)))
        mounts = list_mounts(await read(slow))
        assert (len(mounts), mounts[-1]) == (event_hub.UNREAD, f"/{event_hub.UNREAD + 49}")

    run(work())


def test_the_state_is_read_anew_after_what_may_have_changed_it() -> None:
    async def work() -> None:
        hub, link = make_hub(), FakeLink()
        keeping = asyncio.create_task(hub.run(link))
        stream = hub.open_stream(None)
        await read(stream)
        for number in range(3):
            started = SongStarted(cue=CueId(4), song=LANTERN, name="ann", is_first=True)
            tell(hub, started, NUMBER + 1 + number)
        seen = [*await read(stream), *await read(stream)]
        assert [each["event"] for each in seen] == ["song_started"] * 3 + ["state"]
        assert seen[-1]["data"]["number"] == NUMBER + 3
        assert [type(request) for request, _ in link.asked] == [GetNowPlaying, GetQueue]
        keeping.cancel()

    run(work())


def test_a_song_that_fell_behind_is_told_without_an_event() -> None:
    before = StationState(number=NUMBER, at=100.0, now_playing=PLAYING, queue=QUEUE)
    for seconds, is_drifted in ((30.0, False), (30.4, False), (27.0, True)):
        now = replace(before, at=110.0, now_playing=replace(PLAYING, seconds=seconds))
        assert has_drifted(before, now) == is_drifted
    stopped = replace(before, now_playing=replace(PLAYING, state="stopped"))
    assert not has_drifted(stopped, replace(stopped, at=110.0))
    assert has_drifted(before, replace(stopped, at=110.0))


def test_closing_the_hub_ends_all_streams() -> None:
    async def work() -> None:
        hub = make_hub()
        stream = hub.open_stream(None)
        hub.close()
        assert await stream.take() == b"" and not hub.streams

    run(work())
