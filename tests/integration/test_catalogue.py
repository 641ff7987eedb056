"""Programs that are asked with --describe, as processes."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bandstand.common.config import Config
from bandstand.common.sandbox import protect_programs

ASK = """
import json, os, sys
from twisted.internet.defer import Deferred
from twisted.internet.task import react
from bandstand.bot.child import Launcher
from bandstand.bot.making.catalogue import Catalogue
from bandstand.common import config
from bandstand.common.sandbox import protect_programs

def main(reactor):
    path = config.find(sys.argv[1])
    settings = config.load(path)
    sandbox = protect_programs(settings, path, os.geteuid()).sandbox if "--protect" in sys.argv else None
    made = Catalogue(Launcher(reactor, reactor), settings.generators, sandbox)
    def show(_):
        known = made.known["mine"]
        print(json.dumps([known.help, known.version, sorted(known.parameters), made.troubles.get("mine", "")]))
    return Deferred.fromCoroutine(made.start()).addCallback(show)

react(main)
"""


def asked(folder: Path, program: str, *options: str) -> str:
    (folder / "mine.py").write_text(program)
    command = f'command = ["{sys.executable}", "mine.py", "--tempo", "{{tempo}}"]\ndescribe = true\n'
    (folder / "x.toml").write_text("[generators.mine]\n" + command)
    told = subprocess.run(
        [sys.executable, "-c", ASK, str(folder / "x.toml"), *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return told.stdout.splitlines()[-1]


def test_a_program_describes_itself(tmp_path: Path) -> None:
    said = '{"help": "waves", "version": "2", "parameters": {"tempo": {"type": "int", "default": 90}}}'
    program = f"import sys\nassert sys.argv[-1] == '--describe'\nprint('{said}')"
    assert asked(tmp_path, program) == '["waves", "2", ["tempo"], ""]'


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("1/0", "it ended with status 1 when it was asked to describe itself: ZeroDivisionError"),
        ("print('usage: mine')", "what it prints for --describe is no description"),
        ('print(\'{"parameters": {"tempo": {"typ": 1}}}\')', "what it prints for --describe is no description"),
        ('print(\'{"parameters": {"seed": {}}}\')', "is wrong: parameters.seed: that name is the station's own"),
        ("while True: print('x' * 9999)", "it ended by signal 9 when it was asked"),
    ],
)
def test_a_program_that_does_not_keeps_what_is_declared(program: str, said: str, tmp_path: Path) -> None:
    told = asked(tmp_path, program)
    assert '["", "", [], ' in told
    assert said in told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_roots_station_asks_as_another_user_and_gives_it_the_folder(tmp_path: Path) -> None:
    settings = msgspec.convert({"station": {"directory": str(tmp_path / "var")}}, Config)
    sandbox = protect_programs(settings, None, 0).sandbox
    if sandbox is None or sandbox.user is None or not sandbox.is_bubblewrap:
        pytest.skip("there is no bubblewrap, or no other user, here")
    program = "import json, os\nopen('own', 'w')\nprint(json.dumps({'help': str(os.getuid())}))"
    told = asked(tmp_path, program, "--protect")
    assert told.startswith(f'["{(tmp_path / "own").stat().st_uid}", ')
    assert (tmp_path / "own").stat().st_uid not in (0, os.getuid())
