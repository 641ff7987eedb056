"""Commands by which listeners move the music: ratings, breeding, and the line that a band comes from."""

from bot.commands.listing import ago
from bot.commands.table import Call, Command, Desk, Param
from bot.effects import Outcome, Send
from bot.request import Reply, Right
from bot.songs import bands, ratings
from bot.songs.bands import BandView
from common.errors import UsageError
from common.text import counted

STARS = 5


def plus(call: Call, desk: Desk) -> Outcome:
    return _rated(call, desk, 1.0, "+1")


def minus(call: Call, desk: Desk) -> Outcome:
    return _rated(call, desk, -1.0, "-1")


def rate(call: Call, desk: Desk) -> Outcome:
    stars = int(call["stars"])
    if not 1 <= stars <= STARS:
        raise UsageError(f"rate STARS (1, not at all, to {STARS}, very much)")
    return _rated(call, desk, (stars - 3) / 2, f"{stars} of {STARS}")


def _rated(call: Call, desk: Desk, value: float, said: str) -> Outcome:
    ear = ratings.in_ear(desk.view.air)
    mean, count = ratings.rate(ear, call.person, value, desk.now)
    part = f"the {ear.name} of " if ear.name else ""
    return Outcome(Reply(f"{said} for {part}{ear.song.name}; {mean:+.1f} of {counted(count, 'rating')} so far"))


def evolve(call: Call, desk: Desk) -> Outcome:
    view = bands.find(call["band"])
    errand = ratings.breeding(view, desk.chance)
    count = counted(sum(heard.count for heard in errand.archive), "rating")
    send = Send(errand, call.request.where, view.band.name, view.slug, view.genome)
    return Outcome(Reply(f"{view.band.name} is bred from {count}; what comes of it is told here"), (send,))


def family(call: Call, desk: Desk) -> Outcome:
    line = bands.family(bands.find(call["band"]))
    songs = bands.songs(line)
    rows = tuple(
        (
            str(view.generation),
            ago(view.created, desk.now),
            f"{view.band.tempo:.0f} bpm",
            str(songs[view.genome]),
            _liked(view),
        )
        for view in line
    )
    said = f"{line[0].band.name}: {counted(len(line), 'generation')}, the one that plays now first"
    return Outcome(Reply(said, columns=("generation", "made", "tempo", "songs", "liked"), rows=rows))


def _liked(view: BandView) -> str:
    mean, count = ratings.of_form(view.genome)
    return f"{mean:+.2f} of {counted(count, 'rating')}" if count else "not rated"


def revert(call: Call, _: Desk) -> Outcome:
    view = bands.revert(bands.find(call["band"]))
    return Outcome(Reply(f"{view.band.name} plays as in generation {view.generation} again"))


_BAND = Param("band", "a band's name or style", rest=True)

COMMANDS = (
    Command("+1", plus, "you like what you hear", "+1", Right.LISTENER),
    Command("-1", minus, "you do not like what you hear", "-1", Right.LISTENER),
    Command(
        "rate",
        rate,
        "how you like what you hear",
        "rate 4",
        Right.LISTENER,
        (Param("stars", f"1, not at all, to {STARS}, very much", number=True),),
    ),
    Command("evolve", evolve, "breed a band from its ratings", "evolve small-robots", Right.DJ, (_BAND,)),
    Command("family", family, "the forms that a band has had", "family rock", Right.LISTENER, (_BAND,)),
    Command("revert", revert, "let a band play as in its form before", "revert rock", Right.DJ, (_BAND,)),
)
