"""What is heard between songs: jingles, the station's composed idents, and bridges from one song to the next.

There is one seam to think of, the next one: between the song on the air and the first of the queue. `keep_seam` brings
it up to date, and may run at any time and any number of times. In this order it wants

1. an ident, where a dj has asked for one;
2. a jingle or an ident, by turns where there are both, where `Between.every_songs` songs or `Between.every_seconds`
   seconds have gone by since the last;
3. a bridge, where the station makes bridges and both songs are its own.

Where what follows is planned to end at a fixed time, such as the hour or a show's start, only a dj's ident is put in:
anything else would shift that end.

An ident is made for the band, key and tempo of the song that it follows, and kept: a later song of that band in that
key and about that tempo has it at once. What a person takes out of the queue is not put behind the same song again. A
bridge is made for one seam and discarded after it. Both are made while the song before them is heard; what is not
ready when that ends is left out, and the music goes on without it. None of them is a song: they are not in the
rotation, not in the search, and are not rated or asked for.
"""

import math
from collections.abc import Collection
from typing import Any, Final

from bandstand.bot.station import scheduling, shows
from bandstand.bot.station.fitting import LONGEST, find_fixed_time
from bandstand.bot.station.lifecycle import end_cue, move_song
from bandstand.bot.station.on_air import Asker, find_on_air, get_asker, insert_first, is_stopped, locate
from bandstand.bot.station.ordering import Order, check_path, order_song
from bandstand.bot.station.playlists import count_in_utc
from bandstand.bot.station.repositories import PlayLogEntry, Transaction
from bandstand.bot.station.schedule import find_hour_start
from bandstand.bot.station.slots import MOST_JINGLES
from bandstand.bot.station.transitions import is_between, is_song
from bandstand.common.api.between import Jingle
from bandstand.common.api.events import QueueChanged, SongDiscarded
from bandstand.common.api.people import STATION, STATION_NAME, Requester
from bandstand.common.api.refusals import BadRequest, NothingOnAir, Refused
from bandstand.common.api.requests import AddJingle, ListJingles, PlayIdent, RemoveJingle
from bandstand.common.api.results import IdentOrdered, JingleAdded, JingleRemoved, Jingles
from bandstand.common.api.values import Cue, EndReason, Song, SongKind, SongState
from bandstand.common.files import format_location, show_path
from bandstand.common.generators import BAND, BRIDGE, IDENT, JINGLE, Value
from bandstand.common.station_motif import derive_motif, write_motif
from bandstand.common.text import one_line

WANTED: Final = "ident_wanted"
"""The setting that is there while a dj's ident is to come."""
TRIED: Final = "between_tried"
"""The setting that says for which seam something was ordered: `CUE KIND`. What failed is not ordered again there."""
LEFT_OUT: Final = "between_left_out"
"""The setting that says behind which cue nothing is to come, as a person took out what was there."""
ITSELF: Final = Asker(STATION_NAME, STATION)
TEMPO_STEP: Final = 4
"""Idents are made in tempi that are multiples of it, so that they can be used again."""
LOOKED_AT: Final = 400
"""Plays that are looked at for the last jingle or ident."""
FEW: Final = 20
"""And so many at first, since it is mostly among them."""
LATEST: Final = 1.0
"""Seconds before the end of a song in which nothing is put behind it any more."""
KEPT_IDENTS: Final = 200
LONGEST_NAME: Final = 40


def keep_seam(tx: Transaction) -> None:
    """Have the right thing between the song on the air and the next, or have it made."""
    _discard_used(tx)
    cues = tx.queue.list_open()
    air, following = scheduling.find_on_air(cues), scheduling.find_next(cues)
    if air is None or following is None or is_between(air) or is_stopped(tx):
        return
    there = following if is_between(following) else None
    after = _find_song_after(cues, there) if there else following
    wanted = _choose_kind(tx, air, after)
    if there is not None:
        if there.song.kind is not SongKind.BRIDGE or (
            wanted is SongKind.BRIDGE and _is_bridge_for(tx, there, air, after)
        ):
            return
        end_cue(tx, there, EndReason.REMOVED, tx.now)
        tx.publish(QueueChanged())
    if wanted is not None and after is not None and not _is_too_late(tx, air):
        _put(tx, wanted, air, after)


def leave_out(tx: Transaction) -> None:
    """Put nothing more behind the song on the air, unless a dj asks for an ident."""
    air = find_on_air(tx)
    if air is not None:
        tx.settings.put(LEFT_OUT, str(air.id))


def _find_song_after(cues: list[Cue], there: Cue) -> Cue | None:
    return next((cue for cue in scheduling.sort_queue(cues) if cue.id != there.id and cue.is_audible), None)


def _is_too_late(tx: Transaction, air: Cue) -> bool:
    end = air.edges.next_at or air.song.seconds
    return air.started is None or (bool(end) and end - locate(tx, air) < LATEST)


