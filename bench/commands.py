"""How soon commands are answered while songs are composed and two mounts stream: `python bench/commands.py --help`.

Starts a whole station of its own on free loopback ports. The station's terminal, the admin socket, telnet and ssh each
give a quarter of the commands, all at once: first one every so often, as many people would, then every one as soon as
the one before it is answered, which is as much as the bot can take. Each answer must be the one to that command. The
clock runs from the command's last byte to the answer's first line. Prints a table for each.
"""

import argparse
import contextlib
import itertools
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pexpect

BANDSTAND = str(Path(sys.executable).parent / "bandstand")
PASSWORD = "measured pass"
GOAL = 0.020
PATIENCE = 60
ANSWER = re.compile(r"(ok|error|usage|denied|busy|failed): ")
COLOURS = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[=>])")
SHOWN = "\x1b[?2004l"
"""What the prompt sends before it makes room for an answer: no more pasting."""
COMMANDS = (
    ("np", r"ok: (silence|.+ (at|is about|is held))"),
    ("whoami", r"ok: .*with the right"),
    ("songs", r"ok: \d+ songs?|ok: there are no songs"),
    ("cancel 99999", r"error: there is no open job 99999"),
    ("history", r"ok: (the last|nothing has)"),
    ("version", r"ok: Bandstand"),
    ("queue", r"ok: (the queue|\d+ songs? in)"),
    ("nonsense", r"error: there is no command"),
    ("jobs", r"ok: \d+ jobs? open"),
    ("help play", r"ok: play SONG"),
)
"""What is asked, and how its answer begins."""

Ask = Callable[[str], str]


def free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


class Place:
    """Where a station is to be found."""

    def __init__(self, folder: Path, ports: list[int]) -> None:
        self.folder = folder
        self.ports = ports
        self.telnet_port, self.ssh_port = ports


