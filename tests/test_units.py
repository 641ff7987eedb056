"""The units of systemd in deploy/: systemd understands them, and what they start is there."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "deploy" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
PROGRAM = "/opt/bandstand/.venv/bin/bandstand"


def read(unit: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(unit)
    return parser


def test_there_is_a_unit_for_each_process() -> None:
    assert [unit.stem for unit in UNITS] == [
        "bandstand-bot",
        "bandstand-icecast",
        "bandstand-standby",
        "bandstand-streamer",
        "bandstand-web",
    ]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / unit.name) for unit in UNITS)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in verified.stderr.splitlines() if "bandstand" in line]
    assert (verified.returncode, ours) == (0, [])


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_command_is_one_that_the_program_has(unit: Path) -> None:
    program, command, option, path = read(unit)["Service"]["ExecStart"].split()
    assert (program, command, option) == (PROGRAM, unit.stem.removeprefix("bandstand-"), "--config")
    assert path == "/etc/bandstand/bandstand.toml"
    arguments = [sys.executable, "-m", "bandstand.bot", command, "--help"]
    helped = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=FOLDER.parents[1])
    assert helped.returncode == 0, helped.stderr
    assert "--config" in helped.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_has_no_more_rights_than_it_needs(unit: Path) -> None:
    service = read(unit)["Service"]
    assert service["User"] == service["Group"] == service["StateDirectory"] == "bandstand"
    assert service["NoNewPrivileges"] == "yes" and service["CapabilityBoundingSet"] == ""
    assert (service["ProtectSystem"], service["ProtectHome"], service["PrivateTmp"]) == ("strict", "yes", "yes")
    assert service["Restart"] == "on-failure"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_calls_a_unit_exposed_by_no_more_than_three_of_ten(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=30", "--no-pager", str(unit)]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_the_bots_unit_leaves_the_sandbox_of_users_programs_what_it_is_made_of() -> None:
    lines = (FOLDER / "bandstand-bot.service").read_text().splitlines()
    assert "RestrictNamespaces=user mnt pid" in lines
    [denied] = [line for line in lines if line.startswith("SystemCallFilter=")]
    assert denied.startswith("SystemCallFilter=~")
    assert {"@mount", "@privileged", "@setuid", "@sandbox"}.isdisjoint(denied.split())
    assert not any(line.startswith("ProcSubset=") for line in lines)  # a /proc of its own would be refused
