"""Two songs by turns, X and Y, for listeners who do not know which is which until it is revealed."""

from collections.abc import Mapping
from typing import Any, Final

from bandstand.bot.station import library, ordering
from bandstand.bot.station.on_air import get_asker
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import ComparisonRevealed
from bandstand.common.api.people import Requester
from bandstand.common.api.refusals import BadChoice, NoComparison, Refused, SameSong, StillBeingMade, VotesClosed
from bandstand.common.api.requests import CompareSongs, Reveal, Vote
from bandstand.common.api.results import Comparing, Revealed, Voted
from bandstand.common.api.values import Comparison, Purpose, SongState
from bandstand.common.generators import COMPARE

CHOICES: Final = ("x", "y")


def compare_songs(request: CompareSongs, by: Requester, tx: Transaction) -> Comparing:
    """Have the comparison made; which song is X is drawn."""
    songs = [library.find_song(tx, words) for words in (request.first, request.second)]
    if songs[0].code == songs[1].code:
        raise Refused(SameSong(songs[0].brief))
    for song in songs:
        if song.state is not SongState.READY:
            raise Refused(StillBeingMade(song.brief, "compare"))
    order = ordering.Order(
        COMPARE, get_asker(by), {"bars": request.bars}, cuts_in=True, purpose=Purpose.COMPARE
    )  # fmt: skip
    job = ordering.order_song(tx, order)
    if tx.chance.random() < 0.5:
        songs.reverse()
    tx.comparisons.add(Comparison(song=job.song, first=songs[0].code, second=songs[1].code, created=tx.now))
    return Comparing(job=job.id, song=job.song, bars=request.bars)


def vote(request: Vote, by: Requester, tx: Transaction) -> Voted:
    """One vote for each person; the last one counts."""
    choice = request.choice.lower()
    if choice not in CHOICES:
        raise Refused(BadChoice())
    comparison = _get_latest(tx)
    if comparison.revealed is not None:
        raise Refused(VotesClosed())
    tx.comparisons.put_vote(comparison.song, get_person(by), choice, tx.now)
    return Voted(choice=choice)


def reveal(request: Reveal, by: Requester, tx: Transaction) -> Revealed:
    """Say which song was X and which was Y, and how many preferred each. It closes the votes."""
    comparison = _get_latest(tx)
    if comparison.revealed is None:
        tx.comparisons.close_votes(comparison.song, tx.now)
    votes = tx.comparisons.list_votes(comparison.song)
    x, y = tx.songs.get(comparison.first).brief, tx.songs.get(comparison.second).brief
    tx.publish(ComparisonRevealed(x=x, y=y, x_votes=votes.count("x"), y_votes=votes.count("y"), by_place=by.place))
    return Revealed(x=x, y=y, x_votes=votes.count("x"), y_votes=votes.count("y"))


def _get_latest(tx: Transaction) -> Comparison:
    comparison = tx.comparisons.get_latest()
    if comparison is None:
        raise Refused(NoComparison())
    return comparison


def find_turn(facts: Mapping[str, Any], seconds: float) -> str:
    """Which of the two is heard at `seconds` of a comparison: `X` or `Y`; empty for any other song."""
    x, y = float(facts.get("x", 0)), float(facts.get("y", 0))
    if x <= 0 or y <= 0:
        return ""
    after = max(0.0, seconds - float(facts.get("lead", 0))) % (x + y)
    return "X" if after < x else "Y"
