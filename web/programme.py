"""What was, is and will be heard: the queue, the history, playlists and the schedule, also as a calendar."""

import time
from datetime import UTC, datetime
from typing import Annotated, Final, cast

import icalendar
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter
from msgspec.structs import replace

from bandstand.common.api.playlists import PlaylistDetails, Playlists
from bandstand.common.api.requests import GetPlaylist, ListHistory, ListPlaylists
from bandstand.common.api.results import History, Queue, QueuedSong
from bandstand.common.api.schedule import GetSchedule, Schedule
from bandstand.common.api.shows import Airing
from bandstand.common.config import Config
from bandstand.common.text import one_line
from bandstand.web.addresses import find_base_url
from bandstand.web.given import AnyRequest, TheHub, TheReader, TheSettings

CALENDAR: Final = "text/calendar"
MONTH: Final = 31
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many at most.")]


@get("/api/queue", summary="What is on the air, and what waits", tags=["programme"])
async def get_queue(hub: TheHub) -> Queue:
    state = hub.get_state()
    passed = max(0.0, time.time() - state.at)

    def count_down(queued: QueuedSong) -> QueuedSong:
        return queued if queued.heard_in is None else replace(queued, heard_in=max(0.0, queued.heard_in - passed))

    return replace(state.queue, songs=tuple(count_down(queued) for queued in state.queue.songs))


@get("/api/history", summary="What is on the air, and what was", tags=["programme"])
async def list_history(
    reader: TheReader,
    limit: Limit = 15,
    whole: Annotated[bool, QueryParameter(description="Also jingles, idents and bridges.")] = False,
) -> History:
    return cast(History, await reader.read(ListHistory(limit=limit, is_whole=whole)))


@get("/api/playlists", summary="The playlists", tags=["programme"])
async def list_playlists(reader: TheReader) -> Playlists:
    return cast(Playlists, await reader.read(ListPlaylists()))


@get("/api/playlists/{name:str}", summary="A playlist's songs", tags=["programme"])
async def get_playlist(
    reader: TheReader, name: Annotated[str, PathParameter(max_length=200, description="Its name.")]
) -> PlaylistDetails:
    return cast(PlaylistDetails, await reader.read(GetPlaylist(name=name)))


@get("/api/schedule", summary="What is on, and what comes", tags=["programme"])
async def get_schedule(
    reader: TheReader, days: Annotated[int, QueryParameter(ge=1, le=MONTH, description="From now on.")] = 7
) -> Schedule:
    return cast(Schedule, await reader.read(GetSchedule(days=days)))


@get(
    "/schedule.ics",
    summary="The schedule of a month as a calendar",
    media_type=CALENDAR,
    responses={200: ResponseSpec(str, description="iCalendar, RFC 5545.", media_type="text/calendar")},
    tags=["programme"],
)
async def get_calendar(request: AnyRequest, settings: TheSettings, reader: TheReader) -> Response[bytes]:
    schedule = cast(Schedule, await reader.read(GetSchedule(days=MONTH)))
    data = write_calendar(schedule.airings, settings, f"{find_base_url(request, settings)}/schedule")
    headers = {"content-disposition": 'inline; filename="schedule.ics"', "cache-control": "public, max-age=300"}
    return Response(data, media_type=CALENDAR, headers=headers)


def write_calendar(airings: tuple[Airing, ...], settings: Config, url: str) -> bytes:
    """iCalendar (RFC 5545) of shows at their times. Each coming is an event of its own, so an override or an
    exception needs no rule that a calendar might read differently."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Bandstand//Schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", one_line(settings.station.name, 100))
    calendar.add("refresh-interval;value=duration", "PT1H")
    if not airings:  # a calendar has at least one component (section 3.4)
        calendar.add_component(icalendar.Timezone.from_tzid("UTC"))
    for airing in airings:
        calendar.add_component(_make_event(airing, settings, url))
    return bytes(calendar.to_ical())


def _make_event(airing: Airing, settings: Config, url: str) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{airing.show.key.replace(' ', '-')}-{int(airing.start)}@{icalendar_host(url)}")
    event.add("dtstamp", datetime.fromtimestamp(airing.show.created or airing.start, UTC))
    event.add("dtstart", datetime.fromtimestamp(airing.start, UTC))
    event.add("dtend", datetime.fromtimestamp(airing.end, UTC))
    event.add("summary", one_line(airing.show.name, 200))
    event.add("location", one_line(settings.station.name, 100))
    event.add("url", url)
    return event


def icalendar_host(url: str) -> str:
    return url.split("/")[2].rpartition(":")[0] or url.split("/")[2]


ROUTES = [get_queue, list_history, list_playlists, get_playlist, get_schedule, get_calendar]
