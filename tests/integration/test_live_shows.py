"""Live shows as DJs have them: source clients of Debian's connect, wait, go on the air and leave it, one by one.

Each of them, and each song of the programme, is a tone of its own, so what a listener hears at any moment can be told.
"""

import itertools
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from bandstand.common.types import RATE
from tests.integration.conftest import Listener
from tests.integration.streaming import Sound, until
from tests.integration.test_recording import count_steps
from tests.integration.test_station import Station
from tests.streamer.recording.test_recorder import decode

MOUNTS = "".join(f'[[mounts]]\npath = "/stream.{one}"\nformat = "{one}"\n' for one in ("mp3", "opus", "flac"))
BEFORE, AFTER = 500, 800
"""Hertz of the programme's songs."""
TONES = {"ann": 1200, "bob": 1700, "cid": 2300, "dee": 3100}
WINDOW = RATE // 50
HEARD = 0.004
"""Amplitude from which a tone counts as heard; its neighbours leave less than a tenth of that in its place."""
LOUDER = 2.0
"""A song is this many times as loud as when it stands in for a DJ who is lost, at least."""
FADE = 1.0
SLACK = 0.3
"""Seconds in which a window, a codec and a fade's last breath may still show a tone."""
LONGEST_GAP = 0.1
DITHER = 2
"""Steps of 16 bits by which two that dither the same sound, each by itself, may differ."""
SINE = "sine=frequency={tone}:sample_rate=48000,volume=4"
EZSTREAM = """<ezstream><servers><server><hostname>127.0.0.1</hostname><port>{port}</port><user>{name}</user>
<password>{password}</password></server></servers><streams><stream><mountpoint>/live/{name}</mountpoint>
<format>MP3</format></stream></streams><intakes><intake><filename>{folder}/{name}.mp3</filename></intake></intakes>
</ezstream>"""
ICES = """<ices><background>0</background><logpath>{folder}</logpath><logfile>ices.log</logfile><loglevel>2</loglevel>
<stream><input><module>playlist</module><param name="type">basic</param><param name="file">{folder}/list</param>
<param name="random">0</param><param name="once">0</param></input><instance><hostname>127.0.0.1</hostname>
<port>{port}</port><password>{password}</password><mount>/live/{name}</mount></instance></stream></ices>"""
LIQUIDSOAP = """settings.init.allow_root.set(true)
settings.log.stdout.set(true)
output.icecast(%mp3(bitrate=192), host="127.0.0.1", port={port}, user="{name}", password="{password}",
    mount="/live/{name}", amplify(0.3, sine({tone}.)))
"""


class Client(NamedTuple):
    """A source client that sends the tone of `name` to this station; written down in `folder`."""

    name: str
    folder: Path
    port: int
    password: str

    def fill(self, text: str) -> str:
        return text.format(tone=TONES[self.name], **self._asdict())

    def write(self, file: str, text: str) -> str:
        path = self.folder / file
        path.write_text(self.fill(text))
        path.chmod(0o600)
        return str(path)

    def make_file(self, ending: str, *codec: str) -> str:
        """A file of the tone, which clients send again and again."""
        return make_tone(self.folder / f"{self.name}.{ending}", TONES[self.name], *codec)


def make_tone(path: Path, hertz: int, *codec: str) -> str:
    given = ["-f", "lavfi", "-i", SINE.format(tone=hertz), "-t", "30", "-ac", "2"]
    subprocess.run(["ffmpeg", "-v", "error", *given, *codec, str(path)], check=True)
    return str(path)


def start_ffmpeg(client: Client) -> Sequence[str]:
    target = client.fill("icecast://{name}:{password}@127.0.0.1:{port}/live/{name}")
    sound = ["-re", "-f", "lavfi", "-i", client.fill(SINE), "-ac", "2", "-c:a", "libopus", "-b:a", "128k"]
    return [
        "ffmpeg",
        "-v",
        "error",
        *sound,
        "-f",
        "ogg",
        "-page_duration",
        "20000",
        "-content_type",
        "audio/ogg",
        target,
    ]


def start_ezstream(client: Client) -> Sequence[str]:
    client.make_file("mp3", "-c:a", "libmp3lame", "-b:a", "128k")
    return ["ezstream", "-c", client.write("ezstream.xml", EZSTREAM)]


def start_ices(client: Client) -> Sequence[str]:
    """It knows no user, and plays no file twice in a row."""
    file = Path(client.make_file("ogg", "-c:a", "libvorbis"))
    again = file.with_name("again.ogg")
    again.symlink_to(file)
    client.write("list", f"{file}\n{again}\n")
    return ["ices2", client.write("ices.xml", ICES)]


def start_liquidsoap(client: Client) -> Sequence[str]:
    return ["liquidsoap", client.write("source.liq", LIQUIDSOAP)]


PROGRAMS: dict[str, tuple[str, Callable[[Client], Sequence[str]]]] = {
    "ann": ("ffmpeg", start_ffmpeg),
    "bob": ("ezstream", start_ezstream),
    "cid": ("ices2", start_ices),
    "dee": ("liquidsoap", start_liquidsoap),
}


