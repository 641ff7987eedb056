"""The gapless trim: where a file's sound begins and ends in what a decoder gives, and how long the sound should be.

Encoders put a delay before the sound and fill the last packet after it; both must be cut off, or two songs that belong
together have a gap. Libavformat trims most formats; here is the rest: iTunes' comment in MP4, Vorbis on one Ogg page
(RFC 3533), MP3 and AAC without a header. Knows the containers' headers and last pages; nothing of decoding.
"""

import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from av.audio.stream import AudioStream
from av.container import InputContainer

from bandstand.common.types import RATE, Seconds

MP4: Final = "mov,mp4,m4a,3gp,3g2,mj2"
MATROSKA: Final = "matroska,webm"
HEADED: Final = {"flac", "aiff", "au", MP4}
"""Formats whose header counts the sound, so that a missing piece is noticed where libavcodec passes over it."""
MATROSKA_FILLING: Final = Seconds(0.1)
"""Its duration may count what fills the first packet and the last."""
LEAD: Final = {"mp3": 1105, "aac": 1024}
"""Samples that a decoder gives before the sound where no header tells: LAME's 576 and the decoder's 529; one frame of
AAC, which only fills the overlap. What was cut out of a longer file has no whole sound there, either."""
ITUNES_LENGTH: Final = 3
"""The field of an iTunSMPB comment, counted from 0, that holds the number of samples, in hexadecimal."""
PAGE: Final = 27 + 255 + 255 * 255
"""The longest page of Ogg, RFC 3533 section 6."""
END_OF_STREAM: Final = 4
ENDLESS: Final = 0x7FFF_0000
"""A RIFF file that was written to a pipe has 0, or a length beyond this, in place of its own."""


class Ends(NamedTuple):
    """Both ends of a file."""

    head: bytes
    tail: bytes
    size: int


@dataclass(frozen=True)
class GaplessTrim:
    lead: int = 0
    """Frames at RATE to leave out at the head."""
    limit: int | None = None
    """Frames at RATE of sound; after them comes only what fills the last packet."""
    promised: Seconds | None = None
    """How long the sound of a whole file is."""
    cut_off: bool = False
    """The file itself shows that its end is missing."""
    vorbis: bool = False
    """One stream of Vorbis in Ogg, whose ends libavformat trims wrongly where they share a page: its first packet gives
    nothing, and `limit` says the rest."""


def read_ends(fd: int) -> Ends:
    """The first 64 bytes and the last page's worth of a file, both empty if it cannot be read at any place."""
    with suppress(OSError):  # what cannot be read at any place has no ends to look at
        size = os.fstat(fd).st_size
        return Ends(os.pread(fd, 64, 0), os.pread(fd, PAGE, max(0, size - PAGE)), size)
    return Ends(b"", b"", 0)


def find_trim(container: InputContainer, stream: AudioStream, ends: Ends) -> GaplessTrim:
    """The trim that this file's format needs, beyond what libavformat does."""
    kind = container.format.name
    if ends.head.startswith(b"OggS"):
        return _find_ogg_trim(stream, ends)
    if ends.head.startswith(b"RIFF"):
        return GaplessTrim(cut_off=_riff_is_cut_off(ends))
    if kind in HEADED:
        return GaplessTrim(limit=_itunes_limit(container, stream), promised=_duration(stream))
    if kind == MATROSKA and len(container.streams) == 1 and container.duration:
        return GaplessTrim(promised=Seconds(container.duration / 1_000_000 - MATROSKA_FILLING))
    if kind == "mp3" and stream.start_time:  # LAME's header, which libavformat follows
        return GaplessTrim(promised=_duration(stream))
    return GaplessTrim(lead=round(LEAD.get(kind, 0) * RATE / stream.rate) if stream.rate else 0)


def _find_ogg_trim(stream: AudioStream, ends: Ends) -> GaplessTrim:
    at = ends.tail.rfind(b"OggS")
    page = ends.tail[at:] if at >= 0 else b""
    segments = page[26] if len(page) > 26 else 0
    whole = len(page) >= 27 + segments + sum(page[27 : 27 + segments])
    cut_off = not whole or not page[5] & END_OF_STREAM
    duration = _duration(stream)
    if cut_off or duration is None or page[14:18] != ends.head[14:18]:  # the last, of a chain of streams
        return GaplessTrim(cut_off=cut_off)
    if stream.codec_context.name != "vorbis":
        return GaplessTrim(promised=duration)
    return GaplessTrim(promised=duration, limit=round(duration * RATE), vorbis=True)


def _riff_is_cut_off(ends: Ends) -> bool:
    length = struct.unpack_from("<I", ends.head, 4)[0] if len(ends.head) >= 8 else 0
    return 0 < length < ENDLESS and length + 8 > ends.size


def _duration(stream: AudioStream) -> Seconds | None:
    duration, time_base = stream.duration, stream.time_base
    return Seconds(float(duration * time_base)) if duration and time_base is not None else None


def _itunes_limit(container: InputContainer, stream: AudioStream) -> int | None:
    """The song's length in frames at RATE, from iTunes' comment, if there is one and it can be read."""
    fields = container.metadata.get("iTunSMPB", "").split()
    try:
        return round(int(fields[ITUNES_LENGTH], 16) * RATE / stream.rate)
    except (IndexError, ValueError):
        return None
