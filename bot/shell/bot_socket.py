"""The bot's socket: lines, requests and subscriptions from this machine, as JSON lines that only its owner can send.

`common.api.socket` says what a client sends. Requests are answered as they are done; later answers go down the
connection that asked, as long as it is open. A client may send the descriptor of a pipe along with the request to play
it. Knows no command and nothing of terminals.
"""

import itertools
import os
import stat
from pathlib import Path
from typing import Any, Final, Protocol, cast

import msgspec
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IAddress, IFileDescriptorReceiver, IListeningPort, IReactorTime, IReactorUNIX
from twisted.internet.protocol import ServerFactory, connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from bandstand.bot.backpressure import Backpressure
from bandstand.bot.commands.command_line import log_request
from bandstand.bot.commands.frontend import Commands, Line, VisitorAccess
from bandstand.bot.commands.reply import Level, Message, Reply
from bandstand.bot.commands.sentences import show_error
from bandstand.bot.commands.told import is_told, say_result
from bandstand.bot.shell.event_feed import EventFeed
from bandstand.bot.shell.web_visitors import WebVisitors, make_web_place
from bandstand.bot.station.core import Core
from bandstand.bot.station.persons import WEB
from bandstand.bot.station.visitors import show_name
from bandstand.common.api.events import Numbered, State
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.api.refusals import BadRequest, Refused
from bandstand.common.api.requests import GetNowPlaying, GetQueue, PlayPipe, Request
from bandstand.common.api.results import NowPlaying, Queue
from bandstand.common.api.socket import Answer, Ask, By, Subscribe
from bandstand.common.errors import ConfigError
from bandstand.common.reference import read_reference, refer_to

log = Logger()

LINE_BYTES: Final = 16_384
UNANSWERED: Final = 32
"""Messages of one connection that are worked on at a time; more are not read until one is answered."""
CONNECTIONS: Final = 64
UNREAD_BYTES: Final = 262_144
"""What is kept for a client that does not read; with more it is dropped, and may come back for what it missed."""
PATH_BYTES: Final = 107
"""unix(7): `sun_path` holds 108, the last of which is zero."""


class Reactor(IReactorTime, IReactorUNIX):
    """What the socket needs of a reactor."""


class StateMessage(msgspec.Struct, frozen=True):
    """The first answer to a subscription."""

    answers: int
    state: State


class Pipes(Protocol):
    """Where descriptors of pipes are kept until they are played."""

    def put(self, descriptor: int) -> int: ...

    def drop(self, number: int) -> None: ...


