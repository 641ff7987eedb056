import os
import subprocess
import sys
from pathlib import Path

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
