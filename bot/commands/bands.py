"""Commands about the bands: who there is and how they play, and the ratings by which listeners breed them."""

from typing import Final

from bandstand.bot.commands.phrases import name_song, say_ago, say_rating
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.api.values import BandForm
from bandstand.common.bands import HABITS, Member
from bandstand.common.errors import UsageError
from bandstand.common.instruments import find_instrument_name
from bandstand.common.lineups import LINEUPS
from bandstand.common.text import clock, counted

HABIT_WORDS: Final = {
    "density": ("sparse", "busy"),
    "register": ("low", "high"),
    "force": ("soft", "hard"),
    "variety": ("steady", "restless"),
    "length": ("staccato", "legato"),
    "lean": ("pushing", "laid back"),
}
"""Habit -> the words for either end of it."""
USUAL: Final = {"length": 0.7}
"""Where a habit is plain, as a share of its whole range; 0.5 unless it is here."""
WORTH_SAYING: Final = 0.22
"""How far from plain a habit is worth a word, as a share of its whole range."""
STRONG: Final = 0.38
LAID_BACK: Final = 4.0
"""Milliseconds behind the beat that are worth a word."""
NEW: Final = "new"
STARS: Final = 5


# Who plays


def show_bands(result: results.Bands, _: Call) -> Reply:
    rows = tuple(
        (
            one.form.slug,
            one.form.band.name,
            one.form.band.style,
            f"{one.form.band.tempo:.0f}",
            str(one.form.generation),
            str(one.songs),
        )
        for one in result.bands
    )
    columns = ("band", "name", "style", "tempo", "generation", "songs")
    return Reply(f"{counted(len(rows), 'band')}; generate BAND makes a song by one", columns=columns, rows=rows)


def parse_band(call: Call) -> requests.Request:
    first, _, rest = call["band"].strip().partition(" ")
    if first.casefold() == NEW:
        return requests.FoundBand(style=rest.strip())
    return requests.GetBand(band=call["band"])


def show_band(result: results.BandDetails, _: Call) -> Reply:
    band = result.form.band
    rows = tuple(
        (member.player, member.name, _say_instruments(member), describe_habits(member)) for member in band.members
    )
    style = f"{band.style}: {LINEUPS[band.style].about}" if band.style in LINEUPS else band.style
    said = f"{band.name}, {style}; about {band.tempo:.0f} bpm, likes {', '.join(band.keys)}"
    if result.is_new:
        said = f"the new band is {said}; generate {result.form.slug} makes a song by them"
    return Reply(said, columns=("who", "plays", "on", "how"), rows=rows)


def _say_instruments(member: Member) -> str:
    return " or ".join(find_instrument_name(member.voice, program) for program in member.instruments)


def describe_habits(member: Member) -> str:
    """What is particular about a player, in a few words."""
    words = []
    for name, (low, high) in HABIT_WORDS.items():
        limits = HABITS[name]
        off = (getattr(member, name) - limits.low) / (limits.high - limits.low) - USUAL.get(name, 0.5)
        if abs(off) >= WORTH_SAYING:
            words.append(("very " if abs(off) >= STRONG else "") + (high if off > 0 else low))
    if member.loose == 0:
        words.append("to the millisecond")
    elif abs(member.late) >= LAID_BACK:
        words.append("behind the beat" if member.late > 0 else "ahead of the beat")
    return ", ".join(words) or "plain"


def show_artist(result: results.Artist, call: Call) -> Reply:
    rows: list[tuple[str, str]] = []
    for one in result.players:
        member = one.member
        numbers = ", ".join(f"{name} {getattr(member, name):g}" for name in HABITS)
        rows += [("plays", f"{member.name} with {one.band.band.name}"), ("on", _say_instruments(member))]
        rows += [("how", describe_habits(member)), ("in numbers", numbers)]
        rows += [(say_ago(song.created, call.now), f"{name_song(song)}, {clock(song.seconds)}") for song in one.songs]
    first, others = result.players[0], len(result.players) - 1
    also = f", and {counted(others, 'other')} of that name" if others else ""
    return Reply(f"{first.member.player} of {first.band.band.name}{also}", columns=("", ""), rows=tuple(rows))


