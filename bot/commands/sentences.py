"""What a person reads where something is not done: one plain sentence for each refusal, and for faults of our own.

Pure text, except that a fault which nobody foresaw is logged here, under a reference that the person is told.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.commands.phrases import name_song, say_kind, say_length, say_moment, say_wait, say_where
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.commands.table import Command
from bandstand.common.api import refusals
from bandstand.common.api.people import Right
from bandstand.common.api.playlists import RULE_NUMBERS
from bandstand.common.api.refusals import BadRequest, Refusal, Refused
from bandstand.common.api.socket import InternalFault
from bandstand.common.api.values import SongBrief, SongKind, SongState
from bandstand.common.background_jobs import EXPORTS
from bandstand.common.errors import BandstandError, CommandError, Hindered, UsageError
from bandstand.common.reference import get_reference, make_reference, refer_to
from bandstand.common.song_search import say_bad_query
from bandstand.common.text import clock, counted, one_line

log = Logger()

SENTENCE_LIMIT: Final = 1000
"""Characters; what a person typed, or a program said, may be longer."""
SONG_STATES: Final = {
    SongState.MAKING: "being made",
    SongState.BEGUN: "being made, can be heard",
    SongState.READY: "",
    SongState.FAILED: "failed",
    SongState.DISCARDED: "removed",
    SongState.GONE: "not kept",
}
LOST: Final = {
    SongState.FAILED: "could not be made",
    SongState.DISCARDED: "was removed from the library",
    SongState.GONE: "was not kept",
}
"""What became of songs that cannot be heard any more."""
NAME_FORMS: Final = (
    "NAME is a person of telnet, ssh or the page (ann), an account on IRC (libera/ann) or a mask there "
    "(libera/*!*@host.example)"
)
NAME_PROBLEMS: Final = {
    "too_long": "a name has at most 120 characters",
    "form": NAME_FORMS,
    "mask_form": "a mask is NICK!USER@HOST, in which * stands for any text: libera/*!*@host.example",
    "mask_too_wide": "that mask fits too many people; give more of the host",
    "account_form": (
        "a name has at most 32 small letters, digits and the signs . _ -, and begins with a letter or a digit"
    ),
}
VISITOR_NAMES: Final = {
    "form": (
        "a name has 2 to 24 letters of one script, digits, blanks and the signs . _ ' -, and begins with a letter"
    ),
    "taken": "{name} looks like the name of somebody who is known here; choose another, or log in if it is you",
    "account": "you are logged in, so your name is that of your account",
}
PATH_PROBLEMS: Final = {
    "relative": "the whole path is needed, from /; bandstand import takes any path",
    "missing": "there is no such file",
    "device": "it is no file, but a pipe or a device",
    "folder": "it is a folder; bandstand import takes what is in one into the library",
}
LABEL_PROBLEMS: Final = {
    "no_title": "a song needs a title",
    "year": "{text} is no year; one is from 1000 to 2999, and 0 removes it",
    "tag": "{text} is no tag; one is a word of at most 30 letters and digits, perhaps with hyphens",
    "too_many_tags": "a song has at most 16 tags; take some away with -word first",
}
NOT_MADE: Final = {
    "play": "{name} is still being made; queue {code} plays it as soon as it can be heard",
    "request": "{name} is still being made; request it when it is done",
    "replay": "{name} is still being made and cannot be heard yet; try again in a moment",
    "export": "{name} is still being made; export it when it is done",
    "remake": "{name} is still being made, so there is nothing to compare with; try again when it is done",
    "delete": "{name} is still being made; cancel its job instead, or delete it when it is done",
    "compare": "{name} is still being made; a comparison needs two songs that are done",
}


# Refusals


def _say_no_song(why: refusals.NoSuchSong) -> str:
    there = f"there {'is' if why.known == 1 else 'are'} {why.known}"
    if why.near:
        return f'no song "{one_line(why.words, 60)}"; did you mean {" or ".join(name_song(song) for song in why.near)}?'
    hint = "songs lists the newest" if why.known else "generate makes one"
    return f'no song "{one_line(why.words, 60)}" ({there}); {hint}'


def _say_no_dj(why: refusals.NoSuchDj) -> str:
    there = f"there {'is' if len(why.waiting) == 1 else 'are'} {', '.join(why.waiting)}" if why.waiting else ""
    if not why.name:
        return "no DJ is connected"
    return f"no DJ {why.name} is connected{f'; {there}' if there else ''}"


def _say_ambiguous(why: refusals.AmbiguousSong) -> str:
    songs = ", ".join(f"{song.code} {song.title or 'being made'}" for song in why.songs)
    return f"{counted(why.count, 'song')} fit; give the code of one: {songs}"


LIST_NAMES: Final = "one has at most 40 letters, digits and dashes; new, set, add, remove, delete, use, list are none"


def _say_no_target(why: refusals.NoSuchTarget) -> str:
    said = f"there is no {why.kind_meant or 'playlist, clock, band or style'} {one_line(why.words, 60)}"
    if why.near or why.kind_meant is None:
        return f"{said}; " + (f"did you mean {' or '.join(why.near)}?" if why.near else "bands and playlists list them")
    return f"{said}; there " + (f"are {', '.join(why.known[:30])}" if why.known else "is none yet")


def _say_queued(why: refusals.QueuedAlready) -> str:
    return f"{name_song(why.song)} is the last in the queue already (number {why.position}), and you asked for it"


def _say_not_in_queue(why: refusals.NotInQueue) -> str:
    if not why.queued:
        return "the queue is empty"
    if not why.words:
        return "no song in the queue is yours; queue shows what is there"
    return f'no song in the queue is called "{one_line(why.words, 60)}"; queue shows what is there'


def _say_not_made(why: refusals.StillBeingMade) -> str:
    return NOT_MADE.get(why.purpose, "{name} is still being made; try again when it is done").format(
        name=name_song(why.song), code=why.song.code
    )


def _say_no_generator(why: refusals.NoSuchGenerator) -> str:
    there = f"there {'is' if len(why.known) == 1 else 'are'} {', '.join(why.known)}"
    none = "none is declared; docs/generators.md says how to declare one"
    return f"{one_line(why.name, 40)}: there is no such generator; {there if why.known else none}"


def _say_no_band(why: refusals.NoSuchBand) -> str:
    bands, words = ", ".join(why.bands), one_line(why.words, 40)
    if not why.generators:
        return f"{words}: there is no such band; there are {bands}"
    generators = ", ".join(why.generators)
    return f"{words}: there is no such band or generator; there are the bands {bands}, and the generators {generators}"


def _say_needs_right(why: refusals.NeedsRight) -> str:
    """Without the request's name, which only programs know; a command's name is said by `show_denied`."""
    return f"that {_say_right(why)}"


def _say_right(why: refusals.NeedsRight) -> str:
    """`needs the right dj; ann or bob can give it to you`."""
    if not why.granters:
        return f"needs the right {why.right.value}; whoever runs the station can give it to you"
    *others, last = (one_line(name, 40) for name in why.granters)
    names = f"{', '.join(others)} or {last}" if others else last
    return f"needs the right {why.right.value}; {names} can give it to you"


def _say_not_watched(why: refusals.NotWatched) -> str:
    return f"{one_line(why.name, 40)} is not watched" if why.name else "nothing is watched"


def _say_bad_export(why: refusals.NoSuchExport) -> str:
    known = ", ".join(why.known or EXPORTS)
    return f"export SONG KIND (the kind is one of {known}, not {one_line(why.kind_asked, 20)})"


def _say_bad_path(why: refusals.BadPath) -> str:
    return f"{one_line(why.path, 200)}: {PATH_PROBLEMS.get(why.problem, one_line(why.problem))}"


def _say_imported(why: refusals.ImportedAlready) -> str:
    return f"{one_line(why.path, 200)}: it is in the library already, as {name_song(why.song)}"


def _say_no_grant(why: refusals.NoSuchGrant) -> str:
    return f"no right was granted to {one_line(why.name, 120)}; who shows the {counted(why.grants, 'grant')}"


def _say_bad_rule(why: refusals.BadRule) -> str:
    what = {str(rule): said for rule, said in RULE_NUMBERS.items()}
    return f"--{why.rule}=N takes {what.get(why.rule, 'no number')}, from {why.low} to {why.high}"


def _say_off(why: refusals.RequestsOff) -> str:
    where = say_where(why.where) if why.where else "on this station"
    return f"requests are off {where}; a dj can switch them on"


def _say_no_place(why: refusals.NoSuchPlace) -> str:
    network = one_line(why.networks[0], 40) if why.networks else "libera"
    return (
        f'there is no place "{one_line(why.where, 60)}" where requests could be switched; give a network ({network}), '
        f"a channel ({network}/#radio), page, or in a channel here"
    )


def _say_lost(why: refusals.SongLost) -> str:
    lost = LOST.get(why.song.state, "is heard this once and not kept")
    return f"{name_song(why.song)} {lost}, so it cannot be requested"


def _say_place_in_queue(position: int, heard_in: float | None, song: SongBrief) -> str:
    """`number 2 in the queue, heard in 3:05`."""
    wait = say_wait(song, heard_in)
    return f"number {position} in the queue" + (f", heard {wait}" if wait else "")


def _say_requested(why: refusals.RequestedAlready) -> str:
    place = _say_place_in_queue(why.position, why.heard_in, why.song)
    who = "you have" if why.is_own else f"{one_line(why.name, 40)} has"
    return f"{who} asked for {name_song(why.song)} already: it is {place}"


def _say_song_too_soon(why: refusals.SongTooSoon) -> str:
    ago = say_length(why.allowed_at - why.wait - why.last)
    past = "is on the air" if why.is_on_air else f"was {'heard' if why.was_heard else 'requested'} {ago} ago"
    planned = _say_place_in_queue(why.position, why.heard_in, why.song)
    comes = f"; the programme plays it anyway: it is {planned}" if why.position else ""
    moment = say_moment(why.allowed_at, why.wait)
    return f"{name_song(why.song)} {past} and may be requested again {moment}{comes}"


def _say_request_too_soon(why: refusals.RequestTooSoon) -> str:
    ago = say_length(why.allowed_at - why.wait - why.last)
    moment = say_moment(why.allowed_at, why.wait)
    return f"you requested {name_song(why.last_song)} {ago} ago; you may request another song {moment}"


def _say_many_queued(why: refusals.TooManyQueued) -> str:
    many = f"you have {counted(why.limit, 'song')} in the queue"
    if why.allowed_at is None or why.wait is None:
        return f"{many}; try again when one has begun"
    return f"{many}; one more may come {say_moment(why.allowed_at, why.wait)}, if the queue stays as it is"


def _say_unheard(why: refusals.WishUnheard) -> str:
    wish = f"your wish {name_song(why.song)} waits for its turn, number {why.position} in the queue"
    if why.heard_in is None:
        return f"{wish}; you may wish again when it begins"
    return f"{wish}; you may wish again {say_moment(why.allowed_at, why.wait)}, if the queue stays as it is"


def _say_many_wishes(why: refusals.TooManyWishes) -> str:
    many = f"{why.waiting} wishes wait already"
    if why.allowed_at is None or why.wait is None:
        return f"{many}; try again when one of them begins"
    return f"{many}; try again {say_moment(why.allowed_at, why.wait)}"


SENTENCES: Final[Mapping[type, Callable[[Any], str]]] = {
    refusals.NoSuchSong: _say_no_song,
    refusals.AmbiguousSong: _say_ambiguous,
    refusals.BadQuery: say_bad_query,
    refusals.NoSongsYet: lambda _: "there are no songs yet; generate makes the first",
    refusals.StillBeingMade: _say_not_made,
    refusals.IsOnAir: lambda why: f"{name_song(why.song)} is on the air; skip it first, or delete it afterwards",
    refusals.BadLabel: lambda why: LABEL_PROBLEMS.get(why.problem, why.text).format(text=one_line(why.text, 40)),
    refusals.NothingOnAir: lambda _: "nothing is on the air",
    refusals.NothingHeard: lambda _: "no song has been heard long enough yet; try again in a few seconds",
    refusals.NotHeardLately: lambda why: (
        f"{name_song(why.song)} was not on the air within the last {counted(why.seconds // 60, 'minute')}; "
        "you can rate and mark what you hear"
    ),
    refusals.NothingBefore: lambda _: "nothing was on the air before; history shows what was",
    refusals.NotKept: lambda why: (
        f"{name_song(why.song)} is not kept, so it cannot be a favourite"
        if why.song.kind is SongKind.SONG
        else f"{say_kind(why.song)} is no song, so it cannot be a favourite"
    ),
    refusals.SkipVotesOff: lambda _: "this station skips no song by vote; skip needs the right dj",
    refusals.NothingFits: lambda why: (
        "none of your favourites fits; faves lists them" if why.is_favourite else "no song fits that; songs lists some"
    ),
    refusals.NoFavourites: lambda _: "you have no favourites yet; fave keeps the song on the air as one",
    refusals.NoSuchFan: lambda why: f"nobody called {one_line(why.name, 60)} has favourites here",
    refusals.SeekBeyondEnd: lambda why: f"{name_song(why.song)} is only {clock(why.song.seconds)} long",
    refusals.IsLive: lambda why: f"{name_song(why.song)} is live; there is no other place in it to go to",
    refusals.NoSuchJob: lambda why: f"there is no {'open ' if why.must_be_open else ''}job {why.job}; jobs lists them",
    refusals.TooManyJobs: lambda why: f"you have {counted(why.limit, 'song')} being made; try again when one is done",
    refusals.TooManyQueued: _say_many_queued,
    refusals.QueuedAlready: _say_queued,
    refusals.NotInQueue: _say_not_in_queue,
    refusals.RequestsOff: _say_off,
    refusals.NoSuchPlace: _say_no_place,
    refusals.SongLost: _say_lost,
    refusals.RequestedAlready: _say_requested,
    refusals.SongTooSoon: _say_song_too_soon,
    refusals.RequestTooSoon: _say_request_too_soon,
    refusals.NotYours: lambda why: (
        f"{name_song(why.song)} was asked for by {one_line(why.name, 40)}; to remove it you need the right dj"
    ),
    refusals.NotYourSong: lambda why: (
        f"the artist of {name_song(why.song)} is the band that plays it; to change that you need the right dj"
        if why.is_own
        else f"{name_song(why.song)} was not ordered by you; to change what is written of it you need the right dj"
    ),
    refusals.TooSoon: lambda why: f"try again in {why.seconds} s",
    refusals.NotUnderstood: lambda why: (
        f"did not understand: {', '.join(one_line(word, 40) for word in why.words[:8])}; say a style, a band, a tempo, "
        "a mood, a key, a length or instruments, as in slow bossa in Dm, 2 minutes, with flute"
    ),
    refusals.NotComposed: lambda why: (
        f"no band of this station composed {name_song(why.song)}, so there can be no other like it"
    ),
    refusals.BandsMissing: lambda _: "the station has no band that could play; band new STYLE founds one",
    refusals.WishTooSoon: lambda why: (
        f"you have had {why.burst} wishes in a short time; you may wish again {say_moment(why.allowed_at, why.wait)}"
    ),
    refusals.WishUnheard: _say_unheard,
    refusals.TooManyWishes: _say_many_wishes,
    refusals.NeedsRight: _say_needs_right,
    refusals.NoSuchGenerator: _say_no_generator,
    refusals.GeneratorNotLoaded: lambda why: (
        f"{one_line(why.name, 40)} is in the configuration, but not loaded: {one_line(why.fault)}"
    ),
    refusals.GeneratorGone: lambda why: (
        f"{one_line(why.name, 40)}: there is no such generator any more; generate makes another song"
    ),
    refusals.BadParameter: lambda why: one_line(why.problem),
    refusals.NotWatched: _say_not_watched,
    refusals.CannotWatch: lambda why: why.why,
    refusals.IsComparison: lambda why: f"{name_song(why.song)} is a comparison; remake one of its songs",
    refusals.SameSong: lambda why: f"{name_song(why.song)} twice is no comparison; give two songs",
    refusals.NoComparison: lambda _: "there has been no comparison yet; compare SONG OTHER begins one",
    refusals.VotesClosed: lambda _: "the votes are closed: reveal has told already which song is which",
    refusals.BadChoice: lambda _: "vote X, or vote Y (np says which of them you hear)",
    refusals.NoSuchPlaylist: lambda why: (
        f"{why.name}: there is no such playlist; "
        + (f"the playlists are: {', '.join(why.known[:20])}" if why.known else "playlist new NAME makes one")
    ),
    refusals.PlaylistExists: lambda why: f"there is a playlist {why.name} already; playlist set {why.name} changes it",
    refusals.BadListName: lambda why: (
        f'"{why.name}" can be no name; ' + (f"{why.meant} could be one" if why.meant else LIST_NAMES)
    ),
    refusals.PlaylistIsSearch: lambda why: (
        f'{why.name} has whatever the search "{one_line(why.query, 80)}" finds; a playlist that is made without a '
        "search is a list"
    ),
    refusals.NotInPlaylist: lambda why: f"{name_song(why.song)} is not in the playlist {why.name}",
    refusals.BadRule: _say_bad_rule,
    refusals.TooManyLists: lambda why: f"there may be {why.limit} {why.what}, and no more; remove some first",
    refusals.NoSuchClock: lambda why: (
        f"there is no clock {why.name}; "
        + (f"there are {', '.join(why.known[:20])}" if why.known else "clock NAME = SLOT SLOT ... makes one")
    ),
    refusals.ClockCycle: lambda why: f"that clock would never end: {' leads to '.join(why.clocks)}",
    refusals.BadSlot: lambda why: f"{why.text}: {why.problem}" if why.text else why.problem,
    refusals.NoSuchBand: _say_no_band,
    refusals.NoSuchStyle: lambda why: (
        f"{one_line(why.words, 40)}: there is no such style; there are {', '.join(why.styles)}"
    ),
    refusals.NoNameLeft: lambda _: "every name that the station knows for a band is taken",
    refusals.NoSuchArtist: lambda why: (
        f"{one_line(why.name, 40)}: nobody of that name plays here; band NAME lists a band's members"
    ),
    refusals.NeverRated: lambda why: (
        f"nobody has rated a song of {why.band} yet; give +1, -1 or rate while one of them plays"
    ),
    refusals.FirstForm: lambda why: f"{why.band} is in its first generation; there is no earlier one to go back to",
    refusals.NoSuchTarget: _say_no_target,
    refusals.NoSuchRecording: lambda why: f"there is no recording {one_line(why.words, 40)}; recordings lists them",
    refusals.BadShow: lambda why: one_line(why.problem),
    refusals.NoSuchShow: lambda why: (
        f"there is no show {one_line(why.words, 60)}; " + ("schedule lists them" if why.shows else "there is none yet")
    ),
    refusals.AmbiguousShow: lambda why: (
        f"several shows are called {one_line(why.words, 60)}; give the number of one: "
        + ", ".join(str(number) for number in why.numbers)
    ),
    refusals.ShowInFile: lambda why: (
        f"{one_line(why.name, 60)} stands in the station's file of shows, and is changed there"
    ),
    refusals.TooManyShows: lambda why: f"there are {why.limit} shows already; remove one first",
    refusals.NoSuchExport: _say_bad_export,
    refusals.BadPath: _say_bad_path,
    refusals.ImportedAlready: _say_imported,
    refusals.BadName: lambda why: NAME_PROBLEMS.get(why.problem, NAME_FORMS),
    refusals.NeedsMask: lambda why: (
        f"on {one_line(why.network, 40)} nobody has an account that could be checked; give the right to a mask there, "
        f"such as {one_line(why.network, 40)}/*!*@host.example (whoami shows each person theirs)"
    ),
    refusals.BadRight: lambda _: f"the right is one of {', '.join(right.value for right in Right)}",
    refusals.RightTooHigh: lambda why: (
        f"you cannot give a higher right than your own, and you have the right {why.own.value}"
    ),
    refusals.Outranked: lambda why: (
        f"{one_line(why.name, 120)} has the right {why.right.value}, which is higher than yours"
    ),
    refusals.TooManyGrants: lambda why: f"{why.limit} people have rights already; revoke some first",
    refusals.NoSuchGrant: _say_no_grant,
    refusals.TooManyAccounts: lambda why: f"there are {why.limit} accounts already; remove some first",
    refusals.NoSuchAccount: lambda why: f"there is no account {one_line(why.name, 120)}; who lists the accounts",
    refusals.BadHash: lambda _: "that is not the hash of a password; bandstand passwd NAME makes one and hands it over",
    refusals.WrongPassword: lambda _: "there is no account of that name with that password",
    refusals.TooManyLogIns: lambda why: f"too many people are logging in; try again in {why.wait:.0f} s",
    refusals.LinkOver: lambda _: "the link was used already, or is too old; web on IRC gives another one",
    refusals.PageOff: lambda _: "this station has no page",
    refusals.NotAVisitor: lambda _: "only visitors of the page log in there",
    refusals.BadVisitorName: lambda why: VISITOR_NAMES.get(why.problem, VISITOR_NAMES["form"]).format(
        name=one_line(why.name, 30)
    ),
    refusals.NoSuchDj: _say_no_dj,
    refusals.NobodyLive: lambda _: "no DJ is on the air",
    refusals.GuestTaken: lambda why: f"{why.name} has an account already, and connects with its password",
    refusals.NothingToTell: lambda _: "say what the DJ is to be told",
    refusals.TooManyMessages: lambda why: (
        f"so many write to {why.dj} at the moment that nobody could read it; try again in a minute"
    ),
    refusals.TooManyGuests: lambda why: f"there are {why.limit} guests already; each may come for a day",
    refusals.BadRequest: lambda why: one_line(why.problem),
}
"""What a person is told for each refusal: what is wrong, and what to do instead."""


def say_refusal(why: Refusal) -> str:
    """One sentence: what is wrong, and what to do instead."""
    return one_line(SENTENCES[type(why)](why), SENTENCE_LIMIT)


def show_refusal(why: Refusal) -> Reply:
    is_repeated = isinstance(why, refusals.TooSoon) and not why.is_first
    return Reply(say_refusal(why), Level(why.kind.value), is_repeated=is_repeated, value=why)


def show_denied(command: Command, why: refusals.NeedsRight) -> Reply:
    """The reply to a command that this person may not see."""
    return Reply(f'"{command.name}" {_say_right(why)}', Level.DENIED, value=why)


def show_error(error: BaseException) -> Reply:
    """The reply to a command that was not carried out.

    What the person can mend is said without more; for all else the log has the details, under a reference.
    """
    if isinstance(error, Refused) and type(error.why) in SENTENCES:
        return show_refusal(error.why)
    if isinstance(error, CommandError):
        level = Level.USAGE if isinstance(error, UsageError) else Level.ERROR
        return Reply(str(error), level, value=BadRequest(problem=str(error)))
    mark = get_reference() or make_reference()
    if isinstance(error, BandstandError) and not isinstance(error, Refused):
        with refer_to(mark):
            log.error("a command failed: {why}", why=str(error))
        return Reply(f"{error} (ref {mark})", Level.ERROR, value=InternalFault(mark, isinstance(error, Hindered)))
    with refer_to(mark):
        log.error("a command failed: {error!r}", error=error, log_failure=Failure(error))
    said = f"something went wrong inside the station, and nothing was done (its log says more under ref {mark})"
    return Reply(said, Level.FAILED, value=InternalFault(mark))
