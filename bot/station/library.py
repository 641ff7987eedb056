"""The library: how a song is found by what a person types, and the requests that show songs and the play log."""

from collections.abc import Sequence
from typing import Final

import msgspec

from bandstand.bot.station.lifecycle import OPEN_JOBS
from bandstand.bot.station.on_air import find_on_air, locate
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import (
    AmbiguousSong,
    NoSongsYet,
    NoSuchFan,
    NoSuchJob,
    NoSuchSong,
    Refused,
    StillBeingMade,
)
from bandstand.common.api.requests import GetJob, GetSong, GetSongFiles, ListHistory, ListJobs, ListSongs, SearchSongs
from bandstand.common.api.results import History, JobDetails, Jobs, SongDetails, SongFiles, Songs, SongsFound
from bandstand.common.api.values import Cue, Job, JobBrief, PlayedSong, Song, SongBrief, SongKind, SongState
from bandstand.common.files import format_location, parse_location, show_path
from bandstand.common.generators import FILE, IMPORT
from bandstand.common.paths import SONG_FILES
from bandstand.common.song_search import Query, parse_query, rank_songs, split_words
from bandstand.common.text import one_line, strip_escapes
from bandstand.common.types import RATE

SHOWN: Final = 4
"""Songs that are named where several fit."""
MOST_TITLED: Final = 100
"""Songs whose titles are compared with what was typed; more have the words only in a very large library."""
ME: Final = "me"
WORDS: Final = 60
"""Characters of what was typed that are repeated."""


def find_song(tx: Transaction, words: str) -> Song:
    """The song that `words` name: its code, its whole title, or some words of its title.

    Raises Refused with NoSuchSong, or with AmbiguousSong where the words fit several.
    """
    song = tx.songs.find(words.strip().lower())
    if song is not None:
        return song
    found = match_titles(tx.songs.list_briefs(tx.search.find_titled(split_words(words), MOST_TITLED)), words)
    if found:
        if len(found) == 1 or split_words(found[0].title) == split_words(words):
            return tx.songs.get(found[0].code)
        raise Refused(AmbiguousSong(len(found), tuple(found[:SHOWN])))
    raise Refused(NoSuchSong(one_line(words, WORDS), tx.songs.count(), find_near(tx, words)))


def match_titles(songs: Sequence[SongBrief], words: str) -> list[SongBrief]:
    """Those whose title is `words`; where none is, those with all these words in their title."""
    wanted = split_words(words)
    whole = [song for song in songs if split_words(song.title) == wanted]
    return whole or [song for song in songs if wanted and set(wanted) <= set(split_words(song.title))]


def find_near(tx: Transaction, words: str) -> tuple[SongBrief, ...]:
    """Songs that may have been meant by words with typing errors."""
    wanted = split_words(words)
    corrected = tx.search.correct(wanted)
    if not corrected:
        return ()
    codes = tx.search.find_titled([corrected.get(word, word) for word in wanted], SHOWN)
    return tuple(tx.songs.list_briefs(codes[:SHOWN]))


def find_song_or_current(tx: Transaction, words: str) -> Song:
    """The song of that name; without one, the song on the air, or else the newest. Raises Refused."""
    if words.strip():
        return find_song(tx, words)
    cue = find_on_air(tx)
    song = tx.songs.get(cue.song.code) if cue else tx.songs.get_newest()
    if song is None:
        raise Refused(NoSongsYet())
    return song


def list_songs(request: ListSongs, by: Requester, tx: Transaction) -> Songs:
    return Songs(songs=tuple(tx.songs.list_newest(request.limit, request.offset)), total=tx.songs.count())


def search_songs(request: SearchSongs, by: Requester, tx: Transaction) -> SongsFound:
    """What fits; where a word is in no song, what fits the nearest word."""
    query = settle_fan(parse_query(request.query), by, tx)
    codes = tx.search.find(query)
    corrected: dict[str, str] = {}
    if not codes:
        query, corrected = _correct(query, tx)
        codes = tx.search.find(query) if corrected else []
        corrected = corrected if codes else {}
    ranked = rank_songs(tx.songs.list_briefs(codes), query)
    return SongsFound(songs=tuple(ranked[: request.limit]), found=len(ranked), corrected=corrected)


def _correct(query: Query, tx: Transaction) -> tuple[Query, dict[str, str]]:
    """The query with the nearest words in place of those that no song has, and which these are."""
    corrected = tx.search.correct(query.words)
    words = tuple(corrected.get(word, word) for word in query.words)
    return msgspec.structs.replace(query, words=words), corrected


def find_all(text: str, by: Requester, tx: Transaction) -> list[str]:
    """The codes of every song that fits, the newest first. Raises Refused with BadQuery or NoSuchFan."""
    query = settle_fan(parse_query(text), by, tx)
    return tx.search.list_all(query) or tx.search.list_all(_correct(query, tx)[0])


