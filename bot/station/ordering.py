"""Ordering songs: the requests that have one made, and what one person may have under way.

The same generator, seed, parameters and form of a band make the same song, so these are all that an order consists of.
A song is named by a code, short and easy to type, of letters and digits that nobody mistakes for another.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from bandstand.bot.station import bands, generators, library
from bandstand.bot.station.lifecycle import OPEN_JOBS, end_job, move_song
from bandstand.bot.station.on_air import (
    Asker,
    cut_in,
    get_asker,
    give_up_song,
    line_up,
    line_up_wish,
)
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.queue_waits import check_queued
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.wish_reading import read_words
from bandstand.common.api.events import (
    BackgroundJobOrdered,
    JobCancelled,
    JobOrdered,
)
from bandstand.common.api.people import STATION, STATION_NAME, Requester, Right
from bandstand.common.api.refusals import (
    BadPath,
    BadRequest,
    GeneratorGone,
    IsComparison,
    NoSongsYet,
    NoSuchBand,
    NoSuchExport,
    NoSuchJob,
    Refused,
    StillBeingMade,
    TooManyJobs,
)
from bandstand.common.api.requests import (
    CancelJob,
    ExportSong,
    Generate,
    GenerateAgain,
    PlayFile,
    PlayPipe,
    RemakeSong,
)
from bandstand.common.api.results import Cancelled, Exporting, Ordered, Playing, Remaking
from bandstand.common.api.values import Job, JobState, Purpose, Song, SongState
from bandstand.common.api.wishing import Understood
from bandstand.common.background_jobs import EXPORTS, Export
from bandstand.common.files import format_location, parse_location, show_path
from bandstand.common.generators import COMPARE, FILE, IMPORT, LONGEST_TEXT, PIPE, Value
from bandstand.common.text import one_line
from bandstand.common.types import SongCode

SEED_LIMIT: Final = 2**31
PATH_SHOWN: Final = 200
"""Characters of a path that are repeated."""
LINK: Final = "link"
DUPLICATES: Final = "duplicates"
"""Parameters of an import, beside `file`."""

CODE_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without 0, 1, i, l and o."""
CODE_LENGTH: Final = 4
CODE_TRIES: Final = 100


@dataclass(frozen=True)
class Order:
    """A song to be made. `is_played` False: for another purpose than to be heard."""

    generator: str
    asker: Asker
    parameters: dict[str, Value]
    seed: int | None = None
    cuts_in: bool = False
    is_played: bool = True
    purpose: Purpose = Purpose.HEAR
    original: SongCode | None = None
    form: int | None = None
    """Of a band that plays it; None: of the original, or of any band."""


def draw_code(chance: Random, is_taken: Callable[[str], bool]) -> SongCode:
    """A code that is not taken; it gets longer once the short ones are rare. Raises RuntimeError if all are taken."""
    for attempt in range(CODE_TRIES):
        size = CODE_LENGTH + attempt // 8
        code = "".join(CODE_ALPHABET[int(chance.random() * len(CODE_ALPHABET))] for _ in range(size))
        # All digits would be read as a job's number.
        if not code.isdigit() and not is_taken(code):
            return SongCode(code)
    raise RuntimeError("every code that was tried is taken")


def order_song(tx: Transaction, order: Order) -> Job:
    """Write down the song, its job and, unless it cuts in as soon as it can be heard, its place in the queue."""
    form = order.form
    if order.generator == bands.GENERATOR and form is None:
        form = tx.songs.get(order.original).form if order.original else bands.add_variation(tx, "")
    song = Song(
        code=draw_code(tx.chance, tx.songs.has_code),
        generator=order.generator,
        seed=int(tx.chance.random() * SEED_LIMIT) if order.seed is None else order.seed,
        parameters=dict(order.parameters),
        created=tx.now,
        form=form,
    )
    tx.songs.add(song)
    job = Job(
        id=0,
        song=song.code,
        name=order.asker.name,
        place=order.asker.place,
        person=order.asker.person,
        cuts_in=order.cuts_in,
        purpose=order.purpose,
        original=order.original,
        created=tx.now,
        reference=tx.reference,
    )
    job = msgspec.structs.replace(job, id=tx.jobs.add(job))
    if order.purpose is Purpose.WISH:
        line_up_wish(tx, song.brief, order.asker, job.id)
    elif order.is_played and not order.cuts_in:
        line_up(tx, song.brief, order.asker, job.id)
    tx.publish(JobOrdered(job=job.id, song=song.code, place=job.place))
    return job


