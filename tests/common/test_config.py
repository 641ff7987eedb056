"""The configuration: defaults, the environment, and that every fault names file, key and what was expected."""

import os
from pathlib import Path

import pytest

from bandstand.common.config import LOSSLESS, Config, faults, find, find_directory, load
from bandstand.common.errors import ConfigError
from bandstand.common.files import find_problem


def written(folder: Path, text: str) -> Path:
    path = folder / "bandstand.toml"
    path.write_text(text, "utf-8")
    return path


def fault(folder: Path, text: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text), environment or {})
    return str(caught.value)


def test_without_a_file_the_station_is_on_this_machine_with_an_icecast_of_its_own() -> None:
    config = load(None, {})
    assert config.manages_icecast
    assert [mount.path for mount in config.mounts] == ["/stream.mp3", "/stream.opus"]
    assert Path(config.station.directory) == Path.cwd() / "var"


def test_the_directory_is_relative_to_the_file(tmp_path: Path) -> None:
    config = load(written(tmp_path, '[station]\ndirectory = "radio"'), {})
    assert config.paths.directory == tmp_path / "radio"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[icecast]\nprot = 1", 'bandstand.toml: icecast.prot: no such key; did you mean "port"?'),
        ("[icecats]", 'bandstand.toml: icecats: no such key; did you mean "icecast"?'),
        (
            '[icecast]\nport = "x"',
            'bandstand.toml: icecast.port: expected a whole number from 1 to 65535, got text "x"',
        ),
        ("[icecast]\nport = 0", "bandstand.toml: icecast.port: expected a whole number from 1 to 65535, got 0"),
        ("station = 3", "bandstand.toml: station: expected a table, got 3"),
        ('[log]\nformat = "xml"', 'bandstand.toml: log.format: expected "json" or "text", got text "xml"'),
        ('[station]\nname = ""', "bandstand.toml: station.name: expected text that is not empty, got empty text"),
        ('[[mounts]]\npath = "/x"', "bandstand.toml: mounts[0].format: is missing"),
        (
            '[[mounts]]\npath = "/x y"\nformat = "mp3"',
            "bandstand.toml: mounts[0].path: expected a path such as /stream.mp3",
        ),
        ("mounts = []", "bandstand.toml: mounts: at least one is needed"),
        ("[station", "bandstand.toml: not TOML: "),
    ],
)
def test_a_fault_names_file_key_and_what_was_expected(tmp_path: Path, text: str, sentence: str) -> None:
    assert fault(tmp_path, text).startswith(sentence)


def test_text_that_is_not_utf_8_is_said(tmp_path: Path) -> None:
    path = tmp_path / "bandstand.toml"
    path.write_bytes(b'[station]\nname = "\xff"')
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(path, {})


def test_two_mounts_cannot_share_a_path(tmp_path: Path) -> None:
    mount = '[[mounts]]\npath = "/a"\nformat = "mp3"\n'
    assert "/a is there 2 times" in fault(tmp_path, mount + mount)


def test_another_hosts_icecast_is_left_alone_and_needs_its_password(tmp_path: Path) -> None:
    text = '[icecast]\nhost = "radio.example"\n'
    assert "the source password of the Icecast at radio.example is needed" in fault(tmp_path, text)
    config = load(written(tmp_path, text + 'password = "p"'), {})
    assert not config.manages_icecast


def test_tls_is_for_an_icecast_that_is_configured_and_its_file_is_looked_for(tmp_path: Path) -> None:
    assert "icecast.tls: our own Icecast has none" in fault(tmp_path, "[icecast]\ntls = true")
    text = '[icecast]\nhost = "radio.example"\npassword = "p"\ntls = true\nca_file = "ca.pem"'
    assert "icecast.ca_file" in fault(tmp_path, text)
    (tmp_path / "ca.pem").touch()
    assert load(written(tmp_path, text), {}).icecast.ca_file == str(tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ('format = "flac"\nbitrate = 128', "mounts[0].bitrate: a FLAC mount is lossless and takes no bitrate"),
        ('format = "opus"\nbitrate = 500', "mounts[0].bitrate: expected kbit/s up to 320 for opus, got 500"),
        ('format = "mp3"\ntitles = "chained"', "mounts[0].titles: titles can be chained in opus and flac"),
    ],
)
def test_a_format_says_what_it_does_not_have(tmp_path: Path, keys: str, sentence: str) -> None:
    assert sentence in fault(tmp_path, f'[[mounts]]\npath = "/a"\n{keys}')


def test_each_format_has_its_usual_bitrate(tmp_path: Path) -> None:
    text = "".join(f'[[mounts]]\npath = "/{name}"\nformat = "{name}"\n' for name in ("mp3", "opus", "flac"))
    assert [mount.bitrate for mount in load(written(tmp_path, text), {}).mounts] == [128, 96, LOSSLESS]


