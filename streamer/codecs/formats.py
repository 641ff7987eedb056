"""The table of formats that a mount may have: how its encoder is made, and where its titles go."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from bandstand.common.sound.lame import Lame
from bandstand.streamer.codecs.containers import CONTAINERS, Comments, Container
from bandstand.streamer.codecs.encoder import SILENT_PACKETS, Codec, Encoder, silent_packets
from bandstand.streamer.codecs.flac import Flac, make_silent_frames
from bandstand.streamer.codecs.opus import Opus


@dataclass(frozen=True)
class Format:
    name: str
    codec: Callable[[int], Codec]
    """From a bit rate in kbit/s; raises Missing where the machine lacks the library."""
    icy: bool
    """Titles are set beside the stream, by a request of their own."""
    silence: Callable[[Codec], list[bytes]] = silent_packets

    def encoder(self, bitrate: int) -> Encoder:
        def container(frame: int, pre_skip: int, comments: Comments) -> Container:
            return CONTAINERS[self.name](random.getrandbits(32), frame, pre_skip, comments)

        return Encoder(lambda: self.codec(bitrate), container, self.silence)


FORMATS = {
    kind.name: kind
    for kind in (
        Format("mp3", Lame, icy=True),
        Format("opus", Opus, icy=False),
        Format("flac", lambda _: Flac(), icy=False, silence=lambda _: make_silent_frames(SILENT_PACKETS)),
    )
}
