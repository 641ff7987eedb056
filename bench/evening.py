"""An evening on IRC: three people and a station on an ngircd of their own, and the transcript of it as it was.

    python bench/evening.py [--script FILE] >transcript

Starts an ngircd, an Icecast and a whole station on free loopback ports, with a small library of tones that are imported
first. Each person connects from an address of their own (127.0.0.2 and so on), as a network without accounts tells
people apart by their hosts; ann has the right owner. The script is `EVENING`, or a file of the same form: one step in a
line, `ann: !np` in the channel, `ann> np` to the bot alone, `ctl: WORDS` at the station's own shell (not shown), `wait
PATTERN` until the bot says so, and `# TEXT`, which is printed as it is. LIKED is the first song that somebody likes,
FOLDER the station's. The bot's answer is waited for after each line.
"""

import argparse
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from rig import BANDSTAND, free_port, until

NICK = "bandstand"
CHANNEL = "#radio"
PEOPLE = {"ann": "127.0.0.2", "bob": "127.0.0.3", "cyd": "127.0.0.4"}
PATIENCE = 120.0
PAUSE = 1.6
"""Seconds after an answer, in which the bot may say what else it has to."""
SERVER = """
[Global]
Name = irc.example
Info = an evening
Listen = 127.0.0.1
Ports = {port}
MotdPhrase = "hello"
[Limits]
MaxConnectionsIP = 0
MaxPenaltyTime = 0
[Options]
Ident = no
PAM = no
DNS = no
"""
SETTINGS = """
[icecast]
port = {icecast}
[radio]
jingle_every = "2 songs"
[irc]
name = "home"
server = "127.0.0.1"
port = {irc}
tls = false
channels = ["#radio"]
"""
LIBRARY = (
    ("Blue Lantern", "The Ferrymen", "Night Buses", "Dub", 1994, 220),
    ("Old Road", "The Ferrymen", "Night Buses", "Dub", 1994, 247),
    ("Low Tide", "Ida Marsh", "Shore", "Folk", 2003, 262),
    ("Paper Moon over Town", "Ida Marsh", "Shore", "Folk", 2004, 294),
    ("Seven Bridges", "Kolar Trio", "Halls", "Jazz", 1961, 330),
)
"""Title, artist, album, genre, year and Hertz of each song that is imported; each is 70 s long."""
EVENING = """
wait now:
ann: !np
ann: !search lantern
bob: !search artist:"ida marsh" -paper
bob: !search lanturn genre:dub year:1990s
bob: !fave
cyd: !fave
cyd: !notify off
bob: !request blue lantern
bob: !r old road
cyd: !request lantern
cyd: !wish slow bossa in Dm, 1 minute, with flute, purple
cyd: !wish fast rock
cyd> wish fast rock
ann: !q
ann: !why 4
ann: !q l
ann: !requests off here
cyd: !r seven bridges
ann: !requests on
cyd: !random year:1960s
ann: !jingle add FOLDER/hour.wav hour
ann: !jingles
cyd: !voteskip
bob: !voteskip
wait now: "Blue Lantern"
bob: nice one, this
bob: !fave last
bob: !faves
cyd: !faves bob
bob: !+1
cyd: !lp
cyd: !ra fave
cyd: !r f tide
bob: !lastrequest
ann: !tag "blue lantern" calm late-night
bob: !info blue lantern
cyd: !search tag:calm
cyd: !search faves:bob tempo:60-200
ann: !playlist new folk genre:folk --songs=3
ann: !clock evening = playlist:folk style:bossa any
ann: !clock use evening
ann: !schedule add "fri 20:00-22:00" swing zone=Europe/Berlin name=Swing
ann: !schedule
ann: !q
ann: !skip
wait your wish begins
cyd: !edit title="Tide of Mine"
cyd: !np
ann: !why
cyd: !tag blue mine
ann: !radio off
ann: !radio on
ann: !seek 0:50
cyd> lucky low
wait now: "Seven Bridges"
ann: !history all
ann: !play LIKED
wait a favourite of yours begins
bob: !unfave
"""


