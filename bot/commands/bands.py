"""Commands about the bands: who there is, how they play, and new ones."""

from bot.commands.listing import ago
from bot.commands.table import Call, Command, Desk, Param
from bot.effects import Outcome
from bot.request import Reply, Right
from bot.songs import bands, library
from bot.songs.bands import BandView
from common.bands import HABITS, Member
from common.errors import CommandError
from common.instruments import find_instrument_name
from common.lineups import LINEUPS, STYLES
from common.text import clock, counted

SCALES = {
    "density": ("sparse", "busy"),
    "register": ("low", "high"),
    "force": ("soft", "hard"),
    "variety": ("steady", "restless"),
    "length": ("staccato", "legato"),
}
"""Habit -> the words for either end of it."""
TOLD = 0.22
"""How far from the middle a habit is worth a word, as a share of its whole range."""
STRONG = 0.38
LAID_BACK = 4.0
"""Milliseconds behind the beat that are worth a word."""
NEW = "new"


def every(_: Call, __: Desk) -> Outcome:
    found = bands.every()
    songs = bands.songs(found)
    rows = tuple(
        (
            view.slug,
            view.band.name,
            view.band.style,
            f"{view.band.tempo:.0f}",
            str(view.generation),
            str(songs[view.genome]),
        )
        for view in found
    )
    columns = ("band", "name", "style", "tempo", "generation", "songs")
    return Outcome(Reply(f"{counted(len(found), 'band')}; generate BAND has one play", columns=columns, rows=rows))


def band(call: Call, desk: Desk) -> Outcome:
    first, _, rest = call["band"].strip().partition(" ")
    if first.casefold() != NEW:
        return Outcome(_shown(bands.find(call["band"])))
    if call.request.right < Right.DJ:
        raise CommandError("a new band needs the right dj")
    view = bands.new(rest.strip(), desk.now, desk.chance)
    reply = _shown(view)
    said = f"{view.band.name} is new: {reply.summary}; generate {view.slug} lets it play"
    return Outcome(Reply(said, columns=reply.columns, rows=reply.rows))


def _shown(view: BandView) -> Reply:
    one = view.band
    rows = tuple(
        (member.player, member.name, " or ".join(_instruments(member)), habits(member)) for member in one.members
    )
    about = LINEUPS[one.style].about
    said = f"{one.name}, {one.style}: {about}; about {one.tempo:.0f} bpm, likes {', '.join(one.keys)}"
    return Reply(said, columns=("who", "plays", "on", "how"), rows=rows)


def _instruments(member: Member) -> list[str]:
    return [find_instrument_name(member.voice, program) for program in member.instruments]


def habits(member: Member) -> str:
    """What is particular about a player, in a few words."""
    words = []
    for name, (low, high) in SCALES.items():
        limits = HABITS[name]
        place = (getattr(member, name) - limits.low) / (limits.high - limits.low) - (0.7 if name == "length" else 0.5)
        if abs(place) >= TOLD:
            words.append(("very " if abs(place) >= STRONG else "") + (high if place > 0 else low))
    if member.loose == 0:
        words.append("to the millisecond")
    elif abs(member.late) >= LAID_BACK:
        words.append("behind the beat" if member.late > 0 else "ahead of the beat")
    return ", ".join(words) or "plain"


def artist(call: Call, desk: Desk) -> Outcome:
    found = bands.artists(call["name"])
    rows = []
    for view, member in found:
        numbers = ", ".join(f"{name} {getattr(member, name):g}" for name in HABITS)
        rows += [("plays", f"{member.name} with {view.band.name}"), ("on", " or ".join(_instruments(member)))]
        rows += [("how", habits(member)), ("in numbers", numbers)]
        rows += [(ago(song.created, desk.now), f"{song.name}, {clock(song.seconds)}") for song in _songs(view)]
    also = f", and {counted(len(found) - 1, 'other')} of that name" if len(found) > 1 else ""
    return Outcome(Reply(f"{found[0][1].player} of {found[0][0].band.name}{also}", columns=("", ""), rows=tuple(rows)))


def _songs(view: BandView) -> list[library.SongView]:
    return library.songs_by(view.band.name, 3)


COMMANDS = (
    Command("bands", every, "the station's bands", "bands", Right.LISTENER),
    Command(
        "band",
        band,
        "who is in a band and how they play; band new [STYLE] founds one",
        "band new bossa",
        Right.LISTENER,
        (Param("band", f"a band's name or style, or new and one of {', '.join(STYLES)}", rest=True),),
    ),
    Command(
        "artist",
        artist,
        "one player: what they play and how, and their last songs",
        "artist bea",
        Right.LISTENER,
        (Param("name", "a player's name, as band shows it", rest=True),),
    ),
)