class Djs:
    """The source clients that this machine has, each with an account for the day."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.names = [name for name, (program, _) in PROGRAMS.items() if shutil.which(program)]
        self._commands: dict[str, Sequence[str]] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def prepare(self) -> None:
        for name in self.names:
            password = self.station.ask("guest", name)["password"]
            self._commands[name] = PROGRAMS[name][1](Client(name, self.station.folder, self.station.port, password))

    def connect(self, name: str) -> None:
        with (self.station.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                self._commands[name], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        with suppress(KeyError):
            process = self._processes.pop(name)
            process.kill()
            process.wait()

    def end(self) -> None:
        for name in list(self._processes):
            self.kill(name)

    def state(self, name: str) -> str:
        told = {one["name"]: one["state"] for one in self.station.ask("live")["djs"]}
        return str(told.get(name, ""))

    def wait_for(self, name: str, state: str) -> None:
        until(lambda: self.state(name) == state, f"{name} is {state}", pause=0.1)

    def hear(self, name: str, *words: str) -> None:
        """Have a DJ on the air, for so long that more than a fade is heard of them."""
        self.station.say("live", *words, name)
        self.wait_for(name, "on air")
        self.stay()

    def stay(self) -> None:
        until(lambda: self.station.ask("np")["seconds"] > 2 * FADE, "it was heard for a while", pause=0.1)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    with made.config.open("a") as file:
        file.write(f'{MOUNTS}[recordings]\nformats = ["flac"]\n')
    try:
        made.up()
        made.give_up_first_song()
        yield made
    finally:
        made.end()


@pytest.fixture
def djs(station: Station) -> Iterator[Djs]:
    made = Djs(station)
    made.prepare()
    try:
        for name in made.names:
            made.connect(name)
        yield made
    finally:
        made.end()


def test_source_clients_wait_go_on_the_air_and_leave_nothing_behind(station: Station, djs: Djs) -> None:
    before, after = import_tones(station, BEFORE, AFTER)
    for name in djs.names:
        djs.wait_for(name, "waiting")
    station.say("play", before)
    station.say("queue", after)
    listeners = [Listener(station.port, mount) for mount in ("/stream.mp3", "/stream.opus", "/stream.flac")]
    try:
        station.say("record", "on")
        djs.stay()
        djs.hear("ann", "go")
        djs.kill("ann")
        djs.wait_for("ann", "grace")
        djs.connect("ann")
        djs.wait_for("ann", "on air")
        djs.stay()
        for name in djs.names[1:]:
            djs.hear(name, "now")
        station.say("live", "end")
        until(lambda: station.ask("np")["song"]["code"] == after, "the programme is back")
        djs.stay()
        station.say("record", "off")
        for one in listeners:
            one.wait_until(lambda sound: (find_tone(sound, AFTER) > HEARD).sum() > RATE // WINDOW, "the programme")
        for one in listeners:
            check_order(one.sound(), djs.names)
        check_recording(station, listeners[-1].sound())
        assert not station.logged("Traceback")
    finally:
        for one in listeners:
            one.close()


def import_tones(station: Station, *tones: int) -> list[str]:
    """Songs of the library, their codes."""
    for hertz in tones:
        path = make_tone(station.folder / f"{hertz}.flac", hertz)
        assert station.say("import", path).startswith("job")

    def find(hertz: int) -> list[str]:
        return [str(song["code"]) for song in station.ask("search", str(hertz))["songs"]]

    until(lambda: all(find(hertz) for hertz in tones), "the songs are imported", pause=0.2)
    return [find(hertz)[0] for hertz in tones]


def find_tone(sound: Sound, hertz: int) -> Sound:
    """How loud a tone is in each window."""
    windows = sound[: len(sound) // WINDOW * WINDOW, 0].reshape(-1, WINDOW)
    shape = np.hanning(WINDOW)
    wave = shape * np.exp(-2j * np.pi * hertz * np.arange(WINDOW) / RATE)
    return np.asarray(2 * np.abs(windows @ wave) / shape.sum(), np.float32)


def find_span(levels: Sound, least: float = HEARD) -> tuple[float, float]:
    """When it is heard first and last, in seconds. A window alone is no tone: it is another's beginning."""
    is_loud = levels > least
    at = np.flatnonzero(is_loud[:-2] & is_loud[1:-1] & is_loud[2:])
    assert len(at), "it is never heard"
    return at[0] * WINDOW / RATE, (at[-1] + 3) * WINDOW / RATE


def check_order(sound: Sound, names: Sequence[str]) -> None:
    """The programme, each DJ, and the next song follow each other without a hole, and none is heard after its fade."""
    levels = {name: find_tone(sound, TONES[name]) for name in names}
    first, last = find_tone(sound, BEFORE), find_tone(sound, AFTER)
    spans = [find_span(first, first.max() / LOUDER), *(find_span(levels[name]) for name in names), find_span(last)]
    for one, following in itertools.pairwise(spans):
        assert one[0] < following[0] < one[1] + LONGEST_GAP, spans
        assert one[1] <= following[0] + FADE + SLACK, spans
    is_heard = np.maximum.reduce([first, last, *levels.values()]) > HEARD / 2
    heard = np.flatnonzero(is_heard)
    assert np.diff(heard).max() * WINDOW / RATE <= LONGEST_GAP
    lost = np.flatnonzero(levels["ann"] > HEARD)
    assert np.diff(lost).max() * WINDOW / RATE > LONGEST_GAP, "something else is heard while ann is lost"


def check_recording(station: Station, heard: Sound) -> None:
    """The recording has the sound of a lossless mount."""
    folder = station.var / "recordings"
    until(lambda: list(folder.glob("*[!l]/*.flac")), "the recording is whole")
    (file,) = folder.glob("*/*.flac")
    recorded = decode(file)
    size = 1 << (len(heard) + len(recorded)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(heard[:, 0], size) * np.conj(np.fft.rfft(recorded[:, 0], size)), size)
    begin = int(likeness[: len(heard)].argmax())
    same = heard[begin : begin + len(recorded)]
    assert len(same) > 10 * RATE
    assert np.abs(count_steps(same).astype(int) - count_steps(recorded[: len(same)])).max() <= DITHER
