"""Commands that make songs, and that show, export, remake and import those of the library."""

import re
from typing import Final

from bandstand.bot.commands.phrases import count_kinds, name_song, say_ago, say_favourites, say_place, say_rating
from bandstand.bot.commands.playing import SONG_OR_AIR
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.sentences import SONG_STATES
from bandstand.bot.commands.song_words import say_misunderstood, say_ordered, say_song
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.api.people import STATION_NAME
from bandstand.common.api.values import PlayedSong, Song, SongKind
from bandstand.common.background_jobs import EXPORTS
from bandstand.common.errors import UsageError
from bandstand.common.generators import IMPORT, JINGLE, Value
from bandstand.common.text import clock, counted, one_line

OWN_OPTIONS: Final = ("here", "queue", "seed")
"""Options of `generate`, `again` and `watch` that are no parameters of a generator."""
SEED_DIGITS: Final = 9
FOR_PROGRAMMERS: Final = ("program's fingerprint", "sound's fingerprint", "exit status")
"""Facts that nobody wants to read in a channel."""
UNSHOWN: Final = ("energies", "sections", "link", "duplicates")
"""Facts that are for the station; what is to be known of them is shown in words."""


# Making


def parse_seed(call: Call) -> int | None:
    """The seed that was given. Raises UsageError."""
    text = call.options.get("seed", "")
    if not text:
        return None
    if not re.fullmatch(rf"[0-9]{{1,{SEED_DIGITS}}}", text):
        raise UsageError(f"seed=NUMBER (a whole number of at most {SEED_DIGITS} digits)")
    return int(text)


def get_parameters(call: Call) -> dict[str, Value]:
    """The parameters of the generator as they were typed; the core knows which of them are numbers."""
    return {name: text for name, text in call.options.items() if name not in OWN_OPTIONS}


def parse_generate(call: Call) -> requests.Request:
    return requests.Generate(
        generator=call["generator"].strip(),
        parameters=get_parameters(call),
        seed=parse_seed(call),
        cuts_in="queue" not in call.options,
    )


def parse_again(call: Call) -> requests.Request:
    return requests.GenerateAgain(
        parameters=get_parameters(call), seed=parse_seed(call), cuts_in="queue" not in call.options
    )


def show_ordered(result: results.Ordered, _: Call) -> Reply:
    when = "it cuts in as soon as it can be heard" if result.cuts_in else "it waits in the queue"
    if result.understood is None:
        return Reply(f"job {result.job} makes song {result.song}; {when}", job=str(result.job))
    made = f"job {result.job} makes song {result.song}, {say_song(result.understood)}; {when}"
    return Reply(made + say_misunderstood(result.understood), job=str(result.job))


def parse_cancel(call: Call) -> requests.Request:
    number = call["job"].lstrip("#")
    if not re.fullmatch(r"[0-9]{1,9}", number):
        raise UsageError("cancel JOB (a job's number, as jobs shows it)")
    return requests.CancelJob(job=int(number))


def parse_job(call: Call) -> requests.Request:
    number = call["job"].lstrip("#")
    if not re.fullmatch(r"[0-9]{1,9}", number):
        raise UsageError("job JOB (its number, as jobs shows it)")
    return requests.GetJob(job=int(number))


def show_job(result: results.JobDetails, call: Call) -> Reply:
    """The job in a sentence, and below it the lines that its program said."""
    job = result.job
    reason = f": {job.reason}" if job.reason else ""
    said = f"job {job.id}, song {job.song} by {result.generator}, {job.state.value}{reason}"
    return Reply(said, columns=("",) if result.errors else (), rows=tuple((line,) for line in result.errors))


def show_cancelled(result: results.Cancelled, _: Call) -> Reply:
    what = say_ordered(result.song, result.title, result.name, result.is_wish)
    return Reply(f"job {result.job} is cancelled: {what}")


def show_jobs(result: results.Jobs, call: Call) -> Reply:
    if not result.jobs:
        return Reply("there have been no jobs yet")
    rows = tuple(
        (str(job.id), job.state.value, job.song, job.title, job.name, say_ago(job.created, call.now), job.reason)
        for job in result.jobs
    )
    columns = ("job", "state", "song", "title", "asked for by", "when", "")
    left = f"{counted(result.open, 'job')} not done yet" if result.open else "every job is done"
    return Reply(left, columns=columns, rows=rows)


def show_remaking(result: results.Remaking, _: Call) -> Reply:
    name = name_song(result.original)
    said = f"job {result.job} makes {name} again as {result.song}, unheard, and tells you whether it comes out the same"
    return Reply(said, job=str(result.job))


