"""What real players make of the stream: how soon they sound, how far behind they are, seams, and a crash.

    python bench/listeners.py [--only opening songs crash] [--players ffmpeg ...] [--mounts /stream.mp3 ...]
        [--rounds 3] [--intros BYTES:BURST ...]

A whole station on an Icecast with the configuration that we write, and beside its mounts the same without an intro and
with the field's burst of 64 KiB. `players.py` names the packages, and how each player is heard.

opening: a tone that rises by 100 Hz a second tells the ear which moment of the stream it hears. From opening the
address to the first sample that is not zero, to the tone, and how much later the tone is heard than it was on the air;
one player at a time, medians, beside a file on this machine, which shows the player's own start. `--intros` adds mounts
with other lengths, in bytes, of intro and burst. songs: two tones as songs that follow without a gap. crash: the
streamer, and then streamer and standby at once, are killed while all players listen. The machine's other work shows.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from players import PLAYERS, RATE, STEP, Moment, Player, SoundServer, find_installed
from rig import BANDSTAND, Ear, Station, until

from bandstand.bot.supervision.icecast import Prepared, prepare, probe
from bandstand.common import config
from bandstand.common.config import Mount
from bandstand.streamer.codecs.formats import FORMATS

LOWEST, RISE, TURN = 400.0, 100.0, 60.0
"""Hertz, hertz a second, and the seconds after which the tone begins anew."""
TURNS = 10
RISING = "glissando"
STEADY = {"quadringentos": 440, "sescentos": 660}
SONG = 8.0
"""Seconds of each of the two tones."""
FIELD_BURST = 65_536
WAY = 0.1
"""Seconds from the air to a connected listener of an MP3 mount (`ear.py`)."""
LATEST = 30.0
"""Seconds after which a player is given up."""
SETTLED = 4.0
"""Seconds of the tone in which a player shows how far behind it is."""
BACK = 12.0
SILENT = 1.0
"""Seconds after a crash in which what was sent before it may still come."""
CRASHES = {"streamer": ("streamer",), "streamer and standby": ("streamer", "standby")}


@dataclass(frozen=True)
class Variant:
    """A mount, and how its Icecast differs from what we write."""

    mount: Mount
    has_intro: bool = True
    burst: int | None = None
    intro_bytes: int | None = None

    @property
    def intro(self) -> str:
        return self.mount.intro if self.intro_bytes is None else f"/bench_{self.intro_bytes}.mp3"


def list_variants(intros: Sequence[tuple[int, int]]) -> dict[str, Variant]:
    variants = [
        Variant(Mount(path="/stream.mp3", format="mp3")),
        Variant(Mount(path="/plain.mp3", format="mp3"), has_intro=False),
        Variant(Mount(path="/field.mp3", format="mp3"), has_intro=False, burst=FIELD_BURST),
        Variant(Mount(path="/stream.opus", format="opus")),
        Variant(Mount(path="/field.opus", format="opus"), burst=FIELD_BURST),
        Variant(Mount(path="/stream.flac", format="flac")),
    ]
    variants += [
        Variant(Mount(path=f"/i{intro}-b{burst}.mp3", format="mp3"), intro_bytes=intro, burst=burst)
        for intro, burst in intros
    ]
    return {variant.mount.path: variant for variant in variants}


# The station


@contextmanager
def station_of(folder: Path, variants: Sequence[Variant]) -> Iterator[Station]:
    """A station on the air, whose Icecast is started here with `variants` in its configuration."""
    mounts = "".join(f'[[mounts]]\npath = "{v.mount.path}"\nformat = "{v.mount.format}"\n' for v in variants)
    station = Station(folder, f"{mounts}[web]\nenabled = false\n")
    prepared = prepare(config.load(station.config, {}))
    change_icecast(folder / "var", variants)
    icecast = subprocess.Popen(prepared.argv)
    try:
        until(lambda: probe(prepared.port, prepared.admin_password), "Icecast answers", 20)
        station.config.write_text(use_icecast(station.config.read_text(), prepared))
        station.up()
        for variant in variants:
            station.wait_for(rf"{variant.mount.path} is on the air")
        station.say("cancel 1")  # the song with which a new station begins
        yield station
    finally:
        station.end()
        icecast.kill()
        icecast.wait(10)


def use_icecast(text: str, prepared: Prepared) -> str:
    keys = f'host = "127.0.0.1"\npassword = "{prepared.password}"\nadmin_password = "{prepared.admin_password}"\n'
    return text.replace("[icecast]\n", f"[icecast]\n{keys}", 1).replace("[radio]\n", "[radio]\nstock = 0\n", 1)


def change_icecast(var: Path, variants: Sequence[Variant]) -> None:
    """Write `variants` into the configuration, and the intros that only they have."""
    tree = ElementTree.parse(var / "icecast" / "icecast.xml")
    tree.find("limits/sources").text = "50"  # type: ignore[union-attr]
    blocks = {block.findtext("mount-name"): block for block in tree.iter("mount")}
    for variant in variants:
        block = blocks[variant.mount.path]
        if variant.burst is not None:
            block.find("burst-size").text = str(variant.burst)  # type: ignore[union-attr]
        intro = block.find("intro")
        if intro is not None and not variant.has_intro:
            block.remove(intro)
        elif intro is not None and variant.intro_bytes is not None:
            intro.text = variant.intro
            write_intro(var / "webroot", variant)
    tree.write(var / "icecast" / "icecast.xml")


def write_intro(webroot: Path, variant: Variant) -> None:
    assert variant.intro_bytes is not None
    encoder = FORMATS["mp3"].encoder(variant.mount.bitrate)
    quiet = encoder.standby_silence("mp3")
    encoder.close()
    size = len(quiet.packets[0])
    frames = b"".join(islice(cycle(quiet.packets), variant.intro_bytes // size))
    (webroot / variant.intro.strip("/")).write_bytes(frames.ljust(variant.intro_bytes, b"\0"))
    (webroot / variant.intro.strip("/")).chmod(0o644)


def make_tones(folder: Path) -> dict[str, Path]:
    """Files of the rising tone and the steady ones, by their names."""
    at = np.arange(round(TURN * RATE)) / RATE
    sounds = {RISING: np.sin(2 * np.pi * (LOWEST * at + RISE * at**2 / 2))}
    sounds |= {name: np.sin(2 * np.pi * hertz * at[: round(SONG * RATE)]) for name, hertz in STEADY.items()}
    files = {name: folder / f"{name}.flac" for name in sounds}
    for name, sound in sounds.items():
        write_flac(files[name], np.repeat(0.1 * sound[:, None], 2, axis=1), TURNS if name == RISING else 1)
    return files


def write_flac(path: Path, sound: "np.typing.NDArray[np.float64]", turns: int) -> None:
    command = ["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "-", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as ffmpeg:
        assert ffmpeg.stdin is not None
        for _ in range(turns):
            ffmpeg.stdin.write(sound.astype("<f4").tobytes())


# What was heard


@dataclass(frozen=True)
class Opening:
    """Seconds; None: not within `LATEST`."""

    sample: float | None
    tone: float | None
    behind: float | None


def measure_opening(player: Player, began: float) -> Opening:
    """`began`: when the rising tone began on the air."""
    try:
        until(lambda: player.find(is_audible) is not None, "the tone", LATEST)
        time.sleep(SETTLED)
    except TimeoutError:
        return Opening(player.find(is_playing), None, None)
    return Opening(
        player.find(is_playing), player.find(is_audible), find_delay(player.heard[-round(2 / STEP) :], began)
    )


def is_playing(moment: Moment) -> bool:
    return moment.level > 0


def is_audible(moment: Moment) -> bool:
    return moment.hertz > 0


def find_delay(heard: Sequence[Moment], began: float) -> float | None:
    """How much later the rising tone is heard than it was on the air; the median of these moments."""
    delays = [
        (moment.at - began - (moment.hertz - LOWEST) / RISE + TURN / 2) % TURN - TURN / 2
        for moment in heard
        if moment.hertz > 0
    ]
    return statistics.median(delays) if delays else None


def find_gap(heard: Sequence[Moment]) -> float:
    """The longest time without the tone."""
    times = [moment.at for moment in heard if moment.hertz > 0]
    return max((later - earlier for earlier, later in pairwise(times)), default=0.0)


# The three parts


@dataclass(frozen=True)
class Bench:
    station: Station
    server: SoundServer
    folder: Path
    players: Sequence[str]
    mounts: Sequence[str]
    rounds: int
    tones: dict[str, Path]
    ear: Ear

    def get_url(self, mount: str) -> str:
        return f"http://127.0.0.1:{self.station.port}{mount}"

    @contextmanager
    def play(self, names: Sequence[str], url: str) -> Iterator[list[Player]]:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        folder.chmod(0o777)
        players = [Player(name, url, self.server, folder / name) for name in names]
        try:
            yield players
        finally:
            for player in players:
                player.end()

    def begin_tone(self) -> float:
        """Put the rising tone on the air; when it began, to a tenth of a second, as a connected listener hears."""
        self.station.say("stop")
        until(lambda: time.monotonic() - self.ear.heard > 1, "silence")
        asked = time.monotonic()
        subprocess.Popen([BANDSTAND, "play", "--config", str(self.station.config), str(self.tones[RISING])])
        until(lambda: self.ear.heard > asked, "the tone on the air")
        return self.ear.heard - WAY


def show(*columns: object) -> None:
    print("".join(f"{column:<24}" if not n else f"{column!s:>16}" for n, column in enumerate(columns)), flush=True)


def round_median(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{statistics.median(known):.2f}" if len(known) == len(values) else "never"


def open_addresses(bench: Bench) -> None:
    local = bench.folder / "local.mp3"
    tone = f"sine=frequency={STEADY['quadringentos']}:duration=30:sample_rate={RATE}"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", tone, str(local)], check=True)
    show("opening", "", "first sample, s", "tone, s", "behind, s")
    for mount in ["a local file", *bench.mounts]:
        url = str(local) if mount == "a local file" else bench.get_url(mount)
        began = bench.begin_tone()
        for name in bench.players:
            found = []
            for _ in range(bench.rounds):
                with bench.play([name], url) as (player,):
                    found.append(measure_opening(player, began))
            behind = "" if mount == "a local file" else round_median([each.behind for each in found])
            samples, tones = (round_median([getattr(each, what) for each in found]) for what in ("sample", "tone"))
            show(mount, name, samples, tones, behind, *player.said)


def play_songs(bench: Bench) -> None:
    show("songs", "", "440 Hz, s", "660 Hz, s", "seam, ms")
    first, second = STEADY
    files = [str(bench.tones[name]) for name in STEADY]
    subprocess.run([BANDSTAND, "import", "--config", str(bench.station.config), *files], check=True)
    for mount in bench.mounts:
        bench.begin_tone()
        with bench.play(bench.players, bench.get_url(mount)) as players:
            wait_for_tones(players)
            bench.station.say("stop")
            bench.station.say(f"play {first}")
            bench.station.say(f"queue {second}")
            began = time.monotonic()
            time.sleep(2 * SONG + BACK)
            for player in players:
                show(mount, player.name, *measure_songs([each for each in player.heard if each.at > began]))


def measure_songs(heard: Sequence[Moment]) -> tuple[str, str, str]:
    first, second = ([moment.at for moment in heard if abs(moment.hertz - hertz) < 40] for hertz in STEADY.values())
    if not first or not second:
        return "not all", f"{STEP * len(first):.1f}", f"{STEP * len(second):.1f}"
    seam = find_gap([moment for moment in heard if first[len(first) // 2] < moment.at < second[len(second) // 2]])
    return f"{STEP * len(first):.1f}", f"{STEP * len(second):.1f}", f"{max(0.0, 1000 * (seam - STEP)):.0f}"


def wait_for_tones(players: Sequence[Player]) -> None:
    try:
        until(lambda: all(player.find(is_audible) for player in players), "every player plays", LATEST)
    except TimeoutError:
        print("not playing:", *(player.name for player in players if not player.find(is_audible)))
    time.sleep(2)


def crash(bench: Bench) -> None:
    show("killed", "", "behind, s", "silent, s", "behind after, s", "plays on", "connections")
    for mount in bench.mounts:
        for killed, processes in CRASHES.items():
            began = bench.begin_tone()
            bench.ear.dropped, bench.ear.longest_wait = 0, 0.0
            with bench.play(bench.players, bench.get_url(mount)) as players:
                wait_for_tones(players)
                before = [find_delay(player.heard[-100:], began) for player in players]
                at = time.monotonic()
                running = bench.station.processes()
                for process in processes:
                    os.kill(running[process], signal.SIGKILL)
                until(lambda at=at: bench.ear.heard > at + SILENT, "the tone after the crash")
                time.sleep(BACK)
                for player, delay in zip(players, before, strict=True):
                    heard = [moment for moment in player.heard if moment.at > at]
                    after = find_delay(heard[-100:], began)
                    told = " ".join(player.said)
                    gap = f"{find_gap(heard):.2f}" if after is not None else "for good"
                    row = (
                        round_median([delay]),
                        gap,
                        round_median([after]),
                        "yes" if player.is_running else "no",
                        told,
                    )
                    show(f"{mount} {killed}", player.name, *row)
            ear = bench.ear
            print(f"an MP3 listener of our own was closed {ear.dropped} times; longest wait {ear.longest_wait:.2f} s")


PARTS: dict[str, Callable[[Bench], None]] = {"opening": open_addresses, "songs": play_songs, "crash": crash}


def parse_lengths(text: str) -> tuple[int, int]:
    intro, _, burst = text.partition(":")
    return int(intro), int(burst)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--players", nargs="+", choices=PLAYERS, default=list(PLAYERS))
    parser.add_argument("--mounts", nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--intros", nargs="+", type=parse_lengths, default=[])
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    variants = list_variants(arguments.intros)
    mounts = arguments.mounts or list(variants)
    chosen = [variant for path, variant in variants.items() if path in {"/stream.mp3", *mounts}]
    names = find_installed(arguments.players)
    with tempfile.TemporaryDirectory(prefix="listeners-") as name, station_of(Path(name), chosen) as station:
        folder = Path(tempfile.mkdtemp(dir=name))
        server = SoundServer(folder, names)
        try:
            ear = Ear(station.port, "/stream.mp3")
            ear.start()
            bench = Bench(station, server, folder, names, mounts, arguments.rounds, make_tones(folder), ear)
            for part in arguments.only:
                PARTS[part](bench)
        finally:
            server.end()


if __name__ == "__main__":
    main()
