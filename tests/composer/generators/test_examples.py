"""The examples of docs/generators.md, run as they are printed there."""

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bandstand.common import config
from bandstand.common.generators import Description, Generator, checked, described
from bandstand.common.jobs import Section
from bandstand.common.types import RATE

pytestmark = pytest.mark.integration

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
SCORE = {
    "title": "Old Road",
    "beats": 4,
    "tempi": [[0, 120.0]],
    "parts": [
        {"voice": "melody", "notes": [[0, 480, 69, 90], [480, 480, 72, 90]]},
        {"voice": "drums", "notes": [[0, 10, 36, 90]]},
    ],
}


def declared(name: str) -> Generator:
    settings = config.load(EXAMPLES / "bandstand.toml", {})
    return settings.generators[name]


def test_every_example_is_declared_and_no_other() -> None:
    settings = config.load(EXAMPLES / "bandstand.toml", {})
    programs = {path.stem for path in EXAMPLES.glob("*.py")}
    assert set(settings.generators) == {*programs, "pluck"}


@pytest.mark.parametrize("name", ["sine", "waves", "jingle", "pluck"])
def test_an_example_runs_as_it_is_printed_in_the_guide(name: str, workshop) -> None:
    generator = declared(name)
    if name == "pluck" and shutil.which("sox") is None:
        pytest.skip("sox is not installed")
    first, second = (workshop.run(generator, seed=3, **checked(name, generator, {"duration": 2})) for _ in range(2))
    assert first.done.seconds == pytest.approx(2.5 if name == "waves" else 2.0, abs=0.01)
    assert -40 < first.done.loudness < -6
    assert first.notes == []
    assert name == "pluck" or np.array_equal(first.sound, second.sound)


def test_the_callable_sets_tempo_and_sections(workshop) -> None:
    generator = declared("waves")
    run = workshop.run(generator, **checked("waves", generator, {"duration": 3, "key": "D", "tempo": 120}))
    assert run.done.title == "Waves in D"
    assert run.done.facts == {"tempo": 120, "beats": 4}
    assert run.done.sections == (Section("in", 1), Section("on", 5))


def test_the_chip_describes_itself_and_plays_the_newest_score(workshop) -> None:
    generator = declared("chip")
    assert generator.describe
    command = [sys.executable, EXAMPLES / "chip.py", "--describe"]
    said = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    generator = described(generator, msgspec.json.decode(said, type=Description))
    values = checked("chip", generator, {})
    assert "there is no score in" in workshop.run(generator, **values).failed.reason
    (workshop.folder / "songs" / "abcd").mkdir()
    (workshop.folder / "songs" / "abcd" / "score.json").write_bytes(msgspec.json.encode(SCORE))
    run = workshop.run(generator, **values)
    assert run.done.title == "Old Road on a chip"
    assert run.done.seconds == pytest.approx(1.0, abs=0.06)
    half = run.sound[2000 : RATE // 2 - 2000, 0]
    assert np.abs(np.fft.rfft(half)).argmax() * RATE / len(half) == pytest.approx(440, abs=5)
