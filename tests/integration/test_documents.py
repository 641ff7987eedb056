"""What README.md and docs/generators.md tell people to type works as it is written, and is answered in that shape."""

import array
import json
import os
import re
import shlex
import shutil
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from bandstand.common import config
from bandstand.common.generators import Description
from tests.integration.streaming import until
from tests.integration.test_station import BANDSTAND, PATIENCE, Station

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/generators.md")
STAYS = ("up", "listen", "streamer", "bot", "standby", "web")
"""Words of `bandstand` that go on until they are ended; that they are known is all that is tried of them here."""
OWN_FILES = ("mine", "FILE", "NAME", "WORDS")
"""What stands in a command for something of the reader's."""


class Block(NamedTuple):
    page: str
    language: str
    lines: list[str]


def list_blocks() -> list[Block]:
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        for language, body in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            found.append(Block(page, language, body.splitlines()))
    return found


BLOCKS = list_blocks()


def list_shell_lines() -> list[str]:
    """Lines for a shell, without what is said of them behind a `#`."""
    lines = [line.removeprefix("$ ") for block in BLOCKS if not block.language for line in block.lines]
    return [
        line.partition("  #")[0].partition(" # ")[0].strip()
        for line in lines
        if re.match(r"(\w+ \| )?bandstand ", line)
    ]


def list_talks() -> list[tuple[str, str]]:
    """What is typed at the station's prompt or in a channel, and the sentence that answers it, where one is shown."""
    talks = []
    for block in (block for block in BLOCKS if not block.language):
        for number, line in enumerate(block.lines):
            typed = re.match(r"(?:> |<\w+> !)(.+)", line)
            if typed:
                after = block.lines[number + 1] if number + 1 < len(block.lines) else ""
                answer = re.sub(r"^-\w+- \w+: ", "", after)
                talks.append((typed[1], answer if re.match(r"\w+: ", answer) else ""))
    return talks


def find_shape(sentence: str) -> str:
    """The sentence as a pattern: titles, codes, names, numbers and times may be others."""
    shape = re.escape(sentence)
    shape = re.sub(r'"[^"]*"\\ \\\(\w+\\\)', r'"[^"]*" \\(\\w+\\)', shape)
    shape = re.sub(r"song\\ \w+;", r"song \\w+;", shape)
    shape = re.sub(r"by\\ (?:[A-Z]\w*(?:\\ )?)+", r"by [^,]+", shape)
    return re.sub(r"\d+(?:(?::|\\\.)\d+)*", r"[0-9:.]+", shape)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A station with the generators of docs/examples, in a folder where the commands are given."""
    folder = tmp_path_factory.mktemp("documents")
    shutil.copytree(ROOT / "docs" / "examples", folder, dirs_exist_ok=True)
    examples = (folder / "bandstand.toml").read_text("utf-8")
    station = Station(folder)
    station.config.write_text(station.config.read_text("utf-8") + examples)
    music = folder / "music" / "mine"
    music.mkdir(parents=True)
    with wave.open(str(music / "tone.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(array.array("h", [0, 9000] * 16000).tobytes())
    own_program = folder / "mygen"
    own_program.write_text(f"#!/bin/sh\nexec cat {music / 'tone.wav'}\n")
    own_program.chmod(0o755)
    tide = ["ffmpeg", "-v", "error", "-i", str(music / "tone.wav"), str(folder / "tide.mp3")]
    subprocess.run(tide, check=True, timeout=PATIENCE)
    try:
        station.up()
        yield station
    finally:
        station.end()


def run(line: str, station: Station) -> subprocess.CompletedProcess[str]:
    path = f"{Path(BANDSTAND).parent}:{station.folder}:{os.environ['PATH']}"
    environment = {**os.environ, "HOME": str(station.folder), "PATH": path}
    return subprocess.run(
        ["bash", "-c", line], cwd=station.folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


LEFT = 15.0
"""Seconds that a song has to go on where a test looks at it."""


def play_something(station: Station) -> None:
    """A band's song is heard, whose length is known, and goes on for some time."""

    def is_heard() -> bool:
        playing = station.ask("np")
        if playing["state"] != "playing" or not playing["song"]["artist"]:
            return False
        return bool(playing["song"]["seconds"] - playing["seconds"] > LEFT)

    if not is_heard():
        station.ask("generate", "small-robots", "minutes=1")
        until(is_heard, "the song is heard", PATIENCE)


def give_up_jobs(station: Station) -> None:
    """What a command began is of no use to the next one, which should not have to wait for the processor."""
    for job in station.ask("jobs")["jobs"]:
        if job["state"] in ("waiting", "running"):
            station.ask("cancel", str(job["id"]))


def test_there_are_commands_to_try() -> None:
    assert len(list_shell_lines()) >= 6
    assert len(list_talks()) >= 8


@pytest.mark.slow
@pytest.mark.parametrize("line", list_shell_lines())
def test_a_line_for_the_shell_succeeds(line: str, station: Station) -> None:
    words = shlex.split(line.partition("bandstand ")[2])
    if words[0] in STAYS or any(word in line.split() for word in OWN_FILES):
        assert f"  {words[0]} " in run("bandstand --help", station).stdout
        return
    done = run(f"{line} --seconds 20" if words[0] == "compose" else line, station)  # a shorter song is made sooner
    give_up_jobs(station)
    assert done.returncode == 0, done.stderr + done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("typed", "answer"), [talk for talk in list_talks() if talk[0] != "quit"])
def test_a_command_is_answered_in_the_shape_that_is_shown(typed: str, answer: str, station: Station) -> None:
    if typed.startswith("np"):
        play_something(station)
    done = run(f"bandstand ctl {shlex.quote(typed)}", station)
    if typed != "np":
        give_up_jobs(station)
    assert done.returncode == 0, done.stderr
    if answer:
        assert re.match(find_shape(answer), done.stdout.splitlines()[0]), (answer, done.stdout)


@pytest.mark.slow
def test_values_have_the_fields_that_are_shown(station: Station) -> None:
    [shown] = [block for block in BLOCKS if any(line.startswith("$ bandstand ctl --json np") for line in block.lines)]
    expected = json.loads("".join(shown.lines[1:]))
    play_something(station)
    given = json.loads(run("bandstand ctl --json np", station).stdout)
    assert given.keys() == expected.keys()
    assert given["song"].keys() == expected["song"].keys()


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "toml"])
def test_a_configuration_is_one(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "bandstand.toml"
    file.write_text("\n".join(block.lines))
    config.load(file, {})


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "json"])
def test_a_description_is_one(block: Block) -> None:
    msgspec.json.decode("\n".join(block.lines), type=Description)


def test_the_two_commands_of_the_beginning_are_there(tmp_path: Path) -> None:
    clone, up = next(block.lines for block in BLOCKS if block.lines[0].startswith("git clone"))
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone")
    command = clone.replace("<this repository>", shlex.quote(str(ROOT)))
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True, capture_output=True, timeout=PATIENCE)
    assert os.access(tmp_path / up, os.X_OK)
    subprocess.run(["bash", "-n", up], cwd=tmp_path, check=True)
