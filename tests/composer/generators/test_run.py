"""Generators as real processes, good and bad ones: their sound, and the sentences for the person who asked."""

import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from bandstand.common.generators import Generator
from bandstand.common.jobs import Begun, Done, Job, Section
from bandstand.common.types import RATE, SongCode
from bandstand.composer.folder import SONG_FILE
from bandstand.composer.generators.messages import MessageReader
from bandstand.composer.generators.run import SaidSoFar

pytestmark = pytest.mark.integration


def pitch(sound: np.ndarray) -> float:
    """Frequency of the loudest partial, Hz."""
    spectrum = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound))))
    return float(spectrum.argmax() * RATE / len(sound))


def test_a_wav_on_standard_output_is_the_song(workshop) -> None:
    run = workshop.run(workshop.python("out.write(wav(s16(frames())))"))
    assert run.done.seconds == 1.0
    assert run.sound.shape == (RATE, 2)
    assert pitch(run.sound) == pytest.approx(440, abs=2)
    assert run.notes == []
    assert run.ended
    assert run.done.provenance.status == 0
    assert len(run.done.provenance.program) == 12
    assert {path.name for path in run.folder.iterdir()} == {*run.done.files.values(), SONG_FILE}
    assert msgspec.json.decode((run.folder / SONG_FILE).read_bytes(), type=Done) == run.done


def test_a_song_begins_before_its_program_has_ended(workshop) -> None:
    """The program waits until the worker has read all that it wrote: until its pipe is empty."""
    run = workshop.run(
        workshop.python(
            "import fcntl, termios\n"
            "out.write(wav(s16(frames()), length=0)); out.flush()\n"
            "left = bytearray(4)\n"
            "while fcntl.ioctl(out, termios.FIONREAD, left) or any(left): pass\n"
            "print('all was read', file=sys.stderr)\n"
        )
    )
    assert run.done.provenance.errors == "all was read"
    assert run.begun is not None


def test_seed_and_parameters_are_passed_as_arguments_and_variables(workshop) -> None:
    program = workshop.write(
        "say.py",
        "import os, sys\nprint(sys.argv[1:], {k: v for k, v in os.environ.items() if 'BAND' in k}, file=sys.stderr)",
    )
    command = [sys.executable, str(program), "--seed={seed}", "{tempo}", "$(id) {key}; rm"]
    generator = Generator(command=command, directory=str(workshop.folder))
    run = workshop.run(generator, seed=42, tempo=140, key="D m")
    assert "['--seed=42', '140', '$(id) D m; rm']" in run.failed.provenance.errors
    assert "'BANDSTAND_SEED': '42'" in run.failed.provenance.errors
    assert "'BANDSTAND_TEMPO': '140'" in run.failed.provenance.errors


