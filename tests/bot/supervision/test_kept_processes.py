"""Which processes are kept, and what they are told."""

import sys
from pathlib import Path

import msgspec

from bandstand.bot.supervision.icecast import Prepared
from bandstand.bot.supervision.keeper import list_processes
from bandstand.common.config import Config


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


def test_an_icecast_that_is_not_ours_is_not_kept(tmp_path: Path) -> None:
    processes = list_processes(station(tmp_path), None, [])
    assert [process.name for process in processes] == ["standby", "streamer"]
    assert all(process.environment == {} for process in processes)
