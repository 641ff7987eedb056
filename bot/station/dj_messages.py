"""What people write to the DJ on the air: greetings, and what they would like to hear.

It is for the DJ, who reads it in the booth and is told it on IRC; nobody else is shown it but those who may be in the
booth with the right dj, so that one DJ can hand it on to the next. It is forgotten after some hours.

A person has a limit of their own (`limits.messages`). Beyond that a DJ is written to so often a minute as can be read
beside a show, by all people together.
"""

from typing import Final

from bandstand.bot.station.live_shows import find_dj_on_air
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.live import DjIsTold, DjMessage, DjTold, NobodyLive, NothingToTell, TellDj, TooManyMessages
from bandstand.common.api.people import Requester
from bandstand.common.api.refusals import Refused
from bandstand.common.text import one_line

KEPT_SECONDS: Final = 6 * 3600.0
LONGEST: Final = 400
"""Characters of a message."""
LONGEST_NAME: Final = 40
SHOWN: Final = 30
A_MINUTE: Final = 30
"""Messages a minute that one DJ is told, whoever wrote them."""


def tell_dj(request: TellDj, by: Requester, tx: Transaction) -> DjIsTold:
    dj = find_dj_on_air(tx)
    if dj is None:
        raise Refused(NobodyLive())
    text = one_line(request.text, LONGEST)
    if not text:
        raise Refused(NothingToTell())
    if len(tx.live.list_messages(tx.now - 60, A_MINUTE, dj)) >= A_MINUTE:
        raise Refused(TooManyMessages(dj))
    tx.live.prune_messages(tx.now - KEPT_SECONDS)
    message = DjMessage(dj=dj, name=one_line(by.name, LONGEST_NAME), text=text, at=tx.now)
    tx.live.add_message(message)
    tx.publish(DjTold(message=message))
    return DjIsTold(dj=dj)


def list_messages(tx: Transaction, dj: str | None) -> tuple[DjMessage, ...]:
    """The newest first, to this DJ or to any."""
    return tuple(tx.live.list_messages(tx.now - KEPT_SECONDS, SHOWN, dj))
