"""What people say to the bot on one network, and what it says to them.

Knows no command. A place is `irc:NETWORK CHANNEL NICK ACCOUNT`, with `*` for what there is not: the later answer to
long work finds the person there, under another nick if need be, or waits until the bot is back.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from bot.frontend import Access, Commands
from bot.irc import address
from bot.irc.line import Source, fold
from bot.irc.network import Link
from bot.irc.pages import MORE, Pages, lines
from bot.irc.session import Heard, Session
from bot.irc.text import size
from bot.request import Identity, Reply, Request, Right

log = Logger()

FRONT_END = "irc"
NONE = "*"
CHANNEL_LINES, PRIVATE_LINES = 1, 4
"""Lines of an answer that are said before it takes `!more`."""
HELD = 50
HELD_SECONDS = 3600.0
"""Later answers that wait for the bot to be back, how many and how long."""
INVITERS = Right.DJ


@dataclass(frozen=True)
class Place:
    network: str
    channel: str
    nick: str
    account: str = ""

    def __str__(self) -> str:
        return f"{FRONT_END}:{self.network} {self.channel or NONE} {self.nick} {self.account or NONE}"

    @classmethod
    def parsed(cls, where: str) -> "Place | None":
        words = where.removeprefix(f"{FRONT_END}:").split(" ")
        if len(words) != 4:
            return None
        network, channel, nick, account = ("" if word == NONE else word for word in words)
        return cls(network, channel, nick, account)


class Talk:
    """One network's; what its `Link` is listened to by."""

    def __init__(self, link: Link, commands: Commands, access: Access, clock: IReactorTime) -> None:
        self._link = link
        self._commands = commands
        self._access = access
        self._clock = clock
        self._pages = Pages()
        self._held: deque[tuple[float, Place, Reply]] = deque(maxlen=HELD)
        silent = {channel.lower() for channel in link.network.silent_channels}
        names = (channel.partition(" ")[0] for channel in link.network.channels)
        self._announced = [name for name in names if link.network.announce and name.lower() not in silent]
        link.ears = self

    # From the network.

    def heard(self, what: Heard, account: Callable[[], Deferred[str]]) -> None:
        session = self._link.session
        if session is None:
            return
        nick, mapping = session.presence.nick, session.presence.mapping
        said = address.in_channel(what.text, nick, mapping) if what.channel else address.in_private(what.text)
        if said is None:
            return
        more = said.line.removeprefix(address.PREFIX).strip().lower() == MORE
        if not more and not said.named and not self._commands.knows(said.line):
            return
        person = f"{what.source.user}@{what.source.host}"
        if not session.manners.answer(person, self._clock.seconds()):
            return
        if more:
            self._show_more(session, Place(self._link.network.label, what.channel, what.source.nick))
        else:
            account().addCallback(self._ask, said.line, what, session).addErrback(self._unforeseen)

    def _ask(self, account: str, line: str, what: Heard, session: Session) -> Deferred[None] | None:
        if session.over:
            return None  # the connection ended before it was known who asked
        label = self._link.network.label
        place = Place(label, what.channel, what.source.nick, account)
        identity = Identity(f"{FRONT_END}:{label}", account, what.source.mask)
        person = f"{what.source.user}@{what.source.host}"

        def ask(right: Right) -> Deferred[Reply]:
            return self._commands.answer(Request(line, what.source.nick, str(place), right, identity))

        def answered(reply: Reply) -> None:
            quiet = reply.repeated or not reply.good
            if reply.repeated or (quiet and not session.manners.complaint(person, self._clock.seconds())):
                return
            self.tell(replace(place, channel="") if reply.private else place, reply)

        return self._access.right_of(identity).addCallback(ask).addCallback(answered)

    def invited(self, who: Source, channel: str, account: Callable[[], Deferred[str]]) -> None:
        """Into a channel of ours whoever asks; into others those who have the right to say so."""
        session = self._link.session
        if session is None or channel[:1] not in ("#", "&", "+", "!") or "," in channel or " " in channel:
            return
        if session.presence.joins.place(channel) is not None:
            self._join(session, channel)
        elif session.manners.answer(f"{who.user}@{who.host}", self._clock.seconds()):
            account().addCallback(self._invited_by, who, channel, session).addErrback(self._unforeseen)

    def _invited_by(self, account: str, who: Source, channel: str, session: Session) -> Deferred[None]:
        identity = Identity(f"{FRONT_END}:{self._link.network.label}", account, who.mask)

        def decided(right: Right) -> None:
            if right >= INVITERS and session is self._link.session:
                log.info("{nick} invites the bot to {channel}", nick=who.nick, channel=channel)
                self._join(session, channel)

        return self._access.right_of(identity).addCallback(decided)

    def _join(self, session: Session, channel: str) -> None:
        place = session.presence.joins.invited(channel)
        if place is not None:
            session.join_channel(place.name)

    def arrived(self, channel: str) -> None:
        """What was held back for this channel, or for people in private, is said now."""
        held, now = list(self._held), self._clock.seconds()
        self._held.clear()
        for until, place, reply in held:
            if until > now:
                self.tell(place, reply)

    # To the network.

    def tell(self, place: Place, reply: Reply) -> None:
        session = self._link.session
        if session is None or (place.channel and not session.presence.roster.within(place.channel)):
            self._held.append((self._clock.seconds() + HELD_SECONDS, place, reply))
            return
        place = self._now_called(session, place)
        target, before, count = self._manner(place)
        room = session.room(target) - size(before)
        for line in self._pages.first(_person(session, place), reply, room, self._clock.seconds(), count):
            session.speak(target, before + line)

    def announce(self, reply: Reply) -> None:
        session = self._link.session
        if session is None or not reply.public:
            return
        for channel in self._announced:
            if session.presence.roster.within(channel):
                for line in lines(reply, session.room(channel), CHANNEL_LINES):
                    session.speak(channel, line)

    def _show_more(self, session: Session, place: Place) -> None:
        target, before, count = self._manner(place)
        room = session.room(target) - size(before)
        for line in self._pages.more(_person(session, place), room, self._clock.seconds(), count):
            session.speak(target, before + line)

    def _manner(self, place: Place) -> tuple[str, str, int]:
        """Where a line goes, what stands before it, and how many lines one answer has."""
        if place.channel:
            return place.channel, f"{place.nick}: ", CHANNEL_LINES
        return place.nick, "", PRIVATE_LINES

    def _now_called(self, session: Session, place: Place) -> Place:
        """The same person under the nick that they have now, if services know them."""
        roster = session.presence.roster
        person = roster.person(place.nick)
        if not place.account or (person is not None and (person.account or "").lower() == place.account.lower()):
            return place
        return replace(place, nick=roster.holder(place.account, place.channel) or place.nick)

    def _unforeseen(self, failure: object) -> None:
        log.failure("something said on IRC was not answered", failure)  # type: ignore[arg-type]


def _person(session: Session, place: Place) -> str:
    """Whose rests of answers these are, in which channel."""
    return f"{place.channel} {fold(place.nick, session.presence.mapping)}"
