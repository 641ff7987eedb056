"""The same terminal by a real `ssh` client, with keys, and single commands with their exit status."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.integration.streaming import free_port

PROGRAM = Path(__file__).with_name("remote_access_station.py")
PATIENCE = 90
CTRL_D = "\x04"


class Station:
    """With ann's key in its file, and a key of bob's that is not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        for name in ("ann", "bob"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name}@home", "-f", str(folder / name)],
                check=True, timeout=PATIENCE,
            )  # fmt: skip
        keys = (folder / "ann.pub").read_text()
        (folder / "keys").write_text(f'# who may\n\n{keys}command="true" {(folder / "bob.pub").read_text()}nonsense\n')
        config = folder / "bandstand.toml"
        settings = f'[telnet]\nenabled = false\n[ssh]\nport = {self.port}\nauthorized_keys = "keys"\n'
        config.write_text(settings + '[radio]\nidle = "silence"\n')
        self.log = folder / "log"
        environment = {**os.environ, "PYTHONPATH": str(PROGRAM.parents[2])}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(config)], stdout=subprocess.PIPE, stderr=log, env=environment
            )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", self.log.read_text()

    def words(self, *words: str, name: str = "ann", key: str = "ann", tty: bool = False) -> list[str]:
        return [
            "ssh", "-F", "none", "-p", str(self.port), "-i", str(self.folder / key), "-o", "IdentitiesOnly=yes",
            "-o", "IdentityAgent=none", "-o", f"UserKnownHostsFile={self.folder / 'known'}",
            "-o", "StrictHostKeyChecking=accept-new", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
            "-t" if tty else "-T", f"{name}@127.0.0.1", *words,
        ]  # fmt: skip

    def run(self, *words: str, given: str = "", name: str = "ann", key: str = "ann") -> tuple[int, str, str]:
        command = self.words(*words, name=name, key=key)
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=PATIENCE)
        return done.returncode, done.stdout, done.stderr

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
    if shutil.which("ssh") is None:
        pytest.skip("openssh-client is not installed")
    running = Station(tmp_path_factory.mktemp("ssh"))
    yield running
    running.close()


def test_one_command_has_its_answer_and_an_exit_status(station: Station) -> None:
    assert station.run("whoami") == (0, "ok: you are ann, with the right listener\n", "")
    status, said, complaint = station.run("skip")
    assert (status, said) == (1, "")
    assert complaint == 'denied: "skip" needs the right dj; whoever runs the station can give it to you\n'


def test_lines_of_a_pipe_are_all_answered_before_the_end(station: Station) -> None:
    status, said, _ = station.run(given="whoami\nnonsense\nnp")
    lines = said.splitlines()
    assert (status, len(lines)) == (1, 3)
    assert lines[2].startswith("ok: silence")
    assert station.run(given="np\n")[0] == 0


def test_a_terminal_has_the_same_prompt(station: Station) -> None:
    program, *words = station.words(tty=True)
    environment = {**os.environ, "TERM": "xterm"}
    client = pexpect.spawn(program, words, encoding="utf-8", timeout=PATIENCE, dimensions=(24, 80), env=environment)
    client.expect("welcome, ann")
    client.send("versi\t\r")
    client.expect("Bandstand [0-9]")
    client.send("song 夜の電車\r")
    client.expect('no song "夜の電車"')
    client.setwinsize(30, 100)
    client.send(CTRL_D)
    client.expect("bye")
    client.expect(pexpect.EOF)
    client.close()
    assert client.exitstatus == 0


def test_one_command_on_a_terminal_has_straight_lines(station: Station) -> None:
    program, *words = station.words("help", tty=True)
    client = pexpect.spawn(program, words, encoding="utf-8", timeout=PATIENCE, dimensions=(24, 80))
    client.expect(pexpect.EOF)
    client.close()
    assert client.before.count("\n") > 1
    assert client.before.count("\n") == client.before.count("\r\n")


@pytest.mark.parametrize(("name", "key"), [("bob", "ann"), ("ann", "bob"), ("bob", "bob"), ("root", "ann")])
def test_a_key_lets_in_whom_its_line_names_and_nobody_else(station: Station, name: str, key: str) -> None:
    status, _, complaint = station.run("whoami", name=name, key=key)
    assert status == 255
    assert "Permission denied (publickey)" in complaint


def test_the_stations_key_is_kept_and_is_nobody_elses_to_read(station: Station) -> None:
    assert (station.folder / "var" / "ssh_host_key").stat().st_mode & 0o777 == 0o600


def test_there_is_nothing_else_behind_the_door(station: Station) -> None:
    done = subprocess.run(
        [*station.words()[:-1], "-s", "ann@127.0.0.1", "sftp"],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode != 0


def test_bytes_that_are_no_ssh_do_not_stop_the_door(station: Station) -> None:
    for junk in (b"\xff" * 10_000, b"SSH-2.0-x\r\n" + bytes(range(256)) * 20, b"GET / HTTP/1.0\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", station.port), PATIENCE) as client:
            client.sendall(junk)
            client.shutdown(socket.SHUT_WR)
            try:
                while client.recv(65536):
                    pass
            except ConnectionError:
                pass
    assert station.run("whoami")[0] == 0
