"""The section `[hls]`."""

from pathlib import Path

import pytest

from bandstand.common import config
from bandstand.common.errors import ConfigError


def load(tmp_path: Path, text: str) -> config.Config:
    path = tmp_path / "bandstand.toml"
    path.write_text(text)
    return config.load(path, {})


def test_it_is_off_and_then_changes_nothing_of_what_streams(tmp_path: Path) -> None:
    plain = load(tmp_path, "")
    assert not plain.hls.enabled
    assert plain.get_streaming_mark() == load(tmp_path, "[hls]\nsegment = 4\n").get_streaming_mark()
    assert plain.get_streaming_mark() != load(tmp_path, "[hls]\nenabled = true\n").get_streaming_mark()


def test_the_folder_is_the_stations_or_relative_to_the_configuration(tmp_path: Path) -> None:
    plain = load(tmp_path, "[hls]\nenabled = true\n")
    assert plain.hls.get_folder(plain.paths) == plain.paths.directory / "hls"
    other = load(tmp_path, '[hls]\nfolder = "www"\nformats = ["aac", "aac"]\n')
    assert other.hls.get_folder(other.paths) == tmp_path / "www"
    assert other.hls.formats == ("aac",)


@pytest.mark.parametrize("line", ["segment = 1", "segment = 30", 'formats = ["mp3"]', "formats = []", "listed = 2"])
def test_what_does_not_fit_is_said_with_its_key(line: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=rf"hls\.{line.split()[0]}"):
        load(tmp_path, f"[hls]\n{line}\n")
