"""Programs that are asked with --describe, as processes."""

import subprocess
import sys
from pathlib import Path

import pytest

ASK = """
import json, sys
from twisted.internet.defer import Deferred
from twisted.internet.task import react
from bandstand.bot.child import Launcher
from bandstand.bot.making.catalogue import Catalogue
from bandstand.common import config

def main(reactor):
    made = Catalogue(Launcher(reactor, reactor), config.load(config.find(sys.argv[1])).generators)
    def show(_):
        known = made.known["mine"]
        print(json.dumps([known.help, known.version, sorted(known.parameters), made.troubles.get("mine", "")]))
    return Deferred.fromCoroutine(made.start()).addCallback(show)

react(main)
"""


def asked(folder: Path, program: str) -> str:
    (folder / "mine.py").write_text(program)
    command = f'command = ["{sys.executable}", "mine.py", "--tempo", "{{tempo}}"]\ndescribe = true\n'
    (folder / "x.toml").write_text("[generators.mine]\n" + command)
    told = subprocess.run(
        [sys.executable, "-c", ASK, str(folder / "x.toml")], capture_output=True, text=True, timeout=60, check=True
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
