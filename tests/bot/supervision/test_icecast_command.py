"""The Icecast that something else keeps: port and passwords are the configuration's, and what it lacks is said."""

import stat
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bandstand.bot.supervision.icecast_command import write_configuration
from bandstand.common import config as configuration
from bandstand.common.config import Config
from bandstand.common.errors import ConfigError

WHOLE = 'host = "127.0.0.1"\nport = 8123\npassword = "secret"\nadmin_password = "admin"\n'


def load(folder: Path, icecast: str, more: str = "") -> Config:
    file = folder / "bandstand.toml"
    file.write_text(f"[icecast]\n{icecast}{more}")
    return configuration.load(file, {})


def written(config: Config) -> ElementTree.Element:
    xml = write_configuration(config).xml
    assert stat.S_IMODE(xml.stat().st_mode) == 0o600
    return ElementTree.parse(xml).getroot()


def test_port_and_passwords_are_those_that_the_other_processes_read(tmp_path: Path) -> None:
    root = written(load(tmp_path, WHOLE))
    assert root.findtext("listen-socket/port") == "8123"
    assert root.findtext("authentication/source-password") == "secret"
    assert root.findtext("authentication/admin-password") == "admin"
    assert next(block.findtext("fallback-mount") for block in root.iter("mount")) == "/standby/stream.mp3"


@pytest.mark.parametrize(("more", "doors"), [("", 0), ('[live]\nkey = "k3y"\nport = 8456\n', 1)])
def test_djs_are_let_in_where_the_configuration_has_a_key(tmp_path: Path, more: str, doors: int) -> None:
    addresses = [option.get("value", "") for option in written(load(tmp_path, WHOLE, more)).iter("option")]
    assert len({address for address in addresses if ":8456/" in address and "k3y" in address}) == doors
    assert bool(addresses) == bool(doors)


@pytest.mark.parametrize(
    ("icecast", "named"),
    [("port = 8123\n", "icecast.host"), ('host = "127.0.0.1"\npassword = "secret"\n', "icecast.admin_password")],
)
def test_what_the_configuration_lacks_is_named(tmp_path: Path, icecast: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        write_configuration(load(tmp_path, icecast))
