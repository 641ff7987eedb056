"""Where a song's sound comes from, and how loud it is to be."""

import os
from pathlib import Path

import pytest

from bandstand.bot.playout.sources import GAIN_LIMIT, SongSources
from bandstand.common.api.people import Place
from bandstand.common.api.values import Cue, CueState, SongBrief, SongState
from bandstand.common.errors import Missing
from bandstand.common.paths import Paths
from bandstand.common.types import CueId, SongCode


def cue(audio: str = "song.flac", loudness: float | None = None) -> Cue:
    brief = SongBrief(SongCode("7kq3"), "T", "A", SongState.READY, 90.0, 0.0)
    return Cue(
        id=CueId(1), song=brief, state=CueState.AIR, name="ann", place=Place("x"), created=0.0, audio=audio,
        loudness=loudness,
    )  # fmt: skip


class Spool:
    def duplicate(self) -> tuple[int, int]:
        return os.open("/dev/null", os.O_RDONLY), os.open("/dev/null", os.O_RDONLY)


def stored(folder: Path) -> SongSources:
    (folder / "songs" / "7kq3").mkdir(parents=True)
    (folder / "songs" / "7kq3" / "song.flac").write_bytes(b"sound")
    return SongSources(Paths(folder), -16.0, lambda song: None)


def test_a_stored_song_is_brought_to_the_stations_loudness_within_limits(tmp_path: Path) -> None:
    sources = stored(tmp_path)
    for loudness, gain in ((-20.0, 4.0), (None, 0.0), (-60.0, GAIN_LIMIT), (0.0, -GAIN_LIMIT)):
        source = sources.open(cue(loudness=loudness))
        assert (os.pread(source.audio, 9, 0), source.is_raw, source.growth) == (b"sound", False, None)
        assert source.gain == gain
        source.close()


def test_a_song_that_is_being_made_is_played_from_its_spool(tmp_path: Path) -> None:
    source = SongSources(Paths(tmp_path), -16.0, lambda song: Spool()).open(cue())
    assert source.is_raw and source.growth is not None and source.gain == 0.0
    source.close()


def test_a_file_that_is_gone_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"its file lost\.flac cannot be opened: No such file"):
        stored(tmp_path).open(cue("lost.flac"))


def test_a_pipe_in_place_of_a_song_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "odd.flac")
    with pytest.raises(Missing, match=r"where its file odd\.flac was is a pipe now"):
        stored(tmp_path).open(cue(str(tmp_path / "odd.flac")))
