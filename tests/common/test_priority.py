import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from bandstand.common.priority import Sessions, give_way_in_session

GIVE_WAY = """
import os, sys
from pathlib import Path
from bandstand.common.priority import give_way
give_way(7, Path(sys.argv[1]))
print(os.nice(0))
"""
LOWERED = min(19, os.nice(0) + 7)


def give_way(autogroup: Path, leads_session: bool) -> int:
    """The niceness of a process that gave way."""
    argv = [sys.executable, "-c", GIVE_WAY, str(autogroup)]
    return int(subprocess.run(argv, capture_output=True, check=True, start_new_session=leads_session).stdout)


def test_a_process_that_leads_its_session_gives_way_with_all_of_it(tmp_path: Path) -> None:
    autogroup = tmp_path / "autogroup"

    now = give_way(autogroup, leads_session=True)

    assert now == LOWERED
    assert autogroup.read_text() == str(now)


def test_what_the_kernel_refuses_for_a_moment_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[str] = []

    class Autogroup:
        def write_text(self, text: str) -> None:
            attempts.append(text)
            if len(attempts) < 3:
                raise BlockingIOError

    monkeypatch.setattr("bandstand.common.priority.PAUSE", 0)
    give_way_in_session(10, cast(Path, Autogroup()))
    assert attempts == ["10"] * 3


def test_a_session_that_a_program_makes_gets_the_niceness_of_the_program(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "import os, sys; os.nice(6); print(flush=True); sys.stdin.read()"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        subprocess.Popen(program, start_new_session=True, **pipes) as own,
        subprocess.Popen(program, **pipes) as shared,
    ):
        for child in (own, shared):
            assert child.stdout is not None and child.stdout.readline()
            (tmp_path / str(child.pid)).mkdir()
        sessions = Sessions(tmp_path)
        for _ in range(2):
            sessions.give_way([own.pid, shared.pid, 2**22 + 1])
            found = [path.relative_to(tmp_path) for path in tmp_path.glob("*/*")]
            assert found in ([Path(str(own.pid), "autogroup")], [])
            (tmp_path / str(own.pid) / "autogroup").unlink(missing_ok=True)
        for child in (own, shared):
            child.communicate()


def test_the_session_of_a_shell_keeps_its_share(tmp_path: Path) -> None:
    assert give_way(tmp_path / "autogroup", leads_session=False) == LOWERED
    assert not (tmp_path / "autogroup").exists()


def test_a_kernel_that_does_not_share_by_sessions_is_no_fault(tmp_path: Path) -> None:
    assert give_way(tmp_path / "missing" / "autogroup", leads_session=True) == LOWERED


def test_a_session_may_be_less_nice_again(tmp_path: Path) -> None:
    autogroup = tmp_path / "autogroup"
    program = (
        "import sys; from pathlib import Path; from bandstand.common.priority import set_session_niceness as set\n"
    )
    program += "[set(niceness, Path(sys.argv[1])) for niceness in (10, 0)]"
    subprocess.run([sys.executable, "-c", program, str(autogroup)], check=True, start_new_session=True)
    assert autogroup.read_text() == "0"
