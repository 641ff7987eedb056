"""How quick and how cheap the streamer is, through the real Icecast to a listener that decodes packet by packet.

    python bench/engine.py [--rounds 40] [--seconds 30] [--json FILE]

Delay: from the moment at which `Play` is sent to the arrival of the first packet in which a decoder finds the tone.
Processor: user and system time of the streamer as a share of one core. Memory: its proportional set size (PSS).
"""

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
from twisted.internet import reactor
from twisted.internet.defer import Deferred, inlineCallbacks, succeed
from twisted.internet.endpoints import UNIXClientEndpoint, connectProtocol
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.protocols import amp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.icecast import prepare, probe
from common import config, wire
from common.config import Mount
from common.types import CHANNELS, RATE
from streamer.codecs.ogg import opus_head

HEARD = 0.05
MP3 = Mount(path="/stream.mp3", format="mp3", bitrate=128)
OPUS = Mount(path="/stream.opus", format="opus", bitrate=96)


def mp3_packets(receive: Callable[[], bytes]) -> Iterator[bytes]:
    """MP3 frames as they arrive; every one is of the size that the bit rate gives."""
    size, data = MP3.bitrate * 125 * 1152 // RATE, b""
    while (at := data.find(b"\xff\xfb")) < 0 or data[at + size : at + size + 2] != b"\xff\xfb":
        data += receive()
    data = data[at:]
    while True:
        while len(data) >= size:
            yield data[:size]
            data = data[size:]
        data += receive()


def opus_packets(receive: Callable[[], bytes]) -> Iterator[bytes]:
    """Opus packets as their pages arrive."""
    data = b""

    def need(length: int) -> None:
        nonlocal data
        while len(data) < length:
            data += receive()

    while True:
        need(27)
        segments = data[26]
        need(27 + segments)
        lacing = data[27 : 27 + segments]
        need(27 + segments + sum(lacing))
        body, data = data[27 + segments : 27 + segments + sum(lacing)], data[27 + segments + sum(lacing) :]
        packet = b""
        for size in lacing:
            packet, body = packet + body[:size], body[size:]
            if size < 255:
                if not packet.startswith((b"OpusHead", b"OpusTags")):
                    yield packet
                packet = b""


PACKETS = {"mp3": ("mp3float", b"", mp3_packets), "opus": ("opus", opus_head(CHANNELS, 0), opus_packets)}
"""format -> the decoder's name, what it must know beforehand, and how packets are found in the stream"""


