"""Sources that decode ahead: each has a thread that fills a buffer, which the bus empties.

Knows files, spools and threads; nothing of the playout or of the reactor.
"""

import os
import stat
import threading
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bandstand.common.errors import BandstandError, NotAudio
from bandstand.common.sound.decode import HasJunk, decode
from bandstand.common.types import Decibels, Frames
from bandstand.streamer.block import Pieces, Samples
from bandstand.streamer.frame_buffer import FrameBuffer
from bandstand.streamer.spool import PipeReader, SpoolReader

LOUDEST: Final = 8.0
"""Samples beyond this, 18 dB over full scale, are no music; they and NaN must not reach an encoder."""

READY: Final = Frames(4608)
"""96 ms: more than the bus reads at once of a song after silence; with less, the song would begin with a hole."""

Ready = Callable[[Exception | None], None]
"""Called once, by the source's thread: with None when the source can be played, or with NotAudio."""


class DecodedAhead:
    """A `streamer.block.AudioSource` that a thread of its own fills from `pieces`."""

    def __init__(self, pieces: Pieces, gain: Decibels, wake: Callable[[], None] = lambda: None) -> None:
        self._pieces = pieces
        self._gain = np.float32(10 ** (gain / 20))
        self._wake = wake
        self._buffer = FrameBuffer()

    def begin(self, ready: Ready) -> None:
        """Start the thread. It is a daemon, since a file on a dead network may block it for ever."""
        threading.Thread(target=self._run, args=(ready,), name="source", daemon=True).start()

    @property
    def ended(self) -> bool:
        return self._buffer.ended

    @property
    def remaining(self) -> Frames | None:
        return self._buffer.remaining

    @property
    def ready(self) -> int:
        return self._buffer.ready

    @property
    def trouble(self) -> str:
        return self._buffer.trouble

    def read(self, frames: int) -> Samples:
        return self._buffer.read(frames)

    def keep_ready(self, frames: Frames) -> None:
        self._buffer.keep_ready(frames)

    def close(self) -> None:
        self._buffer.close()
        self._wake()

    def _run(self, ready: Ready) -> None:
        tell = _once(ready)
        trouble = ""
        try:
            given = 0
            for samples in self._pieces:
                self._buffer.offer(self._level(samples))
                given += len(samples)
                if given >= READY or not len(samples):  # or no more comes for now
                    tell(None)
                if not self._buffer.wait_for_room():
                    break
        except HasJunk:
            pass  # whoever hears it misses nothing; the import says it
        except NotAudio as error:
            trouble = str(error)
            tell(error)
        except BandstandError as error:
            trouble = str(error)
        except Exception as error:  # whatever a decoder does, the bus must learn that no more will come
            trouble = f"The decoder failed: {error}."
            tell(NotAudio(trouble))
        finally:
            self._pieces.close()
            self._buffer.finish(trouble)
            tell(None)

    def _level(self, samples: Samples) -> Samples:
        """`samples` with the gain applied, without NaN and without anything beyond `LOUDEST`."""
        made: NDArray[np.float32] = samples * self._gain
        return limit_samples(made)


def limit_samples(samples: Samples) -> Samples:
    """`samples`, or a copy without NaN and without anything beyond `LOUDEST`."""
    # NaN fails both comparisons. To compare the extremes costs a tenth of clipping, which is seldom needed.
    if not (samples.size and samples.max() <= LOUDEST and samples.min() >= -LOUDEST):
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(samples, -LOUDEST, LOUDEST, out=samples)
    return samples


def file_source(fd: int, start: Frames, gain: Decibels) -> DecodedAhead:
    """A file of any format that libavformat reads. Takes over `fd`; `begin` reports NotAudio if it cannot be played."""
    return DecodedAhead(decode(fd, start), gain)


def spool_source(audio: int, growth: int | None, start: Frames, gain: Decibels) -> DecodedAhead:
    """A file of raw frames, which may still be growing, or a pipe of them, which has no other place to begin at (see
    `streamer.spool`). Takes over both descriptors."""
    if stat.S_ISFIFO(os.fstat(audio).st_mode):
        if growth is not None:
            os.close(growth)
        pipe = PipeReader(audio)
        return DecodedAhead(pipe.pieces(), gain, pipe.wake)
    spool = SpoolReader(audio, growth)
    return DecodedAhead(spool.pieces(start), gain, spool.wake)


def _once(ready: Ready) -> Ready:
    told: list[bool] = []

    def tell(error: Exception | None) -> None:
        if not told:
            told.append(True)
            ready(error)

    return tell
