"""Telnet with real clients: `telnet` under a pseudo-terminal, and `nc`."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from tests.integration.streaming import free_port

PROGRAM = Path(__file__).with_name("remote_access_station.py")
BANDSTAND = str(Path(sys.executable).parent / "bandstand")
PATIENCE = 90
PASSWORD = "secret pass"
CTRL_A, CTRL_C, CTRL_D, UP = "\x01", "\x03", "\x04", "\x1b[A"


def drawn(text: str) -> str:
    """A pattern for text that the prompt may have drawn in pieces, as its keys came: it jumps over blanks."""
    letters = (" ?" if letter == " " else re.escape(letter) for letter in text)
    return r"(?:\x1b\[[0-9;?]*[a-zA-Z])*".join(letters)


class Station:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.config = folder / "bandstand.toml"
        self.config.write_text(f'[telnet]\nport = {self.port}\n[radio]\nidle = "silence"\n')
        self.log = folder / "log"
        environment = {**os.environ, "PYTHONPATH": str(PROGRAM.parents[2])}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(self.config)], stdout=subprocess.PIPE, stderr=log, env=environment
            )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", self.log.read_text()

    def run(self, *words: str, given: str = "") -> str:
        done = subprocess.run(
            [BANDSTAND, words[0], "--config", str(self.config), *words[1:]],
            input=given, capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        return done.stdout + done.stderr

    def nc(self, text: str) -> str:
        done = subprocess.run(
            ["nc", "-N", "127.0.0.1", str(self.port)], input=text.encode(), capture_output=True, timeout=PATIENCE
        )
        return done.stdout.decode("utf-8", "replace")

    def telnet(self) -> pexpect.spawn:
        """A client whose person has logged in."""
        environment = {**os.environ, "TERM": "xterm"}
        client = pexpect.spawn(
            "telnet", ["127.0.0.1", str(self.port)], env=environment, encoding="utf-8", timeout=PATIENCE,
            dimensions=(24, 80),
        )  # fmt: skip
        client.expect("name: ")
        client.send("ann\r")
        client.expect("ann\r\npassword: ")
        client.send(f"{PASSWORD}\r")
        client.expect("welcome, ann")
        client.expect(">")
        return client

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            if self.process.stdout is not None:
                self.process.stdout.close()


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    if shutil.which("telnet") is None or shutil.which("nc") is None:
        pytest.skip("telnet and nc are not installed")
    running = Station(tmp_path_factory.mktemp("telnet"))
    assert "ann may log in" in running.run("passwd", "ann", given=f"{PASSWORD}\n")
    assert "ann (telnet, ssh, the page) is owner now" in running.run("ctl", "grant", "ann", "owner")
    yield running
    running.close()


@pytest.fixture
def telnet(station: Station) -> Iterator[pexpect.spawn]:
    client = station.telnet()
    yield client
    client.close(force=True)


def test_nc_is_answered_line_by_line_before_it_ends(station: Station) -> None:
    said = station.nc(f"ann\n{PASSWORD}\nwhoami\nnp\nnonsense\n")
    answers = said.splitlines()[-3:]
    assert answers[0] == "ok: you are ann, with the right owner"
    assert answers[1].startswith("ok: silence")
    assert answers[2].startswith("error: there is no command of that name")
    assert "\x1b" not in said


def test_a_real_client_has_keys_and_its_password_is_not_shown(telnet: pexpect.spawn) -> None:
    telnet.send("ami" + CTRL_A + "who\r")
    telnet.expect("ann, with the right owner")
    assert PASSWORD not in telnet.before


def test_history_and_completion_are_there(telnet: pexpect.spawn) -> None:
    telnet.send("versi\t\r")
    telnet.expect("Bandstand [0-9]")
    telnet.send(UP + "\r")
    telnet.expect("Bandstand [0-9]")


def test_wide_characters_arrive_whole_and_are_never_said_back_raw(telnet: pexpect.spawn) -> None:
    telnet.send("play 夜の電車 naïve\r")
    telnet.expect(re.escape('no song "夜の電車 naïve" (there are 0)'))


def test_a_notice_appears_above_the_line_that_is_typed(telnet: pexpect.spawn, station: Station) -> None:
    telnet.send("histo")
    telnet.expect(drawn("histo"))
    station.run("ctl", "quit")
    telnet.expect("a notice for everybody")
    telnet.expect(drawn("histo"))
    telnet.send("ry\r")
    telnet.expect("nothing has been played yet")


def shortened(telnet: pexpect.spawn) -> bool:
    """Whether the list of commands is cut to the window's width."""
    telnet.send("help\r")
    telnet.expect("help COMMAND says more")
    telnet.expect("end your session")
    return "…" in telnet.before


def test_a_window_that_grows_is_used(telnet: pexpect.spawn) -> None:
    telnet.setwinsize(24, 60)
    until(lambda: shortened(telnet), "the narrow window is known")
    telnet.setwinsize(24, 250)
    until(lambda: not shortened(telnet), "the wide window is known")


def until(condition: Callable[[], object], what: str) -> None:
    pause, last = threading.Event(), time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < last, what
        pause.wait(0.2)


def test_ctrl_c_clears_the_line_and_ctrl_d_says_goodbye(telnet: pexpect.spawn) -> None:
    telnet.send("nonsense" + CTRL_C + "whoami\r")
    telnet.expect("ann, with the right owner")
    telnet.send(CTRL_D)
    telnet.expect("bye")
    telnet.expect(pexpect.EOF)


def test_logout_ends_the_session_after_its_answer(telnet: pexpect.spawn) -> None:
    telnet.send("exit\r")
    telnet.expect("goodbye")
    telnet.expect(pexpect.EOF)


def test_who_shows_whoever_is_here(station: Station, telnet: pexpect.spawn) -> None:
    assert re.search("ann +owner .*telnet from 127.0.0.1", station.run("ctl", "who"))


def test_a_wrong_password_is_logged_without_it(station: Station) -> None:
    assert "that is not right" in station.nc("ann\nwrong guess\n")
    log = station.log.read_text()
    assert "telnet: ann from 127.0.0.1 failed to log in" in log
    assert "wrong guess" not in log


def test_the_end_of_the_station_is_told_and_leaves_nothing_behind(tmp_path: Path, station: Station) -> None:
    own = Station(tmp_path)
    try:
        own.run("passwd", "ann", given=f"{PASSWORD}\n")
        client = own.telnet()
        client.send("half a li")
        client.expect(drawn("half a li"))
        own.process.terminate()
        client.expect("the station stops")
        client.expect("bye")
        client.expect(pexpect.EOF)
        client.close()
        assert own.process.wait(PATIENCE) == 0
    finally:
        own.close()
    assert "Traceback" not in own.log.read_text()
    assert "Task was destroyed" not in own.log.read_text()


def test_any_bytes_from_an_outsider_neither_stop_the_door_nor_raise(station: Station) -> None:
    junk = bytes(range(256)) * 40
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", station.port), PATIENCE) as client:
            client.sendall(junk)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass
    assert "Traceback" not in station.log.read_text()
