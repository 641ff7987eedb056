"""`bandstand check`: what it finds, and whether that keeps the station off the air."""

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
    assert [line.split(":")[0] for line in lines] == ["wrong    icecast.bind", "worse    telnet.host"]


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
    assert [line.split()[1] for line in missing] == ["generators.a:", "generators.b:"]


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
    assert f"worse    generators.mine: there is no file {tmp_path}/gone.sh" in capsys.readouterr().out


def test_generators_that_would_run_as_root_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bandstand.toml"
    path.write_text('[generators.mine]\ncommand = ["true"]\n')
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    check.main(["--config", str(path)])
    assert "as root" not in capsys.readouterr().out
    monkeypatch.setattr("os.geteuid", lambda: 0)
    check.main(["--config", str(path)])
    assert "the station runs as root, and so do the programs of its generators" in capsys.readouterr().out


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