def order_first_song(tx: Transaction) -> None:
    """A new station makes a song by itself, so that whoever opens its address hears music."""
    if tx.songs.count() == 0 and not tx.jobs.list_in_state(*OPEN_JOBS):
        asker = Asker(STATION_NAME, STATION)
        order_song(tx, Order(bands.GENERATOR, asker, {}, cuts_in=True))


# Requests


def generate(request: Generate, by: Requester, tx: Transaction) -> Ordered:
    name = request.generator.lower() or bands.GENERATOR
    if name in tx.outside.generators:
        parameters = generators.check_parameters(tx, name, request.parameters)
        return _order(request, by, tx, Order(name, get_asker(by), parameters))
    slug, understood = _read_band(tx, request.generator)
    given = understood.parameters if understood else {}
    parameters = generators.check_parameters(tx, bands.GENERATOR, {**given, **request.parameters})
    form = bands.add_variation(tx, slug)
    ordered = _order(request, by, tx, Order(bands.GENERATOR, get_asker(by), parameters, form=form))
    return msgspec.structs.replace(ordered, understood=understood)


def _read_band(tx: Transaction, words: str) -> tuple[str, Understood | None]:
    """The slug of the band that is named, '' for any; or the one that the words lead to, with what was understood of
    them. Raises Refused where they say nothing."""
    name = words.lower() or bands.GENERATOR
    if name == bands.GENERATOR:
        return "", None
    try:
        return generators.find_band_or_generator(tx, name).slug, None
    except Refused as refused:
        first = name.split()[0] if name.split() else ""
        is_generator = first in tx.outside.generators or first in tx.outside.generator_faults
        if is_generator or not isinstance(refused.why, NoSuchBand):
            raise
        reading = read_words(tx, words)
        if reading is None or reading.is_empty:
            raise
        return reading.form.slug, reading.understood


def generate_again(request: GenerateAgain, by: Requester, tx: Transaction) -> Ordered:
    last = tx.songs.get_newest()
    if last is None:
        raise Refused(NoSongsYet())
    if last.generator != bands.GENERATOR and last.generator not in tx.outside.generators:
        raise Refused(GeneratorGone(last.generator))
    parameters = generators.check_parameters(tx, last.generator, request.parameters, last.parameters)
    form = bands.add_variation(tx, bands.get_slug(tx, last.form)) if last.generator == bands.GENERATOR else None
    return _order(request, by, tx, Order(last.generator, get_asker(by), parameters, form=form))


def _order(request: Generate | GenerateAgain, by: Requester, tx: Transaction, order: Order) -> Ordered:
    check_open_jobs(by, tx)
    if not request.cuts_in:
        check_queued(by, tx)
    job = order_song(tx, replace(order, seed=request.seed, cuts_in=request.cuts_in))
    return Ordered(job=job.id, song=job.song, cuts_in=request.cuts_in)


def check_open_jobs(by: Requester, tx: Transaction) -> None:
    """Raises Refused(TooManyJobs) where this person has as many songs in the making as they may; admins may any."""
    limit = tx.rules.open_jobs
    if limit and by.right < Right.ADMIN and tx.jobs.count_open(get_person(by)) >= limit:
        raise Refused(TooManyJobs(limit))


def cancel_job(request: CancelJob, by: Requester, tx: Transaction) -> Cancelled:
    job = next((job for job in tx.jobs.list_in_state(*OPEN_JOBS) if job.id == request.job), None)
    if job is None:
        raise Refused(NoSuchJob(request.job))
    give_up_job(tx, job, by)
    return Cancelled(job=job.id, song=job.song, title=job.title, name=job.name, is_wish=job.purpose is Purpose.WISH)


def give_up_job(tx: Transaction, job: Job, by: Requester | None = None) -> None:
    """End an open job, and its song with it; `by` None: a newer version takes its place."""
    end_job(tx, job, JobState.CANCELLED, "cancelled")
    move_song(tx, tx.songs.get(job.song), SongState.FAILED)
    give_up_song(tx, job.song)
    name, place = (by.name, by.place) if by else ("", None)
    tx.publish(
        JobCancelled(
            job=job.id, song=job.song, place=job.place, title=job.title, name=job.name,
            is_wish=job.purpose is Purpose.WISH, by=name, by_place=place,
        )
    )  # fmt: skip


