"""For test_irc.py: real IRC servers on free loopback ports, people who use them, and a bot in a process of its own."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration.streaming import free_port

PATIENCE = 90.0
NGIRCD = """
[Global]
Name = irc.example
Info = a server for a test
Listen = 127.0.0.1
Ports = {port}
MotdPhrase = "hello"
[Limits]
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
[Options]
Ident = no
PAM = no
DNS = no
IncludeDir = {folder}/none
{tls}
"""
NGIRCD_TLS = """
[SSL]
CertFile = {folder}/server.pem
KeyFile = {folder}/server.key
Ports = {tls_port}
"""
INSPIRCD = """
<server name="irc.example" description="a server for a test" network="Testnet" id="001">
<admin name="nobody" nick="nobody" email="nobody@example.org">
<bind address="127.0.0.1" port="{port}" type="clients">
<bind address="127.0.0.1" port="{tls_port}" type="clients" sslprofile="tls">
<module name="ssl_gnutls">
<sslprofile name="tls" provider="gnutls" hash="sha256" certfile="{folder}/server.pem" keyfile="{folder}/server.key">
<module name="cap"><module name="ircv3"><module name="ircv3_accounttag"><module name="ircv3_servertime">
<module name="ircv3_ctctags"><module name="ircv3_chghost"><module name="ircv3_capnotify"><module name="botmode">
<module name="services_account">
<module name="hidechans"><module name="sslinfo"><module name="globops">
<module name="namesx"><module name="uhnames"><module name="chghost"><module name="sasl">
<module name="spanningtree"><sasl target="services.example" requiressl="no">
<bind address="127.0.0.1" port="{link_port}" type="servers">
<link name="services.example" ipaddr="127.0.0.1" port="1" allowmask="127.0.0.1" sendpass="linked" recvpass="linked">
<uline server="services.example" silent="yes">
<connect allow="*" resolvehostnames="no" useident="no" threshold="1000" commandrate="100000" fakelag="no"
 localmax="100" globalmax="100" timeout="60" pingfreq="120">
