"""The table of formats that a mount may have: how its encoder is made, and what libshout calls it."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from streamer.codecs.encoder import Encoder
from streamer.codecs.lame import Lame, Mpeg
from streamer.codecs.ogg import OggOpus
from streamer.codecs.opus import Opus


def mp3(bitrate: int) -> Encoder:
    return Encoder(Lame(bitrate), Mpeg())


def opus(bitrate: int) -> Encoder:
    codec = Opus(bitrate)
    return Encoder(codec, OggOpus(random.getrandbits(32), codec.frame, codec.pre_skip))


@dataclass(frozen=True)
class Format:
    encoder: Callable[[int], Encoder]
    """From a bit rate in kbit/s; raises Missing where the machine lacks the library."""
    icy: bool
    """Titles are set beside the stream, by a request of their own."""


FORMATS = {"mp3": Format(mp3, icy=True), "opus": Format(opus, icy=False)}
