"""Which files are found by the paths that people give."""

import os
import unicodedata
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


@pytest.mark.parametrize(
    ("name", "charset"),
    [
        ("Привет/мир.mp3", "cp1251"),
        ("Привет/мир.mp3", "koi8-r"),
        ("Привет/мир.mp3", "cp866"),
        ("夜の歌.mp3", "shift_jis"),
        ("予定表\\ソ.mp3", "shift_jis"),
        ("夜の歌.mp3", "euc_jp"),
        ("月亮.mp3", "gbk"),
        ("月亮.mp3", "big5"),
        ("노래.mp3", "euc_kr"),
        ("Don\u2019t \u2013 stop.mp3", "cp1252"),
        ("Žluťoučký.mp3", "cp1250"),
    ],
)
def test_a_name_is_found_in_any_charset_that_was_usual(name: str, charset: str, tmp_path: Path) -> None:
    songs = make(tmp_path, name.replace("\\", "/"), "plain.mp3")
    (tmp_path / "list.m3u").write_bytes(f"#EXTM3U\n#EXTINF:3,{name}\n{name}\nplain.mp3\n".encode(charset))
    (tmp_path / "list.pls").write_bytes(f"[playlist]\nFile1={name}\nFile2=plain.mp3\n".encode(charset))
    assert list_paths(tmp_path / "list.m3u") == songs
    assert list_paths(tmp_path / "list.pls") == songs


def test_a_name_is_found_however_its_accents_and_blanks_are_written(tmp_path: Path) -> None:
    songs = make(tmp_path, unicodedata.normalize("NFD", "Café Zoé.mp3"), "a b#.mp3", "100%.mp3")
    (tmp_path / "list.m3u8").write_text(f"{unicodedata.normalize('NFC', 'Café Zoé.mp3')}\na%20b%23.mp3\n100%.mp3\n")
    assert list_paths(tmp_path / "list.m3u8") == songs


def test_a_playlist_leads_to_folders_and_to_other_playlists_and_never_back(tmp_path: Path) -> None:
    songs = make(tmp_path, "sub/one.mp3", "two.mp3", "three.mp3", "four.mp3")
    (tmp_path / "list.m3u").write_text("sub\nlist.m3u\nmore.pls\nfour.mp3\n")
    (tmp_path / "more.pls").write_text("[playlist]\nFile1=two.mp3\nFile2=last.xspf\n")
    track = "<track><location>{}</location></track>"
    names = "".join(map(track.format, ("list.m3u", "three.mp3")))
    (tmp_path / "last.xspf").write_text(f"<playlist><trackList>{names}</trackList></playlist>")
    assert list_paths(tmp_path / "list.m3u") == songs
    assert list_problems(tmp_path / "list.m3u") == []


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