def settle_fan(query: Query, by: Requester, tx: Transaction) -> Query:
    """The query with the person who is meant by `faves:me`. Raises Refused(NoSuchFan)."""
    if query.faves == ME:
        return msgspec.structs.replace(query, faves=get_person(by))
    if query.faves and not tx.favourites.find_fans(query.faves):
        raise Refused(NoSuchFan(one_line(query.faves, WORDS)))
    return query


def get_song(request: GetSong, by: Requester, tx: Transaction) -> SongDetails:
    song = find_song_or_current(tx, request.song)
    return SongDetails(
        song=_leave_out_private(song, by.right),
        rating=tx.ratings.get_mean(song.code),
        to_air=tx.songs.get_seconds_to_air(song.code),
        bookmarks=tuple(tx.bookmarks.list_of_song(song.code)),
        favourites=tx.favourites.count(song.code),
    )


def _leave_out_private(song: Song, right: Right) -> Song:
    """The song without what tells of the station's machine: for listeners no program's own words, which may be
    anything, and below owner no folder of an imported file."""
    if right < Right.DJ:
        song = msgspec.structs.replace(song, provenance=msgspec.structs.replace(song.provenance, errors=""))
    if right < Right.OWNER and song.generator in (FILE, IMPORT):
        name = show_path(parse_location(str(song.parameters.get("file", ""))).name)
        audio = name if "/" in song.audio else song.audio
        song = msgspec.structs.replace(song, parameters={**song.parameters, "file": name}, audio=audio)
    return song


def get_song_files(request: GetSongFiles, by: Requester, tx: Transaction) -> SongFiles:
    """Raises Refused where nothing is left of the song, or nothing of it is there yet."""
    song = tx.songs.find(request.song)
    if song is None:
        raise Refused(NoSuchSong(one_line(request.song, WORDS), tx.songs.count()))
    is_whole = song.state is SongState.READY
    folder, files = tx.list_files(song.code, is_whole=is_whole)
    if not is_whole and not files:
        raise Refused(StillBeingMade(song.brief, "download"))
    form = tx.bands.get_form(song.form) if song.form is not None else None
    return SongFiles(
        song=song.brief,
        folder=str(folder),
        audio=song.audio if "/" in song.audio else format_location(folder / (song.audio or SONG_FILES["audio"])),
        files=files,
        is_own=song.generator not in (FILE, IMPORT),
        is_whole=is_whole,
        players={member.name: member.player for member in form.band.members} if form else {},
    )


def list_history(request: ListHistory, by: Requester, tx: Transaction) -> History:
    """What is on the air first, then what was."""
    cue = find_on_air(tx)
    plays = (
        [_describe_play(cue, locate(tx, cue))] if cue and cue.started is not None and _is_listed(cue, request) else []
    )
    plays += [
        _describe_play(played, played.frames / RATE)
        for played in tx.queue.list_played(request.limit, is_whole=request.is_whole)
    ]
    return History(plays=tuple(plays[: request.limit]))


def _is_listed(cue: Cue, request: ListHistory) -> bool:
    return request.is_whole or cue.song.kind in (SongKind.SONG, SongKind.LIVE)


def _describe_play(cue: Cue, seconds: float) -> PlayedSong:
    return PlayedSong(
        song=cue.song.code,
        title=cue.song.title,
        name=cue.name,
        started=cue.started or cue.created,
        seconds=seconds,
        reason=cue.reason or "",
        artist=cue.song.artist,
        length=cue.song.seconds,
        is_request=cue.is_request,
        playlist=cue.choice.playlist if cue.choice else "",
        kind=cue.song.kind,
    )


def list_jobs(request: ListJobs, by: Requester, tx: Transaction) -> Jobs:
    """Open jobs, the oldest first, then the last ended ones."""
    open_jobs = tx.jobs.list_in_state(*OPEN_JOBS)
    ended = tx.jobs.list_ended(max(0, request.limit - len(open_jobs)))
    return Jobs(jobs=tuple(_describe_job(job) for job in (*open_jobs, *ended)), open=len(open_jobs))


def get_job(request: GetJob, by: Requester, tx: Transaction) -> JobDetails:
    """The job, and what its program said. Raises Refused with NoSuchJob."""
    try:
        job = tx.jobs.get(request.job)
    except KeyError:
        raise Refused(NoSuchJob(request.job, must_be_open=False)) from None
    song = tx.songs.get(job.song)
    said = tx.read_errors(job.song) or song.provenance.errors
    lines = (one_line(strip_escapes(line.rpartition("\r")[2] or line)) for line in said.split("\n"))
    return JobDetails(job=_describe_job(job), generator=song.generator, errors=tuple(line for line in lines if line))


def _describe_job(job: Job) -> JobBrief:
    return JobBrief(**{name: getattr(job, name) for name in JobBrief.__struct_fields__})