def test_the_stations_secrets_are_not_passed_on(workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANDSTAND_ICECAST_PASSWORD", "sesame")
    run = workshop.run(workshop.python("print([x for x in os.environ.items() if 'BAND' in x[0]], file=sys.stderr)"))
    assert "BANDSTAND_SEED" in run.failed.provenance.errors
    assert "sesame" not in run.failed.provenance.errors


def test_title_and_tempo_are_read_from_standard_error(workshop) -> None:
    line = """bandstand: {"title": "Low\\\\nTide", "artist": "Me", "tempo": 96, "sections": [["a", 1], ["b", 5]]}"""
    run = workshop.run(workshop.python(f"print('{line}', file=sys.stderr)\nout.write(wav(s16(frames())))"))
    assert isinstance(run.begun, Begun)
    assert (run.begun.title, run.begun.artist) == ("Low Tide", "Me")
    assert run.done.facts == {"tempo": 96}
    assert run.done.sections == (Section("a", 1), Section("b", 5))


@pytest.mark.parametrize(
    ("what", "seconds"),
    [
        ("wav(bytes(128 + round(x * 127) for x in frames(rate=8000)), rate=8000, bits=8)", 1.0),
        ("wav(s16(frames(rate=44100), 2), channels=2, rate=44100)", 1.0),
        ("wav(b''.join(struct.pack('<i', round(x * 8388607))[:3] for x in frames()), bits=24)", 1.0),
        ("wav(b''.join(struct.pack('<i', round(x * 2**31 * 0.99)) for x in frames()), bits=32)", 1.0),
        ("wav(b''.join(struct.pack('<f', x) for x in frames()), bits=32, tag=3)", 1.0),
        ("wav(b''.join(struct.pack('<d', x) for x in frames(rate=96000)), rate=96000, bits=64, tag=3)", 1.0),
        ("wav(s16(frames(level=0.2), 6), channels=6)", 1.0),
        ("wav(s16(frames()), length=0)", 1.0),
        ("wav(s16(frames()), length=0xffffffff)", 1.0),
        ("wav(s16(frames()), length=96000) + b'LIST' + struct.pack('<I', 20) + b'INFOIART' + bytes(12)", 1.0),
    ],
    ids=["8-bit-8k", "16-stereo-44k", "24", "32", "float", "double-96k", "5.1", "no-length", "all-ones", "trailer"],
)
def test_every_usual_kind_of_wav_is_decoded(what: str, seconds: float, workshop) -> None:
    run = workshop.run(workshop.python(f"out.write({what})"))
    assert run.done.seconds == pytest.approx(seconds, abs=0.01)
    assert run.notes == []
    assert pitch(run.sound[2000:-2000]) == pytest.approx(440, abs=2)
    assert 0.3 < np.abs(run.sound).max() < 0.9


@pytest.mark.parametrize(
    ("what", "note"),
    [
        ("wav(s16(frames()), length=48000)", "promised 0.5 s, and more came"),
        ("wav(s16(frames()), length=480000)", "promised 5.0 s, and 1.0 s came"),
        ("wav(s16(frames()), length=0) + b'x'", "ends inside a frame: 1 bytes"),
        ("wav(s16(min(1, max(-1, 4 * x)) for x in frames()))", "it clips from 0:00"),
        ("wav(b''.join(struct.pack('<f', 3 * x) for x in frames()), bits=32, tag=3)", "louder than full scale"),
        ("wav(s16(0.4 + x / 2 for x in frames()))", "off centre by 0.4"),
        (
            "wav(b''.join(struct.pack('<f', x if x < 0.499 else math.nan) for x in frames()), bits=32, tag=3)",
            "no numbers (NaN or infinite)",
        ),
        ("wav(s16(frames()), rate=48000).replace(struct.pack('<II', 48000, 96000), struct.pack('<II', 48000, 88200))",
         "48000 Hz, but 44100 Hz by its bytes a second"),
    ],
    ids=["short-length", "long-length", "odd-byte", "clipping", "too-loud", "offset", "nan", "two-rates"],
)  # fmt: skip
def test_problems_of_the_sound_are_reported_and_the_song_plays(what: str, note: str, workshop) -> None:
    run = workshop.run(workshop.python(f"out.write({what})"))
    assert [reported for reported in run.notes if note in reported], run.notes
    assert run.done.provenance.notes == run.notes
    assert run.done.seconds == pytest.approx(1.0, abs=0.01)
    assert np.isfinite(run.sound).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sys.exit(3)", "mine: it ended with exit status 3 and said nothing"),
        ("seconds / 0", "mine: it ended with exit status 1: ZeroDivisionError: float division by zero"),
        ("os.kill(os.getpid(), 11)", "mine: it was ended by SIGSEGV"),
        ("pass", "mine: it ended without writing any sound"),
        ("print('Rendering, please wait. ' * 4)", 'mine: it writes text and no sound to standard output'),
        ("print('hello')", "mine: it writes text and no sound"),
        ("out.write(os.urandom(999) + bytes(1))", "mine: what it writes to standard output is no WAV; raw"),
        ("out.write(b'fLaC' + bytes(99))", "mine: it writes FLAC to standard output; write WAV there"),
        ("out.write(wav(bytes(96000)))", "mine: it made 1.0 s of silence; nothing of that can be heard"),
        ("out.write(wav(s16([0.5] * 48000)))", "mine: it made 1.0 s of silence"),
        ("out.write(wav(struct.pack('<f', float('nan')) * 480, bits=32, tag=3))", "samples that are no numbers"),
        ("out.write(wav(struct.pack('<f', 20000.0) * 480, bits=32, tag=3))", "its samples reach 20000"),
        ("out.write(wav(b'', rate=0))", "its WAV header says 0 frames a second"),
        ("out.write(wav(bytes(99), channels=99))", "its WAV header says 99 channels"),
        ("out.write(wav(bytes(99), tag=85))", "its WAV has MP3, which is not played"),
        ("out.write(b'RIFF1234WAVE')", "its WAV ends before its sound begins"),
        ("out.write(b'RIFF1234AVI LIST' + bytes(99))", "its RIFF file is no WAVE file"),
    ],
)  # fmt: skip
def test_output_without_audible_sound_fails_and_never_begins(text: str, expected: str, workshop) -> None:
    run = workshop.run(workshop.python(text))
    assert expected in run.failed.reason
    assert run.begun is None
    assert run.ended
    assert list(run.folder.parent.iterdir()) == []


