"""Callables in folders whose files have the names of Python's modules, of ours, or of what is installed."""

import sys
from typing import Any

import pytest

from bandstand.common.generators import Generator

pytestmark = pytest.mark.integration
TONE = "import numpy as np\ndef tone(seed=0):\n    return 0.2 * np.sin(2 * np.pi * 440 * np.arange(48000) / 48000)\n"
TRAP = "raise SystemExit('this file was imported in place of another module')\n"


def make(workshop: Any, name: str) -> Generator:
    return Generator(callable=name, directory=str(workshop.folder))


@pytest.mark.parametrize("name", ["composer", "common", "streamer", "bot", "bandstand", "random", "wave", "av", "json"])
def test_the_module_that_is_named_is_the_users_whatever_it_is_called(name: str, workshop) -> None:
    workshop.write(f"{name}.py", TONE)
    run = workshop.run(make(workshop, f"{name}:tone"))
    assert run.done.seconds == 1.0


@pytest.mark.parametrize("helper", ["common", "composer", "av", "yaml", "twisted", "song"])
def test_a_helper_is_the_users(helper: str, workshop) -> None:
    workshop.write(f"{helper}.py", TONE)
    workshop.write("mine.py", f"from {helper} import tone\ndef song():\n    yield tone()\n")
    assert workshop.run(make(workshop, "mine:song")).done.seconds == 1.0


def test_no_file_of_a_users_stands_in_for_pythons_modules(workshop) -> None:
    names = sys.stdlib_module_names - {"__future__", "__main__", "this", "antigravity"} | {"bandstand", "numpy"}
    for name in names:
        workshop.write(f"{name}.py", TRAP)
    workshop.write(
        "mine.py",
        "import random, wave, numpy, numpy.random, numpy.fft, secrets, statistics, multiprocessing\n"
        "import urllib.request, unittest.mock, xml.dom.minidom, sqlite3, asyncio, tempfile\n"
        "from pydub import AudioSegment\nfrom pydub.generators import Sine\nimport pydub.effects\n"
        "def song():\n"
        "    random.random()\n"
        "    yield Sine(440).to_audio_segment(1000)\n",
    )
    assert workshop.run(make(workshop, "mine:song")).done.seconds == pytest.approx(1.0, abs=0.01)


def test_packages_with_and_without_an_init_file_are_found(workshop) -> None:
    for folder in ("wave", "plain", "yaml"):
        (workshop.folder / folder).mkdir()
    workshop.write("wave/__init__.py", "")
    workshop.write("wave/tones.py", TONE)
    workshop.write("wave/song.py", "from .tones import tone\ndef song():\n    yield tone()\n")
    workshop.write("plain/tones.py", TONE)
    workshop.write("mine.py", "from plain.tones import tone\nimport typing_extensions\ndef song():\n    yield tone()\n")
    (workshop.folder / "typing_extensions").mkdir()
    assert workshop.run(make(workshop, "wave.song:song")).done.seconds == 1.0
    assert workshop.run(make(workshop, "mine:song")).done.seconds == 1.0


def test_a_dataclass_of_the_users_is_made(workshop) -> None:
    workshop.write(
        "random.py",
        "from __future__ import annotations\nimport dataclasses\n" + TONE + "@dataclasses.dataclass\nclass Note:\n"
        "    pitch: int\n    length: dataclasses.InitVar[float] = 1\n\ndef song():\n    Note(1)\n    yield tone()\n",
    )
    assert workshop.run(make(workshop, "random:song")).done.seconds == 1.0
