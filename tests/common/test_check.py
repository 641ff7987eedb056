"""`bandstand check`: what it finds, and whether that keeps the station off the air."""

import os
from pathlib import Path

import pytest

from bandstand.common import check
from bandstand.common.check import ICECAST, NEEDS, Need, main


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory without a configuration, on a machine that has everything."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(check, "ICECAST", present(ICECAST))
    monkeypatch.setattr(check, "NEEDS", tuple(present(need) for need in NEEDS))


def present(need: Need) -> Need:
    return Need(need.what, lambda _: True, need.name, need.package, need.without)


def absent(need: Need) -> Need:
    return Need(need.what, lambda _: False, need.name, need.package, need.without)


def test_a_machine_with_everything_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "bandstand up" in capsys.readouterr().out


def test_what_is_missing_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "ICECAST", absent(ICECAST))
    assert main([]) == 1
    shown = capsys.readouterr().out
    assert "missing  Icecast: Debian package icecast2" in shown
    assert "apt-get install icecast2" in shown


def test_what_the_station_can_do_without_does_not_keep_it_off_the_air(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "NEEDS", tuple(absent(need) for need in NEEDS if need.without))
    assert main([]) == 0
    assert "worse    FluidSynth: Debian package libfluidsynth3; without it" in capsys.readouterr().out


def test_an_icecast_elsewhere_needs_none_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "ICECAST", absent(ICECAST))
    (tmp_path / "bandstand.toml").write_text('[icecast]\nhost = "radio.example"\npassword = "p"')
    assert main([]) == 0


def test_names_in_the_programme_s_file_that_it_does_not_have_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "radio.toml").write_text('[clocks]\nday = ["playlist:jazz", "any"]\n')
    main([])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "radio.toml" in line]
    assert line.startswith("unwise   radio.toml: clocks.day[0]: there is no playlist jazz; there is none yet (unless")


def test_shows_of_the_programme_s_file_that_are_on_at_once_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show = '[[shows]]\nwhen = "{}"\nplay = "any"\nname = "{}"\n'
    (tmp_path / "radio.toml").write_text(
        show.format("fri 20:00-22:00", "Rock") + show.format("fri 21:00-23:00", "Late")
    )
    main([])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "radio.toml" in line]
    assert line.startswith('unwise   radio.toml: "Rock" and "Late" are both on at fri 20')


def test_each_fault_of_the_configuration_has_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.toml").write_text("[icecast]\nport = 0\nprot = 1")
    assert main(["--config", "other.toml"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        ["wrong    other.toml", "icecast.port"],
        ["wrong    other.toml", "icecast.prot"],
    ]


def test_a_folder_that_cannot_be_the_stations_is_told_beside_other_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").touch()
    (tmp_path / "bandstand.toml").write_text('[station]\ndirectory = "taken"\ncolour = 1')
    assert main([]) == 1
    shown = capsys.readouterr().out
    assert "station.colour: no such key" in shown
    assert f"station.directory: {tmp_path}/taken is a file, not a folder" in shown


def test_addresses_that_are_not_this_machines_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '[icecast]\nbind = "192.0.2.7"\n[telnet]\nhost = "192.0.2.8"\nplain_text_passwords = true'
    (tmp_path / "bandstand.toml").write_text(text)
    assert main([]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition(": ")[0] for line in lines] == [
        "wrong    bandstand.toml: icecast.bind",
        "worse    bandstand.toml: telnet.host",
    ]


def test_a_script_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "there.py").touch()
    commands = {
        "a": '"python3", "-u", "gone.py"', "b": '"sh", "./gone.sh", "x"', "c": '"python3", "there.py", "other.py"',
        "d": '"python3", "-m", "gone.py"', "e": '"sh", "-c", "./gone.sh"', "f": '"python3", "-X", "dev", "there.py"',
        "g": '"cat", "gone.py"', "h": '"python3", "{mine}.py"',
    }  # fmt: skip
    text = "".join(f"[generators.{name}]\ncommand = [{words}]\n" for name, words in commands.items())
    (tmp_path / "bandstand.toml").write_text(text + "[generators.h.parameters.mine]\n")
    assert main([]) == 0
    missing = [line for line in capsys.readouterr().out.splitlines() if "there is no file" in line]
    assert [line.split()[2] for line in missing] == ["generators.a:", "generators.b:"]