def test_a_crash_in_the_middle_is_reported_with_its_place_and_keeps_the_spooled_sound(workshop) -> None:
    run = workshop.run(workshop.python("out.write(wav(s16(frames()), length=0))\nout.flush()\nraise KeyError('verse')"))
    assert run.begun is not None
    assert run.failed.reason == "mine, 0:01 into its sound: it ended with exit status 1: KeyError: 'verse'"
    assert "Traceback" in run.failed.provenance.errors
    assert run.failed.provenance.status == 1
    assert len(run.sound) == RATE
    assert list(run.folder.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("import signal; signal.pause()", {"silence": 0.3}, "nothing to be heard within 0.3 s (its limit silence)"),
        ("out.write(wav(s16(frames()), length=0)); out.flush(); import signal; signal.pause()", {"timeout": 2},
         "not finished within 2 s (its limit timeout)"),
        ("while True: pass", {"processor": 1, "silence": 60}, "more than 1 s of processor time (its limit processor)"),
        ("while True: out.write(bytes(65536))", {"format": "s16le", "silence": 60}, "its first 60 s are"),
    ],
    ids=["hangs", "hangs-later", "burns", "endless-silence"],
)  # fmt: skip
def test_a_program_that_exceeds_a_limit_is_ended(text: str, keys: dict[str, Any], expected: str, workshop) -> None:
    run = workshop.run(workshop.python(text, **keys))
    assert expected in run.failed.reason


def test_a_rate_that_gives_another_length_than_was_asked_is_reported(workshop) -> None:
    generator = workshop.python("out.write(wav(s16(frames(rate=44100)), rate=22050))")
    generator = msgspec.structs.replace(generator, command=[*generator.command, "{duration}"])
    run = workshop.run(generator, duration=1)
    assert run.notes == ["it is 2.0 s long, not 1: was it made at 44100 Hz, and says 22050?"]


def test_a_song_that_begins_with_a_minute_of_silence_fails(workshop) -> None:
    silence = "out.write(bytes([128]) * 80 * 8000)\nout.write(bytes(range(256)) * 99)"
    run = workshop.run(workshop.python(silence, format="u8", rate=8000, channels=1))
    assert "its first 60 s are silence" in run.failed.reason
    assert run.begun is None


def test_an_endless_song_ends_at_the_limit(workshop) -> None:
    run = workshop.run(workshop.python("data = s16(frames(seconds=1))\nwhile True: out.write(data)", format="s16le",
                                       channels=1, longest=2.5))  # fmt: skip
    assert run.done.seconds == 2.5
    assert len(run.sound) == 2.5 * RATE
    assert run.notes == ["it went on beyond 0:02, its limit longest, and was ended there"]


def test_a_song_shorter_than_a_block_plays(workshop) -> None:
    run = workshop.run(workshop.python("out.write(wav(s16(frames(seconds=0.05))))"))
    assert run.begun is not None
    assert run.done.seconds == 0.05


def test_a_song_that_crashes_within_its_first_block_never_begins(workshop) -> None:
    run = workshop.run(workshop.python("out.write(wav(s16(frames(seconds=0.09)), length=0))\nout.flush()\n1/0"))
    assert run.begun is None
    assert "ZeroDivisionError" in run.failed.reason