def show_importing(result: results.Importing, _: Call) -> Reply:
    return Reply(f"job {result.job} takes {result.file} into the library as {result.song}", job=str(result.job))


def parse_export(call: Call) -> requests.Request:
    *words, kind = call["song"].split()
    if not words:
        raise UsageError(f"export SONG KIND (the kind is one of {', '.join(EXPORTS)})")
    return requests.ExportSong(song=" ".join(words), kind=kind.lower())


def show_exporting(result: results.Exporting, _: Call) -> Reply:
    return Reply(f"exporting {name_song(result.song)} as {result.kind}; you will be told here where it is")


# The library


def show_songs(result: results.Songs, call: Call) -> Reply:
    if not result.songs:
        return Reply("there are no songs yet; generate makes one")
    rows = tuple(
        (song.code, song.title, clock(song.seconds), say_ago(song.created, call.now), SONG_STATES[song.state])
        for song in result.songs
    )
    newest = f", the newest {len(rows)} of them" if result.total > len(rows) else ""
    return Reply(counted(result.total, "song") + newest, columns=("code", "title", "length", "made", ""), rows=rows)


def show_found(result: results.SongsFound, _: Call) -> Reply:
    instead = "".join(f'; searched for "{right}" instead of "{word}"' for word, right in result.corrected.items())
    if not result.songs:
        return Reply(f"no song fits that{instead}")
    rows = tuple((song.code, song.title, song.artist, clock(song.seconds)) for song in result.songs)
    more = f", the best {len(rows)} of them" if result.found > len(rows) else ""
    said = f"{counted(result.found, 'song')}{more}{instead}"
    return Reply(said, columns=("code", "title", "artist", "length"), rows=rows)


def show_song(result: results.SongDetails, call: Call) -> Reply:
    song = result.song
    said = {**song.facts, **song.parameters}
    is_taken = song.generator in (IMPORT, JINGLE)
    facts = {
        "artist": song.artist,
        "album": song.album,
        "genre": song.genre,
        "year": "" if song.year is None else str(song.year),
        "tags": ", ".join(song.tags),
        "length": clock(song.seconds),
        "generator": song.generator,
        "seed": "" if is_taken else str(song.seed),
        **{name.replace("_", " "): str(value) for name, value in said.items() if name not in UNSHOWN},
        "linked": "its file is played where it is" if song.parameters.get("link") else "",
        "sections": ", ".join(f"{section.name} {section.bar}" for section in song.sections),
        "loudness": "not measured yet" if song.loudness is None else f"{song.loudness:.1f} LUFS",
        "cue points": _say_cue_points(song),
        "imported" if is_taken else "made": say_ago(song.created, call.now),
        "importing took" if is_taken else "making took": "being made"
        if song.making is None
        else f"{song.making:.1f} s",
        "rated": say_rating(result.rating) if result.rating.count else "",
        "liked": say_favourites(result.favourites) if result.favourites else "",
        **_say_provenance(song),
        "first heard": "" if result.to_air is None else f"{result.to_air:.2f} s after it was asked for",
    }
    rows = [(name, text) for name, text in facts.items() if text]
    rows += [
        (f"mark {number}", f"{say_place(mark.at)}: {mark.note or 'marked'} ({mark.name})")
        for number, mark in enumerate(result.bookmarks, 1)
    ]
    return Reply(name_song(song.brief), columns=("", ""), rows=tuple(rows), only_at_terminals=FOR_PROGRAMMERS)


def _say_cue_points(song: Song) -> str:
    points = {"begins": song.cue_in, "ends": song.cue_out, "the next may begin": song.next_at}
    return ", ".join(f"{name} at {seconds:.1f} s" for name, seconds in points.items() if seconds is not None)


def _say_provenance(song: Song) -> dict[str, str]:
    """Where a song came from, beyond its seed and parameters; what is not known is empty."""
    came = song.provenance
    return {
        "program's fingerprint": came.program,
        "version": came.version,
        "sound's fingerprint": came.sound[:12],
        "exit status": "" if came.status is None else str(came.status),
        "said last": one_line(came.errors.rpartition("\n")[2], 200),
        **{f"note {number}": note for number, note in enumerate(came.notes, 1)},
    }


def parse_history(call: Call) -> requests.Request:
    word = call["all"].lower()
    if word not in ("", "all"):
        raise UsageError("history [all]")
    return requests.ListHistory(is_whole=word == "all")


def show_history(result: results.History, call: Call) -> Reply:
    if not result.plays:
        return Reply("nothing has been played yet")
    rows = tuple(_show_played(play, call.now) for play in result.plays)
    columns = ("when", "code", "title", "", "heard", "end", "asked for by")
    return Reply(f"on the air lately: {count_kinds(play.kind for play in result.plays)}", columns=columns, rows=rows)


