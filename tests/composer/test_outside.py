"""Sound that the station did not make: what is known of a file at once, and pipes of every kind."""

import io
import os
import threading
import time
import wave
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest

from bandstand.common.errors import BandstandError, ComposeError, NotAudio
from bandstand.common.files import format_location
from bandstand.common.generators import PIPE, Value
from bandstand.common.jobs import Begun, Done, Job, Passed, Step
from bandstand.common.types import FRAME_BYTES, RATE, SongCode
from bandstand.composer.outside import look_at_file, play_file, play_pipe
from bandstand.composer.spool import SpoolWriter

SECONDS = 0.5


def make_raw(rate: int = RATE, level: float = 0.5) -> bytes:
    sine = level * np.sin(2 * np.pi * 440 / rate * np.arange(round(SECONDS * rate)))
    return (sine * 32767).astype("<i2").tobytes()


def make_wav(rate: int = RATE, level: float = 0.5) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(make_raw(rate, level))
    return made.getvalue()


def make_flac(**tags: str) -> bytes:
    return encode("flac", "flac", **tags)


def encode(form: str, codec: str, **tags: str) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format=form) as container:
        container.metadata.update(tags)
        stream = container.add_stream(codec, rate=RATE)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.frombuffer(make_raw(), np.int16).reshape(1, -1), "s16", "mono")
        frame.sample_rate = RATE
        kind = stream.codec_context.format.name
        for converted in av.AudioResampler(kind, "mono", RATE, stream.codec_context.frame_size).resample(frame):
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return made.getvalue()


