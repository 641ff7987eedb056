"""The real libshout takes no more memory for each block that is sent, nor for each attempt to reach Icecast."""

import gc
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bandstand.common.config import Icecast, Mount, Station
from bandstand.streamer.icecast import OffAir, ShoutHandle
from tests.integration.streaming import until

ROUNDS = 20_000
"""Python-shout keeps 50 to 64 bytes for each method that is looked up: more than a mebibyte in so many rounds."""
GROWTH = 2**19
"""Bytes that an allocator may still take after some rounds."""
ATTEMPTS = 2000
"""What was lost at each attempt to connect, 1.2 KB and more, is over two mebibytes in so many."""
MOUNT = Mount(path="/stream.mp3", format="mp3", bitrate=128)


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure_growth(action: Callable[[], object], rounds: int) -> int:
    """Bytes by which this process grows in so many rounds, after some rounds of warming up."""
    for _ in range(rounds // 4):
        action()
    before = resident()
    for _ in range(rounds):
        action()
    return resident() - before


@contextmanager
def swallowing() -> Iterator[int]:
    """A server on this port that accepts one stream after the other and reads it to its end.

    It is one thread, since each new thread may get an arena of memory of its own, which would be counted as well.
    """
    server = socket.create_server(("127.0.0.1", 0))

    def read(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
            while connection.recv(65_536):
                pass

    def serve() -> None:
        with suppress(OSError):
            while True:
                read(server.accept()[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(10)


def make_handle(port: int) -> ShoutHandle:
    return ShoutHandle(Icecast(host="127.0.0.1", port=port, password="secret"), Station(), MOUNT, MOUNT.path)


def test_a_block_that_was_sent_leaves_no_memory_behind() -> None:
    with swallowing() as port:
        connection = make_handle(port).dial()
        until(connection.opened, "accepted")
        block = bytes(400)

        def send() -> int:
            connection.send(block)
            return connection.backlog

        assert measure_growth(send, ROUNDS) < GROWTH
        connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("is_there", [True, False])
def test_an_attempt_to_connect_leaves_no_memory_behind(is_there: bool) -> None:
    def attempt() -> None:
        with suppress(OffAir):
            connection = handle.dial()
            connection.opened()
            connection.close()

    with swallowing() as port:
        handle = make_handle(port if is_there else 9)
        assert measure_growth(attempt, ATTEMPTS) < 2 * GROWTH
