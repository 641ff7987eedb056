"""What fills a slot: a song of the stock, of the library or of a playlist, or one that is composed for it.

The ladder, from the top: a song that breaks no rule; one that breaks the fewest (`bot.station.rotation` relaxes them
one at a time); a song composed for the slot, and a short one where nothing else is ready, since it is ready sooner.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from bandstand.bot.station import bands, between, fitting, playlists, rotation
from bandstand.bot.station.on_air import Asker
from bandstand.bot.station.ordering import Order, check_path, order_song
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.rotation import ARTIST_DISTANCE, Candidate, Heard
from bandstand.common.api.people import STATION, STATION_NAME
from bandstand.common.api.refusals import Refused
from bandstand.common.api.values import Choice, Distance, JobState, Slot, SlotKind, SongBrief, Source
from bandstand.common.files import format_location
from bandstand.common.generators import BAND, FILE, Value
from bandstand.common.song_parameters import RANGES, TAIL
from bandstand.common.song_search import Query
from bandstand.common.types import SongCode

ITSELF: Final = Asker(STATION_NAME, STATION)
FRESH: Final = 0.5
"""How often the stock is looked at before the rotation."""
CANDIDATES: Final = 300
"""Songs of a large library among which one entry is chosen."""
SHORTEST_SONG: Final = RANGES["seconds"].low
"""Seconds of the shortest song that bands compose to a length; where less is left, what follows begins over it."""
SHORT_FORM: Final = 1.5
"""Minutes of a song that is composed because nothing else is ready."""
BEGINS: Final = 0.3
"""Seconds in which a song that is composed to be heard at once begins, on a machine that is not busy: as much less is
left for it until a fixed time."""
JINGLE_ROOM: Final = 15.0
"""Seconds that are left for a jingle where a fixed time comes."""
RETRY: Final = 60.0
"""Seconds until the station composes again after a song of its own has failed."""
NOT_READY: Final = "it would not be ready in time"
STOCK_COMES: Final = "every song was heard too short a time ago, and a new one is composed"


class Need(NamedTuple):
    """A slot that is to be filled. `slot` None: by whatever there is."""

    slot: Slot | None
    at: float
    heard: list[Heard]
    queued: frozenset[str]
    left: float | None
    """Seconds until a fixed time; None: there is none."""
    is_ready: bool = False
    """It has to be there at once, so nothing can be made for it."""


class Filled(NamedTuple):
    """What fills it; `job` makes the song, if it is still to be made."""

    song: SongBrief
    choice: Choice
    job: int | None = None


def get_overlap(tx: Transaction) -> float:
    """Seconds before the end of a composed song at which the next one begins."""
    return tx.rules.crossfade or TAIL


def fill_slot(tx: Transaction, need: Need, is_needed_now: bool) -> Filled | str:
    """Fill a slot, or say in a sentence why not. `is_needed_now`: there is nothing else to be heard."""
    slot = need.slot or Slot(SlotKind.ANY)
    match slot.kind:
        case SlotKind.PLAYLIST:
            return _fill_from_playlist(tx, need, slot.name)
        case SlotKind.STYLE | SlotKind.BAND:
            return _fill_from_band(tx, need, slot, is_needed_now)
        case SlotKind.FILE:
            return NOT_READY if need.is_ready else _fill_from_file(tx, slot.name)
        case SlotKind.CLOCK:
            return "there is no such clock"
        case SlotKind.JINGLE:
            return _fill_with_jingle(tx, need, slot.name)
    return _fill_with_any(tx, need, is_needed_now)


def _draw(tx: Transaction, need: Need, pool: Sequence[Candidate], source: Source) -> Filled | None:
    """A song of the pool that is not queued, and leaves room for what has to fit before a fixed time."""
    left = need.left
    fitting_ones = [
        one
        for one in pool
        if one.song.code not in need.queued
        and (left is None or (one.song.seconds and fitting.leaves_room(left, one.song.seconds)))
    ]
    draw = rotation.draw_song(fitting_ones, need.heard, need.at, tx.chance)
    if draw is None:
        return None
    choice = Choice(
        source=source, among=len(fitting_ones), relaxed=draw.relaxed, last_started=draw.candidate.last_started
    )
    return Filled(draw.candidate.song, choice)


def _list_candidates(tx: Transaction, codes: Sequence[SongCode]) -> list[Candidate]:
    """What can be played of these; of more songs than `CANDIDATES`, chance decides which are looked at."""
    return tx.rotation.list_candidates(codes if len(codes) <= CANDIDATES else tx.chance.sample(codes, CANDIDATES))


# Each kind of slot


def _fill_from_playlist(tx: Transaction, need: Need, name: str) -> Filled | str:
    playlist = tx.playlists.get(name)
    if playlist is None:
        return "there is no such playlist"
    try:
        pool = _list_candidates(tx, playlists.list_codes(tx, playlist))
    except Refused:
        return "its search cannot be read"
    if not pool:
        return "there is no song in it that can be played"
    # A turn comes whatever is left until a fixed time.
    filled = _draw(tx, need, pool, Source.ROTATION) or _draw(tx, need._replace(left=None), pool, Source.ROTATION)
    if filled is None:
        return "every song in it is in the queue already"
    return filled._replace(choice=_set_playlist(filled.choice, name))


def _set_playlist(choice: Choice, name: str) -> Choice:
    return Choice(
        source=choice.source, among=choice.among, relaxed=choice.relaxed, last_started=choice.last_started,
        playlist=name,
    )  # fmt: skip


def _fill_from_band(tx: Transaction, need: Need, slot: Slot, is_needed_now: bool) -> Filled | str:
    forms = [form for form in tx.bands.list_all() if slot.name in (form.slug, form.band.style)]
    if slot.kind is SlotKind.STYLE:
        forms = [form for form in forms if form.band.style == slot.name]
        codes = [SongCode(code) for code in tx.search.list_all(Query(style=slot.name))]
    else:
        artists = {form.band.name for form in forms}
        codes = [song.code for artist in sorted(artists) for song in tx.songs.list_by_artist(artist, CANDIDATES)]
    if forms and _is_to_be_composed(need):
        composed = _compose(tx, need, [form.slug for form in forms], is_needed_now)
        if composed is not None:
            return composed
    filled = _draw(tx, need, _list_candidates(tx, codes), Source.ROTATION)
    if filled is not None and (Distance.SONG not in filled.choice.relaxed or not forms):
        return filled
    if not forms and filled is None:
        return "no band plays that, and no song of the library is so"
    composed = _compose(tx, need, [form.slug for form in forms], is_needed_now) if forms else None
    return composed or filled or "a song of its own failed a moment ago"


def _fill_from_file(tx: Transaction, path: str) -> Filled | str:
    try:
        location = format_location(check_path(path))
    except Refused:
        return "there is no such file"
    job = order_song(tx, Order(FILE, ITSELF, {"file": location}, seed=0, is_played=False))
    return Filled(tx.songs.get(job.song).brief, Choice(source=Source.ROTATION), job.id)


def _fill_with_jingle(tx: Transaction, need: Need, name: str) -> Filled | str:
    if need.left is not None and not fitting.leaves_room(need.left, JINGLE_ROOM):
        return "it would come just before a fixed time"
    song = between.draw_jingle(tx, name, need.queued)
    if song is None:
        return "there is no such jingle" if name else "there is no jingle"
    return Filled(song.brief, Choice(source=Source.ROTATION))


def _fill_with_any(tx: Transaction, need: Need, is_needed_now: bool) -> Filled | str:
    if _is_to_be_composed(need):
        composed = _compose(tx, need, [], is_needed_now)
        if composed is not None:
            return composed
    for name in playlists.draw_standard(tx.playlists.list_all(), tx.chance):
        filled = _fill_from_playlist(tx, need, name) if name else _fill_with_own(tx, need)
        if isinstance(filled, Filled) and not (name and filled.choice.relaxed):
            return STOCK_COMES if not is_needed_now and _is_worse_than_stock(tx, filled) else filled
    if need.left is not None:
        composed = _compose(tx, need, [], is_needed_now)
        if composed is not None:
            return composed
    filled = _fill_with_own(tx, need._replace(left=None))
    if filled is not None and not is_needed_now and _is_worse_than_stock(tx, filled):
        return STOCK_COMES
    if filled is None and is_needed_now:
        filled = _compose(tx, need, [], is_needed_now)
    return filled or "there is no song yet"


def _is_worse_than_stock(tx: Transaction, filled: Filled) -> bool:
    """Whether the song was heard too short a time ago, and one that nobody has heard will be there in time."""
    return Distance.SONG in filled.choice.relaxed and is_stock_low(tx, tx.rotation.list_stock())


def _fill_with_own(tx: Transaction, need: Need) -> Filled | None:
    """Of the stock and the library, the one that breaks the fewest rules; chance decides which is looked at first."""
    pools = {Source.STOCK: tx.rotation.list_stock(), Source.ROTATION: tx.rotation.draw_candidates(CANDIDATES)}
    order = [Source.STOCK, Source.ROTATION] if tx.chance.random() < FRESH else [Source.ROTATION, Source.STOCK]
    drawn = [filled for source in order if (filled := _draw(tx, need, pools[source], source)) is not None]
    return min(drawn, key=lambda one: len(one.choice.relaxed), default=None)


# Composing


def _is_to_be_composed(need: Need) -> bool:
    """Whether one song is to fill all the time until a fixed time."""
    return need.left is not None and fitting.find_length(need.left) is not None


def _compose(tx: Transaction, need: Need, slugs: Sequence[str], is_needed_now: bool) -> Filled | None:
    """Compose a song for the slot, by one of these bands or any (none given), rather by one that was not heard just
    before; None while composing has failed just now, and where there is no time for it."""
    length = fitting.find_length(need.left) if need.left is not None else None
    if need.is_ready or has_failed_lately(tx, 1 if length is None else 2):
        return None
    parameters: dict[str, Value] = {}
    if length is not None and need.at <= tx.now:
        length -= BEGINS
    seconds = 0.0 if length is None else round(length + get_overlap(tx), 2)
    half = fitting.find_half(need.left) if need.left is not None else None
    if seconds:
        parameters["seconds"] = max(seconds, SHORTEST_SONG)
    elif half is not None:
        parameters["seconds"] = round(half + get_overlap(tx), 2)
    elif is_needed_now and not need.queued:
        parameters["minutes"] = SHORT_FORM
    artists = [one.song.artist for one in need.heard if need.at - one.started < ARTIST_DISTANCE]
    form = add_form(tx, artists, slugs)
    job = order_song(tx, Order(BAND, ITSELF, parameters, is_played=False, form=form))
    found = tx.bands.get_form(form) if form is not None else None
    relaxed = (Distance.ARTIST,) if found is not None and found.band.name in artists else ()
    ends_at = need.at + (need.left or 0.0) if seconds >= SHORTEST_SONG else None
    return Filled(
        tx.songs.get(job.song).brief, Choice(source=Source.COMPOSED, relaxed=relaxed, ends_at=ends_at), job.id
    )


def add_form(tx: Transaction, artists: Sequence[str], slugs: Sequence[str] = ()) -> int | None:
    """A variation of a band that is named least often among these artists; chance decides where there are several.
    `slugs`: of these bands alone."""
    counts = Counter(artists)
    rarest = min(
        (
            (counts[form.band.name], tx.chance.random(), form.slug)
            for form in tx.bands.list_all()
            if not slugs or form.slug in slugs
        ),
        default=(0, 0.0, ""),
    )
    return bands.add_variation(tx, rarest[2])


def is_stock_low(tx: Transaction, stock: Sequence[Candidate]) -> bool:
    """Whether songs are composed for the stock, which is this, as soon as the machine has nothing else to do."""
    return sum(one.song.seconds for one in stock) < tx.rules.stock and not has_failed_lately(tx)


def has_failed_lately(tx: Transaction, times: int = 1) -> bool:
    """Whether the last song that ended, or the last so many, were the station's own and failed: a full disk, most
    often. What has to end at a fixed time is tried a second time at once."""
    ended = [
        job.state is JobState.FAILED and job.place == STATION and tx.now - (job.finished or tx.now) < RETRY
        for job in tx.jobs.list_ended(times)
    ]
    return len(ended) == times and all(ended)
