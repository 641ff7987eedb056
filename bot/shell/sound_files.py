"""Which files `bandstand import` takes: those that are named, those of folders, and those that playlists list.

In a folder hidden files are passed over, and playlists, whose songs are there already. Whether a file of a folder has
sound is for its content to say, later. A playlist is M3U, PLS or XSPF; its paths are relative to its own folder, and
may lead to folders and to other playlists. M3U and PLS have no charset: a name is tried in all that were usual, and the
one by which there is a file is the right one. Knows names and lists; nothing of sound.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

from bandstand.common.files import parse_location, show_path

PLAYLISTS: Final = {".m3u", ".m3u8", ".pls", ".xspf", ".cue", ".asx", ".wpl"}
LONGEST_LIST: Final = 16 << 20
"""Bytes of a playlist."""
MARK: Final = b"\xef\xbb\xbf"
ADDRESS: Final = re.compile(rb"(?!file:)[a-z][a-z0-9+.-]+://", re.IGNORECASE)
PLS_ENTRY: Final = re.compile(rb"file\d+\s*=\s*(.*)", re.IGNORECASE)
DRIVE: Final = re.compile(rb"[a-z]:[\\/]", re.IGNORECASE)
CHARSETS: Final = (
    *("latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp437", "cp850", "cp866"),
    *("koi8-r", "koi8-u", "cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
"""Those in which people's systems wrote names before UTF-8."""


class Found(NamedTuple):
    """A file to import, or where `problem` is a sentence, what cannot be."""

    path: Path
    is_named: bool = True
    """By the person or a playlist, so that it is told if there is no sound in it."""
    problem: str = ""


NOTHING: Final = Found(Path('""'), problem="a path is empty, as of a variable of the shell that is not set")


def find_files(paths: Iterable[str]) -> list[Found]:
    """What is found by these paths, each file once and in order."""
    found: dict[Path, Found] = {}
    lists: set[str] = set()
    for text in paths:
        for one in _search(Path(text), lists) if text else [NOTHING]:
            place = one.path if one.problem else Path(os.path.realpath(one.path))
            found.setdefault(place, one._replace(path=place))
    return list(found.values())


def _search(path: Path, lists: set[str]) -> Iterator[Found]:
    """`lists`: the playlists that were read already."""
    if path.is_dir():
        yield from _search_folder(path)
    elif not os.path.lexists(path):
        yield Found(path, problem="there is no such file or directory")
    elif path.suffix.lower() in PLAYLISTS and path.is_file():
        place = os.path.realpath(path)
        if place not in lists:
            lists.add(place)
            yield from _read_playlist(path, lists)
    else:
        yield Found(path)


def _search_folder(top: Path) -> Iterator[Found]:
    problems: list[OSError] = []
    seen: set[tuple[int, int]] = set()
    for folder, inside, files in os.walk(top, onerror=problems.append, followlinks=True):
        status = Path(folder).stat()
        is_new = (status.st_dev, status.st_ino) not in seen  # a link may lead back to where it is
        seen.add((status.st_dev, status.st_ino))
        inside[:] = sorted(name for name in inside if is_new and not name.startswith("."))
        for name in sorted(files) if is_new else ():
            path = Path(folder, name)
            if not name.startswith(".") and path.suffix.lower() not in PLAYLISTS and path.is_file():
                yield Found(path, is_named=False)
    for problem in problems:
        yield Found(Path(os.fsdecode(problem.filename)), problem=f"it cannot be read: {problem.strerror}")


def _read_playlist(path: Path, lists: set[str]) -> Iterator[Found]:
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST_LIST).removeprefix(MARK)
        entries = list(_list_entries(path.suffix.lower(), data))
    except (OSError, ElementTree.ParseError, ValueError) as error:
        yield Found(path, problem=f"the playlist cannot be read: {getattr(error, 'strerror', '') or error}")
        return
    if not entries:
        yield Found(path, problem="the playlist lists no files")
    for entry in entries:
        found = _find_entry(path, entry)
        if found.problem:
            yield found
        else:
            yield from _search(found.path, lists)


def _list_entries(kind: str, data: bytes) -> Iterator[bytes]:
    """The entries of a playlist. Raises ValueError, with a clause, for one of a kind that is not read."""
    if b"#EXT-X-" in data:
        raise ValueError("it is the index of a stream, whose files are no songs")
    if kind == ".xspf":
        for element in ElementTree.fromstring(data).iter():
            if element.tag.rpartition("}")[2] == "location" and element.text:
                yield unquote_to_bytes(element.text.strip())
        return
    if kind not in (".m3u", ".m3u8", ".pls"):
        raise ValueError(f"{kind} is none of .m3u, .m3u8, .pls and .xspf; name the songs, or their folder")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16").encode()
    for line in map(bytes.strip, re.split(rb"[\r\n]+", data)):
        entry = PLS_ENTRY.fullmatch(line) if kind == ".pls" else None
        if entry:
            yield entry[1]
        elif kind != ".pls" and line and not line.startswith(b"#"):
            yield line


def _find_entry(playlist: Path, entry: bytes) -> Found:
    if ADDRESS.match(entry):
        shown = f"{show_path(playlist.name)} lists {show_path(os.fsdecode(entry))}, which is no file of this machine"
        return Found(playlist, problem=shown)
    for name in _spell(entry):
        path = playlist.parent / parse_location(os.fsdecode(name))
        if b"\0" not in name and os.path.lexists(path):
            return Found(path)
    shown = show_path(playlist.name)
    return Found(
        playlist.parent / os.fsdecode(entry.replace(b"\0", b"")), problem=f"{shown} lists it, but it is not there"
    )


def _spell(entry: bytes) -> Iterator[bytes]:
    """The names of files that an entry may mean, the likeliest first."""
    yield from (spelled := _spell_path(entry))
    if all(map(bytes.isascii, spelled)):
        return
    for charset in ("utf-8", *CHARSETS):
        for name in spelled:
            with suppress(UnicodeDecodeError):
                text = name.decode(charset)
                for form in (unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)):
                    yield from _spell_path(form.encode())


def _spell_path(name: bytes) -> list[bytes]:
    """As it is, with the separators of Windows, and without the escapes of addresses."""
    spelled = [name]
    if b"\\" in name and not DRIVE.match(name):
        spelled.append(name.replace(b"\\", b"/"))
    if b"%" in name:
        spelled += [unquote_to_bytes(each) for each in spelled]
    return spelled
