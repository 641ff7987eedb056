"""A DJ on the air, as a source that the playout plays like a song.

The source goes through LIVE -> GRACE -> LIVE ... -> over. LIVE: the DJ's sound is heard. When there is none left in the
buffer, or has been silent for `SILENCE` seconds, the source is in GRACE: what is left fades out within 10 ms and the
bed (`bed.py`) rises, so that there is no hole. When the DJ's sound is back, the bed fades out under it. After `GRACE`
seconds of the bed the source is over, and the playout goes on with what follows, as after any song; so the programme
comes back even while the bot is away. A DJ whom a fault of Icecast's cut off has `LONG_GRACE`: their program takes
some seconds to connect again, too. (While no mount is on the air the playout stands still, and neither is counted.)

`READ_AHEAD` frames are never read before the next ones are there: they are what fades out.

Pure but for the buffer's clock: time is the number of frames that are read.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from bandstand.common.types import RATE, Frames
from bandstand.streamer.block import Samples, zeros
from bandstand.streamer.live.bed import Bed
from bandstand.streamer.live.buffer import LiveBuffer
from bandstand.streamer.live.gate import Gate

GRACE: Final = Frames(10 * RATE)
LONG_GRACE: Final = Frames(30 * RATE)
SILENCE: Final = 10.0
"""Seconds after which silence counts as a loss."""
READ_AHEAD: Final = RATE // 100
BED_RISE: Final = RATE // 10
BED_FALL: Final = RATE // 4
ANY: Final = 1 << 40
"""Frames that are always ready: where the DJ has none, the bed has."""


class LiveSource:
    """A `streamer.block.AudioSource`. Takes over the bed. `let_go` is called when it is closed; `is_cut_off` says
    whether the DJ is lost by no fault of theirs."""

    def __init__(
        self,
        buffer: LiveBuffer,
        bed: Bed,
        let_go: Callable[[], None] = lambda: None,
        is_cut_off: Callable[[], bool] = lambda: False,
    ) -> None:
        self._buffer = buffer
        self._bed = bed
        self._let_go = let_go
        self._is_cut_off = is_cut_off
        self._grace = GRACE
        self._gate = Gate()
        self._is_closed = False
        self._is_live = False
        self._was_live = False
        """A source that has not been live since it was made is not lost: nothing is to be faded."""
        self._bed_level = 0.0
        """Of the bed in the last frame, 0 to 1."""
        self.lost = 0
        """Frames for which the bed has stood in; 0 while the DJ is heard."""

    # What is told

    @property
    def is_lost(self) -> bool:
        return not self._is_live

    @property
    def has_begun(self) -> bool:
        """Whether any of it was played."""
        return self._was_live or self.lost > 0

    @property
    def ended(self) -> bool:
        return self._is_closed or self.lost >= self._grace

    @property
    def remaining(self) -> Frames | None:
        return Frames(0) if self.ended else None

    @property
    def ready(self) -> int:
        return ANY

    @property
    def trouble(self) -> str:
        return ""

    def begin(self, ready: Callable[[Exception | None], None]) -> None:
        """It can always be played."""
        ready(None)

    def keep_ready(self, frames: Frames) -> None:
        """What comes live cannot be had earlier."""

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._bed.close()
            self._let_go()

    # Sound

    def read(self, frames: int) -> Samples:
        if self.ended:
            return zeros(0)
        self._buffer.expect_read(frames)
        self._settle_state()
        live = self._read_live(frames)
        if len(live) == frames and not self._bed_level and self._is_live:
            return live
        return self._mix(live, frames)

    def _settle_state(self) -> None:
        """Begin to play what is there, or turn to the bed where it is silent."""
        if self._is_live:
            self._is_live = self._gate.quiet < SILENCE
            self._grace = GRACE
            return
        if self._is_cut_off():
            self._grace = LONG_GRACE
        if self._gate.quiet >= SILENCE:
            self._listen_to_silence()
        elif self._buffer.begin():
            self._is_live = True
            self._gate = Gate()

    def _listen_to_silence(self) -> None:
        """Pass over what is still silent; where it is not any more, the DJ is back."""
        self._gate.push(self._buffer.read(self._buffer.ready))
        if not self._gate.quiet:
            self._gate = Gate()

    def _read_live(self, frames: int) -> Samples:
        """Of the DJ's sound as much as there is; what is the last of it fades out, and what is the first rises."""
        if not self._is_live:
            return zeros(0)
        is_first = bool(self.lost) or not self._was_live
        if self._buffer.ready >= frames + READ_AHEAD:
            live = self._buffer.read(frames)
        else:
            live = self._buffer.read(min(frames, self._buffer.ready))
            self._is_live = False
            _fade_out(live)
        self._gate.push(live)
        if is_first:
            _fade_in(live)
        self._was_live = True
        return live

    def _mix(self, live: Samples, frames: int) -> Samples:
        """The DJ's sound with the bed where there is none, or no more of it than is fading out."""
        bed = self._bed.read(frames)
        levels = self._make_levels(len(live), frames)
        mixed: Samples = bed * levels[:, np.newaxis]
        mixed[: len(live)] += live
        self.lost = 0 if self._is_live else self.lost + frames - len(live)
        return mixed

    def _make_levels(self, live: int, frames: int) -> Samples:
        """How loud the bed is in each frame: it falls under the first `live` frames, and rises behind them."""
        falling = self._bed_level - np.arange(1, live + 1, dtype=np.float32) / BED_FALL
        level = float(max(0.0, falling[-1])) if live else self._bed_level
        rising = level + np.arange(1, frames - live + 1, dtype=np.float32) / BED_RISE
        levels = np.clip(np.concatenate([falling, rising]), 0.0, 1.0)
        left = self._grace - self.lost - frames  # behind this, until the source is over
        if not self._is_live and left < BED_FALL:
            ending = (left + np.arange(frames, 0, -1, dtype=np.float32)) / BED_FALL
            levels = np.minimum(levels, np.clip(ending, 0.0, 1.0))
        self._bed_level = float(levels[-1]) if frames else self._bed_level
        made: Samples = levels.astype(np.float32)
        return made


def _fade_in(samples: Samples) -> None:
    length = min(len(samples), READ_AHEAD)
    samples[:length] *= np.linspace(0.0, 1.0, length, dtype=np.float32)[:, np.newaxis]


def _fade_out(samples: Samples) -> None:
    length = min(len(samples), READ_AHEAD)
    if length:
        samples[-length:] *= np.linspace(1.0, 0.0, length, dtype=np.float32)[:, np.newaxis]