def test_a_song_of_silence_alone_fails(workshop) -> None:
    run = workshop.run(workshop.python("while True: out.write(bytes(65536))", format="s16le", longest=5))
    assert "it made 5.0 s of silence" in run.failed.reason


def test_a_file_that_is_too_large_is_not_written(workshop) -> None:
    text = "f = open(sys.argv[1], 'wb')\nfor _ in range(3): f.write(bytes(2**20))\nf.close()"
    generator = workshop.python(text, disk=1)
    generator = msgspec.structs.replace(generator, command=[*generator.command, "{output}"])
    assert "a file of more than 1 MiB (its limit disk)" in workshop.run(generator).failed.reason


def test_all_processes_of_a_program_are_ended(workshop) -> None:
    child = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    text = (
        "import subprocess\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\nprint(child.pid, file=sys.stderr)\n"
        "out.write(wav(s16(frames())))"
    )
    run = workshop.run(workshop.python(text))
    assert not Path(f"/proc/{int(run.done.provenance.errors)}/cmdline").exists() or _is_zombie(
        int(run.done.provenance.errors)
    )


def _is_zombie(pid: int) -> bool:
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()


def test_the_song_does_not_wait_for_a_process_that_holds_the_output_open(workshop) -> None:
    text = (
        "import subprocess\nout.write(wav(s16(frames())))\nout.flush()\n"
        "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])"
    )
    assert workshop.run(workshop.python(text)).done.seconds == 1.0


@pytest.mark.parametrize(
    ("generator", "expected"),
    [
        ({"command": ["./gone.sh"]}, "mine: there is no file {folder}/gone.sh"),
        ({"command": ["no-such-program"]}, "mine: there is no program no-such-program on this machine"),
        ({"command": ["here.sh"]}, 'say "./here.sh" for the one in {folder}'),
        ({"command": ["./here.sh"]}, "mine: {folder}/here.sh is not executable; chmod +x makes it so"),
        ({"command": ["./songs"]}, "mine: {folder}/songs is no program: it is a folder, not a file"),
        ({"command": ["/dev/null"]}, "mine: /dev/null is no program: it is a device, not a file"),
        ({"command": [""]}, "mine: the first word of its command is empty; it is the program"),
        ({"command": ["touch", "{output}"]}, "mine: it ended well, but the file that it wrote to {{output}} is empty"),
        ({"command": ["./text"]}, "mine: it ended with exit status 127: ./text: 1: no: not found"),
        ({"callable": "gone:song"}, "mine: there is no module gone in {folder}"),
        ({"callable": "plain:gone"}, "has no attribute 'gone'"),
        ({"callable": "plain:broken"}, "TypeError: it yields str; a NumPy array or a pydub AudioSegment is expected"),
        ({"command": ["true"], "directory": "/nowhere/at/all"}, "mine: there is no directory /nowhere/at/all"),
        ({"command": ["true", "{output}"]}, "mine: it ended well, but wrote no file to {{output}}"),
        ({"command": ["cp", "text", "{output}"]}, "mine: the file that it wrote cannot be decoded"),
    ],
)  # fmt: skip
def test_a_program_that_cannot_be_started_fails(generator: dict[str, Any], expected: str, workshop) -> None:
    workshop.write("here.sh", "#!/bin/sh\n")
    workshop.write("text", "no program\n", mode=0o755)
    workshop.write("plain.py", "def broken():\n    yield 'la'\n")
    run = workshop.run(Generator(**{"directory": str(workshop.folder), **generator}))
    assert expected.format(folder=workshop.folder) in run.failed.reason


def test_a_file_that_the_program_writes_plays_when_it_is_complete(workshop) -> None:
    generator = workshop.python(
        "open(sys.argv[1], 'wb').write(wav(s16(frames(rate=44100)), rate=44100))\nprint('made')"
    )
    run = workshop.run(msgspec.structs.replace(generator, command=[*generator.command, "{output}"]))
    assert run.done.seconds == pytest.approx(1.0, abs=0.01)
    assert pitch(run.sound[2000:-2000]) == pytest.approx(440, abs=2)
    assert run.done.provenance.errors == "made"
    assert {path.name for path in run.folder.iterdir()} == {*run.done.files.values(), SONG_FILE}