class Station(Place):
    """`bandstand up` on a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        icecast, *ports = free_ports(3)
        super().__init__(folder, ports)
        self.config = folder / "bandstand.toml"
        self.config.write_text(
            f"[icecast]\nport = {icecast}\n[telnet]\nport = {self.telnet_port}\n"
            f'[ssh]\nport = {self.ssh_port}\nauthorized_keys = "keys.pub"\n[radio]\nidle = "silence"\n'
        )
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ann", "-f", str(folder / "keys")]
        subprocess.run(key, check=True)
        environment = {**os.environ, "NO_COLOR": "1", "TERM": "xterm"}
        self.terminal = pexpect.spawn(
            BANDSTAND, ["up", "--config", str(self.config)], encoding="utf-8", timeout=PATIENCE, env=environment,
            dimensions=(50, 200),
        )  # fmt: skip
        for _ in range(2):  # mounts
            self.terminal.expect(r"/stream\.\w+ is on the air")

    def ctl(self, *words: str, given: str = "") -> str:
        command = [BANDSTAND, words[0], "--config", str(self.config), *words[1:]]
        return subprocess.run(command, input=given, capture_output=True, text=True, timeout=PATIENCE).stdout

    def close(self) -> None:
        self.terminal.sendcontrol("c")
        with contextlib.suppress(pexpect.TIMEOUT):
            self.terminal.expect(pexpect.EOF)
        self.terminal.close(force=True)


def answers(stream: Iterator[str]) -> Iterator[str]:
    """The first line of each answer; tables and notices are passed over."""
    for line in stream:
        plain = COLOURS.sub("", line).strip()
        if ANSWER.match(plain) and ": job " not in plain:
            yield plain


def lines(stream: IO[bytes]) -> Iterator[str]:
    return (line.decode("utf-8", "replace") for line in stream)


def asking(give: Callable[[bytes], object], stream: Iterator[str]) -> Ask:
    replies = answers(stream)

    def ask(line: str) -> str:
        give(line.encode() + b"\n")
        return next(replies)

    return ask


def by_terminal(station: Station) -> Ask:
    """With the time that prompt_toolkit takes to read keys and to draw."""

    station.terminal.delaybeforesend = None

    def shown() -> Iterator[str]:
        while True:
            yield station.terminal.readline().rpartition(SHOWN)[2]

    return asking(lambda data: station.terminal.send(data[:-1].decode() + "\r"), shown())


class Socket:
    """A connection to the admin socket, as `bandstand ctl` has one."""

    def __init__(self, station: Place) -> None:
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(str(station.folder / "var" / "bot.sock"))
        self._stream = self._connection.makefile("rb")

    def ask(self, line: str) -> dict[str, Any]:
        self._connection.sendall(json.dumps({"line": line}).encode() + b"\n")
        return next((message["reply"] for message in self.messages() if message.get("answers")), {})

    def messages(self) -> Iterator[dict[str, Any]]:
        """Answers, notices and progress, until the station ends."""
        return (json.loads(line) for line in iter(self._stream.readline, b""))


def by_socket(station: Place) -> Ask:
    opened = Socket(station)

    def ask(line: str) -> str:
        reply = opened.ask(line)
        return f"{reply.get('level', 'ok')}: {reply['summary']}"

    return ask


def by_telnet(station: Place) -> Ask:
    connection = socket.create_connection(("127.0.0.1", station.telnet_port), PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream = connection.makefile("rb")
    connection.sendall(f"ann\n{PASSWORD}\n".encode())
    while b"welcome" not in stream.readline():
        pass
    return asking(connection.sendall, lines(stream))


def by_ssh(station: Place) -> Ask:
    command = [
        "ssh", "-F", "none", "-T", "-p", str(station.ssh_port), "-i", str(station.folder / "keys"),
        "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "StrictHostKeyChecking=no",
        "-o", f"UserKnownHostsFile={station.folder / 'known'}", "-o", "LogLevel=ERROR", "ann@127.0.0.1",
    ]  # fmt: skip
    client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    assert client.stdin is not None and client.stdout is not None
    return asking(client.stdin.write, lines(client.stdout))


WAYS: dict[str, Callable[[Any], Ask]] = {
    "terminal": by_terminal,
    "socket": by_socket,
    "telnet": by_telnet,
    "ssh": by_ssh,
}


def ask_many(ask: Ask, number: int, pace: float) -> list[float]:
    """Seconds that each took. `pace` is the mean of the seconds between two; 0 is at once after each answer."""
    took = []
    chance = random.Random(os.getpid())
    for line, pattern in itertools.islice(itertools.cycle(COMMANDS), number):
        time.sleep(chance.uniform(0, 2 * pace))
        begun = time.perf_counter()
        answer = ask(line)
        took.append(time.perf_counter() - begun)
        if not re.match(pattern, answer):
            raise SystemExit(f"{line} was answered with {answer}")
    return took


def composing(station: Station, over: threading.Event) -> None:
    """A song is in the making all the time."""
    opened = Socket(station)
    while not over.is_set():
        job = opened.ask("generate --queue").get("job")
        next((one for one in opened.messages() if not one.get("answers") and one["reply"].get("job") == job), None)


def measure(station: Station, number: int, pace: float) -> dict[str, list[float]]:
    """Each way has a process of its own, so that what is measured is not how they wait for one another."""
    others = {
        way: subprocess.Popen(
            [sys.executable, __file__, str(number), "--pace", str(pace), "--way", way, str(station.folder),
             *map(str, station.ports)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for way in WAYS if way != "terminal"
    }  # fmt: skip
    ask = by_terminal(station)
    for process in others.values():
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()  # it has logged in
    for process in others.values():
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    found = {"terminal": ask_many(ask, number, pace)}
    return found | {way: json.loads(process.communicate()[0]) for way, process in others.items()}


def one_way(number: int, pace: float, way: str, folder: str, *ports: str) -> int:
    ask = WAYS[way](Place(Path(folder), [int(port) for port in ports]))
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(ask_many(ask, number, pace)))
    return 0


def main(number: int, pace: float) -> int:
    over = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        station = Station(Path(folder))
        try:
            station.ctl("passwd", "ann", given=f"{PASSWORD}\n")
            station.ctl("ctl", "grant", "ann", "admin")
            maker = threading.Thread(target=composing, args=(station, over), daemon=True)
            maker.start()
            for every, how in ((pace, f"one every {1000 * pace:.0f} ms from each"), (0.0, "as fast as they come")):
                report(how, measure(station, number // len(WAYS), every))
        finally:
            over.set()
            station.close()
    return 0


def report(how: str, took: dict[str, list[float]]) -> None:
    took = {**took, "all": [second for one in took.values() for second in one]}
    print(f"\n{how}\n")
    print("| way in | commands | median | 99 in 100 | slowest | within 20 ms |\n|---|---|---|---|---|---|")
    for way, seconds in took.items():
        ordered = sorted(seconds)
        within = sum(second <= GOAL for second in ordered) / len(ordered)
        figures = (statistics.median(ordered), ordered[int(len(ordered) * 0.99) - 1], ordered[-1])
        shown = " | ".join(f"{1000 * figure:.1f} ms" for figure in figures)
        print(f"| {way} | {len(ordered)} | {shown} | {100 * within:.1f} % |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How soon commands are answered.")
    parser.add_argument("commands", type=int, nargs="?", default=1000)
    parser.add_argument(
        "--pace", type=float, default=0.1, help="seconds between two commands of each way in, on average"
    )
    parser.add_argument("--way", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        sys.exit(one_way(given.commands, given.pace, *given.way))
    sys.exit(main(given.commands, given.pace))
