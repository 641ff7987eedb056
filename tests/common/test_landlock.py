"""Landlock: which rules leave a path out, and that the kernel holds a process to them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bandstand.common import landlock
from bandstand.common.landlock import LIST, READ, WRITE, list_rules


@pytest.fixture
def station(tmp_path: Path) -> Path:
    for name in ("home/var/songs", "home/var/gen", "home/music", "other"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "home/secret").write_text("sesame")
    (tmp_path / "home/mine.py").write_text("mine")
    (tmp_path / "home/link").symlink_to("var")
    return tmp_path


def find_rights(rules: list[tuple[str, str]], folder: Path) -> set[tuple[str, str]]:
    """The rules for what lies in this folder, by names relative to it."""
    return {(path.removeprefix(f"{folder}/"), right) for path, right in rules if path.startswith(f"{folder}/")}


def test_everything_beside_what_is_hidden_can_be_read(station: Path) -> None:
    rules = list_rules([str(station / "home/var"), str(station / "home/secret")], [], [])
    assert find_rights(rules, station) == {("home/music", READ), ("home/mine.py", READ), ("other", READ)}
    assert ("/", LIST) in rules and ("/usr", READ) in rules
    assert not {str(path) for path in [station, *station.parents]} & {path for path, right in rules if right != LIST}


def test_what_is_named_inside_something_hidden_is_there(station: Path) -> None:
    var = station / "home/var"
    rules = list_rules([str(var)], [str(var / "songs")], [str(var / "gen")])
    assert find_rights(rules, var) == {("songs", READ), ("gen", WRITE)}


def test_what_is_only_readable_inside_a_writable_folder_cannot_be_written(station: Path) -> None:
    rules = list_rules([], [str(station / "home/var")], [str(station / "home")])
    home = find_rights(rules, station / "home")
    assert home >= {("var", READ), ("music", WRITE), ("mine.py", WRITE)}
    assert ("var", WRITE) not in home and ("link", WRITE) not in home


def test_a_process_is_held_to_its_rules_and_says_why_if_it_cannot_begin(station: Path) -> None:
    def run(*command: str) -> subprocess.CompletedProcess[str]:
        rules = list_rules([str(station / "home/secret")], [], [str(station / "other")])
        plan = json.dumps({"rules": rules, "temporary": str(station / "other"), "directory": str(station)})
        words = [sys.executable, "-I", "-S", landlock.__file__, plan, "--", *command]
        return subprocess.run(words, capture_output=True, text=True, timeout=60)

    if "Landlock" in run("true").stderr:
        pytest.skip("this kernel has no Landlock")
    assert run("cat", "home/mine.py").stdout == "mine"
    assert "Permission denied" in run("cat", "home/secret").stderr
    assert "Permission denied" in run("touch", "home/new").stderr
    assert "Permission denied" in run("sh", "-c", "cat home/secret").stderr
    assert run("sh", "-c", "touch $TMPDIR/new").returncode == 0
    assert run("nothing-of-that-name").stderr == "nothing-of-that-name: No such file or directory\n"