class Ear(threading.Thread):
    """A listener that notes when a tone begins."""

    def __init__(self, port: int, mount: Mount) -> None:
        super().__init__(daemon=True)
        self._mount = mount
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.sendall(f"GET {mount.path} HTTP/1.0\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(1)
        self._loud = False
        self._arrived = 0.0
        self.changed = threading.Condition()
        self.onset = 0.0

    def run(self) -> None:
        codec, head, packets = PACKETS[self._mount.format]
        decoder = av.CodecContext.create(codec, "r")
        if head:
            decoder.extradata = head
        with suppress(OSError, EOFError):
            for packet in packets(self._receive):
                peak = max((np.abs(frame.to_ndarray()).max() for frame in decoder.decode(av.Packet(packet))), default=0)
                self._note(peak > HEARD)

    def _receive(self) -> bytes:
        data = self._socket.recv(65_536)
        self._arrived = time.monotonic()
        if not data:
            raise EOFError
        return data

    def _note(self, loud: bool) -> None:
        with self.changed:
            if loud and not self._loud:
                self.onset = self._arrived
            self._loud = loud
            self.changed.notify_all()

    def wait(self, loud: bool) -> float:
        with self.changed:
            if not self.changed.wait_for(lambda: self._loud == loud, 10):
                raise RuntimeError("nothing was heard" if loud else "the tone did not end")
            return self.onset


class Link(amp.AMP):
    """Takes events and leaves them."""

    def locateResponder(self, name: bytes) -> Callable[[amp.Box], Deferred[amp.Box]]:
        return lambda box: succeed(amp.Box())


def tone(path: Path, volume: str = "12dB") -> Path:
    """Two minutes of a sine; without a volume given, at half of full scale."""
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=1000:r=48000:d=120", "-af", f"volume={volume}"]
    subprocess.run([*command, "-ac", "2", str(path)], check=True, stdin=subprocess.DEVNULL)
    return path


def processor(pid: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """PSS in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("Pss:"))) / 1024


@contextmanager
def process(arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(10)


@contextmanager
def station(mounts: list[Mount]) -> Iterator[tuple[Path, int, int]]:
    """An Icecast and a streamer in a directory of their own: the control socket, Icecast's port, the streamer's id."""
    with tempfile.TemporaryDirectory(prefix="engine-") as directory:
        Path(directory).chmod(0o755)  # Icecast's own user must reach what is its own in there
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
        text = f'[station]\ndirectory = "var"\n[icecast]\nport = {port}\npassword = "bench"\n'
        for mount in mounts:
            text += f'[[mounts]]\npath = "{mount.path}"\nformat = "{mount.format}"\nbitrate = {mount.bitrate}\n'
        path = Path(directory) / "bandstand.toml"
        path.write_text(text)
        settings = config.load(path, {})
        prepared = prepare(settings)
        with process(prepared.argv):
            while not probe(prepared.port, prepared.admin_password):
                time.sleep(0.05)
            with process([sys.executable, "-m", "streamer", "--config", str(path)]) as streamer:
                assert streamer.stdout is not None
                if streamer.stdout.readline() != b"ready\n":
                    raise RuntimeError("the streamer did not start")
                yield settings.paths.streamer_socket, prepared.port, streamer.pid


Steps = Generator[Deferred[Any], Any, Any]


def pause(seconds: float) -> Deferred[None]:
    return deferLater(reactor, seconds, lambda: None)


@inlineCallbacks
def connected(path: Path) -> Steps:
    """A control connection, when every mount is on the air."""
    link = yield connectProtocol(UNIXClientEndpoint(reactor, str(path)), Link())
    while True:
        answer = yield link.callRemote(wire.GetState)
        state = msgspec.json.decode(answer["state"], type=wire.StreamerState)
        if all(mount.on_air for mount in state.mounts):
            return link
        yield pause(0.1)


@inlineCallbacks
def play(link: Link, song: Path, cue: int) -> Steps:
    fd = os.open(song, os.O_RDONLY)
    try:
        yield link.callRemote(wire.Play, cue=cue, title="tone", artist="bench", audio=fd, raw=False, start=0, gain=0.0)
    finally:
        os.close(fd)


@inlineCallbacks
def delays(mount: Mount, song: Path, before: Path | None, rounds: int) -> Steps:
    """Milliseconds from `Play` to the first packet with the tone, once for each round; it cuts into `before`."""
    found = []
    with station([mount]) as (path, port, _):
        link = yield connected(path)
        yield pause(1.0)
        ear = Ear(port, mount)
        ear.start()
        for cue in range(1, rounds + 1):
            if before:
                yield play(link, before, 1000 + cue)
            yield deferToThread(ear.wait, False)
            yield pause(random.uniform(0.4, 0.6))
            began = time.monotonic()
            yield play(link, song, cue)
            onset = yield deferToThread(ear.wait, True)
            found.append(1000 * (onset - began))
            yield link.callRemote(wire.Stop)
    return found


@inlineCallbacks
def costs(mounts: list[Mount], song: Path | None, seconds: float) -> Steps:
    """Share of one core in percent, and PSS in MiB, over so many seconds of silence or of a song."""
    with station(mounts) as (path, _, pid):
        link = yield connected(path)
        if song:
            yield play(link, song, 1)
        yield pause(4.0)  # the start and the first reading ahead are no part of it
        before, began = processor(pid), time.monotonic()
        yield pause(seconds)
        share = 100 * (processor(pid) - before) / (time.monotonic() - began)
        return share, memory(pid)


@inlineCallbacks
def measured(arguments: argparse.Namespace) -> Steps:
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="engine-") as directory:
        songs = {kind: tone(Path(directory) / f"tone.{kind}") for kind in ("mp3", "flac")}
        quiet = tone(Path(directory) / "quiet.mp3", volume="-40dB")
        for mount, before in product((MP3, OPUS), (None, quiet)):
            found = yield delays(mount, songs["mp3"], before, arguments.rounds)
            name = f"{mount.format}, play into {'a song' if before else 'silence'} to audible"
            results[f"{name}, median, ms"] = statistics.median(found)
            results[f"{name}, 95th percentile, ms"] = sorted(found)[int(0.95 * len(found))]
        for name, mounts in (("mp3", [MP3]), ("opus", [OPUS]), ("mp3 and opus", [MP3, OPUS])):
            for what, song in (("silence", None), ("playing MP3", songs["mp3"])):
                share, size = yield costs(mounts, song, arguments.seconds)
                results[f"{name}, {what}: processor, % of a core"] = share
                results[f"{name}, {what}: memory, MiB"] = size
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40, help="plays for each delay")
    parser.add_argument("--seconds", type=float, default=30.0, help="for each processor figure")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    failed = []

    def show(results: dict[str, float]) -> None:
        for name, value in results.items():
            print(f"{name:<56} {value:8.2f}")
        if arguments.json:
            arguments.json.write_text(json.dumps(results, indent=2) + "\n")

    def fail(failure: Any) -> None:
        failed.append(failure)
        failure.printTraceback(sys.stderr)

    work: Deferred[Any] = Deferred()
    work.addCallback(lambda _: measured(arguments)).addCallbacks(show, fail)
    work.addBoth(lambda _: reactor.stop())
    reactor.callWhenRunning(work.callback, None)
    reactor.run()
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
