"""The library over HTTP: searching, paging, and one song."""

from bandstand.common.api.library import GetSongFiles
from bandstand.common.api.refusals import NoSuchSong, StillBeingMade
from bandstand.common.api.requests import GetSong, ListSongs, SearchSongs
from bandstand.common.api.results import SongDetails, Songs, SongsFound
from bandstand.common.api.values import RatingMean, Song
from bandstand.common.types import SongCode
from bandstand.web.bot_link import Declined
from tests.web.fake_link import LANTERN, ROAD, FakeLink, open_client

DETAILS = SongDetails(
    song=Song(code=SongCode("7kq3"), title="Blue Lantern", generator="band", seed=7, created=1.0),
    rating=RatingMean(0.5, 2),
    to_air=0.3,
    bookmarks=(),
)


def find(request: SearchSongs) -> SongsFound:
    return SongsFound(songs=(LANTERN, ROAD)[: request.limit], found=2, corrected={"lantren": "lantern"})


def test_without_words_it_is_the_newest_page_by_page() -> None:
    link = FakeLink({ListSongs: lambda request: Songs(songs=(LANTERN, ROAD)[: request.limit], total=5)})
    with open_client(link) as client:
        first = client.get("/api/songs?limit=2&offset=2")
        client.get("/api/songs?limit=2&offset=4")
    assert [song["code"] for song in first.json()["songs"]] == ["7kq3", "5hph"]
    assert (first.json()["total"], first.json()["next"]) == (5, "/api/songs?limit=2&offset=4")
    assert first.headers["link"] == '</api/songs?limit=2&offset=4>; rel="next"'
    assert link.asked[0][0] == ListSongs(limit=2, offset=2)


def test_a_search_has_pages_and_says_what_it_took_words_for() -> None:
    link = FakeLink({SearchSongs: find})
    with open_client(link) as client:
        first = client.get("/api/songs", params={"q": "blue & lantren", "limit": 1}).json()
        second = client.get(first["next"]).json()
    assert first["next"] == "/api/songs?q=blue+%26+lantren&limit=1&offset=1"
    assert [song["code"] for song in second["songs"]] == ["5hph"] and second["next"] is None
    assert first["corrected"] == {"lantren": "lantern"}
    assert isinstance(link.asked[0][0], SearchSongs) and link.asked[0][0].query == "blue & lantren"


def test_values_that_are_none_are_said_with_their_names() -> None:
    with open_client(FakeLink()) as client:
        answer = client.get("/api/songs?limit=0")
        long = client.get("/api/songs", params={"q": "x" * 501})
    assert answer.status_code == long.status_code == 400
    assert answer.json()["errors"][0]["key"] == "limit" and long.json()["errors"][0]["key"] == "q"


def test_a_song_is_told_with_what_there_is_to_be_had_of_it() -> None:
    making = Declined(StillBeingMade(LANTERN, "download"), "later")
    link = FakeLink({GetSong: DETAILS, GetSongFiles: making})
    with open_client(link) as client:
        answer = client.get("/api/songs/7KQ3")
        other = client.get("/api/songs/lantern")
    assert (answer.json()["song"]["title"], answer.json()["links"]) == ("Blue Lantern", {})
    assert other.status_code == 404


def test_an_unknown_song_is_not_found() -> None:
    with open_client(FakeLink({GetSong: Declined(NoSuchSong("none", 2), "there is none")})) as client:
        answer = client.get("/api/songs/none")
    assert (answer.status_code, answer.json()["refused"]["known"]) == (404, 2)
