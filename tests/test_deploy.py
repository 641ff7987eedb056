"""What deploy/up does beside installing: `bandstand` is found in the shell, or it is said where it is."""

import subprocess
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parent.parent / "deploy" / "lib.sh"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    program = tmp_path / "checkout" / ".venv" / "bin" / "bandstand"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "home").mkdir()
    return tmp_path / "checkout"


def link(checkout: Path, *, looks_there: bool = False, **environment: str) -> str:
    """What is said; `looks_there`: the shell has ~/.local/bin on its path."""
    path = f"{checkout.parent}/home/.local/bin:/usr/bin:/bin" if looks_there else "/usr/bin:/bin"
    command = ["bash", "-euo", "pipefail", "-c", f"source {LIBRARY}; link_program"]
    settings = {"HOME": f"{checkout.parent}/home", "PATH": path, **environment}
    return subprocess.run(command, cwd=checkout, env=settings, capture_output=True, text=True, check=True).stdout


def test_the_program_is_linked_where_shells_look_for_it_and_its_path_is_said_where_they_do_not(checkout: Path) -> None:
    ours = checkout / ".venv" / "bin" / "bandstand"
    assert link(checkout) == f"in other shells, in {checkout}: {ours} ctl help\n"
    assert (checkout.parent / "home/.local/bin/bandstand").resolve() == ours
    assert link(checkout, looks_there=True) == f"in other shells, in {checkout}: bandstand ctl help\n"


def test_a_program_of_that_name_that_is_not_ours_is_left_alone(checkout: Path) -> None:
    other = checkout.parent / "home/.local/bin/bandstand"
    other.parent.mkdir(parents=True)
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    assert f"{checkout}/.venv/bin/bandstand ctl" in link(checkout, looks_there=True)
    assert not other.is_symlink()
    other.unlink()
    other.symlink_to("/opt/elsewhere/bin/bandstand")
    link(checkout)
    assert str(other.readlink()) == "/opt/elsewhere/bin/bandstand"


def test_a_link_to_a_checkout_that_has_moved_is_mended(checkout: Path) -> None:
    mended = checkout.parent / "home/.local/bin/bandstand"
    mended.parent.mkdir(parents=True)
    mended.symlink_to("/old/checkout/.venv/bin/bandstand")
    link(checkout)
    assert mended.resolve() == checkout / ".venv/bin/bandstand"


@pytest.mark.parametrize("home", ["", "/nonexistent", "/proc"])
def test_without_a_home_to_write_into_only_the_path_is_said(home: str, checkout: Path) -> None:
    assert f"{checkout}/.venv/bin/bandstand ctl" in link(checkout, HOME=home)
