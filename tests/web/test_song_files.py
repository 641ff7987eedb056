"""A song's files: whose they are, ranges, what is made when it is asked for, and names that mean harm."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bandstand.common.api.library import GetSongFiles, SongFiles
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import NoSuchSong, StillBeingMade
from bandstand.common.api.requests import ExportSong
from bandstand.common.api.results import Exporting
from bandstand.web.bot_link import Declined
from bandstand.web.file_response import choose_range, make_disposition
from bandstand.web.problems import Trouble
from bandstand.web.song_files import list_links, name_file
from tests.web.fake_link import LANTERN, FakeLink, make_settings, open_client

MARK = '"1-2"'


@pytest.fixture
def files(tmp_path: Path) -> SongFiles:
    """A song of a band; its sound is 1,000 bytes."""
    (tmp_path / "song.flac").write_bytes(bytes(range(250)) * 4)
    (tmp_path / "score.json").write_text('{"title":"Blue Lantern","parts":[]}')
    (tmp_path / "roll.svg").write_text("<svg/>")
    names = ("roll.svg", "score.json", "song.flac")
    return SongFiles(
        song=LANTERN,
        folder=str(tmp_path),
        audio=f"{tmp_path}/song.flac",
        files=names,
        is_own=True,
        players={"bass": "Bo"},
    )


def ask(path: str, found: SongFiles | Exception, *, downloads: str = "own", headers: Any = None) -> Any:
    with open_client(FakeLink({GetSongFiles: found}), make_settings(web={"downloads": downloads})) as client:
        return client.get(f"/api/songs/7kq3/{path}", headers=headers or {})


def test_the_sound_is_sent_whole_with_a_name_and_a_mark(files: SongFiles) -> None:
    answer = ask("audio", files)
    assert (answer.status_code, len(answer.content)) == (200, 1000)
    assert answer.headers["content-type"] == "audio/flac" and answer.headers["accept-ranges"] == "bytes"
    assert 'filename="The Robots - Blue Lantern (7kq3).flac"' in answer.headers["content-disposition"]
    again = ask("audio", files, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("wanted", "status", "said", "length"),
    [
        ("bytes=0-99", 206, "bytes 0-99/1000", 100),
        ("bytes=900-", 206, "bytes 900-999/1000", 100),
        ("bytes=-10", 206, "bytes 990-999/1000", 10),
        ("bytes=500-5000", 206, "bytes 500-999/1000", 500),
        ("bytes=0-1,5-6", 200, None, 1000),
        ("lines=1-2", 200, None, 1000),
        ("bytes=x", 200, None, 1000),
        ("bytes=-", 200, None, 1000),
    ],
)
def test_players_seek_by_ranges(wanted: str, status: int, said: str | None, length: int, files: SongFiles) -> None:
    answer = ask("audio", files, headers={"range": wanted})
    assert (answer.status_code, answer.headers.get("content-range"), len(answer.content)) == (status, said, length)


def test_a_range_beyond_the_end_is_a_problem_that_says_where_the_end_is(files: SongFiles) -> None:
    answer = ask("audio", files, headers={"range": "bytes=1000-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */1000")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_range_of_a_file_that_has_changed_is_the_whole_file() -> None:
    assert choose_range({b"range": "bytes=5-", b"if-range": MARK}, 10, MARK) == (5, 10, 206)
    assert choose_range({b"range": "bytes=5-", b"if-range": '"other"'}, 10, MARK) == (0, 10, 200)
    assert choose_range({b"if-none-match": 'W/"x", W/"1-2"'}, 10, MARK) == (0, 0, 304)
    with pytest.raises(Trouble):
        choose_range({b"range": "bytes=-0"}, 10, MARK)


@pytest.mark.parametrize(
    ("downloads", "is_own", "status"),
    [("own", True, 200), ("own", False, 403), ("all", False, 200), ("none", True, 403)],
)
def test_what_came_as_a_file_is_not_given_away_unless_the_station_says_so(
    downloads: str, is_own: bool, status: int, files: SongFiles
) -> None:
    files = replace(files, is_own=is_own)
    assert ask("audio", files, downloads=downloads).status_code == status
    assert ("audio" in list_links(files, make_settings(web={"downloads": downloads}))) == (status == 200)


def test_the_score_says_who_plays(files: SongFiles) -> None:
    answer = ask("score", files)
    assert answer.json() == {"players": {"bass": "Bo"}, "title": "Blue Lantern", "parts": []}
    etag = answer.headers["etag"]
    assert ask("score", files, headers={"if-none-match": etag}).status_code == 304


def test_of_a_song_that_is_being_made_there_is_the_score_so_far(files: SongFiles) -> None:
    making = replace(files, files=("score.json",), is_whole=False)
    answer = ask("score", making)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert ask("audio", making).status_code == ask("waveform", making).status_code == 409
    assert list(list_links(making, make_settings())) == ["score"]
    (Path(files.folder) / "score.json").unlink()
    assert ask("score", making).status_code == 503


def test_a_picture_can_do_nothing(files: SongFiles) -> None:
    answer = ask("roll.svg", files)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_a_song_does_not_have_is_not_found(files: SongFiles) -> None:
    bare = replace(files, files=("song.flac",))
    for path in ("score", "midi", "musicxml", "roll.svg", "stems/1-bass.flac", "stems/..%2Fsong.flac"):
        answer = ask(path, bare)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
    assert ask("stems", bare).json() == {"stems": []}


def test_a_file_that_has_gone_meanwhile_is_not_found(files: SongFiles) -> None:
    (Path(files.folder) / "song.flac").unlink()
    assert ask("audio", files).status_code == 404


@pytest.mark.parametrize(
    ("path", "kind", "name"), [("waveform", "peaks", "peaks.json"), ("musicxml", "musicxml", "song.musicxml")]
)
def test_what_is_made_in_a_second_is_made_when_it_is_asked_for(
    path: str, kind: str, name: str, files: SongFiles
) -> None:
    asked = []

    def make(request: ExportSong) -> Exporting:
        asked.append((request.song, request.kind))
        (Path(files.folder) / name).write_text("{}")
        return Exporting(song=LANTERN, kind=request.kind)

    def find(request: GetSongFiles) -> SongFiles:
        is_there = (Path(files.folder) / name).exists()
        return replace(files, files=(*files.files, name)) if is_there else files

    link = FakeLink({GetSongFiles: find, ExportSong: make})
    with open_client(link) as client:
        for _ in range(2):
            assert client.get(f"/api/songs/7kq3/{path}").status_code == 200
    assert asked == [("7kq3", kind)]
    assert {by.right for _, by in link.asked} <= {Right.OWNER, Right.LISTENER}


def test_a_song_that_is_being_made_or_unknown_is_said() -> None:
    making = ask("audio", Declined(StillBeingMade(LANTERN, "download"), "it is still being made"))
    assert (making.status_code, making.json()["refused"]["refused"]) == (409, "still_being_made")
    assert ask("audio", Declined(NoSuchSong("x", 1), "no such song")).status_code == 404


@pytest.mark.parametrize("code", ["..%2F..%2Fetc", "a%00b", "x" * 17, "%E2%98%83", "a.b"])
def test_a_code_that_is_none_reaches_no_file(code: str, files: SongFiles) -> None:
    link = FakeLink({GetSongFiles: files})
    with open_client(link) as client:
        assert client.get(f"/api/songs/{code}/audio").status_code in (400, 404)
    assert not any(isinstance(request, GetSongFiles) for request, _ in link.asked)


def test_hostile_titles_are_harmless_in_names() -> None:
    song = replace(LANTERN, title='..\\/"\r\nSet-Cookie: x\N{RIGHT-TO-LEFT OVERRIDE}' + "y" * 10_000, artist="../..")
    name = name_file(song, ".flac")
    assert len(name) < 120 and "/" not in name and "\\" not in name and "\n" not in name
    header = make_disposition(name, is_inline=False)
    assert header.isascii() and header.isprintable() and header.count('"') == 2
