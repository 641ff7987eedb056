"""The generator's author at work on a running station: watch, save, hear; every third version is broken."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.integration.streaming import until
from tests.integration.test_station import RATE, Listener, Station, read_words

PROGRAM = """
import math, os, struct, sys
print('bandstand: {"title": "%d Hz", "tempo": 240, "beats": 1}' % HERTZ, file=sys.stderr)
out = sys.stdout.buffer
form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16)
out.write(b"RIFF\\xff\\xff\\xff\\xffWAVE" + form + b"data\\xff\\xff\\xff\\xff")
for second in range(int(float(os.environ["BANDSTAND_DURATION"]))):
    samples = (round(9000 * math.sin(2 * math.pi * HERTZ * n / 8000)) for n in range(8000))
    out.write(struct.pack("<8000h", *samples))
"""


BAR = 12_000
"""Frames of a bar of `PROGRAM`."""


class Pitch(Listener):
    """A listener that tells tones apart."""

    def hertz(self) -> float:
        """Of the next tenth of a second; 0 for silence, -1 for anything but one pure tone: music, or a cut in it."""
        assert self.process.stdout is not None
        data = self.process.stdout.read(RATE // 10 * 2)
        assert data, "the listener was disconnected"
        samples = np.frombuffer(data, np.int16) / 32768
        if np.sqrt(np.mean(samples**2)) < 0.01:
            return 0.0
        power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8192)) ** 2
        peak = int(power.argmax())
        near = power[max(peak - 24, 0) : peak + 25]  # the window's main lobe is 20 Hz to each side
        return float(peak * RATE / 8192) if near.sum() > 0.95 * power.sum() else -1.0

    def waits_for(self, hertz: int) -> list[float]:
        """Listen until the tone is heard for half a second; what was heard until then."""
        heard: list[float] = []
        while not (len(heard) >= 5 and all(abs(tone - hertz) < 12 for tone in heard[-5:])):
            heard.append(self.hertz())
            assert len(heard) < 600, f"{hertz} Hz was not heard within a minute: {heard[-20:]}"
        return heard

    def stays_at(self, hertz: int, seconds: float) -> None:
        """Listen for so many seconds, in which nothing but this tone is heard."""
        self.keeps_hearing(seconds, lambda: abs(self.hertz() - hertz) < 12)


class Author(Station):
    """A station with one generator, whose program is saved as an editor does it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.program = folder / "mine.py"
        command = f'command = ["{sys.executable}", "{self.program}"]'
        with self.config.open("a") as file:
            file.write(f"[generators.mine]\n{command}\nduration = 120\n")

    def save(self, text: str) -> None:
        beside = self.folder / ".mine.py.new"
        beside.write_text(text)
        beside.rename(self.program)

    def version(self, hertz: int) -> None:
        self.save(f"HERTZ = {hertz}\n{PROGRAM}")


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    made = Author(tmp_path)
    try:
        made.version(440)
        made.up()
        made.give_up_first_song()
        yield made
    finally:
        made.end()


def test_each_save_is_heard_and_a_broken_one_leaves_the_old_song_playing(author: Author) -> None:
    listener = Pitch(author)
    try:
        assert author.say("watch", "mine", "seed=7").startswith("watching mine with seed 7")
        listener.waits_for(440)
        tone = 440
        for number, hertz in enumerate((660, 880, 0, 550, 770, 0), 1):
            author.mark()
            if number % 3 == 0:
                author.save(f"{PROGRAM}\nHERTZ = 1")
                author.wait_for(r"job \d+ failed: mine: it ended with exit status 1: NameError")
                listener.stays_at(tone, 1.0)
                continue
            author.version(hertz)
            heard = listener.waits_for(hertz)
            between = [one for one in heard if abs(one - tone) > 12 and abs(one - hertz) > 12]
            assert len(between) <= 2, f"the change from {tone} to {hertz} Hz was no cut: {heard}"
            tone = hertz
        assert [job["state"] for job in author.ask("jobs")["jobs"]].count("failed") == 2
        assert all(frames % BAR == 0 for frames in cut_at(author))
        assert author.say("unwatch") == "mine is not watched any more"
        author.version(990)
        listener.stays_at(tone, 1.0)
    finally:
        listener.end()