def test_raw_sound_is_decoded_as_declared(workshop) -> None:
    generator = workshop.python("out.write(s16(frames(rate=24000), 2))", format="s16le", rate=24000, channels=2)
    run = workshop.run(generator)
    assert run.done.seconds == pytest.approx(1.0, abs=0.01)
    assert pitch(run.sound[2000:-2000]) == pytest.approx(440, abs=2)


def test_a_thread_that_a_callable_leaves_behind_does_not_hold_up_its_end(workshop) -> None:
    text = (
        "import atexit, threading, numpy as np\n"
        "atexit.register(print, 'said at the end')\n"
        "def song():\n"
        "    threading.Thread(target=threading.Event().wait).start()\n"
        "    yield np.tile([0.5, -0.5], 2400)\n"
    )
    workshop.write("band.py", text)
    run = workshop.run(Generator(callable="band:song", directory=str(workshop.folder)))
    assert run.done.seconds == 0.1
    assert run.done.provenance.errors == "said at the end"


def test_a_callable_yields_arrays_segments_and_facts(workshop) -> None:
    workshop.write(
        "band.py",
        "import numpy as np\nfrom pydub.generators import Sine\n"
        "def song(seed, duration, level=0.5):\n"
        "    print('composing')\n"
        "    yield {'title': f'Number {seed}'}\n"
        "    t = np.arange(24000) / 48000\n"
        "    yield level * np.sin(2 * np.pi * 440 * t)\n"
        "    yield (16000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16)\n"
        "    yield Sine(440, sample_rate=44100).to_audio_segment(1000)\n",
    )
    run = workshop.run(Generator(callable="band:song", directory=str(workshop.folder)), seed=5, duration=1)
    assert run.done.title == "Number 5"
    assert run.done.seconds == pytest.approx(2.0, abs=0.01)
    assert run.done.provenance.errors == "composing"
    assert pitch(run.sound[:RATE]) == pytest.approx(440, abs=2)


def test_the_same_seed_gives_the_same_samples_and_an_edit_another_fingerprint(workshop) -> None:
    text = (
        "import random; random.seed(os.environ['BANDSTAND_SEED'])\n"
        "out.write(wav(s16([random.uniform(-1, 1) for _ in range(9000)])))"
    )
    first, second = workshop.run(workshop.python(text)), workshop.run(workshop.python(text))
    other = workshop.run(workshop.python(text), seed=8)
    edited = workshop.run(workshop.python(text + " # louder"))
    assert first.done.provenance == second.done.provenance
    assert first.done.provenance.sound != other.done.provenance.sound
    assert first.done.provenance.program != edited.done.provenance.program
    assert first.done.provenance.sound == edited.done.provenance.sound
    assert (first.folder / "song.flac").read_bytes() == (second.folder / "song.flac").read_bytes()


def test_a_song_that_is_finished_already_is_played_from_its_file(workshop) -> None:
    generator = workshop.python("out.write(wav(s16(frames())))")
    first = workshop.run(generator, song="same")
    again = workshop.run(msgspec.structs.replace(generator, command=["false"]), song="same")
    assert again.done == first.done
    assert again.begun is not None
    assert len(again.sound) == RATE


def test_a_full_disk_is_reported(workshop) -> None:
    run = workshop.run(workshop.python("out.write(wav(s16(frames())))"), spool=Path("/dev/full"))
    assert "the disk is full; make room where the station keeps its songs" in run.failed.reason
    assert run.begun is None


def test_what_a_program_says_can_be_read_while_it_runs_and_goes_with_a_good_end(tmp_path) -> None:
    messages, path = MessageReader(), tmp_path / "errors" / "abc.txt"
    said = SaidSoFar(Job(song=SongCode("abc"), generator="mine", seed=1, directory="", errors=str(path)), messages)
    said.show()
    assert not path.exists()
    messages.push(b"loading\nverse 1\nver")
    said.show()
    assert not path.exists(), "some times a second at most"
    said._looked = 0.0
    said.show()
    assert path.read_text() == "loading\nverse 1\nver"
    said.remove()
    assert not path.exists()