def check_path(text: str) -> Path:
    """The file of the station's machine that is meant. Raises Refused(BadPath)."""
    path = parse_location(text)
    shown = one_line(show_path(path), PATH_SHOWN)
    if not path.is_absolute():
        raise Refused(BadPath(shown, "relative"))
    problem = _find_problem(path)
    if problem:
        raise Refused(BadPath(shown, problem))
    return path


def _find_problem(path: Path) -> str:
    try:
        if path.is_file():
            return ""
        return "folder" if path.is_dir() else "device" if path.exists() else "missing"
    except OSError:  # a name that is too long, or a folder that may not be read
        return "missing"


def find_import(tx: Transaction, location: str) -> Song | None:
    """The song that a file was imported as, or is being imported as, whatever has become of the file since."""
    for parameters in _list_parameters(location):
        song = tx.songs.find_made_with(IMPORT, parameters)
        if song is not None:
            return song
    return None


def _list_parameters(location: str) -> Iterator[dict[str, Value]]:
    file: dict[str, Value] = {"file": location}
    yield from (file, {**file, LINK: True}, {**file, DUPLICATES: True}, {**file, LINK: True, DUPLICATES: True})


def play_file(request: PlayFile, by: Requester, tx: Transaction) -> Ordered | Playing:
    """A worker looks at the file; what is heard is the file itself, also while it is imported."""
    parameters: dict[str, Value] = {"file": format_location(check_path(request.path))}
    if not request.keep:
        return _order_outside(by, tx, FILE, parameters)
    there = find_import(tx, str(parameters["file"]))
    if there is not None and there.state is SongState.READY:
        cut_in(tx, there.brief, get_asker(by))
        return Playing(song=there.brief)
    return _order_outside(by, tx, IMPORT, parameters)


def play_pipe(request: PlayPipe, by: Requester, tx: Transaction) -> Ordered:
    parameters: dict[str, Value] = {"pipe": request.pipe, "keep": request.keep}
    if request.title:
        parameters["title"] = one_line(request.title, LONGEST_TEXT)
    if request.format:
        parameters |= {"format": request.format, "rate": request.rate, "channels": request.channels}
    return _order_outside(by, tx, PIPE, parameters)


def _order_outside(by: Requester, tx: Transaction, generator: str, parameters: dict[str, Value]) -> Ordered:
    check_open_jobs(by, tx)
    job = order_song(tx, Order(generator, get_asker(by), parameters, seed=0, cuts_in=True))
    return Ordered(job=job.id, song=job.song, cuts_in=True)


def remake_song(request: RemakeSong, by: Requester, tx: Transaction) -> Remaking:
    song = library.find_song_or_current(tx, request.song)
    if song.state is not SongState.READY:
        raise Refused(StillBeingMade(song.brief, "remake"))
    if song.generator in (FILE, PIPE):
        raise Refused(BadRequest("the station did not make that song, so it cannot make it again"))
    if song.generator == COMPARE:
        raise Refused(IsComparison(song.brief))
    order = Order(
        song.generator,
        get_asker(by),
        song.parameters,
        seed=song.seed,
        is_played=False,
        purpose=Purpose.REMAKE,
        original=song.code,
        form=song.form,
    )
    job = order_song(tx, order)
    return Remaking(job=job.id, song=job.song, original=song.brief)


def export_song(request: ExportSong, by: Requester, tx: Transaction) -> Exporting:
    kind = request.kind.lower()
    if kind not in EXPORTS:
        raise Refused(NoSuchExport(one_line(kind, 20), EXPORTS))
    song = library.find_song(tx, request.song)
    if song.state is not SongState.READY:
        raise Refused(StillBeingMade(song.brief, "export"))
    subject = f'"{song.title}" ({song.code})' if song.title else f"song {song.code}"
    tx.publish(BackgroundJobOrdered(work=Export(song.code, kind, audio=song.audio), place=by.place, subject=subject))
    return Exporting(song=song.brief, kind=kind)