# What is wanted


def _choose_kind(tx: Transaction, air: Cue, after: Cue | None) -> SongKind | None:
    if tx.settings.get(WANTED) is not None:
        return SongKind.IDENT
    if tx.settings.get(LEFT_OUT) == str(air.id):
        return None
    kind = _choose_due(tx, air)
    if kind is None and after is not None and tx.rules.between.bridges:
        is_own = tx.songs.get(air.song.code).generator == tx.songs.get(after.song.code).generator == BAND
        kind = SongKind.BRIDGE if is_own else None
    return None if kind is not None and _is_before_fixed_time(tx, air) else kind


def _is_before_fixed_time(tx: Transaction, air: Cue) -> bool:
    """Whether what comes after this song is planned to end at a fixed time, which anything between would shift."""
    if any(cue.choice is not None and cue.choice.ends_at is not None for cue in tx.queue.list_open()):
        return True
    seam = tx.now + max(0.0, (air.edges.next_at or air.song.seconds) - locate(tx, air))
    lists = count_in_utc(tx.playlists.list_all(), find_hour_start(tx.rules.zone, tx.now))
    fixed = find_fixed_time(seam, shows.make_timetable(tx), lists, shows.find_kept_hour(tx))
    return fixed is not None and fixed.at - seam <= LONGEST


def _choose_due(tx: Transaction, air: Cue) -> SongKind | None:
    """A jingle or an ident, if one is due at the end of this song."""
    rules = tx.rules.between
    if not rules.every_songs and not rules.every_seconds:
        return None
    songs, last = _look_back(tx, FEW)
    if last is None:
        songs, last = _look_back(tx, LOOKED_AT)
    if rules.every_songs:
        is_due = songs >= rules.every_songs
    else:
        is_due = last is None or tx.now - last.started >= rules.every_seconds
    if not is_due:
        return None
    has_jingles = bool(tx.songs.list_made_by(JINGLE, 1))
    was_jingle = last is not None and last.song.kind is SongKind.JINGLE
    return SongKind.JINGLE if has_jingles and not (was_jingle and rules.idents) else SongKind.IDENT


def _look_back(tx: Transaction, entries: int) -> tuple[int, PlayLogEntry | None]:
    """How many songs there were, with the one on the air, since the last jingle or ident, and that one; None: it is
    not among so many entries of the play log."""
    songs = 1
    for entry in tx.queue.list_heard(math.inf, entries):
        if entry.song.kind in (SongKind.JINGLE, SongKind.IDENT):
            return songs, entry
        songs += is_song(entry.song)
    return songs, None


# Having it there


def _put(tx: Transaction, kind: SongKind, air: Cue, after: Cue) -> None:
    """Put a track of this kind behind the song on the air, or order it, once for a seam."""
    if kind is SongKind.JINGLE:
        song = draw_jingle(tx)
    else:
        generator, parameters, form = (
            _describe_ident(tx, air) if kind is SongKind.IDENT else _describe_bridge(tx, air, after)
        )
        song = tx.songs.find_made_with(generator, parameters)
        mark = f"{air.id} {kind} {after.song.code if kind is SongKind.BRIDGE else ''}"
        if song is None and tx.settings.get(TRIED) != mark:
            tx.settings.put(TRIED, mark)
            order_song(tx, Order(generator, ITSELF, parameters, is_played=False, form=form))
    if song is None or song.state is not SongState.READY:
        return
    if kind is SongKind.IDENT:
        tx.settings.remove(WANTED)
    insert_first(tx, song.brief, ITSELF)


def draw_jingle(tx: Transaction, name: str = "", queued: Collection[str] = ()) -> Song | None:
    """The jingle of this name; without one, the one that was heard least lately and is rather not `queued`. None where
    there is none."""
    jingles = [
        song for song in tx.songs.list_made_by(JINGLE, MOST_JINGLES) if not name or _get_name(song) == name.casefold()
    ]
    heard = {entry.song.code: entry.started for entry in reversed(tx.queue.list_heard(math.inf, LOOKED_AT))}
    return min(jingles, key=lambda song: (song.code in queued, heard.get(song.code, 0.0), song.created), default=None)


def _describe_ident(tx: Transaction, air: Cue) -> tuple[str, dict[str, Value], int | None]:
    """Generator, parameters and band's form of the ident that follows this song; any band's after an import."""
    song, rules = tx.songs.get(air.song.code), tx.rules.between
    form = tx.bands.get_form(song.form) if song.form is not None else None
    key, tempo = get_last_key(song), _get_tempo(song)
    if form is None or not key or not tempo:
        form = tx.bands.list_all()[0]
        key, tempo = form.band.keys[0], form.band.tempo
    parameters: dict[str, Value] = {
        "name": rules.name,
        "motif": rules.motif or write_motif(derive_motif(rules.name)),
        "key": key,
        "tempo": float(max(TEMPO_STEP, round(tempo / TEMPO_STEP) * TEMPO_STEP)),
        "voice": rules.voice,
        "band": form.slug,
    }
    return IDENT, parameters, form.id


