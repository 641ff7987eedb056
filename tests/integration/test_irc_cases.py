"""Servers of one odd habit each (tests/cases/irc/ircd.py): the bot notices, goes on, and says what it cannot change."""

import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.ircd import PATIENCE, Bot

PROGRAM = Path(__file__).parents[1] / "cases" / "irc" / "ircd.py"
SETTINGS = """
[irc]
name = "odd"
server = "127.0.0.1"
port = {port}
tls = false
channels = ["#radio"]
"""


class OddServer:
    """The scripted server with a habit, and the bot that connects to it."""

    def __init__(self, folder: Path, habit: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._output = (folder / "server.log").open("w+")
        command = [sys.executable, str(PROGRAM), str(port), habit]
        self._process = subprocess.Popen(command, stdout=self._output, stderr=self._output)
        self.bot = Bot(folder, SETTINGS.format(port=port))

    def hears(self, pattern: str) -> None:
        last = time.monotonic() + PATIENCE
        while not re.search(pattern, Path(self._output.name).read_text(), re.MULTILINE):
            assert time.monotonic() < last, f"{pattern!r} was never said, but: {Path(self._output.name).read_text()}"
            threading.Event().wait(0.02)

    def close(self) -> None:
        self.bot.end()
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._output.close()
        assert "Traceback" not in self.bot.log(), self.bot.log()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str], OddServer]]:
    servers: list[OddServer] = []

    def start(habit: str) -> OddServer:
        servers.append(OddServer(tmp_path, habit))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def test_a_channel_that_forwards_the_bot_is_said_and_tried_again(serve: Callable[[str], OddServer]) -> None:
    serve("forward").bot.logs("#radio: it forwards the bot to ##radio-overflow; joining again in 30 s")


def test_a_server_that_refuses_with_half_of_the_request_gets_to_the_end(serve: Callable[[str], OddServer]) -> None:
    server = serve("nak")
    server.hears("^>> CAP END")
    server.bot.logs("in #radio")


def test_a_line_to_those_with_a_status_is_answered_in_the_channel(serve: Callable[[str], OddServer]) -> None:
    server = serve("status")
    server.hears("(?s)^>> NOTICE #radio :ann: ok: .*^>> NOTICE #radio :ann: ok: ")


def test_a_nick_that_is_taken_away_is_said(serve: Callable[[str], OddServer]) -> None:
    serve("enforce").bot.logs("the nick is now Guest123: the nick bandstand was taken away; trying again in 60 s")
