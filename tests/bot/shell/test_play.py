"""What `bandstand play` asks the station for."""

import os
from pathlib import Path

from bandstand.bot.shell.play import find_redirected


def test_a_file_that_the_shell_redirects_is_found_and_nothing_else(tmp_path: Path) -> None:
    song = tmp_path / "song.m4a"
    song.write_bytes(b"sound")
    fd = os.open(song, os.O_RDONLY)
    assert find_redirected(fd) == song
    os.read(fd, 1)
    assert find_redirected(fd) is None, "somebody has read of it already"
    os.lseek(fd, 0, os.SEEK_SET)
    song.unlink()
    assert find_redirected(fd) is None
    os.close(fd)
    for pipe in os.pipe():
        assert find_redirected(pipe) is None
        os.close(pipe)
