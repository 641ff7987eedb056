"""Serves the application on a socket that listens: uvicorn, as this station needs it."""

import asyncio
import random
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Final

import h11
import msgspec
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bandstand.common.config import Config
from bandstand.web.app import create_app
from bandstand.web.bot_link import BotLink
from bandstand.web.limits import HEAD_BYTES, HEAD_TOO_LONG
from bandstand.web.metrics import count_request
from bandstand.web.problems import MEDIA_TYPE, make_problem

ENDING_SECONDS: Final = 1
"""How long requests that are being answered may still take when the process is to end."""
HEAD_SECONDS: Final = 20.0
"""In which a request's head has to come; a look at each half of it, so it may be half as much again."""
UNREAD_SECONDS: Final = 60.0
"""After which a client that takes nothing of its answer is sent away."""
EXPLAINED: Final = {
    400: "that is no HTTP request",
    431: f"{HEAD_TOO_LONG} {HEAD_BYTES} bytes",
    501: "this transfer encoding is not known here; send chunked, or the length",
}
"""What is said of what h11 cannot read, by status."""
PROBLEM_HEADERS: Final = (
    (b"content-type", MEDIA_TYPE.encode()),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
DESCRIPTORS: Final = 65_536
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PatientProtocol(H11Protocol):
    """Closes a connection on which no request begins, or whose head does not come to its end, in `HEAD_SECONDS`, and
    one whose client takes nothing of its answer for `UNREAD_SECONDS`. Says as a problem what is no HTTP."""

    _waiting = False
    """No request was being answered at the last look."""
    _unread = 0
    """Bytes that were not taken yet at the last look."""
    _unread_looks = 0
    """Looks since then at which none of them had been taken."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look_later()

    def _look_later(self) -> None:
        self._look = self.loop.call_later(HEAD_SECONDS / 2, self._look_at)

    def connection_lost(self, exc: Exception | None) -> None:
        self._look.cancel()
        super().connection_lost(exc)

    def _look_at(self) -> None:
        is_waiting = self.cycle is None or self.cycle.response_complete
        if is_waiting and self._waiting:
            self.transport.close()
            return
        self._waiting = is_waiting
        unread = self.transport.get_write_buffer_size()
        self._unread_looks = self._unread_looks + 1 if 0 < self._unread <= unread else 0
        self._unread = unread
        if self._unread_looks * HEAD_SECONDS / 2 >= UNREAD_SECONDS:
            self.transport.abort()
            return
        self._look_later()

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: whoever wants to speak another protocol is answered by this one."""

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; called while the error is handled that says why."""
        error = sys.exception()
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            count_request(status)
            body = msgspec.json.encode(make_problem(status, EXPLAINED.get(status, msg)))
            length = str(len(body)).encode()
            headers = [*PROBLEM_HEADERS, (b"content-length", length), (b"connection", b"close")]
            reason = HTTPStatus(status).phrase.encode()
            for event in (
                h11.Response(status_code=status, headers=headers, reason=reason),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class WebServer(uvicorn.Server):
    """Says `ready` when it listens, and ends in order on the usual signals, with exit status 0."""

    def __init__(self, settings: uvicorn.Config, is_worker: bool = False) -> None:
        super().__init__(settings)
        self._is_worker = is_worker

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal that was ignored when the process began stays ignored, as under nohup; SIGTERM always ends it."""
        ours = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self.handle_exit) for number in {*ours, signal.SIGTERM}}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._is_worker:
            self._follow_parent()
        say("ready")

    def _follow_parent(self) -> None:
        """End when standard input does, whose other end the parent has."""
        loop = asyncio.get_running_loop()

        def end() -> None:
            loop.remove_reader(0)
            self.should_exit = True

        loop.add_reader(0, end)


def serve(settings: Config, listening: socket.socket, is_worker: bool = False) -> None:
    """Until a signal; a worker also until its standard input ends."""
    WebServer(make_server_settings(settings), is_worker).run([listening])


def make_server_settings(settings: Config) -> uvicorn.Config:
    web = settings.web
    return uvicorn.Config(
        create_app(settings, BotLink(settings.paths.bot_socket, random.random)),
        log_config=None,
        access_log=False,
        http=PatientProtocol,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=ENDING_SECONDS,
        h11_max_incomplete_event_size=HEAD_BYTES,
        proxy_headers=True,
        forwarded_allow_ips=list(web.proxies),
        ssl_certfile=web.certificate or None,
        ssl_keyfile=web.key or None,
    )


def say(word: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # nobody may be listening there
        print(word, flush=True)


def spare_descriptors() -> None:
    """Allow as many connections as the system lets us have; each is a descriptor."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = DESCRIPTORS if most == resource.RLIM_INFINITY else min(most, DESCRIPTORS)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