@implementer(IFileDescriptorReceiver)
class Connection(LineReceiver):
    """One client."""

    delimiter = b"\n"
    MAX_LENGTH = LINE_BYTES

    def __init__(self, socket: "BotSocket", address: str) -> None:
        self._socket = socket
        self._address = address
        self._backpressure = Backpressure()
        self._asked = 0
        self._open = 0
        self._wants_progress = False
        self._is_closing = False
        self._descriptors: list[int] = []
        """Received, and not yet asked to be played."""
        self._pipes: list[int] = []
        """The numbers of those that were."""

    def fileDescriptorReceived(self, descriptor: int) -> None:
        """Comes before the line that it was sent with."""
        os.set_inheritable(descriptor, False)
        self._descriptors.append(descriptor)

    def connectionMade(self) -> None:
        self._wire.registerProducer(self._backpressure, True)
        self._socket.connections[self._address] = self

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        del self._socket.connections[self._address]
        self._socket.feed.remove_listener(self.send)
        for descriptor in self._descriptors:
            os.close(descriptor)
        for number in self._pipes:
            self._socket.pipes.drop(number)

    def lineReceived(self, line: bytes) -> None:
        self._asked += 1
        try:
            ask = msgspec.json.decode(line, type=Ask)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._refuse_message(f'a message is {{"line": "..."}}, {{"request": ...}} or {{"subscribe": ...}}: {error}')
            return
        self._open += 1
        if self._open >= UNANSWERED:
            self.pauseProducing()  # type: ignore[no-untyped-call]
        Deferred.fromCoroutine(self._answer(ask, self._asked)).addErrback(self._fail)

    def lineLengthExceeded(self, line: bytes) -> None:
        self._asked += 1
        self._refuse_message(f"a message has at most {LINE_BYTES} bytes")

    async def _answer(self, ask: Ask, number: int) -> None:
        reference = read_reference(ask.reference)
        if ask.line is not None:
            self._wants_progress = ask.progress
            by = Requester("ctl", Place(self._socket.name, self._address), Right.OWNER)
            with refer_to(reference):
                self.send(Message(await self._socket.commands.answer(Line(ask.line, by)), number))
        elif ask.request is not None:
            with refer_to(reference):
                self.send(await self._carry_out(ask.request, ask.by, number))
        elif ask.subscribe is not None:
            await self._subscribe(ask.subscribe, number)
        else:
            self.send(Message(Reply("a message has a line, a request or a subscription", Level.USAGE), number))
        self._open -= 1
        if self._open == UNANSWERED - 1:
            self.resumeProducing()  # type: ignore[no-untyped-call]

    async def _carry_out(self, request: Request, by: By, number: int) -> Answer:
        core = self._socket.core
        try:
            requester = await self._find_requester(by)
            is_writing = core.is_writing(type(request))
            # A visitor's page looks at many things at once; the web process itself counts how many pages they open.
            is_counted = is_writing or requester.place.front_end != WEB
            too_soon = core.count_command(requester) if is_counted else None
            if too_soon is not None:
                raise Refused(too_soon)
            if isinstance(request, PlayPipe):
                request = self._take_pipe(request)
            log_request(request, requester)
            result = await core.carry_out(request, requester)
            kind = type(request)
            said = say_result(kind, result, requester) if is_told(kind, is_writing) else ""
            return Answer(number, result, said=said)
        except Exception as error:
            reply = show_error(error)
            return Answer(number, refused=reply.value, sentence=reply.summary)

    async def _find_requester(self, by: By) -> Requester:
        """Who asks, with their right. Raises StoreError."""
        access = self._socket.access
        if by.identity is not None and by.identity.network == WEB:
            visitor = await access.recognise(by.identity)
            self._socket.visitors.note(visitor)
            place = make_web_place(visitor.identity)
            name = visitor.name or show_name(by.name)
            return Requester(name, place, by.right or visitor.right, visitor.identity)
        right = by.right
        if right is None:
            right = await access.get_right(by.identity) if by.identity else Right.OWNER
        return Requester(by.name, by.place or Place(self._socket.name, self._address), right, by.identity)

    def _take_pipe(self, request: PlayPipe) -> PlayPipe:
        if not self._descriptors:
            raise Refused(BadRequest("the descriptor of a pipe has to come with this: bandstand play - sends it"))
        number = self._socket.pipes.put(self._descriptors.pop(0))
        self._pipes.append(number)
        return msgspec.structs.replace(request, pipe=number)

    async def _subscribe(self, subscribe: Subscribe, number: int) -> None:
        """The state, then what came after the client's last event, then each event as it happens."""
        feed, core = self._socket.feed, self._socket.core
        owner = Requester("subscriber", right=Right.OWNER)
        included = feed.number
        now_playing = cast(NowPlaying, await core.carry_out(GetNowPlaying(), owner))
        queue = cast(Queue, await core.carry_out(GetQueue(), owner))
        state = StateMessage(number, State(number=included, now_playing=now_playing, queue=queue))
        if subscribe.after is None:
            missed = feed.list_last(subscribe.last, included)
        else:
            missed = feed.list_after(min(included, subscribe.after)) or feed.list_after(included)
        # In one piece: what was missed may be more than a client may leave unread.
        self.send(state, *missed)
        if self._socket.connections.get(self._address) is self and not self._is_closing:
            feed.add_listener(self.send)

    def _fail(self, failure: Failure) -> None:
        log.failure("a message on the socket failed", failure)
        self._wire.abortConnection()

    def _refuse_message(self, sentence: str) -> None:
        self.send(Message(Reply(sentence, Level.USAGE, value=BadRequest(sentence)), self._asked))
        self.close()

    def close(self) -> None:
        """End the connection when all that was written has been read."""
        self._is_closing = True
        self._socket.feed.remove_listener(self.send)
        self._wire.unregisterProducer()
        self._wire.loseConnection()

    def show_progress(self, message: Message) -> None:
        if self._wants_progress and not self._backpressure.is_full:
            self.send(message)

    def send(self, *messages: Message | Answer | StateMessage | Numbered) -> None:
        if self._socket.connections.get(self._address) is not self:
            return
        data = b"".join(msgspec.json.encode(message) + b"\n" for message in messages)
        if self._backpressure.is_full:
            self._backpressure.unread += len(data)
        if self._backpressure.unread > UNREAD_BYTES:
            self._wire.abortConnection()
        else:
            self._wire.write(data)

    @property
    def _wire(self) -> Any:
        """The transport, of which Twisted's type promises less than every stream has."""
        return self.transport


class BotSocket(ServerFactory):
    """The front end `ctl`: its places are `ctl:1`, `ctl:2`, ..., one for each connection."""

    name = "ctl"
    noisy = False

    def __init__(
        self,
        reactor: Reactor,
        path: Path,
        commands: Commands,
        core: Core,
        access: VisitorAccess,
        feed: EventFeed,
        pipes: Pipes,
    ) -> None:
        self.commands = commands
        self.core = core
        self.access = access
        self.feed = feed
        self.pipes = pipes
        self.connections: dict[str, Connection] = {}
        self.visitors = WebVisitors(reactor.seconds)
        self._reactor = reactor
        self._path = path
        self._numbers = itertools.count(1)
        self._port: IListeningPort | None = None

    def start(self) -> None:
        """Listen. The caller holds the bot's lock, so a socket that is there already is nobody's."""
        if len(os.fsencode(self._path)) > PATH_BYTES:
            raise ConfigError(f"station.directory: {self._path.parent} is too long a name for a socket in it")
        if self._path.exists() and stat.S_ISSOCK(self._path.stat().st_mode):
            self._path.unlink()
        # Twisted sets the mode only after the socket can be connected to.
        before = os.umask(0o177)
        try:
            self._port = self._reactor.listenUNIX(str(self._path), self, mode=0o600)
        finally:
            os.umask(before)

    def stop(self) -> Deferred[None]:
        """Fires when nobody can connect any more; what was answered is still sent to those who are."""
        for connection in list(self.connections.values()):
            connection.close()
        stopped = maybeDeferred(self._port.stopListening) if self._port else succeed(None)
        return stopped.addCallback(lambda _: self._path.unlink(missing_ok=True))

    def buildProtocol(self, address: IAddress | None) -> Connection | None:
        if len(self.connections) >= CONNECTIONS:
            return None
        return Connection(self, str(next(self._numbers)))

    def tell(self, place: Place, reply: Reply) -> bool:
        connection = self.connections.get(place.address)
        if connection:
            connection.send(Message(reply))
        return connection is not None

    def show_progress(self, place: Place, job: str, text: str, fraction: float | None) -> None:
        connection = self.connections.get(place.address)
        if connection and fraction is not None:
            connection.show_progress(Message(Reply(text, Level.NOTICE, job=job), fraction=fraction))

    def announce(self, reply: Reply) -> None:
        """Nobody here wants notices: a shell's command prints its own answers only."""
