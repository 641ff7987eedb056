"""The booth: for whom it is, what it shows, who is told levels, and what listeners are shown of a live show."""

import asyncio
import json
import time

import msgspec
import pytest
from msgspec.structs import replace

from bandstand.common.api import live, requests, results
from bandstand.common.api.live import Booth, Dj, DjState, LiveStatus, LiveTime
from bandstand.common.api.people import Right
from bandstand.common.api.programme import Slot, SlotKind
from bandstand.common.api.refusals import NeedsRight
from bandstand.common.api.schedule import GetSchedule, Schedule
from bandstand.common.api.shows import Airing, Show, ShowRule
from bandstand.common.api.values import SongKind
from bandstand.common.types import CueId
from bandstand.web.booth_feed import tell_booths
from bandstand.web.booth_view import Zone, find_zone, make_view, measure_lit
from bandstand.web.bot_link import Declined
from bandstand.web.event_hub import EventHub, Wants
from tests.web.fake_link import LANTERN, FakeLink, make_settings, open_client
from tests.web.page_samples import HOSTILE, NOW, make_answers

PAGE = {"accept": "text/html"}
SOON = time.time() + 3600.0


def make_dj(name: str = "ann", state: DjState = DjState.WAITING, **fields: object) -> Dj:
    return Dj(name=name, state=state, since=NOW, **fields)  # type: ignore[arg-type]


def make_booth(*djs: Dj, **fields: object) -> Booth:
    return Booth(**{"name": "ann", "live": LiveStatus(djs=djs)} | fields)  # type: ignore[arg-type]


def make_link(booth: Booth) -> FakeLink:
    return FakeLink(make_answers() | {requests.GetBooth: booth, requests.GetLive: booth.live})


def get_part(booth: Booth, part: str = "state") -> str:
    with open_client(make_link(booth)) as client:
        answer = client.get(f"/booth/parts/{part}", headers=PAGE)
    assert answer.status_code == 200, answer.text[-500:]
    return answer.text


def test_others_are_told_for_whom_it_is_and_shown_the_way_in() -> None:
    link = FakeLink(
        make_answers() | {requests.GetBooth: Declined(NeedsRight("get_booth", Right.DJ), "that needs the right dj")}
    )
    with open_client(link) as client:
        page = client.get("/booth", headers=PAGE)
        part = client.get("/booth/parts/state", headers=PAGE)
        events = client.get("/api/events?booth=true")
    assert (page.status_code, part.status_code, events.status_code) == (403, 403, 403)
    assert "those with the right dj" in page.text
    assert page.text.count('action="/api/login"') == 2 and 'name="guest" value="true"' in page.text


def test_a_guest_logs_in_as_one_and_comes_back_to_the_booth() -> None:
    told = results.LoggedIn(session="s", name="bob", known_as="", right=Right.LISTENER, expires=NOW)
    link = FakeLink({requests.LogIn: told})
    with open_client(link) as client:
        answer = client.post(
            "/api/login",
            data={"account": "bob", "password": "secret", "guest": "true", "back": "/booth"},
            follow_redirects=False,
        )
    assert (answer.status_code, answer.headers["location"]) == (303, "/booth")
    assert link.asked[-1][0] == requests.LogIn(account="bob", password="secret", is_guest=True)


def test_how_to_connect_names_icecast_as_the_visitor_finds_it_and_past_a_proxy_of_the_streams() -> None:
    settings = make_settings(web={"streams_url": "https://radio.example"}, icecast={"manage": "always"})
    with open_client(make_link(make_booth()), settings) as client:
        page = client.get("http://radio.example:8080/booth", headers=PAGE).text
    for shown in ("<code>radio.example</code>", "<code>8000</code>", "<code>/live/ann</code>", "<code>ann</code>",
                  "icecast://ann:PASSWORD@radio.example:8000/live/ann", "icecast.bind"):  # fmt: skip
        assert shown in page, shown