def _show_played(play: PlayedSong, now: float) -> tuple[str, ...]:
    """What the programme played was asked for by nobody."""
    kind = "" if play.kind is SongKind.SONG else play.kind.value
    name = "" if play.name == STATION_NAME else play.name
    end = play.reason or "on the air now"
    return say_ago(play.started, now), play.song, play.title, kind, clock(play.seconds), end, name


ORDER_OPTIONS: Final = (
    Param("queue", "wait in the queue instead of cutting in", is_required=False),
    Param("seed", "the number that the song grows from", is_required=False, value="NUMBER"),
)

MAKING_COMMANDS: Final = (
    Command(
        "generate",
        parse_generate,
        show_ordered,
        "make a new song and play it while it is being made",
        "generate slow bossa in Dm, 2 minutes, with flute",
        (requests.Generate,),
        (
            Param(
                "generator",
                "a generator, or words for a song: band, style, tempo, mood, key, length, instruments; none, any band",
                is_required=False,
                is_rest=True,
                names=("generator", "band", "words"),
            ),
        ),
        ORDER_OPTIONS,
        aliases=("gen",),
        takes_any_option=True,
    ),
    Command(
        "again",
        parse_again,
        show_ordered,
        "make the last song again, with a new seed",
        "again",
        (requests.GenerateAgain,),
        options=ORDER_OPTIONS,
        takes_any_option=True,
    ),
    Command(
        "cancel",
        parse_cancel,
        show_cancelled,
        "give up a job",
        "cancel 12",
        (requests.CancelJob,),
        (Param("job", "its number, as jobs shows it", names=("job",)),),
    ),
    Command(
        "job",
        parse_job,
        show_job,
        "one job, and all that its program said when it failed",
        "job 12",
        (requests.GetJob,),
        (Param("job", "its number, as jobs shows it", names=("job",)),),
    ),
    Command(
        "jobs",
        lambda _: requests.ListJobs(),
        show_jobs,
        "songs being made, and how the last ones went",
        "jobs",
        (requests.ListJobs,),
    ),
)

LIBRARY_COMMANDS: Final = (
    Command(
        "songs",
        lambda _: requests.ListSongs(),
        show_songs,
        "the newest songs of the library",
        "songs",
        (requests.ListSongs,),
    ),
    Command(
        "search",
        lambda call: requests.SearchSongs(query=call["query"]),
        show_found,
        "songs by words of title, artist, album, tags",
        "search blue style:bossa tempo:120-130",
        (requests.SearchSongs,),
        (
            Param(
                "query",
                'words, "a phrase", -word, title: artist: album: genre: tag: year: style: key: tempo: faves:, unplayed',
                is_rest=True,
                keeps_quotes=True,
            ),
        ),
        aliases=("find",),
    ),
    Command(
        "song",
        lambda call: requests.GetSong(song=call["song"]),
        show_song,
        "what is known of a song",
        "song 7kq3",
        (requests.GetSong,),
        (SONG_OR_AIR,),
        aliases=("info",),
    ),
    Command(
        "history",
        parse_history,
        show_history,
        "what is on the air, and what was",
        "history",
        (requests.ListHistory,),
        (Param("all", "all: jingles, idents and bridges, too", is_required=False),),
    ),
    Command(
        "remake",
        lambda call: requests.RemakeSong(song=call["song"]),
        show_remaking,
        "make a song anew, and tell whether it comes out the same",
        "remake 7kq3",
        (requests.RemakeSong,),
        (SONG_OR_AIR,),
    ),
    Command(
        "export",
        parse_export,
        show_exporting,
        "make a file of a song for another program",
        "export blue lantern midi",
        (requests.ExportSong,),
        (
            Param(
                "song",
                f"a code, or words of the title; the kind is one of {', '.join(EXPORTS)}",
                is_rest=True,
                value="SONG KIND",
                names=("song",),
            ),
        ),
    ),
    Command(
        "import",
        lambda call: requests.ImportFile(
            path=call["file"], link="link" in call.options, duplicates="duplicates" in call.options
        ),
        show_importing,
        "take a sound file of the station's machine into the library",
        'import "/home/me/music/blue lantern.flac"',
        (requests.ImportFile,),
        (Param("file", "its whole path", is_rest=True),),
        (
            Param("link", "leave the file where it is, and play it from there", is_required=False),
            Param("duplicates", "take it also where it is there in another encoding", is_required=False),
        ),
    ),
)
