"""What editors, shells and people do to a configuration's files, paths and texts."""

import shutil
from pathlib import Path

import pytest

from bandstand.common.config import Config, faults, find, find_directory, load
from bandstand.common.errors import ConfigError

CASES = Path(__file__).parents[1] / "cases" / "config"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


def write(folder: Path, data: bytes | str) -> Path:
    path = folder / "bandstand.toml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def load_case(name: str) -> Config:
    return load(CASES / f"{name}.toml", {})


def test_a_byte_order_mark_is_no_part_of_a_text() -> None:
    assert load_case("bom").station.name == "Bom"
    assert load_case("password-bom").icecast.password == "secret"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_what_a_windows_editor_saves_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "secret").write_bytes("gehëim\r\n".encode(encoding))
    text = '[station]\r\nname = "Café"\r\n[icecast]\r\npassword_file = "secret"\r\n'
    text += '[irc]\r\nserver = "x"\r\npassword_file = "secret"\r\n'
    config = load(write(tmp_path, text.encode(encoding)), {})
    assert (config.station.name, config.icecast.password, config.irc.password) == ("Café", "gehëim", "gehëim")


def test_text_in_another_charset_is_named_with_its_line(tmp_path: Path) -> None:
    assert faults(write(tmp_path, b'[station]\nname = "Caf\xe9"\n'), {}) == [
        "bandstand.toml: line 2 is not UTF-8 text (byte e9); save the file as UTF-8"
    ]
    (tmp_path / "secret").write_bytes(b"geh\xebim\n")
    text = '[icecast]\npassword_file = "secret"\n[irc]\nserver = "x"\nserver_password_file = "secret"\n'
    found = faults(write(tmp_path, text), {})
    assert [fault.split(": ")[1] for fault in found] == ["icecast.password_file", "irc.server_password_file"]
    assert all("line 1 is not UTF-8 text" in fault for fault in found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "expected one line with the password"),
        (b"one\ntwo\n", "expected one line with the password"),
        (b"a\0b", "expected one line with the password"),
        (b"x" * (2 << 20), "has more than 1 MiB"),
        (None, "there is no such file"),
    ],
)
def test_a_password_file_that_holds_none_is_a_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    (fault,) = faults(write(tmp_path, '[icecast]\npassword_file = "secret"'), {})
    assert "icecast.password_file" in fault and said in fault


def test_what_the_environment_gives_goes_above_a_password_file_that_need_not_be_there(tmp_path: Path) -> None:
    path = write(tmp_path, '[icecast]\npassword_file = "none"')
    assert load(path, {"BANDSTAND_ICECAST_PASSWORD": "given"}).icecast.password == "given"


def test_every_path_may_begin_at_home(home: Path) -> None:
    shutil.copy(CASES / "tilde.toml", home / "tilde.toml")
    assert load(home / "tilde.toml", {}).paths.directory == home / "radio-case"
    for name in ("secret", "ca.pem", "keys"):
        (home / name).write_text("x")
    text = """
        [icecast]
        host = "radio.example"
        password_file = "~/secret"
        ca_file = "~/ca.pem"
        [composer]
        soundfont = "~/own.sf2"
        [ssh]
        authorized_keys = "~/keys"
        [irc]
        server = "x"
        server_password_file = "~/secret"
        [generators.a]
        command = ["~/bin/a", "~/b.py", "~", "a~/b"]
        directory = "~/music"
        watch = ["~/*.py"]
    """
    config = load(write(home, text), {})
    assert (config.icecast.password, config.icecast.ca_file) == ("x", str(home / "ca.pem"))
    assert config.composer.soundfont == str(home / "own.sf2")
    assert config.ssh.authorized_keys == str(home / "keys")
    assert config.irc.server_password == "x"
    one = config.generators["a"]
    assert one.command == [str(home / "bin/a"), str(home / "b.py"), "~", "a~/b"]
    assert (one.directory, one.watch) == (str(home / "music"), [str(home / "*.py")])


def test_every_relative_path_is_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "station"
    folder.mkdir()
    (folder / "keys").touch()
    monkeypatch.chdir(tmp_path)
    text = '[composer]\nsoundfont = "own.sf2"\n[ssh]\nauthorized_keys = "keys"\n[generators.a]\ncommand = ["./a"]'
    config = load(write(folder, text), {})
    assert config.composer.soundfont == str(folder / "own.sf2")
    assert config.ssh.authorized_keys == str(folder / "keys")
    assert Path(config.generators["a"].directory) == folder
    assert Path(load_case("soundfont").composer.soundfont) == CASES / "own.sf2"


def test_a_home_that_nobody_has_is_named(tmp_path: Path) -> None:
    text = '[station]\ndirectory = "~no-such-person/radio"\n[ssh]\nauthorized_keys = "~no-such-person/keys"\n'
    found = faults(write(tmp_path, text), {})
    assert [fault.split(": ")[1] for fault in found] == ["station.directory", "ssh.authorized_keys"]
    assert all("nobody's home is known" in fault for fault in found)


def test_the_file_itself_may_be_named_from_home(home: Path) -> None:
    path = write(home, "")
    assert find("~/bandstand.toml", {}) == path
    assert find(None, {"BANDSTAND_CONFIG": "~/bandstand.toml"}) == path


def test_a_folder_in_place_of_the_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bandstand.toml").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"^bandstand\.toml: it is a folder, not a file$"):
        find(None, {})


