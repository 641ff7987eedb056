"""What is opened for every song and every connection is opened and closed a thousand times: nothing is left over.

The memory that is looked at is this process's own; what a leak of one small file's samples or of one encoder would add
is far more than what an allocator keeps.
"""

import gc
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from bandstand.common.config import Icecast, Mount
from bandstand.common.config import Station as Named
from bandstand.common.types import RATE, Decibels, Frames
from bandstand.streamer.block import Block
from bandstand.streamer.codecs.encoder import dither
from bandstand.streamer.codecs.formats import FORMATS
from bandstand.streamer.delivery import Delivery
from bandstand.streamer.icecast import ShoutConnection, ShoutHandle
from bandstand.streamer.output import CameOnAir, EncodedMount, MountEvent, MountParts
from bandstand.streamer.sources import DecodedAhead, file_source, spool_source

pytestmark = pytest.mark.slow

TIMES = 1000
WARMING_UP = 100
GROWTH = 8 * 2**20
"""Bytes that memory may grow in a thousand rounds; a leak of 8 KiB in each round is found."""
BLOCK = np.zeros((1920, 2), np.float32) + np.float32(0.1)


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def held() -> tuple[int, int, int]:
    """Count this process's descriptors and threads, and measure its memory in bytes."""
    gc.collect()
    for thread in threading.enumerate():
        if thread.name == "source":
            thread.join(10)
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), resident()


def a_thousand_times(something: Callable[[], object]) -> None:
    """Repeat an action, then check that the process holds no more than before."""
    for _ in range(WARMING_UP):
        something()
    files, threads, memory = held()
    for _ in range(TIMES):
        something()
    files_after, threads_after, memory_after = held()
    assert files_after <= files, "descriptors are left"  # what other tests left may end meanwhile
    assert threads_after <= threads, "threads are left"
    assert memory_after - memory < GROWTH


def opened(source: DecodedAhead) -> DecodedAhead:
    ready = threading.Event()
    source.begin(lambda error: ready.set())
    assert ready.wait(10)
    return source


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One song of each kind, longer than what is decoded ahead, and one file that is no sound."""
    folder = tmp_path_factory.mktemp("songs")
    for name in ("song.wav", "song.flac", "song.mp3", "song.opus", "song.m4a"):
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "sine=1000:r=48000:d=6",
            "-ac",
            "2",
            str(folder / name),
        ]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    (folder / "words.mp3").write_text("words\n" * 100)
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["song.wav", "song.mp3", "song.opus", "words.mp3"])
def test_a_file_that_is_cut_off_leaves_nothing(name: str, songs: dict[str, Path]) -> None:
    def play_a_little() -> None:
        source = opened(file_source(os.open(songs[name], os.O_RDONLY), Frames(0), Decibels(0)))
        source.read(480)
        source.close()

    a_thousand_times(play_a_little)


def test_a_file_in_whose_middle_is_begun_leaves_nothing(songs: dict[str, Path]) -> None:
    def play_a_little() -> None:
        source = opened(file_source(os.open(songs["song.flac"], os.O_RDONLY), Frames(4 * RATE), Decibels(0)))
        source.read(480)
        source.close()

    a_thousand_times(play_a_little)


def test_a_growing_song_that_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(np.zeros((RATE, 2), np.float32).tobytes())

    def play_a_little() -> None:
        growth, grew = os.pipe()
        source = opened(spool_source(os.open(tmp_path / "spool", os.O_RDONLY), growth, Frames(0), Decibels(0)))
        source.read(480)
        source.close()
        os.close(grew)

    a_thousand_times(play_a_little)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_codec_leaves_nothing(kind: str) -> None:
    sound = dither(4800)

    def encode_a_little() -> None:
        codec = FORMATS[kind].codec(128)
        codec.packets(sound)
        codec.close()

    a_thousand_times(encode_a_little)


def test_a_chain_of_titles_leaves_nothing() -> None:
    encoder = FORMATS["opus"].encoder(96)
    sound = dither(4800)
    titles = count()

    def retitle() -> None:
        encoder.encode(sound)
        encoder.begin_next_stream((("TITLE", f"song {next(titles)}"),))

    a_thousand_times(retitle)
    encoder.close()


@contextmanager
def accepting() -> Iterator[int]:
    """A server that accepts every stream and closes it after reading a little."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
                    connection.recv(65_536)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(10)


def test_a_connection_that_is_lost_again_and_again_leaves_nothing() -> None:
    """A libshout connection with a real encoder. The clock jumps ahead, so no pause between tries is waited out."""
    mount = Mount(path="/stream.opus", format="opus", bitrate=96)
    kind = replace(FORMATS["opus"], silence=lambda codec: [b"silence"])  # the real one takes its time
    closed = count(1)
    skipped = [0.0]
    pause = threading.Event()
    events: list[MountEvent] = []

    class SkippingConnection(ShoutConnection):
        def close(self) -> None:
            super().close()
            skipped[0] = 60.0 * next(closed)

    with accepting() as port:
        icecast = Icecast(host="127.0.0.1", port=port, password="secret")
        handle = ShoutHandle(icecast, Named(), mount, mount.path)

        def dial() -> SkippingConnection:
            handle.dial()
            return SkippingConnection(handle)

        parts = MountParts(
            dial=dial,
            new_encoder=lambda: kind.encoder(96),
            set_title=lambda title: None,
            report=events.append,
            clock=lambda: time.monotonic() + skipped[0],
            random=lambda: 0.0,
            delivery=Delivery(mount.path),
        )
        encoded = EncodedMount(mount, parts)

        def come_and_go() -> None:
            before = skipped[0]
            while skipped[0] == before:
                encoded.push(Block(len(BLOCK), BLOCK))
                pause.wait(0.0002)

        a_thousand_times(come_and_go)
        encoded.close()
    assert events.count(CameOnAir(mount.path)) > TIMES // 20  # the rest is given up before it is there