def test_who_has_no_account_of_the_stations_is_told_how_to_get_one() -> None:
    with open_client(make_link(make_booth(name=""))) as client:
        page = client.get("/booth", headers=PAGE).text
    assert "bandstand passwd NAME" in page and "PASSWORD@" not in page


@pytest.mark.parametrize(
    "level, zone", [(None, Zone.SILENCE), (-51.0, Zone.SILENCE), (-40.0, Zone.QUIET), (-18.0, Zone.GOOD),
                    (-7.0, Zone.LOUD), (-2.0, Zone.TOO_LOUD)]
)  # fmt: skip
def test_a_level_has_a_name(level: float | None, zone: Zone) -> None:
    assert find_zone(level) is zone


def test_the_meter_is_lit_from_its_left_end_to_full_scale() -> None:
    assert [measure_lit(level) for level in (None, -80.0, -60.0, -30.0, 0.0, 3.0)] == [0, 0, 0, 300, 600, 600]


def test_a_dj_who_waits_sees_their_level_in_words_too() -> None:
    part = get_part(make_booth(make_dj(level=-18.2, format="ogg, 48000 Hz, stereo")))
    assert "nobody hears you" in part and 'aria-valuetext="-18 dBFS, good"' in part and 'role="meter"' in part
    assert 'data-zone="good"' in part and "ogg, 48000 Hz" in part


def test_a_dj_who_is_lost_sees_the_seconds_that_are_left() -> None:
    part = get_part(make_booth(make_dj(state=DjState.GRACE, grace_left=7.2)))
    assert "gone or silent" in part and "7 s left" in part and "End the show" in part


def test_a_dj_sees_their_time_and_the_others_in_the_line() -> None:
    time = LiveTime(show="Fridays", start=0.0, end=4e9)
    part = get_part(make_booth(make_dj(), make_dj("bob", is_wanted=True), time=time))
    assert "Fridays" in part and "min left" in part and "bob" in part and "waits, is next" in part


def test_what_may_be_done_follows_from_state_and_right() -> None:
    waiting, on = make_booth(make_dj()), make_booth(make_dj(state=DjState.ON_AIR))
    assert make_view(waiting, may_command=True).may_go and not make_view(waiting, may_command=False).may_go
    assert make_view(on, may_command=False).is_on
    other = make_view(make_booth(make_dj("bob", DjState.ON_AIR)), may_command=True)
    assert other.on_air is not None and other.on_air.name == "bob" and not other.is_on and not other.may_go


def test_what_listeners_asked_for_is_there_with_their_names() -> None:
    asked = (
        live.Asked(song=LANTERN, name="eve", at=NOW, is_waiting=True),
        live.Asked(song=LANTERN, name="joe", at=NOW, is_wish=True),
    )
    part = get_part(make_booth(asked=asked), "asked")
    assert "Blue Lantern" in part and "eve" in part and "asked for it · waits" in part and "wished for it" in part


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_only_texts(text: str) -> None:
    song = replace(LANTERN, title=text)
    booth = make_booth(
        make_dj(title=text, trouble=text, format=text[:60]),
        obstacle=text,
        time=LiveTime(show=text, start=0.0, end=4e9),
        asked=(live.Asked(song=song, name=text, at=NOW),),
    )
    for page in (get_part(booth), get_part(booth, "asked")):
        assert "<script>alert" not in page and "<img src=x" not in page and len(page) < 60_000


def test_levels_are_told_to_open_booths_and_to_nobody_else() -> None:
    async def run() -> tuple[bytes, bool, int]:
        hub, link = EventHub(lambda: NOW), make_link(make_booth(make_dj(level=-18.0)))
        listener = hub.open_stream(None)
        telling = asyncio.create_task(tell_booths(hub, link, 0.0))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        before = len(link.asked)
        booth = hub.open_stream(None, Wants(booth=True))
        told = await asyncio.wait_for(booth.take(), 5)
        telling.cancel()
        return told, listener.is_empty, before

    told, is_empty, before = asyncio.run(run())
    data = json.loads(told.split(b"data: ")[1].split(b"\n")[0])
    assert told.startswith(b"event: booth")
    assert (data["djs"][0]["dj"]["name"], data["djs"][0]["zone"]) == ("ann", "good")
    assert is_empty and before == 0, "nobody is asked while no booth is open"