def test_texts_that_players_show_are_folded_to_one_line(tmp_path: Path) -> None:
    texts = 'name = """Radio\n  Blue"""\ndescription = """two\nlines"""\ngenre = "a\\tb"\nurl = "http://x/\\r\\nb: c"\n'
    config = load(write(tmp_path, f'[station]\n{texts}[[mounts]]\npath = "/a"\nformat = "mp3"\n{texts}'), {})
    for one in (config.station, config.mounts[0]):
        shown = (one.name, one.description, one.genre, one.url)
        assert shown == ("Radio Blue", "two lines", "a b", "http://x/ b: c")


def test_a_name_of_blanks_alone_is_none(tmp_path: Path) -> None:
    assert "station.name: expected text that is not empty" in faults(write(tmp_path, '[station]\nname = " \\n"'), {})[0]


def test_a_very_long_text_is_cut_so_that_icecast_takes_it(tmp_path: Path) -> None:
    config = load(write(tmp_path, f'[station]\ndescription = "{"long " * 999}"\nname = "{"🎵" * 999}"'), {})
    for text in (config.station.description, config.station.name):
        assert text.endswith("…")
        assert 590 < len(text.encode()) <= 600


@pytest.mark.parametrize(
    "line",
    [
        'icecast.password = "a\\nb"',
        'icecast.password = "ab\\n"',
        'icecast.admin_password = "a\\u0000"',
        'icecast.password_file = "a\\u0000"',
        'icecast.ca_file = "a\\n"',
        'station.directory = "a\\u0000b"',
        'ssh.authorized_keys = "a\\n"',
        'composer.soundfont = "a\\u0000"',
        'irc.nick = "bot\\n"',
        'irc.realname = "bot\\n"',
        'irc.user = "bot\\n"',
        'irc.account = "bot\\n"',
        'irc.name = "bot\\n"',
        'irc.channels = ["#bot\\n"]',
        'irc.password = "bot\\n"',
        'generators.a.directory = "a\\u0000"',
        'generators.a.output = "wav\\n"',
    ],
)
def test_a_line_break_or_control_code_elsewhere_is_named_by_its_key(tmp_path: Path, line: str) -> None:
    (fault,) = faults(write(tmp_path, f'{line}\ngenerators.a.command = ["x"]'), {})
    assert fault.startswith(f"bandstand.toml: {line.split(' ')[0]}")


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("icecast.host", "http://radio.example"),
        ("icecast.host", "radio.example:8000"),
        ("icecast.bind", "0.0.0.0:80"),
        ("icecast.host", ""),
        ("icecast.host", "radio.example\\n"),
        ("irc.server", "irc.libera.chat/6697"),
        ("telnet.host", "a b"),
        ("ssh.host", "[::1]"),
    ],
)
def test_a_host_is_no_address_with_more_in_it(tmp_path: Path, key: str, host: str) -> None:
    (fault,) = faults(write(tmp_path, f'{key} = "{host}"'), {})
    assert f"{key}: expected the name or address of a host" in fault


@pytest.mark.parametrize("host", ["radio.example", "192.0.2.1", "::1", "fe80::1%eth0", "bücher.example", "localhost"])
def test_names_and_addresses_of_hosts_are_taken(tmp_path: Path, host: str) -> None:
    assert load(write(tmp_path, f'icecast.host = "{host}"\nicecast.password = "p"'), {}).icecast.host == host


@pytest.mark.parametrize(
    "path",
    ["/admin/stats", "/admin/", "/admin", "/status.xsl", "/a.m3u", "/../a", "/a//b", "/a/", "//", "/a.mp3\\n", "/a b"],
)
def test_a_mount_has_no_path_that_icecast_keeps_for_itself(tmp_path: Path, path: str) -> None:
    (fault,) = faults(write(tmp_path, f'[[mounts]]\npath = "{path}"\nformat = "mp3"'), {})
    assert fault.startswith("bandstand.toml: mounts[0].path: ")


def test_a_mount_is_not_where_anothers_silence_goes(tmp_path: Path) -> None:
    text = "".join(f'[[mounts]]\npath = "{path}"\nformat = "mp3"\n' for path in ("/a", "/standby/a"))
    assert "/standby/a is where the silence behind /a goes" in faults(write(tmp_path, text), {})[0]


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 5000, "[icecast]\nport = " + "9" * 9000, "icecast = 3", "\0", "a.b.c = 1979-13-45"]
)
def test_any_text_is_a_sentence_and_never_a_traceback(tmp_path: Path, text: str) -> None:
    (fault,) = faults(write(tmp_path, text), {"BANDSTAND_ICECAST_PORT": "9" * 99})[:1]
    assert fault.startswith(("bandstand.toml: ", "$BANDSTAND_ICECAST_PORT: "))


def test_the_directory_is_found_in_a_file_with_faults_elsewhere(tmp_path: Path) -> None:
    text = '[station]\ndirectory = "radio"\ncolour = 1\n[ssh]\nauthorized_keys = "gone"'
    assert find_directory(write(tmp_path, text)).directory == tmp_path / "radio"
    assert find_directory(write(tmp_path, "[station]\ndirectory = 3")).directory == tmp_path / "var"
    broken = '[station]\ndirectory = "radio"\n[generators.x\n'
    assert find_directory(write(tmp_path, broken)).directory == tmp_path / "radio"  # a station that runs is reached


def test_more_faults_than_one_are_counted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\(and 1 more fault: bandstand check lists them\)"):
        load(write(tmp_path, "colour = 1\nshape = 2"), {})
