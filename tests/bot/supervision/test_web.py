"""The web process as the bot keeps it: its port, its address, and one that runs already."""

import socket
from pathlib import Path
from typing import Any

import msgspec

from bandstand.bot.supervision.web import PreparedWeb, find_page, make_kept_web, prepare_web
from bandstand.common.config import Config
from bandstand.common.lock import ProcessLock


def station(folder: Path, **web: Any) -> Config:
    return msgspec.convert({"station": {"directory": str(folder)}, "web": web}, Config)


def test_a_port_that_somebody_has_is_passed_over(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        prepared = prepare_web(station(tmp_path, port=port))
    assert port < prepared.port <= port + 100
    assert prepared.url == f"http://127.0.0.1:{prepared.port}"


def test_two_stations_that_begin_at_the_same_moment_have_pages_of_their_own(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one, other = (prepare_web(station(tmp_path / name, port=port)) for name in ("one", "other"))
    assert one.port < other.port


def test_one_that_runs_already_keeps_its_address(tmp_path: Path) -> None:
    config = station(tmp_path)
    lock = ProcessLock(config.paths.web_lock, f"{config.get_web_mark()} http://127.0.0.1:8099")
    lock.acquire("the web process")
    prepared = prepare_web(config)
    assert prepared == PreparedWeb("http://127.0.0.1:8099")
    kept = make_kept_web(config, prepared, [])
    assert "--port" not in kept.argv and not kept.is_outdated
    assert make_kept_web(station(tmp_path, workers=2), prepared, []).is_outdated
    lock.release()
    assert find_page(config) == ""


def test_what_cannot_listen_is_said_and_keeps_the_station_from_nothing(tmp_path: Path) -> None:
    prepared = prepare_web(station(tmp_path, host="192.0.2.7"))
    assert prepared.url == ""
    assert prepared.trouble == "there is no page: web.host: 192.0.2.7 is not an address of this machine"
    assert prepare_web(station(tmp_path, enabled=False)) == PreparedWeb()


def test_it_is_told_its_configuration_and_its_port(tmp_path: Path) -> None:
    config = station(tmp_path)
    kept = make_kept_web(config, PreparedWeb("http://127.0.0.1:8081", 8081), ["--config", "x.toml"])
    assert kept.argv[2:] == [
        "-m",
        "bandstand.web",
        "--config",
        "x.toml",
        "--mark",
        config.get_web_mark(),
        "--port",
        "8081",
    ]
    assert kept.lock == config.paths.web_lock
