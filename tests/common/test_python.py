"""Starting our own processes in a folder whose files have the names of Python's modules and of ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bandstand.common.python import build_command, keep_bytecode, list_safe_path

OURS = Path(__file__).parents[2]
TRAP = "raise SystemExit('a file of the working directory was imported')\n"
MODULES = ["bandstand.streamer", "bandstand.streamer.standby", "bandstand.composer", "bandstand.bot"]


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A folder with a file for every module of Python's, and of ours."""
    names = {
        *sys.stdlib_module_names,
        "numpy",
        "twisted",
        "av",
        "msgspec",
        "common",
        "composer",
        "streamer",
        "bandstand",
    }
    for name in names:
        (tmp_path / f"{name}.py").write_text(TRAP)
    return tmp_path


@pytest.mark.parametrize("module", MODULES)
def test_no_file_of_the_working_directory_is_imported(module: str, trapped: Path) -> None:
    run = subprocess.run(
        build_command(module, ["--help"]),
        cwd=trapped, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "usage" in run.stdout


@pytest.mark.slow
def test_an_empty_entry_of_pythonpath_is_not_the_working_directory(trapped: Path) -> None:
    """Python's own start imports a few modules before ours; those are not among the traps here."""
    for path in trapped.iterdir():
        if path.stem not in ("twisted", "numpy", "common", "random", "wave", "av"):
            path.unlink()
    run = subprocess.run(
        build_command("bandstand.composer", ["--help"]), cwd=trapped, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": f":{OURS}"}, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr


def test_the_working_directory_is_taken_off_the_path_unless_it_has_our_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = ["", str(tmp_path), "/usr/lib/python3", str(OURS)]
    assert list_safe_path(path, str(OURS)) == ["/usr/lib/python3", str(OURS)]
    assert list_safe_path(path, str(tmp_path)) == path


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"PYTHONDONTWRITEBYTECODE": "1"}, {"PYTHONPYCACHEPREFIX": "/station/bytecode"}),
        ({"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/mine"}, {"PYTHONPYCACHEPREFIX": "/mine"}),
        ({"PYTHONDONTWRITEBYTECODE": ""}, {}),
        ({}, {}),
    ],
)
def test_what_is_compiled_is_kept_in_the_station_s_folder_where_it_is_kept_nowhere_else(
    environment: dict[str, str], wanted: dict[str, str]
) -> None:
    keep_bytecode(environment, "/station/bytecode")
    assert environment == wanted
