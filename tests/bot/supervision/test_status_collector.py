"""What is known of the station outside the database, and what is asked for."""

import os
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from bandstand.bot.supervision.status_collector import Sources, StatusCollector
from bandstand.common.api.people import Identity
from bandstand.common.api.values import ChatNetwork, Loudness, MountStatus, OnAir, Outside, PersonPresent, ProcessStatus
from bandstand.common.generators import Generator
from bandstand.common.types import CueId
from bandstand.common.wire import MountState, StreamerState

MOUNTS = [MountState("/a", "mp3", 128, True, 3.0), MountState("/b", "mp3", 128, False, 9.0, "no")]
STATE = StreamerState(7, "life", 5.0, None, None, MOUNTS, loudness=-16.0, peak=-1.0)


class Streamer:
    loudness: Loudness | None = Loudness(-20.0, -3.0)
    is_connected = True
    heard = ()
    state: StreamerState | None = STATE

    def get_on_air(self) -> OnAir:
        return OnAir(CueId(4), 2.5)

    async def ask_state(self) -> StreamerState | None:
        return self.state


class Generators:
    known = {"mine": Generator()}
    troubles = {"mine": "it says nothing"}
    faults = {"new": "no such key"}


async def count_listeners() -> dict[str, int]:
    return {"/a": 3}


async def fail_to_count() -> dict[str, int]:
    raise TimeoutError


def collect(is_whole: bool, streamer: Streamer | None = None, **more: Any) -> Outside:
    clock = Clock()
    sources = Sources(
        streamer or Streamer(),
        Generators(),
        more.pop("processes", [lambda: [ProcessStatus("icecast", "running", 5)]]),
        lambda: (PersonPresent("ann", "telnet"),),
        list_networks=lambda is_whole: {"home": ChatNetwork(people=(Identity("irc:home"),) if is_whole else ())},
        urls={"/a": "http://radio/a"},
        **{"count_listeners": count_listeners, **more},
    )
    collector = StatusCollector("Radio", clock, sources)
    clock.advance(60)
    found: list[Outside] = []
    Deferred.fromCoroutine(collector.collect(is_whole)).addCallback(found.append)
    return found[0]


def test_what_is_cheap_is_known_without_asking() -> None:
    assert collect(False) == Outside(
        name="Radio", uptime=60.0, on_air=OnAir(CueId(4), 2.5), is_connected=True, loudness=Loudness(-20.0, -3.0),
        people=(PersonPresent("ann", "telnet"),), networks={"home": ChatNetwork()}, generators=Generators.known,
        generator_troubles=Generators.troubles, generator_faults=Generators.faults,
    )  # fmt: skip


def test_the_whole_has_processes_and_mounts_with_their_listeners() -> None:
    whole = collect(True)
    assert whole.mounts == (
        MountStatus("/a", True, 3.0, "http://radio/a", "", 3),
        MountStatus("/b", False, 9.0, "", "no", None),
    )
    assert whole.loudness == Loudness(-16.0, -1.0)
    assert whole.processes == (
        ProcessStatus("bot", "running", os.getpid(), 60.0),
        ProcessStatus("icecast", "running", 5),
        ProcessStatus("streamer", "answers"),
    )


def test_a_streamer_that_we_keep_has_its_keepers_line_alone() -> None:
    whole = collect(True, processes=[lambda: [ProcessStatus("streamer", "running", 9)]])
    assert [line.name for line in whole.processes] == ["bot", "streamer"]


def test_where_the_streamer_is_away_there_are_no_mounts() -> None:
    streamer = Streamer()
    streamer.state = None
    whole = collect(True, streamer)
    assert whole.mounts == () and whole.processes[-1] == ProcessStatus("streamer", "does not answer")


@pytest.mark.parametrize("count", [None, fail_to_count])
def test_listeners_are_unknown_where_icecast_does_not_say(count: Any) -> None:
    assert [mount.listeners for mount in collect(True, count_listeners=count).mounts] == [None, None]


def test_where_the_page_is_found_is_part_of_the_whole_status() -> None:
    assert collect(True, find_page=lambda: "http://radio").page == "http://radio"
    assert collect(False, find_page=lambda: "http://radio").page == ""