def test_no_inotify_is_told_where_there_are_generators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check.inotify, "find_trouble", lambda: "the kernel has none left")
    assert main([]) == 0
    assert "inotify" not in capsys.readouterr().out
    (tmp_path / "bandstand.toml").write_text('[generators.mine]\ncommand = ["true"]')
    assert main([]) == 0
    assert "worse    watch: the kernel has none left" in capsys.readouterr().out


def test_a_configured_soundfont_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bandstand.toml").write_text('[composer]\nsoundfont = "/absent.sf2"')
    assert main([]) == 1
    assert "composer.soundfont: /absent.sf2: there is no such file" in capsys.readouterr().out


def test_a_library_and_a_program_that_are_nowhere_are_not_found(tmp_path: Path) -> None:
    assert not check.has_library("libnowhere.so.9")
    assert not check.has_program("no-such-program")
    assert not check.has_soundfont(str(tmp_path))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 0", []),
        (
            "exit 1",
            ["radio.voice: espeak-ng has no voice xx, so idents are music only; espeak-ng --voices lists them"],
        ),
        ("", ["radio.voice: espeak-ng is not installed, so idents are music only"]),
    ],
)
def test_a_voice_that_cannot_speak_is_told(
    script: str, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script:
        program = tmp_path / "espeak-ng"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [found.sentence for found in check.check_voice("xx")] == said


def test_a_generator_that_cannot_be_started_is_told_and_keeps_nothing_off_the_air(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bandstand.toml").write_text('[generators.mine]\ncommand = ["./gone.sh"]')
    assert main([]) == 0
    assert f"worse    bandstand.toml: generators.mine: there is no file {tmp_path}/gone.sh" in capsys.readouterr().out


def test_generators_that_would_run_as_root_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bandstand.toml"
    path.write_text('[generators.mine]\ncommand = ["true"]\n')
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    check.main(["--config", str(path)])
    assert "as root" not in capsys.readouterr().out
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("bandstand.common.sandbox.try_out", lambda made: "no setpriv" if made.user else "")
    check.main(["--config", str(path)])
    assert "the station runs as root, and so do the programs of its generators" in capsys.readouterr().out


def test_how_generators_are_kept_from_the_machine_is_told_where_all_is_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bandstand.toml"
    path.write_text('[generators.mine]\ncommand = ["true"]\n[composer]\nsandbox = "off"\n')
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("bandstand.common.sandbox.try_out", lambda made: "")
    assert check.main(["--config", str(path)]) == 0
    said = capsys.readouterr().out
    assert "good     generators: their programs run without a sandbox, as user " in said
    assert " rather than root" in said


def test_whose_station_it_is_counts_and_not_who_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bandstand.toml"
    path.write_text('[generators.mine]\ncommand = ["true"]\n')
    monkeypatch.setattr("os.geteuid", lambda: 0)
    (tmp_path / "var").mkdir()
    if os.getuid() == 0:
        os.chown(tmp_path / "var", 1000, 1000)
    check.main(["--config", str(path)])
    assert "as root" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("web", "is_told"),
    [
        ('public_url = "https://radio.example"', True),
        ('public_url = "https://radio.example"\nstreams_url = "http://radio.example:8000"', True),
        ('public_url = "https://radio.example"\nstreams_url = "https://radio.example"', False),
        ('public_url = "http://radio.example"', False),
        ("enabled = true", False),
        ('public_url = "https://radio.example"\nenabled = false', False),
    ],
)
def test_a_page_with_tls_whose_streams_have_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], web: str, is_told: bool
) -> None:
    (tmp_path / "bandstand.toml").write_text(f"[web]\n{web}\n")
    assert main([]) == 0
    assert ("web.streams_url: the page has TLS" in capsys.readouterr().out) is is_told