class Case:
    """A worker's job of playing something, with what it reports and what its reader hears."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self.heard = b""
        self.may_read = threading.Event()

    def make_job(self, **parameters: Value) -> Job:
        folder = str(self.folder / "songs" / "abc")
        return Job(
            song=SongCode("abc"), generator=PIPE, seed=0, parameters=parameters, directory=folder, loudness=-16.0
        )

    def write(self, name: str, data: bytes) -> Job:
        path = self.folder / name
        path.write_bytes(data)
        return self.make_job(file=format_location(path))

    def pipe(
        self, data: bytes, *, is_read: bool = True, is_read_late: bool = False, **parameters: Value
    ) -> Passed | Done:
        """Play what a pipe of these bytes gives. Without `is_read` nobody listens; late: when it is said to begin."""
        out, into = os.pipe()
        heard, growth = os.pipe()
        with (self.folder / "spool").open("w+b") as spool:
            threads = [threading.Thread(target=self._write, args=(into, data))]
            if is_read:
                threads.append(threading.Thread(target=self._read, args=(heard, is_read_late)))
            else:
                os.close(heard)
            for thread in threads:
                thread.start()
            try:
                writer = SpoolWriter(spool.fileno(), growth)
                return play_pipe(self.make_job(**parameters), writer, self._take_step, out)
            finally:
                if not parameters.get("keep"):
                    os.close(growth)
                for thread in threads:
                    thread.join(10)

    def _take_step(self, step: Step) -> None:
        self.steps.append(step)
        if isinstance(step, Begun):
            self.may_read.set()

    def _write(self, into: int, data: bytes) -> None:
        with suppress(BrokenPipeError), os.fdopen(into, "wb") as pipe:
            pipe.write(data)

    def _read(self, heard: int, is_late: bool) -> None:
        self.may_read.wait(20 if is_late else 0)
        with os.fdopen(heard, "rb") as pipe:
            self.heard = pipe.read()

    @property
    def begun(self) -> Begun:
        return next(step for step in self.steps if isinstance(step, Begun))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


# Files


def test_a_file_is_named_by_its_tags_or_by_its_name_and_has_its_length(case: Case) -> None:
    assert look_at_file(case.write("a.flac", make_flac(title="Tide", artist="Sea"))).title == "Tide"
    begun = look_at_file(case.write("low tide.wav", make_wav()))
    assert (begun.title, begun.artist, begun.seconds) == ("low tide", "unknown", SECONDS)


def test_files_one_behind_the_other_have_their_whole_length(case: Case) -> None:
    assert look_at_file(case.write("a.wav", make_wav() + make_wav(8000))).seconds == 2 * SECONDS


def test_a_file_is_played_where_it_is_with_the_loudness_of_its_beginning(case: Case) -> None:
    job = case.write("a.wav", make_wav(level=0.9))
    done = play_file(job, case.steps.append)
    assert done.files == {"audio": job.parameters["file"]} == {"audio": case.begun.source}
    assert done.loudness is not None and done.loudness > -16.0


def test_a_quiet_beginning_says_nothing_of_the_loudness(case: Case) -> None:
    assert play_file(case.write("a.wav", make_wav(level=0.001)), case.steps.append).loudness == -16.0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"hello\n" * 100, "it is not a sound file, or not of a known format"),
        (b"", "it is not a sound file, or not of a known format"),
        (b"#EXTM3U\na.wav\n", "it is a playlist; bandstand import takes the songs that it lists"),
    ],
)
def test_what_has_no_sound_is_named_with_the_reason(data: bytes, said: str, case: Case) -> None:
    job = case.write("a.wav", data)
    with pytest.raises(ComposeError) as raised:
        play_file(job, case.steps.append)
    assert str(raised.value) == f"{case.folder / 'a.wav'}: {said}"
    assert case.steps == []


def test_a_file_that_is_gone_is_named(case: Case) -> None:
    with pytest.raises(ComposeError, match="it cannot be read: No such file or directory"):
        look_at_file(case.make_job(file=format_location(case.folder / "gone")))


# Pipes


@pytest.mark.parametrize("data", [make_wav(), make_wav(8000), make_flac()], ids=["WAV", "another rate", "FLAC"])
def test_a_pipe_is_heard_as_live_sound_from_beginning_to_end(data: bytes, case: Case) -> None:
    passed = case.pipe(data)
    assert isinstance(passed, Passed)
    assert passed.seconds == pytest.approx(SECONDS, abs=0.001)
    assert len(case.heard) == pytest.approx(SECONDS * RATE * FRAME_BYTES, abs=2 * FRAME_BYTES)
    assert case.begun.is_live and (case.begun.title, case.begun.artist) == ("Standard input", "a pipe")
    assert not (case.folder / "songs").exists()


@pytest.mark.parametrize(
    "kinds",
    ["flac mp3", "mp3 flac", "ogg flac", "ogg ogg", "flac flac", "mp3 ogg mp3", "flac wav", "wav flac", "wav mp3 wav"],
)
def test_files_one_behind_the_other_come_out_of_a_pipe_whole(kinds: str, case: Case) -> None:
    files = {
        "flac": make_flac(), "mp3": encode("mp3", "libmp3lame"), "ogg": encode("ogg", "libopus"), "wav": make_wav(),
    }  # fmt: skip
    parts = [files[kind] for kind in kinds.split()]
    passed = case.pipe(b"".join(parts))
    assert passed.seconds == pytest.approx(SECONDS * len(parts), abs=0.06 * len(parts))
    assert passed.provenance.notes == []
    assert sum(isinstance(step, Begun) for step in case.steps) == 1


def test_raw_sound_is_read_as_it_is_declared(case: Case) -> None:
    assert case.pipe(make_raw(24000), format="s16le", rate=24000, channels=1).seconds == pytest.approx(
        SECONDS, abs=0.001
    )


def test_a_file_behind_raw_sound_is_heard_as_what_it_is(case: Case) -> None:
    passed = case.pipe(make_raw(24000) + make_flac(), format="s16le", rate=24000, channels=1)
    assert passed.seconds == pytest.approx(2 * SECONDS, abs=0.01)
    heard = np.frombuffer(case.heard, "<f4")
    assert np.abs(heard).max() < 0.55


def test_a_file_behind_a_tiny_one_is_heard_too(case: Case) -> None:
    tiny = encode("mp3", "libmp3lame")[:2000]
    passed = case.pipe(tiny + make_wav())
    assert passed.seconds >= SECONDS


def test_tags_in_the_stream_name_it_and_what_the_person_says_comes_first(case: Case) -> None:
    case.pipe(make_flac(title="Tide", artist="Sea"))
    assert (case.begun.title, case.begun.artist) == ("Tide", "Sea")
    case.steps.clear()
    case.pipe(make_flac(title="Tide", artist="Sea"), title="Mine")
    assert (case.begun.title, case.begun.artist) == ("Mine", "Sea")


@pytest.mark.slow
def test_what_is_kept_is_a_song_with_its_file(case: Case) -> None:
    done = case.pipe(make_wav(), keep=True, title="Mine")
    assert isinstance(done, Done)
    assert (done.title, done.seconds) == ("Mine", SECONDS)
    assert (case.folder / "songs" / "abc" / done.files["audio"]).is_file()
    assert not case.begun.is_live


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nothing came out of the pipe"),
        (
            b"\0\0\0\x1cftypM4A " + bytes(999),
            "came out of the pipe is MP4 that has to be read as a file; write it",
        ),
        (b"PK\x03\x04" + bytes(999), "what came out of the pipe is a ZIP archive and no sound"),
        (b"hello\n" * 1000, "what came out of the pipe is no sound that is known; raw sound needs --format"),
        (make_wav(level=0.0), "it made 0.5 s of silence"),
    ],
)
def test_a_pipe_without_sound_is_told(data: bytes, said: str, case: Case) -> None:
    with pytest.raises(NotAudio, match=said):
        case.pipe(data)
    assert case.steps == []


def test_a_stream_that_breaks_off_is_heard_up_to_there(case: Case) -> None:
    data = make_flac()
    passed = case.pipe(data[: len(data) * 3 // 4])
    assert 0 < passed.seconds < SECONDS


def test_where_nobody_listens_any_more_it_ends(case: Case) -> None:
    try:
        passed = case.pipe(make_wav() * 20, is_read=False)
    except BandstandError as error:
        pytest.fail(str(error))
    assert isinstance(passed, Passed)


@pytest.mark.parametrize("data", [make_wav(), make_flac(), encode("ogg", "libopus")], ids=["wav", "flac", "ogg"])
def test_what_is_no_sound_before_a_pipes_sound_is_passed_over_and_told(data: bytes, case: Case) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: audio\r\n\r\n"
    step = case.pipe(head + data)
    heard = len(case.heard)
    case.pipe(data)
    assert heard == len(case.heard) > 0
    assert isinstance(step, Passed) and step.provenance is not None
    assert step.provenance.notes == [f"it has {len(head)} bytes before its sound that are none"]


def test_it_begins_before_more_is_written_than_fits_into_a_pipe_that_nobody_reads_yet(case: Case) -> None:
    """As of a program that wrote all of a slow sound at once: four seconds of 8 kHz come in one read."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((make_raw(8000) * 8)[:64_000])
    began = time.monotonic()
    case.pipe(made.getvalue(), is_read_late=True)
    assert time.monotonic() - began < 15
    assert len(case.heard) == 4 * RATE * FRAME_BYTES
