"""Which files are found by the paths that people give."""

import os
from pathlib import Path

import pytest

from bandstand.bot.shell.sound_files import find_files


def make(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return [folder / name for name in names]


def list_paths(*paths: Path) -> list[Path]:
    return [found.path for found in find_files(map(str, paths)) if not found.problem]


def list_problems(*paths: Path) -> list[str]:
    return [found.problem for found in find_files(map(str, paths)) if found.problem]


def test_a_folder_is_searched_without_what_is_hidden_and_each_file_is_found_once(tmp_path: Path) -> None:
    make(tmp_path / "music", "b/a.xyz", "._a.mp3", ".trash/a.mp3", "all.m3u", "z.mp3")
    expected = [tmp_path / "music" / "z.mp3", tmp_path / "music" / "b" / "a.xyz"]
    assert list_paths(tmp_path / "music", expected[0]) == expected


def test_a_folder_that_is_hidden_itself_is_searched_if_it_is_named(tmp_path: Path) -> None:
    songs = make(tmp_path / ".music", "a.mp3")
    assert list_paths(tmp_path / ".music") == songs


def test_a_link_that_leads_back_ends_nowhere(tmp_path: Path) -> None:
    (song,) = make(tmp_path / "music", "a.mp3")
    (tmp_path / "music" / "again").symlink_to(tmp_path / "music")
    os.mkfifo(tmp_path / "music" / "pipe.mp3")
    assert list_paths(tmp_path / "music") == [song]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m3u", b"#EXTM3U\r\n#EXTINF:1,One\r\none.mp3\r\nsub\\two.mp3\r\n"),
        ("list.m3u8", b"\xef\xbb\xbfone.mp3\nsub/two.mp3"),
        ("list.m3u8", "one.mp3\nsub/two.mp3\n".encode("utf-16")),
        ("list.pls", b"[playlist]\nFile1=one.mp3\nTitle1=One\nfile2 = sub/two.mp3\nNumberOfEntries=2\n"),
        (
            "list.xspf",
            b'<?xml version="1.0"?><playlist xmlns="http://xspf.org/ns/0/"><trackList><track><location>one.mp3'
            b"</location></track><track><location>sub/t%77o.mp3</location></track></trackList></playlist>",
        ),
    ],
)
def test_a_playlist_gives_what_it_lists(name: str, text: bytes, tmp_path: Path) -> None:
    songs = make(tmp_path, "one.mp3", "sub/two.mp3")
    (tmp_path / name).write_bytes(text)
    assert list_paths(tmp_path / name) == songs


def test_a_playlist_names_files_in_latin_1_as_whole_paths_and_as_addresses_of_files(tmp_path: Path) -> None:
    songs = make(tmp_path, "café.mp3", "b c.mp3", "d.mp3")
    text = f"caf\xe9.mp3\nfile://{tmp_path}/b%20c.mp3\n{tmp_path}/d.mp3\n"
    (tmp_path / "list.m3u").write_bytes(text.encode("latin-1"))
    assert list_paths(tmp_path / "list.m3u") == songs


def test_what_a_playlist_lists_and_cannot_be_taken_is_told(tmp_path: Path) -> None:
    (tmp_path / "list.m3u").write_text("gone.mp3\nhttp://example.org/live\n")
    assert list_problems(tmp_path / "list.m3u") == [
        "list.m3u lists it, but it is not there",
        "list.m3u lists http://example.org/live, which is no file of this machine",
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n0.ts\n", "the index of a stream"),
        ("a.m3u", b"#EXTM3U\n", "lists no files"),
        ("a.cue", b'FILE "x.wav" WAVE\n', "is none of"),
        ("a.xspf", b"<playlist>", "cannot be read"),
    ],
)
def test_a_playlist_that_lists_no_songs_says_so(name: str, text: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(text)
    (told,) = list_problems(tmp_path / name)
    assert problem in told


def test_an_empty_path_is_not_the_folder_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.mp3").touch()
    monkeypatch.chdir(tmp_path)
    [found] = find_files([""])
    assert "a path is empty" in found.problem