def test_secrets_may_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    path = written(tmp_path, '[icecast]\npassword_file = "secret"')
    assert load(path, {}).icecast.password == "from a file"
    assert load(None, {"BANDSTAND_ICECAST_PASSWORD": "there"}).icecast.password == "there"


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = fault(tmp_path, '[icecast]\npassword_file = "secret"')
    assert "icecast.password_file" in said and "there is no such file" in said


def test_the_environment_goes_above_the_file_and_is_checked_like_it(tmp_path: Path) -> None:
    path = written(tmp_path, "[icecast]\nport = 8001")
    assert load(path, {"BANDSTAND_ICECAST_PORT": "8002"}).icecast.port == 8002
    assert "$BANDSTAND_ICECAST_PORT: expected a whole number" in fault(tmp_path, "", {"BANDSTAND_ICECAST_PORT": "many"})


def test_the_argument_goes_before_the_environment_and_that_before_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find(None, {}) is None
    here = written(tmp_path, "")
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.touch()
    two.touch()
    assert find(None, {}) == here
    assert find(None, {"BANDSTAND_CONFIG": str(one)}) == one
    assert find(str(two), {"BANDSTAND_CONFIG": str(one)}) == two


def test_a_named_file_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml: there is no such configuration file"):
        find("absent.toml", {})


def test_every_fault_of_a_file_is_found_at_its_place(tmp_path: Path) -> None:
    mount = '[[mounts]]\npath = "/%s"\nformat = "%s"\n'
    text = "colour = 1\n[icecast]\nprot = 1\nport = 0\n" + mount % ("a", "mp3") + mount % ("b", "wav")
    found = faults(written(tmp_path, text), {})
    keys = [line.split(": ")[1] for line in found]
    assert keys == ["colour", "icecast.prot", "icecast.port", "mounts[1].format"]


def test_what_needs_two_keys_is_a_fault_too(tmp_path: Path) -> None:
    assert len(faults(written(tmp_path, '[icecast]\nhost = "radio.example"'), {})) == 1
    assert faults(None, {}) == []


def test_the_default_mounts_are_each_configurations_own() -> None:
    assert Config().mounts is not Config().mounts


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ("", "var"),
        ('[station]\ndirectory = "here"\n', "here"),
        ('[station]\ndirectory = "here"\n[generators.x]\ncomand = 3\n', "here"),
        ('[station]\nname = "x"\ndirectory = "here" # comment\n[generators.x\n', "here"),
        ("[station]\ndirectory = 3\n", "var"),
        ("[broken\n", "var"),
    ],
)
def test_a_station_is_found_whatever_else_is_wrong_with_its_configuration(
    text: str, directory: str, tmp_path: Path
) -> None:
    (tmp_path / "b.toml").write_text(text)
    assert find_directory(tmp_path / "b.toml").directory == tmp_path / directory


def test_a_configuration_that_cannot_be_read_is_that_of_the_usual_directory(tmp_path: Path) -> None:
    assert find_directory(None).directory == Path.cwd() / "var"


def make_odd(path: Path, kind: str) -> Path:
    """Something at a path that is no file."""
    match kind:
        case "a folder":
            path.mkdir()
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case "a link to nothing":
            path.symlink_to("nowhere")
        case "symbolic links":
            path.symlink_to(path.name)
    return path


ODD = ["a folder", "a pipe", "a device", "a link to nothing", "symbolic links"]
FILES = ["icecast.password_file", "icecast.ca_file", "ssh.authorized_keys", "web.certificate", "irc.certificate"]


@pytest.mark.parametrize("kind", ODD)
def test_a_configuration_that_is_no_file_is_told_and_never_waited_for(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_odd(tmp_path / "bandstand.toml", kind)
    for argument in (None, "bandstand.toml"):
        with pytest.raises(ConfigError, match=rf"bandstand\.toml: it .*{kind}"):
            find(argument, {})


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("key", FILES)
def test_a_file_that_is_none_is_told_and_never_waited_for(key: str, kind: str, tmp_path: Path) -> None:
    make_odd(tmp_path / "odd", kind)
    section, _, name = key.partition(".")
    others = {"web": 'key = "odd"', "irc": 'server = "irc.example"\nname = "x"'}.get(section, "")
    path = written(tmp_path, f'[{section}]\n{name} = "odd"\n{others}\n')
    said = [fault for fault in faults(path, {}) if fault.startswith(f"bandstand.toml: {key}: ")]
    assert len(said) == 1
    assert kind in said[0] or (key == "icecast.password_file" and "no such file" in said[0]), said


@pytest.mark.parametrize("kind", ODD)
def test_a_soundfont_that_is_none_is_told(kind: str, tmp_path: Path) -> None:
    path = make_odd(tmp_path / "own.sf2", kind)
    assert kind in find_problem(path)
