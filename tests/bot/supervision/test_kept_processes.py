"""Which processes are kept, and what they are told."""

import sys
from pathlib import Path

import msgspec

from bandstand.bot.supervision.icecast import Prepared
from bandstand.bot.supervision.keeper import list_processes
from bandstand.common.config import Config
from bandstand.common.lock import ProcessLock


def station(folder: Path) -> Config:
    return msgspec.convert({"station": {"directory": str(folder)}}, Config)


def test_our_own_icecast_comes_first_and_the_others_are_told_where_it_is(tmp_path: Path) -> None:
    config = station(tmp_path)
    prepared = Prepared(8003, "secret", "admin", ["icecast2"], None, 77)
    icecast, standby, streamer = list_processes(config, prepared, ["--config", "x.toml"])
    assert (icecast.name, icecast.argv, icecast.pid) == ("icecast", ["icecast2"], 77)
    assert (standby.name, standby.lock) == ("standby", config.paths.standby_lock)
    assert streamer.argv == [sys.executable, "-P", "-m", "bandstand.streamer", "--config", "x.toml"]
    assert streamer.environment == {"BANDSTAND_ICECAST_PORT": "8003", "BANDSTAND_ICECAST_PASSWORD": "secret"}
    assert standby.environment == streamer.environment | {"BANDSTAND_ICECAST_ADMIN_PASSWORD": "admin"}


def test_one_that_an_earlier_bot_started_with_other_settings_is_outdated(tmp_path: Path) -> None:
    config = station(tmp_path)
    same, other = (
        config.get_streaming_mark(),
        msgspec.structs.replace(config, mounts=config.mounts[:1]).get_streaming_mark(),
    )
    _, streamer = list_processes(config, None, [])
    assert not streamer.is_outdated  # none runs
    for mark, is_outdated in ((same, False), (other, True), ("", True)):
        lock = ProcessLock(config.paths.streamer_lock, mark)
        lock.acquire("the streamer")
        assert streamer.is_outdated == is_outdated
        lock.release()


def test_the_port_that_our_icecast_had_to_take_is_part_of_the_settings(tmp_path: Path) -> None:
    config = station(tmp_path)
    prepared = Prepared(8003, "secret", "admin", ["icecast2"], None, 77)
    _, standby, streamer = list_processes(config, prepared, [])
    child = msgspec.structs.replace(config.icecast, port=8003, password="secret")
    assert streamer.mark == msgspec.structs.replace(config, icecast=child).get_streaming_mark()
    child = msgspec.structs.replace(child, admin_password="admin")
    assert standby.mark == msgspec.structs.replace(config, icecast=child).get_streaming_mark(is_admin=True)


def test_what_does_not_stream_changes_nothing(tmp_path: Path) -> None:
    config = station(tmp_path)
    louder = msgspec.structs.replace(config.station, loudness=-10.0, crossfade=3.0)
    assert msgspec.structs.replace(config, station=louder).get_streaming_mark() == config.get_streaming_mark()


def test_an_icecast_that_is_not_ours_is_not_kept(tmp_path: Path) -> None:
    processes = list_processes(station(tmp_path), None, [])
    assert [process.name for process in processes] == ["standby", "streamer"]
    assert all(process.environment == {} for process in processes)