class Transcript:
    """What was said, in order; what the bot said can be waited for."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        """Is printed as `~`."""
        self._news = threading.Condition()
        self._said: list[str] = []

    def add(self, line: str) -> None:
        with self._news:
            self._said.append(line)
            print(line.replace(self.folder, "~"), flush=True)
            self._news.notify_all()

    def mark(self) -> int:
        with self._news:
            return len(self._said)

    def find_liked(self) -> str:
        """The code of the first song that somebody likes."""
        found = re.search(r"\((\w+)\) is one of your favourites now", "\n".join(self._said))
        return found[1] if found else ""

    def wait_for(self, pattern: str, since: int, patience: float = PATIENCE) -> bool:
        def is_said() -> bool:
            return any(re.search(pattern, line) for line in self._said[since:])

        with self._news:
            return self._news.wait_for(is_said, patience)


class Person(threading.Thread):
    """Somebody in the channel. One of them hears it for the transcript; each hears what is for them alone."""

    def __init__(self, name: str, port: int, transcript: Transcript, *, hears_channel: bool) -> None:
        super().__init__(daemon=True)
        self.name = name
        self._transcript, self._hears_channel = transcript, hears_channel
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE, (PEOPLE[name], 0))
        self.send(f"NICK {name}\r\nUSER {name} 0 * :{name}")
        self.is_in = threading.Event()
        self.start()

    def send(self, line: str) -> None:
        self._socket.sendall(f"{line}\r\n".encode())

    def run(self) -> None:
        self._socket.settimeout(None)
        for line in self._socket.makefile("r", encoding="utf-8", errors="replace", newline="\r\n"):
            self._take(line.rstrip("\r\n"))

    def _take(self, line: str) -> None:
        if line.startswith("PING"):
            self.send(f"PONG {line[5:]}")
        elif " 001 " in line:
            self.send(f"JOIN {CHANNEL}")
        elif " 366 " in line:
            self.is_in.set()
        heard = re.fullmatch(rf":{NICK}!\S+ (?:NOTICE|PRIVMSG) (\S+) :(.*)", line)
        if heard is None:
            return
        if heard[1] != CHANNEL:
            self._transcript.add(f"-{NICK} to {self.name} alone- {heard[2]}")
        elif self._hears_channel:
            self._transcript.add(f"-{NICK}- {heard[2]}")


class Evening:
    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self._config = folder / "bandstand.toml"
        self._folder = folder
        self._transcript = Transcript(folder)
        port = free_port()
        (folder / "ngircd.conf").write_text(SERVER.format(port=port))
        self._server = subprocess.Popen(["ngircd", "-n", "-f", str(folder / "ngircd.conf")], stdout=subprocess.DEVNULL)
        until(lambda: _answers(port), "ngircd", PATIENCE)
        self._config.write_text(SETTINGS.format(icecast=free_port(), irc=port))
        self._people = {
            name: Person(name, port, self._transcript, hears_channel=number == 0) for number, name in enumerate(PEOPLE)
        }
        for person in self._people.values():
            person.is_in.wait(PATIENCE)
        with (folder / "log").open("w") as log:
            self._bot = subprocess.Popen(
                [BANDSTAND, "up", "--config", str(self._config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def prepare(self) -> None:
        until(lambda: "takes commands" in (self._folder / "log").read_text(), "the station", PATIENCE)
        self._control("grant", "home/*!*@127.0.0.2", "owner")
        music = self._folder / "music"
        music.mkdir()
        for title, artist, album, genre, year, hertz in LIBRARY:
            tags = {"title": title, "artist": artist, "album": album, "genre": genre, "date": year}
            _make_tone(music / f"{title}.flac", hertz, 70.0, tags)
        _make_tone(self._folder / "hour.wav", 880, 3.0, {"title": "Top of the Hour"})
        subprocess.run(
            [BANDSTAND, "import", "--config", str(self._config), str(music)], stdout=subprocess.DEVNULL, check=False
        )

    def _control(self, *words: str) -> str:
        command = [BANDSTAND, "ctl", "--config", str(self._config), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def play(self, steps: Iterator[str]) -> None:
        for step in steps:
            step = step.replace("FOLDER", str(self._folder)).replace("LIKED", self._transcript.find_liked())
            if step.startswith("#"):
                print(step.removeprefix("# ").removeprefix("#"))
            elif step.startswith("wait "):
                self._transcript.wait_for(step[5:], 0)
            elif step.startswith("ctl: "):
                print(f"({self._control(*step[5:].split()).strip()})", file=sys.stderr)
            elif step.strip():
                self._say(step)

    def _say(self, step: str) -> None:
        parts = re.fullmatch(r"(\w+)([:>]) (.*)", step)
        assert parts is not None, step
        name, sign, text = parts.groups()
        since = self._transcript.mark()
        if sign == ">":
            self._transcript.add(f"<{name} to {NICK} alone> {text}")
            self._people[name].send(f"PRIVMSG {NICK} :{text}")
        else:
            self._transcript.add(f"<{name}> {text}")
            self._people[name].send(f"PRIVMSG {CHANNEL} :{text}")
        if sign == ">" or text.startswith("!"):
            answer = (
                rf"^-{NICK}(- {name}: | to {name} alone- )((ok|error|usage|busy|denied|failed): (?!job \d+: )|\d+ )"
            )
            if not self._transcript.wait_for(answer, since, 30.0):
                print(f"(no answer to {step})", file=sys.stderr)
            time.sleep(PAUSE)

    def end(self) -> None:
        self._bot.send_signal(signal.SIGTERM)
        self._bot.wait(60)
        self._server.terminate()
        self._server.wait(60)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _make_tone(path: Path, hertz: float, seconds: float, tags: dict[str, object]) -> None:
    """A chord that swells and falls, so that there is something to be measured."""
    sound = f"aevalsrc=0.2*sin({hertz}*2*PI*t)*(0.6+0.4*sin(2*PI*t/4))|0.2*sin({hertz * 1.5}*2*PI*t):d={seconds}"
    words = [word for name, value in tags.items() for word in ("-metadata", f"{name}={value}")]
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", sound, *words, str(path)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--script", type=Path)
    given = parser.parse_args()
    text = given.script.read_text() if given.script else EVENING
    folder = Path(tempfile.mkdtemp(prefix="evening-"))
    evening = Evening(folder)
    try:
        evening.prepare()
        evening.play(iter(text.splitlines()))
        time.sleep(2)
    finally:
        evening.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
