"""Commands about what people like best: fave, unfave, faves and notify; and voteskip."""

from typing import Final

from bandstand.bot.commands.phrases import name_song, say_favourites, say_kind
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.errors import UsageError
from bandstand.common.text import clock, counted

LAST: Final = "last"
SWITCHES: Final = {"on": True, "off": False}
SONG: Final = Param(
    "song",
    "a code, or words of the title; last: the song before; without one, the song on the air",
    is_required=False,
    is_rest=True,
    names=("song",),
)


def _read_song(call: Call) -> tuple[str, bool]:
    """The words of a song, and whether the one before is meant instead."""
    words = call["song"].strip()
    return ("", True) if words.casefold() == LAST else (words, False)


def parse_fave(call: Call) -> requests.Request:
    song, is_last = _read_song(call)
    return requests.AddFavourite(song=song, is_last=is_last)


def show_faved(result: results.FavouriteAdded, _: Call) -> Reply:
    already = "is one of your favourites now" if result.is_new else "is one of your favourites already"
    others = f"; it is {say_favourites(result.favourites)}" if result.favourites > 1 else ""
    told = "; you are told when one begins while you are in a channel of the station (notify off ends that)"
    return Reply(f"{name_song(result.song)} {already}{others}{told if result.is_first else ''}")


def parse_unfave(call: Call) -> requests.Request:
    song, is_last = _read_song(call)
    return requests.RemoveFavourite(song=song, is_last=is_last)


def show_unfaved(result: results.FavouriteRemoved, _: Call) -> Reply:
    if result.was_there:
        return Reply(f"{name_song(result.song)} is no favourite of yours any more")
    return Reply(f"{name_song(result.song)} is not among your favourites; faves lists them")


def show_favourites(result: results.Favourites, _: Call) -> Reply:
    if not result.songs:
        own = "you have no favourites yet; fave keeps the song on the air as one"
        return Reply(f"{result.name} has no favourites" if result.name else own)
    whose = f" of {result.name}" if result.name else ""
    more = f", the latest {len(result.songs)} of them" if result.total > len(result.songs) else ""
    rows = tuple((song.code, song.title, song.artist, clock(song.seconds)) for song in result.songs)
    columns = ("code", "title", "artist", "length")
    return Reply(f"{counted(result.total, 'favourite')}{whose}{more}", columns=columns, rows=rows)


def parse_notify(call: Call) -> requests.Request:
    word = call["switch"].lower()
    if word and word not in SWITCHES:
        raise UsageError("notify [on|off]")
    return requests.SetNotices(is_on=SWITCHES.get(word))


def show_notices(result: results.Notices, _: Call) -> Reply:
    if result.is_on:
        return Reply("you are told when a favourite of yours begins, while you are in a channel of the station")
    return Reply("you are not told when a favourite of yours begins; notify on changes that")


def show_skip_vote(result: results.SkipVoted, _: Call) -> Reply:
    song = name_song(result.song)
    if result.is_skipped:
        then = f"next is {say_kind(result.following)}" if result.following else "nothing follows"
        return Reply(f"skipped {song} by {counted(result.votes, 'vote')}; {then}")
    missing = result.needed - result.votes
    more = f"{missing} more {'is' if missing == 1 else 'are'} needed"
    if not result.is_new:
        return Reply(f"you have voted to skip {song} already; {more}")
    return Reply(f"{result.votes} of {counted(result.needed, 'vote')} to skip {song}; {more}")


COMMANDS: Final = (
    Command(
        "fave",
        parse_fave,
        show_faved,
        "keep the song on the air among your favourites",
        "fave last",
        (requests.AddFavourite,),
        (SONG,),
        aliases=("fav",),
    ),
    Command(
        "unfave",
        parse_unfave,
        show_unfaved,
        "take a song out of your favourites",
        "unfave 7kq3",
        (requests.RemoveFavourite,),
        (SONG,),
        aliases=("unfav",),
    ),
    Command(
        "faves",
        lambda call: requests.ListFavourites(name=call["name"]),
        show_favourites,
        "your favourites, or somebody else's",
        "faves ann",
        (requests.ListFavourites,),
        (
            Param(
                "name", "an account, or a nick; without one, yours", is_required=False, is_rest=True, names=("person",)
            ),
        ),
        aliases=("favelist", "fl"),
    ),
    Command(
        "voteskip",
        lambda _: requests.VoteSkip(),
        show_skip_vote,
        "vote for skipping the song on the air",
        "voteskip",
        (requests.VoteSkip,),
        aliases=("vs",),
    ),
    Command(
        "notify",
        parse_notify,
        show_notices,
        "whether you are told when a favourite of yours begins; on or off",
        "notify off",
        (requests.SetNotices,),
        (Param("switch", "on or off; without it, how it is", is_required=False, names=("switch",)),),
    ),
)
