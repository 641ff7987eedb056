"""For test_irc_login.py: a server that follows a script, for what no Debian package does: SCRAM, STS, a false proof."""

import base64
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from scramp import ScramMechanism

PATIENCE = 90.0


class Scripted:
    """Listens on a free port, by TLS if a folder with server.pem is named, and gives each connection to `script`."""

    def __init__(self, script: Callable[["Peer"], None], certificates: Path | None = None) -> None:
        self._script = script
        self._context: ssl.SSLContext | None = None
        if certificates is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.over = threading.Event()
        """Set when a script has ended."""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._speak, args=(connection,), daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with suppress(OSError, EOFError):
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            self._script(Peer(connection))
            self.over.set()
            while connection.recv(4096):  # until the client leaves
                pass
        connection.close()

    def close(self) -> None:
        self._listening.close()


class Peer:
    """One client, as a script sees it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("rb")
        self.said: list[str] = []

    def send(self, *lines: str) -> None:
        self._connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def expect(self, beginning: str) -> str:
        """Wait for a line with this beginning. All lines of the client are kept in `said`."""
        while line := self._file.readline():
            text = line.decode().rstrip("\r\n")
            self.said.append(text)
            if text.startswith(beginning):
                return text
        raise EOFError

    def welcome(self) -> None:
        self.send(":srv 001 bandstand :welcome", ":srv 422 bandstand :no motd")

    def scram(self, password: str, honest: bool = True) -> None:
        """Play the server in a login by SCRAM-SHA-256; one that is not honest sends a false proof."""
        self.expect("AUTHENTICATE SCRAM-SHA-256")
        mechanism = ScramMechanism("SCRAM-SHA-256")
        stored = mechanism.make_auth_info(password, iteration_count=4096)
        server = mechanism.make_server(lambda _: stored)
        self.send("AUTHENTICATE +")
        server.set_client_first(self._message())
        self._challenge(server.get_server_first())
        server.set_client_final(self._message())
        self._challenge(server.get_server_final() if honest else "v=" + base64.b64encode(b"0" * 32).decode())

    def _message(self) -> str:
        return base64.b64decode(self.expect("AUTHENTICATE ").split(" ")[1]).decode()

    def _challenge(self, text: str) -> None:
        self.send(f"AUTHENTICATE {base64.b64encode(text.encode()).decode()}")