BAD = {
    "crash": "1/0",
    "silent": "out.write(bytes(96000))",
    "text": "print('hello ' * 99)",
    "nothing": "pass",
    "hang": "import signal; signal.pause()",
    "absurd": "out.write(struct.pack('<2000f', *[9000.0, -9000.0] * 1000))",
}
"""Programs of which nothing can be heard, after what a good one begins with."""


def test_the_air_is_not_disturbed_by_what_cannot_be_heard(author: Author) -> None:
    head = "import struct, sys\nout = sys.stdout.buffer\n"
    with author.config.open("a") as file:
        for name, text in BAD.items():
            (author.folder / f"{name}.py").write_text(head + text)
            kind = 'format = "f32le"' if name == "absurd" else 'format = "s16le"'
            program = f'command = ["{sys.executable}", "{name}.py"]'
            file.write(f"[generators.{name}]\n{program}\n{kind}\nsilence = 2\n")
        file.write('[generators.gone]\ncommand = ["./gone"]\n')
    author.say("quit")
    assert author.process is not None
    author.process.wait(60)
    author.up()
    listener = Pitch(author)
    try:
        author.say("generate", "mine", "duration=60")
        listener.waits_for(440)
        for name in (*BAD, "gone"):
            author.say("generate", name)
            author.wait_for(rf"job \d+ failed: {name}: ")
        listener.stays_at(440, 8.0)
        assert "at 0:" in author.say("np")
        assert "440 Hz" in author.say("np")
    finally:
        listener.end()


def test_a_song_is_made_again_to_the_bit_and_its_program_is_told_apart(author: Author) -> None:
    code = author.say("generate", "mine", "seed=3", "duration=2").partition("makes song ")[2][:4]
    author.wait_for(r"job 2: .* is made")
    author.say("remake", code)
    author.wait_for(r"made again as \w+: the sound is the same, bit for bit \(ref")
    author.version(445)
    author.say("remake", code)
    author.wait_for(r"made again as \w+: the sound is different, and so is the program \(\w+ then, \w+ now\)")
    details = author.ask("song", code)
    assert details["to_air"] > 0
    assert details["song"]["seed"] == 3
    provenance = details["song"]["provenance"]
    assert (provenance["status"], len(provenance["program"]), len(provenance["sound"])) == (0, 12, 64)


def test_a_run_is_ended_with_its_job_with_its_worker_and_with_the_station(author: Author) -> None:
    endless = f"HERTZ = 440\nimport signal\n{PROGRAM}\nout.flush()\nsignal.pause()"
    author.save(endless)
    author.say("generate", "mine", "duration=2")
    author.wait_for(r'now: "440 Hz"')
    [first] = running(author)
    author.say("cancel", "2")
    gone(first)
    author.say("generate", "mine", "duration=2")
    author.wait_for(r'now: "440 Hz"')
    [second] = running(author)
    for worker in author.pids_of("bandstand.composer"):  # the one that waits, too
        os.kill(worker, signal.SIGKILL)
    gone(second)
    until(lambda: len(running(author)) == 1, "the song is made again")
    [again] = running(author)
    author.say("cancel", "3")
    gone(again)
    author.say("generate", "mine", "duration=2")
    author.wait_for(r'now: "440 Hz"')
    [last] = running(author)
    author.say("quit")
    assert author.process is not None
    author.process.wait(60)
    gone(last)


def cut_at(author: Author) -> list[int]:
    """Where versions were cut by the next one, in frames."""
    query = (
        "select cue.frames from cue join song on cue.song_id = song.code where generator = 'mine' and reason = 'cut'"
    )
    found = [int(row[0]) for row in author.select(query)]
    assert len(found) == 4
    return found


def running(author: Author) -> list[int]:
    words = {pid: read_words(pid) for pid in author.pids()}
    return [pid for pid in words if str(author.program).encode() in words[pid] and b"-m" not in words[pid]]


def gone(pid: int) -> None:
    """Wait for the end of a process that is not ours to wait for."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ready, _, _ = select.select([descriptor], [], [], 60)
    os.close(descriptor)
    assert ready, f"process {pid} runs on"
