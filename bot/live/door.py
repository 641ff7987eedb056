"""The door: Icecast asks here, by HTTP, which source it may let in, and who may listen to a DJ's mount.

Icecast 2.4's URL authentication (https://icecast.org/docs/icecast-2.4.1/auth.html) posts a form for each source that
wants a mount without an entry of its own (`action=stream_auth`, with mount, user, pass and ip; `admin=1` where a title
is set), and for each listener of one (`action=listener_add`). The header `icecast-auth-user: 1` says yes; anything else
is a 401 for them.

It listens on this machine alone, at a path that only Icecast's configuration has. Knows HTTP; who may, others say.
"""

import hmac
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IReactorSocket, IReactorTCP
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from bandstand.common.config import Config
from bandstand.common.icecast import SOURCE
from bandstand.common.live import PREFIX, find_name
from bandstand.common.text import one_line

log = Logger()
YES: Final = "icecast-auth-user"
LONGEST: Final = 300
"""Characters of each value that are looked at; names, passwords and mounts are shorter."""
LONGEST_BODY: Final = 65_536
STREAM, LISTEN = "stream_auth", "listener_add"


@dataclass(frozen=True)
class Attempt:
    """Somebody who wants to send."""

    name: str
    password: str
    address: str
    is_title: bool = False
    """They are connected already, and set a title."""


@dataclass(frozen=True)
class DoorPlace:
    """Where Icecast asks."""

    host: str
    port: int
    key: str
    listening: socket.socket | None = field(default=None, compare=False)
    """Listens there already, so that no other station on this machine takes the port; None: it is still to be taken."""

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/{self.key}"


def find_door(config: Config) -> DoorPlace | None:
    """Where an Icecast asks that is not ours; None where no key was agreed on with it."""
    live = config.live
    return DoorPlace(live.host, live.port, live.key) if live.enabled and live.key else None


Admit = Callable[[Attempt], Awaitable[bool]]


class IDoorReactor(IReactorTCP, IReactorSocket):
    """What the door needs of a reactor."""


class Door:
    """`admit` says whether a source may send; `password` is the station's own, by which the streamer listens."""

    def __init__(self, reactor: IDoorReactor, place: DoorPlace, admit: Admit, password: str) -> None:
        self._reactor = reactor
        self._place = place
        self._site: Any = _QuietSite(_Questions(place.key, admit, password))  # type: ignore[no-untyped-call]
        self._port: IListeningPort | None = None

    def start(self) -> str:
        """Why nobody can come in; empty where they can."""
        listening = self._place.listening
        if listening is not None:
            listening.setblocking(False)  # or the reactor would wait in it for the next who comes, and do nothing else
            with listening:  # the reactor has a descriptor of its own
                self._port = self._reactor.adoptStreamPort(listening.fileno(), listening.family, self._site)
            return ""
        try:
            self._port = self._reactor.listenTCP(self._place.port, self._site, interface=self._place.host)
        except CannotListenError as error:
            at = f"{self._place.host}:{self._place.port}"
            return f"no DJ can connect: the bot cannot listen on {at}: {error.socketError}"
        return ""

    async def stop(self) -> None:
        port, self._port = self._port, None
        stopped = port.stopListening() if port is not None else None
        if stopped is not None:
            await stopped


class _QuietSite(Site):
    """Without a line in the log for each question."""

    noisy = False

    def log(self, request: Request) -> None:
        """Nothing."""


class _Questions(Resource):
    isLeaf = True

    def __init__(self, key: str, admit: Admit, password: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._key = key
        self._admit = admit
        self._password = password

    def render_POST(self, request: Request) -> bytes | int:
        path = (request.path or b"").decode("latin-1").strip("/")
        if not hmac.compare_digest(path.encode("latin-1"), self._key.encode("latin-1")):
            request.setResponseCode(404)
            return b""
        form = read_form(request.args or {})
        if form.get("action") == LISTEN:
            return self._answer(request, self._may_listen(form))
        attempt = read_attempt(form)
        if form.get("action") != STREAM or attempt is None:
            return self._answer(request, False)
        asked = Deferred.fromCoroutine(_ask(self._admit, attempt))
        asked.addCallbacks(lambda is_in: self._answer(request, is_in), lambda failure: self._fail(request, failure))
        asked.addCallback(lambda _: request.finish())
        asked.addErrback(lambda _: None)  # Icecast did not wait for the answer
        return NOT_DONE_YET

    def _answer(self, request: Request, is_in: bool) -> bytes:
        if is_in:
            request.setHeader(YES, "1")
        return b""

    def _fail(self, request: Request, failure: Failure) -> bytes:
        log.failure("a source could not be looked at", failure)
        return self._answer(request, False)

    def _may_listen(self, form: dict[str, str]) -> bool:
        """Nobody but the station hears a DJ who waits."""
        if not form.get("mount", "").startswith(PREFIX):
            return True
        given = form.get("pass", "").encode()
        return form.get("user") == SOURCE and hmac.compare_digest(given, self._password.encode())


async def _ask(admit: Admit, attempt: Attempt) -> bool:
    return await admit(attempt)


def read_form(arguments: dict[bytes, list[bytes]]) -> dict[str, str]:
    """The first value of each field; those that are too long are left out."""
    form = {}
    for name, values in arguments.items():
        text = values[0].decode("utf-8", "replace")
        if len(text) <= LONGEST:
            form[name.decode("latin-1")] = text
    return form


def read_attempt(form: dict[str, str]) -> Attempt | None:
    """Who wants to send; None where the mount is nobody's, or another's, or there is no password.

    Old clients call themselves `source` whatever they are told; then the mount says who it is. Those that use libshout
    from 2.4.1 on (Mixxx, Liquidsoap) come without a password first, to see how they are to log in: that is no attempt
    that has failed.
    """
    mount = form.get("mount", "").partition("?")[0]
    name, user, password = find_name(mount), form.get("user", "").lower(), form.get("pass", "")
    if name is None or not password or user not in (name, SOURCE, ""):
        return None
    return Attempt(name, password, one_line(form.get("ip", ""), 60), bool(form.get("admin")))
