"""Opens a song's sound for the streamer: its file, or the spool into which a worker still writes it.

Knows where sound is and how loud it is to be; not which song is due.
"""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from bandstand.common.api.values import Cue, SongKind
from bandstand.common.errors import Missing
from bandstand.common.files import name_kind, parse_location
from bandstand.common.live import make_mount
from bandstand.common.paths import Paths
from bandstand.common.types import SongCode

GAIN_LIMIT: Final = 12.0
"""Decibels. A song that is further than this from the station's loudness was not meant to be near it."""
USUAL_FILE: Final = "song.flac"
RECENT: Final = 4
NOTHING: Final = Path(os.devnull)


@dataclass(frozen=True)
class SongSource:
    """Open descriptors of one song's sound. The code that opened them closes them."""

    audio: int
    is_raw: bool = False
    """Frames as `common.types.FRAME_BYTES` has them, and not a file of some format."""
    growth: int | None = None
    """The reading end of a pipe that stays open while `audio` grows."""
    gain: float = 0.0
    """Decibels."""
    live: str = ""
    """The mount of a DJ, who is heard; `audio` is what is heard while they are lost."""

    def close(self) -> None:
        os.close(self.audio)
        if self.growth is not None:
            os.close(self.growth)


class Spool(Protocol):
    """A song that is being made."""

    def duplicate(self) -> tuple[int, int | None]:
        """New descriptors of the file of frames and of the pipe that tells of its growth, or of the pipe alone out of
        which the frames come."""
        ...


class SongSources:
    def __init__(self, paths: Paths, loudness: float, find_spool: Callable[[SongCode], Spool | None]) -> None:
        """`loudness` is the station's, in LUFS; `find_spool` gives a song that a worker is making, or None."""
        self._paths = paths
        self._loudness = loudness
        self._find_spool = find_spool
        self._recent: deque[tuple[Path, float]] = deque(maxlen=RECENT)
        """Files and their gains, the oldest first."""

    def open(self, cue: Cue) -> SongSource:
        """Open the sound of a cue's song. Raises Missing where there is none."""
        if cue.song.kind is SongKind.LIVE:
            return self._open_live(cue)
        is_elsewhere = "/" in cue.audio  # a file that is played where it is
        spool = None if is_elsewhere else self._find_spool(cue.song.code)
        if spool is not None:
            audio, growth = spool.duplicate()
            return SongSource(audio, is_raw=True, growth=growth)
        folder = self._paths.song(cue.song.code)
        path = parse_location(cue.audio) if is_elsewhere else folder / (cue.audio or USUAL_FILE)
        try:
            audio = os.open(
                path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
            )  # a pipe in its place may not be waited for
        except OSError as error:
            raise Missing(f"its file {path.name} cannot be opened: {error.strerror}") from None
        if kind := name_kind(os.fstat(audio).st_mode):
            os.close(audio)
            raise Missing(f"where its file {path.name} was is {kind} now")
        source = SongSource(audio, gain=self._get_gain(cue.loudness))
        self._remember(path, source.gain)
        return source

    def _remember(self, path: Path, gain: float) -> None:
        """Keep the last files that were opened, of which the oldest was heard already."""
        if path not in [known for known, _ in self._recent]:
            self._recent.append((path, gain))

    def _open_live(self, cue: Cue) -> SongSource:
        """A song that was heard not long ago stands in for a DJ who is lost; where there is none, the streamer has
        something."""
        path, gain = self._recent[0] if self._recent else (NOTHING, 0.0)
        try:
            audio = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            audio = os.open(NOTHING, os.O_RDONLY | os.O_CLOEXEC)
        return SongSource(audio, gain=gain, live=make_mount(cue.audio.partition(":")[2]))

    def _get_gain(self, loudness: float | None) -> float:
        gain = 0.0 if loudness is None else self._loudness - loudness
        return max(-GAIN_LIMIT, min(GAIN_LIMIT, gain))
