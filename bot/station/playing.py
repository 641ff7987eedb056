"""The requests that decide what is heard: play, skip, stop, pause, resume, seek, and what is on the air now."""

from typing import Final

from bandstand.bot.station import comparisons, library, planning, scheduling
from bandstand.bot.station.on_air import (
    come_back,
    cut_in,
    drop,
    find_on_air,
    get_asker,
    is_heard,
    is_live,
    is_stopped,
    keep_place,
    locate,
)
from bandstand.bot.station.on_air import (
    resume as resume_air,
)
from bandstand.bot.station.on_air import (
    stop as stop_air,
)
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import CueSkipped, CueSought
from bandstand.common.api.people import Requester
from bandstand.common.api.refusals import IsLive, NothingOnAir, Refused, SeekBeyondEnd, StillBeingMade
from bandstand.common.api.requests import (
    GetNowPlaying,
    Pause,
    Play,
    Replay,
    Resume,
    Seek,
    Skip,
    Stop,
)
from bandstand.common.api.results import (
    NowPlaying,
    Paused,
    Playing,
    Replaying,
    Resumed,
    Skipped,
    Sought,
    Stopped,
)
from bandstand.common.api.values import Song, SongState
from bandstand.common.types import RATE, Frames

STOP_FADE: Final = 0.2
"""Seconds; what sounds well where nothing else is asked for."""
PAUSE_FADE: Final = 0.01
"""Seconds; at once, but without a click."""


def play(request: Play, by: Requester, tx: Transaction) -> Playing:
    song = _check_playable(library.find_song(tx, request.song), "play")
    before = find_on_air(tx) if request.resumes else None
    if before is not None and before.song.state.is_lost:
        before = None  # it is heard to where it breaks off, and there is no more of it
    at = locate(tx, before) if before else 0.0
    if before is not None:
        come_back(tx, before, Frames(round(at * RATE)))
    cut_in(tx, song.brief, get_asker(by), crossfade=request.crossfade)
    return Playing(song=song.brief, then=before.song if before else None, then_at=at)


def replay(request: Replay, by: Requester, tx: Transaction) -> Replaying:
    song = _check_playable(library.find_song_or_current(tx, request.song), "replay")
    cut_in(tx, song.brief, get_asker(by))
    return Replaying(song=song.brief)


def _check_playable(song: Song, purpose: str) -> Song:
    if song.state not in (SongState.BEGUN, SongState.READY):
        raise Refused(StillBeingMade(song.brief, purpose))
    return song


def skip(request: Skip, by: Requester, tx: Transaction) -> Skipped:
    cue = find_on_air(tx)
    if cue is None or request.cue not in (None, cue.id):
        raise Refused(NothingOnAir())
    is_silent = is_stopped(tx) or not cue.is_audible or not tx.outside.is_connected
    if is_silent or planning.plan_skip(tx, cue):
        drop(tx, cue)
    else:
        tx.publish(CueSkipped(cue=cue.id))
    cues = tx.queue.list_open()
    on_air = scheduling.find_on_air(cues)
    following = on_air if on_air is not None and on_air.id != cue.id else scheduling.find_next(cues)
    return Skipped(song=cue.song, following=following.song if following else None)


def stop(request: Stop, by: Requester, tx: Transaction) -> Stopped:
    if is_stopped(tx):
        return Stopped(was_stopped=True)
    stop_air(tx, STOP_FADE if request.fade is None else request.fade)
    return Stopped(was_stopped=False)


def pause(request: Pause, by: Requester, tx: Transaction) -> Paused:
    cue = find_on_air(tx)
    if cue is None:
        raise Refused(NothingOnAir())
    if is_stopped(tx):
        return Paused(was_stopped=True)
    at = locate(tx, cue)
    stop_air(tx, PAUSE_FADE)
    return Paused(was_stopped=False, seconds=at)


def resume(request: Resume, by: Requester, tx: Transaction) -> Resumed:
    if not is_stopped(tx):
        return Resumed(was_stopped=False)
    resume_air(tx)
    cue = find_on_air(tx)
    return Resumed(was_stopped=True, song=cue.song if cue else None)


def seek(request: Seek, by: Requester, tx: Transaction) -> Sought:
    cue = find_on_air(tx)
    if cue is None:
        raise Refused(NothingOnAir())
    if is_live(tx.songs.get(cue.song.code)):
        raise Refused(IsLive(cue.song))
    at = max(0.0, request.seconds + (locate(tx, cue) if request.is_relative else 0.0))
    if cue.song.seconds and at >= cue.song.seconds:
        raise Refused(SeekBeyondEnd(cue.song))
    frames = Frames(round(at * RATE))
    if not is_heard(tx, cue):
        keep_place(tx, cue, frames)
    tx.publish(CueSought(cue=cue.id, frames=frames))  # the streamer may have begun it just now
    return Sought(song=cue.song, seconds=at, is_stopped=is_stopped(tx))


def get_now_playing(request: GetNowPlaying, by: Requester, tx: Transaction) -> NowPlaying:
    cue, air = find_on_air(tx), tx.outside.on_air
    if cue is None:
        return NowPlaying(state="silence")
    if is_stopped(tx):
        return NowPlaying(state="stopped", song=cue.song, cue=cue.id, seconds=cue.start / RATE, name=cue.name)
    if not tx.outside.is_connected:
        return NowPlaying(state="held", song=cue.song, cue=cue.id, seconds=cue.start / RATE, name=cue.name)
    if air is None or air.cue != cue.id:
        return NowPlaying(state="starting", song=cue.song, cue=cue.id, name=cue.name)
    return NowPlaying(
        state="playing",
        song=cue.song,
        cue=cue.id,
        seconds=air.seconds,
        turn=comparisons.find_turn(tx.songs.get(cue.song.code).facts, air.seconds),
        name=cue.name,
        started=cue.started,
        favourites=tx.favourites.count(cue.song.code),
    )
