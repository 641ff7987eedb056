"""The configuration of remote access."""

from pathlib import Path

import pytest

from bandstand.common.config import faults, load
from bandstand.common.errors import ConfigError
from bandstand.common.remote_access import is_loopback


def written(folder: Path, text: str) -> Path:
    path = folder / "bandstand.toml"
    path.write_text(text, "utf-8")
    return path


def test_telnet_is_on_this_machine_alone_and_ssh_is_off() -> None:
    config = load(None, {})
    assert (config.telnet.host, config.telnet.port, config.ssh.authorized_keys) == ("127.0.0.1", 8023, "")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "radio.example", "127.0.0.1.example"])
def test_another_address_is_refused_unless_plain_passwords_are_accepted(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError, match=r"bandstand.toml: telnet\.host: .* plain text"):
        load(written(tmp_path, f'[telnet]\nhost = "{host}"\n'), {})
    path = written(tmp_path, f'[telnet]\nhost = "{host}"\nplain_text_passwords = true\n')
    assert load(path, {}).telnet.host == host
    assert load(written(tmp_path, f'[telnet]\nhost = "{host}"\nenabled = false\n'), {}).telnet.host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machines_own_addresses_are_known(host: str) -> None:
    assert is_loopback(host)


def test_the_file_of_keys_is_beside_the_configuration_and_must_be_there(tmp_path: Path) -> None:
    path = written(tmp_path, '[ssh]\nauthorized_keys = "keys"\n')
    with pytest.raises(ConfigError, match=r"ssh\.authorized_keys: .*keys: there is no such file"):
        load(path, {})
    (tmp_path / "keys").touch()
    assert load(path, {}).ssh.authorized_keys == str(tmp_path / "keys")


def test_check_names_each_fault_of_remote_access(tmp_path: Path) -> None:
    found = faults(written(tmp_path, "[telnet]\nprot = 1\n[limits]\nsongs = -1\n[ssh]\nport = 0\n"), {})
    assert found == [
        'bandstand.toml: telnet.prot: no such key; did you mean "port"?',
        "bandstand.toml: limits.songs: expected a whole number from 0 to 1000000, got -1",
        "bandstand.toml: ssh.port: expected a whole number from 1 to 65535, got 0",
    ]