WRONG = {
    "station.nmae": ('[station]\nnmae = "x"', "no such key; did you mean"),
    "station.crossfade": ("[station]\ncrossfade = 1000", "got 1000"),
    "icecast.port": ("[icecast]\nport = 0", "expected a whole number from 1 to 65535, got 0"),
    "icecast.password_file": ('[icecast]\npassword_file = "gone"', "there is no such file"),
    "irc.nick": ("[irc]\nnick = 3", "got 3"),
    "irc.server": ('[irc]\nchannels = ["#a"]', "is missing"),
    "irc.networks[1].port": (
        '[[irc.networks]]\nserver = 1\n[[irc.networks]]\nserver = "a"\nname = "a"\nport = "x"',
        'got text "x"',
    ),
    "irc.networks[1].tls": (
        '[[irc.networks]]\ncolour = 1\nserver = "b"\nname = "b"\n'
        '[[irc.networks]]\nserver = "a"\nname = "a"\ntls = false\npassword = "p"',
        "the password would cross the network",
    ),
    "mounts[1].bitrate": (
        '[[mounts]]\npath = "/a"\n[[mounts]]\npath = "/b"\nformat = "opus"\nbitrate = 500',
        "got 500",
    ),
    "mounts": (
        '[[mounts]]\npath = "/a"\nformat = "mp3"\n[[mounts]]\npath = "/a"\nformat = "opus"',
        "/a is there 2 times",
    ),
    "telnet.host": ('[telnet]\nhost = "0.0.0.0"', "telnet sends passwords as plain text"),
    "ssh.authorized_keys": ('[ssh]\nauthorized_keys = "keys"', "there is no such file"),
    "limits.songs": ("[limits]\nsongs = -1", "got -1"),
    "web.key": ('[web]\ncertificate = "c.pem"', "is needed as well"),
    "web.proxies[1]": ('[web]\nproxies = ["::1", 3]', "got 3"),
    "radio.zone": ('[radio]\nzone = "Europe/Nowhere"', "Europe/Nowhere"),
    "radio.motif": ('[radio]\nmotif = "9 9 9"', "5 6 5"),
    "log.level": ('[log]\nlevel = "loud"', 'got text "loud"'),
    "composer.soundfont": ('[composer]\nsoundfont = "gone.sf2"', "there is no such file"),
    "generators.a.parameters.tempo.summary": (
        '[generators.a]\ncommand = ["true"]\n[generators.a.parameters.tempo]\nsummary = "x"',
        "no such key",
    ),
    "generators.b.command": ('[generators.b]\ncommand = ["true", "{secs}"]', "{secs} is no parameter"),
    "generators.c": ('[generators.c]\ncommand = ["./gone.sh"]', "there is no file"),
    "generators.d.directory": ('[generators.d]\ncommand = ["true"]\ndirectory = "~nobody-here/x"', "nobody's home"),
    "generators.e.command": ("[generators.e]\n", "either command ="),
}
"""Key -> what is wrong with it in a configuration, and what is said of it."""
SHARED = ("mounts", "mounts[1].bitrate", "irc.networks[1].port", "irc.networks[1].tls")
"""Keys of lists, of which one stands in a file."""


@pytest.mark.parametrize("key", WRONG)
def test_each_fault_is_told_beside_another_one(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, said = WRONG[key]
    (tmp_path / "bandstand.toml").write_text(f"colour = 1\n{text}\n")
    assert main([]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "bandstand.toml: colour: no such key" in line]
    assert [line for line in lines if f"bandstand.toml: {key}: " in line and said in line], lines


def test_all_faults_of_a_file_are_told_in_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = [key for key in WRONG if key not in SHARED[1:] and key not in ("irc.nick", "web.proxies[1]")]
    sections: dict[str, list[str]] = {}
    for key in keys:
        head, _, body = WRONG[key][0].partition("\n")
        whole = WRONG[key][0] if head.startswith("[[") or "\n[" in body else body
        sections.setdefault("[[" if whole != body else head, []).append(whole)
    lists = sections.pop("[[")
    text = "\n".join(f"{head}\n" + "\n".join(bodies) for head, bodies in sections.items())
    (tmp_path / "bandstand.toml").write_text("\n".join([text, *lists]))
    main([])
    lines = capsys.readouterr().out.splitlines()
    for key in keys:
        assert [line for line in lines if f"bandstand.toml: {key}: " in line and WRONG[key][1] in line], (key, lines)
