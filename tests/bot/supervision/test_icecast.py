"""Our Icecast's configuration, its port and passwords; no Icecast runs here."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from bandstand.bot.supervision import icecast
from bandstand.bot.supervision.icecast import Kept, Prepared, read_template, render
from bandstand.common import config as configuration
from bandstand.common.config import Config
from bandstand.common.errors import ConfigError, Missing

KEPT = Kept(asked=8000, port=8003, password="se<c>ret", admin_password="ad&min")


def station(directory: Path, **icecast_keys: object) -> Config:
    data = {"station": {"directory": str(directory), "name": "Rock & <Roll>"}, "icecast": icecast_keys}
    return msgspec.convert(data, Config)


def prepare(config: Config) -> Prepared:
    """As a station does that ends at once."""
    prepared = icecast.prepare(config)
    if prepared.live is not None and prepared.live.listening is not None:
        prepared.live.listening.close()
    if prepared.claim is not None:
        prepared.claim.release()
    return prepared


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def parsed(config: Config, account: tuple[str, str] | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(render(read_template(), config, KEPT, account, Path("/srv/web")))


def test_passwords_and_names_survive_xml(tmp_path: Path) -> None:
    root = parsed(station(tmp_path))
    assert root.findtext("authentication/source-password") == "se<c>ret"
    assert root.findtext("authentication/admin-password") == "ad&min"
    assert root.findtext("location") == "Rock & <Roll>"


def test_each_mount_falls_back_to_its_hidden_standby(tmp_path: Path) -> None:
    blocks = {block.findtext("mount-name"): block for block in parsed(station(tmp_path)).iter("mount")}
    for mount in configuration.DEFAULT_MOUNTS:
        assert blocks[mount.path].findtext("fallback-mount") == mount.standby
        assert blocks[mount.path].findtext("fallback-override") == "1"
        assert blocks[mount.standby].findtext("hidden") == "1"
        assert blocks[mount.standby].findtext("fallback-mount") == mount.last_fallback
        assert blocks[mount.standby].findtext("fallback-override") == "1"


def test_new_listeners_of_an_mp3_mount_and_its_standby_are_sent_whole_frames_first(tmp_path: Path) -> None:
    blocks = {block.findtext("mount-name"): block for block in parsed(station(tmp_path)).iter("mount")}
    mp3, opus = configuration.DEFAULT_MOUNTS
    assert mp3.intro == "/intro_stream.mp3.mp3"
    for mount in (mp3.path, mp3.standby):
        assert blocks[mount].findtext("intro") == mp3.intro
    for mount in (opus.path, opus.standby):
        assert blocks[mount].find("intro") is None


def test_a_standby_has_a_short_burst_since_it_is_heard_for_good(tmp_path: Path) -> None:
    blocks = {block.findtext("mount-name"): block for block in parsed(station(tmp_path)).iter("mount")}
    assert blocks["/stream.mp3"].findtext("burst-size") == "27200"
    assert blocks["/standby/stream.mp3"].findtext("burst-size") == "8000"


def test_every_mount_and_its_standby_may_be_a_source_at_once(tmp_path: Path) -> None:
    assert int(parsed(station(tmp_path)).findtext("limits/sources") or 0) >= 4


def test_the_streamer_can_reach_an_icecast_that_listens_elsewhere(tmp_path: Path) -> None:
    addresses = [e.text for e in parsed(station(tmp_path, bind="192.0.2.7")).iter("bind-address")]
    assert addresses == ["127.0.0.1", "192.0.2.7"]
    assert [e.text for e in parsed(station(tmp_path, bind="0.0.0.0")).iter("bind-address")] == ["0.0.0.0"]


def test_root_gives_up_its_rights_and_others_keep_theirs(tmp_path: Path) -> None:
    assert parsed(station(tmp_path), ("icecast2", "icecast")).findtext("security/changeowner/user") == "icecast2"
    assert parsed(station(tmp_path)).find("security/changeowner") is None


def test_a_taken_port_is_left_for_the_next_free_one(tmp_path: Path, taken: int) -> None:
    prepared = prepare(station(tmp_path, port=taken))
    assert taken < prepared.port <= taken + 100
    assert prepared.moved_from == taken


def test_port_and_passwords_stay_the_same_from_start_to_start(tmp_path: Path, taken: int) -> None:
    config = station(tmp_path, port=taken)
    first = prepare(config)
    assert len(first.password) >= 16 and first.password != first.admin_password
    assert prepare(config) == first


def test_two_stations_that_begin_at_the_same_moment_have_ports_of_their_own(tmp_path: Path, taken: int) -> None:
    """Nothing listens on Icecast's yet; on the one where it asks the bot listens at once."""
    config = {"icecast": {"port": taken}, "live": {"port": taken}}
    one, other = (
        icecast.prepare(msgspec.convert({"station": {"directory": str(tmp_path / name)}, **config}, Config))
        for name in ("one", "other")
    )
    assert one.port != other.port
    for prepared in (one, other):
        assert prepared.live is not None and prepared.live.listening is not None
        assert prepared.live.listening.getsockname()[1] == prepared.live.port
        prepared.live.listening.close()
    assert one.live is not None and other.live is not None and one.live.port != other.live.port


def test_a_configured_password_goes_before_a_kept_one(tmp_path: Path) -> None:
    prepare(station(tmp_path))
    assert prepare(station(tmp_path, password="chosen")).password == "chosen"


def test_a_port_that_is_configured_anew_goes_before_the_kept_one(tmp_path: Path, taken: int) -> None:
    first = prepare(station(tmp_path, port=taken))
    assert prepare(station(tmp_path, port=first.port + 1)).port != first.port


def test_files_with_passwords_are_for_their_owner_only(tmp_path: Path) -> None:
    prepare(station(tmp_path))
    for path in (tmp_path / "icecast").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_an_overlong_log_is_put_aside(tmp_path: Path) -> None:
    prepare(station(tmp_path))
    log = tmp_path / "icecast" / "icecast.log"
    with log.open("wb") as stream:
        stream.truncate(icecast.LOG_BYTES + 1)
    prepare(station(tmp_path))
    assert not log.exists() and log.with_suffix(".log.1").exists()


def test_an_address_that_is_not_ours_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"icecast\.bind: 192\.0\.2\.7 is not an address"):
        prepare(station(tmp_path, bind="192.0.2.7"))
    with pytest.raises(ConfigError, match=r"icecast\.bind: nowhere\.invalid is not an address"):
        prepare(station(tmp_path, bind="nowhere.invalid"))


def test_a_missing_icecast_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_args, **_keys: None)
    with pytest.raises(Missing, match="Debian package icecast2"):
        prepare(station(tmp_path))


@pytest.mark.parametrize("content", ["", "no number", "999999999", pytest.param(str(os.getpid()), id="our own")])
def test_a_pid_file_that_names_no_icecast_of_ours_is_not_believed(tmp_path: Path, content: str) -> None:
    (tmp_path / "icecast").mkdir()
    (tmp_path / "icecast" / "icecast.pid").write_text(content)
    assert icecast.find_running(station(tmp_path).paths) is None


def test_as_root_icecast_needs_somebody_to_change_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(icecast.pwd, "getpwall", list)
    monkeypatch.setattr(icecast.shutil, "which", lambda *_, **__: "/usr/bin/icecast2")
    with pytest.raises(Missing, match="there is no user icecast2 nor nobody here: add one"):
        prepare(station(tmp_path))
