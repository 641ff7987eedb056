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


def test_each_fault_of_the_configuration_has_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.toml").write_text("[icecast]\nport = 0\nprot = 1")
    assert main(["--config", "other.toml"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        ["wrong    other.toml", "icecast.port"],
        ["wrong    other.toml", "icecast.prot"],
    ]


def test_a_configured_soundfont_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bandstand.toml").write_text('[composer]\nsoundfont = "/absent.sf2"')
    assert main([]) == 1
    assert "composer.soundfont: /absent.sf2: there is no such file" in capsys.readouterr().out


def test_a_library_and_a_program_that_are_nowhere_are_not_found(tmp_path: Path) -> None:
    assert not check.has_library("libnowhere.so.9")
    assert not check.has_program("no-such-program")
    assert not check.has_soundfont(str(tmp_path))


def test_a_generator_that_cannot_be_started_is_told_and_keeps_nothing_off_the_air(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bandstand.toml").write_text('[generators.mine]\ncommand = ["./gone.sh"]')
    assert main([]) == 0
    assert f"worse    generators.mine: there is no file {tmp_path}/gone.sh" in capsys.readouterr().out