# Ratings


def parse_rate(call: Call) -> requests.Request:
    stars = int(call["stars"]) if len(call["stars"]) < 4 else 0
    if not 1 <= stars <= STARS:
        raise UsageError(f"rate STARS (from 1, you do not like it, to {STARS}, you like it very much)")
    return requests.Rate(value=(stars - 3) / 2)


def show_rated(result: results.Rated, call: Call) -> Reply:
    given = f"{call['stars']} of {STARS}" if call["stars"] else f"{result.value:+.0f}"
    part = f"the {result.section} of " if result.section else ""
    return Reply(f"{given} for {part}{name_song(result.song)}, which now has {say_rating(result.rating)}")


def show_evolving(result: results.Evolving, _: Call) -> Reply:
    count = counted(result.ratings, "rating")
    return Reply(f"{result.band} gets its next form from {count}; you will be told here what has changed")


def show_family(result: results.Family, call: Call) -> Reply:
    rows = tuple(
        (
            str(one.form.generation),
            say_ago(one.form.created, call.now),
            f"{one.form.band.tempo:.0f} bpm",
            str(one.songs),
            say_rating(one.rating, 2) if one.rating.count else "not rated",
        )
        for one in result.forms
    )
    said = f"{result.band}: {counted(len(rows), 'generation')}, the one that plays now first"
    return Reply(said, columns=("generation", "made", "tempo", "songs", "liked"), rows=rows)


def show_reverted(result: results.Reverted, _: Call) -> Reply:
    form: BandForm = result.form
    return Reply(f"{form.band.name} plays as in generation {form.generation} again")


BAND: Final = Param("band", "a band's name or style", is_rest=True, names=("band",))

COMMANDS: Final = (
    Command("bands", lambda _: requests.ListBands(), show_bands, "the station's bands", "bands", (requests.ListBands,)),
    Command(
        "band",
        parse_band,
        show_band,
        "who is in a band and how they play; band new [STYLE] founds one",
        "band new bossa",
        (requests.GetBand, requests.FoundBand),
        (
            Param(
                "band",
                "a band's name or style, or new and a style: there is a band of each to begin with",
                is_rest=True,
                names=("band",),
            ),
        ),
    ),
    Command(
        "artist",
        lambda call: requests.GetArtist(name=call["name"]),
        show_artist,
        "one player: what they play and how, and their last songs",
        "artist bea",
        (requests.GetArtist,),
        (Param("name", "a player's name, as band shows it", is_rest=True),),
    ),
    Command(
        "+1", lambda _: requests.Rate(value=1.0), show_rated, "say that you like what you hear", "+1", (requests.Rate,)
    ),
    Command(
        "-1",
        lambda _: requests.Rate(value=-1.0),
        show_rated,
        "say that you do not like what you hear",
        "-1",
        (requests.Rate,),
    ),
    Command(
        "rate",
        parse_rate,
        show_rated,
        "say how you like what you hear",
        "rate 4",
        (requests.Rate,),
        (Param("stars", f"from 1, you do not like it, to {STARS}, you like it very much", is_number=True),),
    ),
    Command(
        "evolve",
        lambda call: requests.EvolveBand(band=call["band"]),
        show_evolving,
        "breed a band's next form from its ratings",
        "evolve small-robots",
        (requests.EvolveBand,),
        (BAND,),
    ),
    Command(
        "family",
        lambda call: requests.GetFamily(band=call["band"]),
        show_family,
        "the forms that a band has had",
        "family rock",
        (requests.GetFamily,),
        (BAND,),
    ),
    Command(
        "revert",
        lambda call: requests.RevertBand(band=call["band"]),
        show_reverted,
        "let a band play as in its form before",
        "revert rock",
        (requests.RevertBand,),
        (BAND,),
    ),
)
