"""Streams that a process was not given, and texts that a stream has no characters for."""

import os
import subprocess
import sys

import pytest

CHECK = """
import os, sys
from bandstand.common.standard_streams import settle_streams
settle_streams()
assert all(os.path.samefile(f"/proc/self/fd/{fd}", "/dev/null") for fd in CLOSED)
assert sys.stdin.fileno() == 0 and not sys.stdin.isatty()
print("to nobody", flush=True)
print("to nobody", file=sys.stderr, flush=True)
"""


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1), (0, 1, 2)])
def test_what_is_closed_is_opened_on_nothing(closed: tuple[int, ...]) -> None:
    redirections = " ".join(f"{fd}>&-" for fd in closed)
    code = f"CLOSED = {closed}\n{CHECK}"
    shell = f'exec "$0" -c "$1" {redirections}'
    assert subprocess.run(["sh", "-c", shell, sys.executable, code], stdin=subprocess.DEVNULL).returncode == 0


@pytest.mark.parametrize(
    ("encoding", "shown"), [("latin-1", b"caf\xe9 ? ?"), ("ascii", b"caf? ? ?"), ("utf-8", "café 🎵 ?".encode())]
)
def test_a_mark_stands_for_what_a_stream_has_no_character_for(encoding: str, shown: bytes) -> None:
    code = "from bandstand.common.standard_streams import settle_streams; settle_streams(); print('café 🎵 \\udcff')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}
    )
    assert (done.returncode, done.stdout.strip()) == (0, shown)
