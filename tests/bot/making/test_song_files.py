"""The folders of songs that had to make room are removed, and no others."""

from pathlib import Path

from bandstand.bot.making.song_files import remove_folders
from bandstand.common.paths import Paths
from bandstand.common.types import SongCode


def test_the_folders_of_these_songs_are_removed_and_no_others(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    for code in ("aaaa", "bbbb"):
        paths.song(SongCode(code)).mkdir(parents=True)
        (paths.song(SongCode(code)) / "song.flac").write_bytes(b"x")
    remove_folders(paths, [SongCode("aaaa"), SongCode("cccc")])
    assert [folder.name for folder in paths.songs.iterdir()] == ["bbbb"]