def _describe_bridge(tx: Transaction, air: Cue, after: Cue) -> tuple[str, dict[str, Value], int | None]:
    ending, beginning = tx.songs.get(air.song.code), tx.songs.get(after.song.code)
    parameters: dict[str, Value] = {
        "after": ending.code,
        "before": beginning.code,
        "title": f"to {beginning.title}" if beginning.title else "",
        "key": get_last_key(ending),
        "tempo": _get_tempo(ending),
        "to_key": get_key(beginning),
        "to_tempo": _get_tempo(beginning),
    }
    return BRIDGE, parameters, ending.form


def _is_bridge_for(tx: Transaction, bridge: Cue, air: Cue, after: Cue | None) -> bool:
    parameters = tx.songs.get(bridge.song.code).parameters
    return after is not None and (parameters["after"], parameters["before"]) == (air.song.code, after.song.code)


def get_key(song: Song) -> str:
    """The key in which a song begins; empty where it does not say."""
    return str(song.facts.get("key", "")).partition(",")[0].strip()


def get_last_key(song: Song) -> str:
    return str(song.facts.get("last key", "")) or get_key(song)


def _get_tempo(song: Song) -> float:
    tempo: Any = song.facts.get("tempo")
    return float(tempo) if isinstance(tempo, int | float) and tempo > 0 else 0.0


def _discard_used(tx: Transaction) -> None:
    """Let go of bridges that were heard or never will be, and of idents beyond those that are kept."""
    open_codes = {cue.song.code for cue in tx.queue.list_open()}
    air = find_on_air(tx)
    gone = [
        song for song in tx.songs.list_made_by(BRIDGE, MOST_JINGLES)
        if air is None or song.parameters.get("after") != air.song.code
    ]  # fmt: skip
    for song in [*gone, *tx.songs.list_made_by(IDENT, 2 * KEPT_IDENTS)[KEPT_IDENTS:]]:
        if song.code not in open_codes:
            _discard(tx, song)


def _discard(tx: Transaction, song: Song) -> None:
    move_song(tx, song, SongState.DISCARDED)
    tx.publish(SongDiscarded(song=song.code))


# Requests


def add_jingle(request: AddJingle, by: Requester, tx: Transaction) -> JingleAdded:
    path = check_path(request.path)
    name = one_line(request.name or show_path(path.stem), LONGEST_NAME)
    jingles = tx.songs.list_made_by(JINGLE, MOST_JINGLES)
    if not name:
        raise Refused(BadRequest("a jingle needs a name"))
    if any(_get_name(song) == name.casefold() for song in jingles):
        raise Refused(BadRequest(f"there is a jingle {name} already; give this one another name"))
    if len(jingles) >= MOST_JINGLES:
        raise Refused(BadRequest(f"there are {MOST_JINGLES} jingles already; jingle remove takes one out"))
    parameters: dict[str, Value] = {"file": format_location(path), "name": name}
    job = order_song(tx, Order(JINGLE, get_asker(by), parameters, seed=0, is_played=False))
    return JingleAdded(job=job.id, song=job.song, name=name)


def remove_jingle(request: RemoveJingle, by: Requester, tx: Transaction) -> JingleRemoved:
    wanted = request.name.strip().casefold()
    found = [song for song in tx.songs.list_made_by(JINGLE, MOST_JINGLES) if wanted in (_get_name(song), song.code)]
    if not found:
        names = ", ".join(jingle.name for jingle in list_jingles(ListJingles(), by, tx).jingles)
        known = f"the jingles are: {names}" if names else "jingle add FILE takes one"
        raise Refused(BadRequest(f"there is no jingle {one_line(request.name, LONGEST_NAME)}; {known}"))
    for cue in tx.queue.list_open():
        if cue.song.code == found[0].code and cue.started is None:
            end_cue(tx, cue, EndReason.REMOVED, tx.now)
            tx.publish(QueueChanged())
    _discard(tx, found[0])
    return JingleRemoved(name=str(found[0].parameters["name"]))


def list_jingles(request: ListJingles, by: Requester, tx: Transaction) -> Jingles:
    songs = tx.songs.list_made_by(JINGLE, MOST_JINGLES)
    return Jingles(jingles=tuple(Jingle(name=str(song.parameters["name"]), song=song.brief) for song in songs))


def _get_name(song: Song) -> str:
    return str(song.parameters.get("name", "")).casefold()


def play_ident(request: PlayIdent, by: Requester, tx: Transaction) -> IdentOrdered:
    """One at the next seam, in the band and key of the song on the air."""
    if find_on_air(tx) is None or is_stopped(tx):
        raise Refused(NothingOnAir())
    tx.settings.put(WANTED, by.name)
    tx.publish(QueueChanged())
    return IdentOrdered()
