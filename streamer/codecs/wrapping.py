"""The table of what each format's packets are wrapped in. Needs no codec, so that the standby can use it, too."""

from collections.abc import Callable, Sequence
from typing import Protocol

from streamer.codecs.ogg import Comments, OggFlac, OggOpus


class Wrapper(Protocol):
    """Puts packets into the bytes that the mount carries."""

    def header(self) -> bytes: ...

    def wrap(self, packets: Sequence[bytes]) -> bytes: ...

    def end(self, packets: Sequence[bytes], samples: int) -> bytes:
        """The last packets of a stream that has `samples` samples in all."""


class Mpeg:
    """MP3 frames are their own stream, without a beginning or an end."""

    def header(self) -> bytes:
        return b""

    def wrap(self, packets: Sequence[bytes]) -> bytes:
        return b"".join(packets)

    def end(self, packets: Sequence[bytes], samples: int) -> bytes:
        return self.wrap(packets)


WRAPPERS: dict[str, Callable[[int, int, int, Comments], Wrapper]] = {
    "mp3": lambda serial, frame, pre_skip, comments: Mpeg(),
    "opus": OggOpus,
    "flac": lambda serial, frame, pre_skip, comments: OggFlac(serial, frame, comments),
}
"""From a serial number for the stream, the samples in a packet, the samples to skip, and the comments."""