<performance clonesonconnect="no">
<options casemapping="ascii" hidebans="" defaultmodes="not" nosnoticestack="yes"><security runasuser="" runasgroup="">
<pid file="{folder}/inspircd.pid"><log method="file" type="*" level="default" target="{folder}/inspircd.log">
<files motd="{folder}/motd"><class name="x" commands="*"><type name="x" classes="x">
"""


def certificates(folder: Path) -> None:
    """An authority (ca.pem) and what it signed for 127.0.0.1 and irc.example (server.pem), by openssl."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=PATIENCE)

    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(*new, "-x509", "-days", "2", "-subj", "/CN=Test Authority", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(*new, "-subj", "/CN=irc.example", "-keyout", "server.key", "-out", "server.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:irc.example\n")
    sign = ("x509", "-req", "-days", "2", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
    openssl(*sign, "-in", "server.csr", "-extfile", "names", "-out", "server.pem")
    for path in folder.iterdir():
        path.chmod(0o644)


class Server:
    """One of Debian's IRC servers, in the foreground; `tls_port` is 0 if it has no TLS."""

    def __init__(self, kind: str, tls: bool = False, sasl: bool = True) -> None:
        if shutil.which(kind) is None:
            pytest.skip(f"{kind} is not installed")
        self.folder = Path(tempfile.mkdtemp(prefix=f"{kind}-"))
        self.folder.chmod(0o755)
        self.port = free_port()
        self.link_port = free_port()
        self.tls_port = free_port() if tls or kind == "inspircd" else 0
        if self.tls_port:
            certificates(self.folder)
        (self.folder / "motd").write_text("hello\n")
        values = {"port": self.port, "tls_port": self.tls_port, "link_port": self.link_port, "folder": self.folder}
        text = INSPIRCD.format(**values)
        if kind == "ngircd":
            text = NGIRCD.format(tls=NGIRCD_TLS.format(**values) if self.tls_port else "", **values)
        if not sasl:
            text = text.replace('<module name="sasl">', "")
        configuration = self.folder / "server.conf"
        configuration.write_text(text)
        self._command = ["ngircd", "-n", "-f", str(configuration)]
        if kind == "inspircd":
            self._command = ["inspircd", "--nofork", "--config", str(configuration)]
            self._command += ["--runasroot"] if os.getuid() == 0 else []
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Server":
        output = (self.folder / "output").open("wb")
        self._process = subprocess.Popen(self._command, stdout=output, stderr=output, cwd=self.folder)
        output.close()
        last = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < last, self._said()
            assert self._process.poll() is None, self._said()
            threading.Event().wait(0.05)
        return self

    def _said(self) -> str:
        return (self.folder / "output").read_text()

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)


class Services:
    """Anope linked to an InspIRCd: NickServ, accounts and SASL. Its files are in the server's folder."""

    def __init__(self, server: Server) -> None:
        if shutil.which("anope") is None:
            pytest.skip("anope is not installed")
        folder = server.folder / "anope"
        folder.mkdir()
        template = Path(__file__).with_name("anope.conf").read_text()
        (folder / "services.conf").write_text(template.format(link_port=server.link_port, folder=folder))
        (folder / "motd").write_text("hello\n")
        folder.chmod(0o777)
        # It does not run as root.
        other = {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}
        where = [f"--{kind}dir={folder}" for kind in ("conf", "db", "log")]
        command = ["anope", "--nofork", *where, "--modulesdir=/usr/lib/anope"]
        self._output = (folder / "output").open("wb")
        self._process = subprocess.Popen(command, stdout=self._output, stderr=self._output, cwd=folder, **other)

    def close(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)
        self._output.close()


def register(
    port: int, name: str, password: str, channel: str = "", user: str = "", tls: ssl.SSLContext | None = None
) -> "Person":
    """Connect somebody, register an account for them, and return them logged in."""
    person = Person(port, name, channel, user, tls)
    last = time.monotonic() + PATIENCE
    while True:
        person.says("NickServ", f"REGISTER {password} {name}@example.org")
        if " 900 " in person.hears(r" (401|900) "):  # until services are there
            return person
        assert time.monotonic() < last, person.lines
        threading.Event().wait(0.1)


class Person:
    """Somebody on a network, with a socket of their own (TLS if a context is given). Keeps every line."""

    def __init__(
        self, port: int, nick: str, channel: str = "", user: str = "", tls: ssl.SSLContext | None = None
    ) -> None:
        self.nick = nick
        self.lines: list[str] = []
        self.past: list[str] = []
        self._news = threading.Condition()
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.settimeout(None)
        if tls is not None:
            self._socket = tls.wrap_socket(self._socket)
        threading.Thread(target=self._read, daemon=True).start()
        self.send(f"NICK {nick}", f"USER {user or nick} 0 * :{nick}")
        self.hears(r" 001 ")
        if channel:
            self.send(f"JOIN {channel}")
            self.hears(r" 366 ")

    def _read(self) -> None:
        rest = b""
        with suppress(OSError):
            while data := self._socket.recv(65_536):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self._keep(line.decode("utf-8", "replace").rstrip("\r"))

    def _keep(self, line: str) -> None:
        if line.startswith("PING "):
            self.send("PONG " + line.removeprefix("PING "))
        with self._news:
            self.lines.append(line)
            self._news.notify_all()

    def send(self, *lines: str) -> None:
        self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendall(data)

    def says(self, target: str, what: str) -> None:
        self.send(f"PRIVMSG {target} :{what}")

    def hears(self, pattern: str, seconds: float = PATIENCE) -> str:
        """Wait for a line that matches, and move it and all lines before it to `past`."""
        last = time.monotonic() + seconds
        with self._news:
            while True:
                for place, line in enumerate(self.lines):
                    if re.search(pattern, line):
                        self.past += self.lines[: place + 1]
                        del self.lines[: place + 1]
                        return line
                wait = last - time.monotonic()
                if wait <= 0 or not self._news.wait(wait):
                    pytest.fail(f"{self.nick} never heard {pattern!r}, but: {self.lines}")

    def has_heard_or_hears(self, pattern: str) -> None:
        """As `hears`, but also accept a line in `past`."""
        if not any(re.search(pattern, line) for line in self.past):
            self.hears(pattern)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Bot:
    """tests/integration/irc_bot.py in a process of its own, with this configuration."""

    def __init__(self, folder: Path, settings: str) -> None:
        self.configuration = folder / "bandstand.toml"
        self.configuration.write_text(settings)
        program = str(Path(__file__).with_name("irc_bot.py"))
        self._log = folder / "bot.log"
        self._output = self._log.open("wb")
        command = [sys.executable, program, str(self.configuration)]
        self._process = subprocess.Popen(command, stdout=self._output, stderr=self._output)

    def log(self) -> str:
        return self._log.read_text()

    def logs(self, pattern: str) -> None:
        last = time.monotonic() + PATIENCE
        while not re.search(pattern, self.log()):
            assert time.monotonic() < last, f"{pattern!r} was never logged, but: {self.log()}"
            assert self._process.poll() is None, self.log()
            threading.Event().wait(0.02)

    def end(self) -> int:
        self._process.terminate()
        status = self._process.wait(PATIENCE)
        self._output.close()
        return status