def test_open_booths_alone_hear_that_somebody_wrote_to_the_dj_and_not_what() -> None:
    hub = EventHub(lambda: NOW)
    listener, booth = hub.open_stream(None), hub.open_stream(None, Wants(booth=True))
    message = live.DjMessage(dj="ann", name="eve", text="a secret", at=NOW)
    hub.take_event(1, NOW, msgspec.Raw(msgspec.json.encode(live.DjTold(message=message))))
    assert listener.is_empty
    assert asyncio.run(booth.take()) == b'event: dj_told\ndata: {"dj":"ann"}\n\n'


def test_the_dj_reads_what_listeners_write_whatever_is_in_it() -> None:
    messages = (
        live.DjMessage(dj="ann", name="eve", text=HOSTILE, at=NOW),
        live.DjMessage(dj="bob", name="fay (page)", text="hello", at=NOW),
    )
    part = get_part(make_booth(make_dj(), messages=messages), "messages")
    assert "<script" not in part and "hello" in part
    assert part.count("to <bdi>bob</bdi>") == 1 and "to <bdi>ann</bdi>" not in part


# What listeners are shown


def make_live_link() -> FakeLink:
    song = replace(LANTERN, title="live: ann", artist="", seconds=0.0, kind=SongKind.LIVE)
    show = Show(id=1, name="Fridays", rule=ShowRule(start=0, end=60), zone="UTC", slot=Slot(SlotKind.LIVE, "bob"))
    airing = Airing(show, SOON, SOON + 3600)
    playing = results.NowPlaying(state="playing", song=song, cue=CueId(1), seconds=5.0, name="ann", started=NOW)
    lost = LiveStatus(djs=(make_dj(state=DjState.GRACE, grace_left=5.0),))
    return FakeLink(
        make_answers()
        | {
            requests.GetNowPlaying: playing,
            requests.GetLive: lost,
            GetSchedule: Schedule(zone="UTC", now=None, airings=(airing,), shows=(show,)),
        }
    )


def test_every_page_says_who_is_live_and_the_schedule_who_is_next() -> None:
    with open_client(make_live_link()) as client:
        pages = {url: client.get(url, headers=PAGE).text for url in ("/", "/library", "/schedule")}
    for page in pages.values():
        assert 'data-dj="ann"' in page and "<bdi>ann</bdi> is on the air" in page
        assert "<bdi>ann</bdi></a><small>Live</small>" in page, "the player in the bar"
    assert "data-write>" in pages["/"] and "Write to <bdi data-write-name>ann</bdi>" in pages["/"]
    assert "next: <bdi>bob</bdi> with <bdi>Fridays</bdi>" in pages["/schedule"]


def test_the_api_says_who_is_live_and_who_is_next() -> None:
    with open_client(make_live_link()) as client:
        answer = client.get("/api/live").json()
    assert answer == {
        "is_live": True, "dj": "ann", "title": "live: ann", "since": NOW, "is_lost": True,
        "next": {"dj": "bob", "show": "Fridays", "start": SOON, "end": SOON + 3600},
    }  # fmt: skip


def test_nobody_is_live_while_a_song_plays() -> None:
    link = FakeLink(make_answers() | {requests.GetLive: LiveStatus(djs=())})
    with open_client(link) as client:
        assert client.get("/api/live").json()["is_live"] is False
        page = client.get("/", headers=PAGE).text
    assert 'data-dj="" hidden' in page and "data-write hidden" in page
