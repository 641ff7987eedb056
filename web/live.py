"""`/api/live`: who is live, and who is next by the schedule; for everybody. Levels are for the booth alone."""

from typing import cast

import msgspec
from litestar import get

from bandstand.common.api.live import DjState, GetLive, LiveStatus
from bandstand.common.api.schedule import GetSchedule, Schedule
from bandstand.common.api.values import SongKind
from bandstand.web.calendar_view import NextLive, find_next_live
from bandstand.web.event_hub import StationState
from bandstand.web.given import TheHub, TheReader
from bandstand.web.page_context import WEEK


class LiveNow(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on the air. Times are Unix seconds."""

    is_live: bool
    dj: str = ""
    title: str = ""
    """What they play, as their program says; `live: NAME` where it says nothing."""
    since: float | None = None
    is_lost: bool = False
    """Nothing comes of them at the moment; they have ten seconds to be back."""
    next: NextLive | None = None
    """The next show of a DJ in the schedule of the next seven days."""


def describe(state: StationState, status: LiveStatus, schedule: Schedule) -> LiveNow:
    following = find_next_live(schedule, state.at)
    playing = state.now_playing
    song = playing.song
    if song is None or song.kind is not SongKind.LIVE:
        return LiveNow(is_live=False, next=following)
    is_lost = any(one.name == playing.name and one.state is DjState.GRACE for one in status.djs)
    return LiveNow(
        is_live=True, dj=playing.name, title=song.title, since=playing.started, is_lost=is_lost, next=following
    )


@get("/api/live", summary="Who is live, and who is next", tags=["now playing"])
async def get_live(hub: TheHub, reader: TheReader) -> LiveNow:
    state = hub.get_state()
    status = cast(LiveStatus, await reader.read(GetLive()))
    schedule = cast(Schedule, await reader.read(GetSchedule(days=WEEK)))
    return describe(state, status, schedule)


ROUTES = [get_live]
