"""Skipping by vote: enough of those who are there want the song on the air to end.

Icecast counts how many listen, and the channels know who said something lately; nothing tells which of these are the
same people. So the greater number stands for all: most of those who talk listen, too. Those who voted are there in any
case. A vote is for one cue, so the next song begins without any. Visitors of the page who have not logged in have one
vote for each address, as anybody could come as many.
"""

import math
from collections.abc import Collection
from typing import Final

from bandstand.bot.station import playing
from bandstand.bot.station.on_air import find_on_air, is_stopped
from bandstand.bot.station.persons import find_key, find_voter
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.transitions import is_between
from bandstand.common.api.events import SkippedByVote, SkipVoteBegan
from bandstand.common.api.people import Requester
from bandstand.common.api.refusals import BadRequest, NothingOnAir, Refused, SkipVotesOff
from bandstand.common.api.requests import Skip, VoteSkip
from bandstand.common.api.results import SkipVoted
from bandstand.common.api.values import Outside, SongKind

FEWEST: Final = 2
"""Votes that are needed however few people are there."""


def count_people(outside: Outside, voters: Collection[str]) -> int:
    """How many people are there: those who listen, or those who said something lately or voted."""
    listeners = sum(mount.listeners or 0 for mount in outside.mounts)
    speakers = {find_key(identity) for network in outside.networks.values() for identity in network.speakers}
    return max(listeners, len({*speakers, *voters} - {""}))


def count_needed(people: int, share: float) -> int:
    """How many votes skip a song."""
    return max(FEWEST, math.ceil(round(people * share, 6)))


def vote_to_skip(request: VoteSkip, by: Requester, tx: Transaction) -> SkipVoted:
    if not tx.rules.skip_share:
        raise Refused(SkipVotesOff())
    cue = find_on_air(tx)
    if cue is None or is_stopped(tx) or request.cue not in (None, cue.id):
        raise Refused(NothingOnAir())
    if is_between(cue):
        what = "a live show" if cue.song.kind is SongKind.LIVE else f"a {cue.song.kind}, which is over in a moment,"
        raise Refused(BadRequest(f"{what} cannot be skipped by vote; a song can"))
    is_new = tx.favourites.put_skip_vote(cue.id, find_voter(by), tx.now)
    voters = tx.favourites.list_skip_votes(cue.id)
    votes, needed = len(voters), count_needed(count_people(tx.outside, voters), tx.rules.skip_share)
    if votes < needed:
        if is_new and votes == 1:
            tx.publish(SkipVoteBegan(song=cue.song, name=by.name, needed=needed, by_place=by.place))
        return SkipVoted(song=cue.song, is_new=is_new, votes=votes, needed=needed, is_skipped=False)
    skipped = playing.skip(Skip(cue=cue.id), by, tx)
    tx.publish(SkippedByVote(song=cue.song, votes=votes, by_place=by.place))
    return SkipVoted(
        song=cue.song, is_new=is_new, votes=votes, needed=needed, is_skipped=True, following=skipped.following
    )
