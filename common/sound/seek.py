"""Seeks to a place in a file without decoding what lies before it, exact to the sample.

Knows containers and their clocks; nothing of what becomes of the frames.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain
from math import gcd
from typing import Final

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from bandstand.common.types import RATE, Frames

PREROLL: Final = Frames(RATE // 2)
"""Decoded before the wanted place: MP3 takes bits from the frames before; Opus and resamplers need to settle (80 ms for
Opus, RFC 7845 section 4.6)."""


def seek_frames(
    container: InputContainer, stream: AudioStream, start: Frames, decode: Callable[[], Iterator[AudioFrame]]
) -> tuple[Iterator[AudioFrame], Frames]:
    """Decoded frames that begin at or before frame `start` of the sound, and where they begin, in frames at RATE.

    `decode` decodes from where `container` stands, which is its beginning. Where that is near enough, where the file's
    clock is too coarse to find a sample by, or where seeking goes wrong, they begin at 0, or before it: back at the
    beginning some decoders give what they otherwise leave out.
    """
    frames = decode()
    if start <= PREROLL or stream.time_base is None or stream.time_base > Fraction(1, stream.rate):
        return frames, Frames(0)
    first = next(frames, None)
    if first is None or first.pts is None:
        return chain([first] if first else [], frames), Frames(0)
    container.seek(first.pts + int((start - PREROLL) / RATE / stream.time_base), stream=stream)
    landed = _landed(decode(), stream, first.pts)
    if landed is None or landed[1] > start:
        container.seek(min(0, first.pts), stream=stream)
        landed = _landed(decode(), stream, first.pts)
    return landed or (iter(()), start)


def _landed(
    frames: Iterator[AudioFrame], stream: AudioStream, origin: int
) -> tuple[Iterator[AudioFrame], Frames] | None:
    """`frames` from the first sample on that is also one at RATE, and which one that is; None if they do not say.

    So resampling gives what it would have given from the beginning.
    """
    first = next(frames, None)
    if first is None or first.pts is None or stream.time_base is None:
        return None
    at = round((first.pts - origin) * stream.time_base * stream.rate)
    excess = -at % (stream.rate // gcd(stream.rate, RATE))
    return _without(excess, chain([first], frames)), Frames((at + excess) * RATE // stream.rate)


def _without(excess: int, frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    for frame in frames:
        dropped, excess = min(excess, frame.samples), max(0, excess - frame.samples)
        if dropped < frame.samples:
            yield _tail(frame, dropped) if dropped else frame


def _tail(frame: AudioFrame, dropped: int) -> AudioFrame:
    width = 1 if frame.format.is_planar else frame.layout.nb_channels
    sound = frame.to_ndarray()[:, dropped * width :].copy()
    tail = AudioFrame.from_ndarray(sound, frame.format.name, frame.layout.name)
    tail.sample_rate = frame.rate
    return tail
