"""The requests about the station itself."""

import msgspec
import pytest

from bandstand.common.api.events import HlsListenersCounted, StationQuit, StreamerRestartOrdered
from bandstand.common.api.refusals import BadRequest
from bandstand.common.api.requests import (
    CountHlsListeners,
    Generate,
    GetStatus,
    GetVersion,
    Grant,
    ListNames,
    Quit,
    RestartStreamer,
)
from bandstand.common.api.values import MountStatus, Outside, PersonPresent
from bandstand.common.generators import Generator
from tests.bot.station.conftest import CONSOLE, LISTENER, Station


@pytest.mark.parametrize(
    ("is_connected", "mounts", "is_healthy"),
    [(True, [True, True], True), (True, [True, False], False), (False, [True], False), (True, [], False)],
)
def test_a_station_is_healthy_if_the_streamer_answers_and_every_mount_is_on_the_air(
    station: Station, is_connected: bool, mounts: list[bool], is_healthy: bool
) -> None:
    described = tuple(MountStatus(f"/{number}", is_on_air, 1.0) for number, is_on_air in enumerate(mounts))
    station.tx.outside = Outside(is_connected=is_connected, mounts=described)
    status = station.ask(GetStatus())
    assert (status.is_healthy, status.station.mounts) == (is_healthy, described)


def test_a_station_whose_database_takes_nothing_is_not_healthy(station: Station) -> None:
    mounts = (MountStatus("/a", True, 1.0),)
    station.tx.outside = Outside(is_connected=True, mounts=mounts, database="the disk is full")
    assert not station.ask(GetStatus()).is_healthy


def test_status_has_neither_people_nor_how_a_generator_is_started(station: Station) -> None:
    station.tx.outside = Outside(
        uptime=5.0,
        people=(PersonPresent("bob", "telnet from 192.0.2.1"),),
        generators={"mine": Generator(command=["/home/bob/secret"], directory="/home/bob")},
        generator_troubles={"mine": "/home/bob/secret ended with status 1"},
    )
    said = msgspec.json.encode(station.ask(GetStatus(), LISTENER)).decode()
    assert '"uptime":5.0' in said
    assert "bob" not in said


def test_names_are_offered_for_songs_jobs_people_and_bands(station: Station) -> None:
    station.settle_bands()
    code = station.store("Blue Lantern")
    ordered = station.ask(Generate())
    station.ask(Grant(name="libera/ann", right="dj"))
    names = {kind: station.ask(ListNames(kind=kind)).names for kind in ("song", "job", "person", "band")}
    assert names["song"] == (code, "Blue Lantern"), "not what is still to be made"
    assert names["job"] == (str(ordered.job),)
    assert names["person"] == ("libera/ann",)
    assert {"gravel-theory", "rock"} <= set(names["band"])
    assert isinstance(station.refuse(ListNames(kind="x")), BadRequest)


def test_versions_are_those_of_the_parts(station: Station) -> None:
    version = station.ask(GetVersion())
    assert version.bandstand
    assert "twisted" in version.parts


def test_a_new_streamer_and_the_end_are_events(station: Station) -> None:
    station.ask(RestartStreamer())
    assert station.tx.events == [StreamerRestartOrdered(place=CONSOLE)]
    station.ask(Quit())
    assert station.tx.events == [StationQuit()]


def test_what_a_process_counts_of_hls_is_told_and_not_kept(station: Station) -> None:
    station.ask(CountHlsListeners(source="web 7", listeners=3))
    assert station.tx.events == [HlsListenersCounted(source="web 7", listeners=3)]
