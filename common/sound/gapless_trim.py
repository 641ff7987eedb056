"""The gapless trim: where a file's sound begins and ends in what a decoder gives, and how long the sound should be.

Encoders put a delay before the sound and fill the last packet after it; both must be cut off, or two songs that belong
together have a gap. Libavformat trims most formats; here is the rest: iTunes' comment in MP4, Vorbis on one Ogg page
(RFC 3533), MP3 and AAC without a header. Knows what the containers say of their length; nothing of decoding.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from av.audio.stream import AudioStream
from av.container import InputContainer

from bandstand.common.sound.lengths import ENDLESS
from bandstand.common.sound.musepack import DELAY, MUSEPACK, read_musepack
from bandstand.common.sound.ogg import END_OF_STREAM, OggLink
from bandstand.common.sound.open_ended import FramedPart
from bandstand.common.sound.part import Part
from bandstand.common.types import RATE, Seconds

MP4: Final = "mov,mp4,m4a,3gp,3g2,mj2"
MATROSKA: Final = "matroska,webm"
HEADED: Final = {"flac", "aiff", "au", "w64", "caf", "tta", MP4}
"""Formats whose header counts the sound, so that a missing piece is noticed where libavcodec passes over it."""
MEASURED: Final = {"flac", "aiff", "au", "tta", "mp3", MATROSKA, MUSEPACK, MP4}
"""Formats of which it is said how much of the sound is missing. FFmpeg takes the length of the others from what is
there of the file, although the head says how long it was."""
MATROSKA_FILLING: Final = Seconds(0.1)
"""Its duration may count what fills the first packet and the last."""
LEAD: Final = {"mp3": 1105, "aac": 1024, "mpc": DELAY}
"""Samples that a decoder gives before the sound where no header tells: LAME's 576 and the decoder's 529; one frame of
AAC, which only fills the overlap. What was cut out of a longer file has no whole sound there, either."""
ITUNES_LENGTH: Final = 3
"""The field of an iTunSMPB comment, counted from 0, that holds the number of samples, in hexadecimal."""
PRE_SKIP: Final = Seconds(0.09)
"""The granules of Opus count the pre-skip, 80 ms at most (RFC 7845 section 4.2)."""


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


def find_trim(container: InputContainer, stream: AudioStream, part: Part) -> GaplessTrim:
    """The trim that the format of a part needs, beyond what libavformat does."""
    kind = container.format.name
    if isinstance(part, OggLink):
        return GaplessTrim(vorbis=part.streams == 1 and stream.codec_context.name == "vorbis")
    if kind == "wav":
        return GaplessTrim(cut_off=_is_wav_cut_off(part))
    if part.is_cut_off and kind not in MEASURED:
        return GaplessTrim(cut_off=True)
    if kind in HEADED:
        return GaplessTrim(limit=_itunes_limit(container, stream), promised=_duration(stream))
    if kind == MATROSKA and len(container.streams) == 1 and container.duration:
        return GaplessTrim(promised=Seconds(container.duration / 1_000_000 - MATROSKA_FILLING))
    if kind == MUSEPACK:
        head = read_musepack(part)
        rate = Fraction(RATE, stream.rate)
        return GaplessTrim(round((DELAY + head.silence) * rate), round((head.samples - head.silence) * rate))
    if kind == "mp3" and stream.start_time and (part.is_cut_off or not isinstance(part, FramedPart)):
        # LAME's header, which libavformat follows
        return GaplessTrim(promised=_duration(stream))
    return GaplessTrim(lead=round(LEAD.get(kind, 0) * RATE / stream.rate) if stream.rate else 0)


def find_ogg_trim(link: OggLink, stream: AudioStream, origin: int | None) -> GaplessTrim:
    """The trim of a link of Ogg whose end is known, `origin` being the time of its first packet."""
    page = link.read_last_page()
    if page is None or not page.is_whole or not page.flags & END_OF_STREAM:
        return GaplessTrim(cut_off=True)
    if link.streams > 1 or page.granule < 0 or stream.time_base is None:
        return GaplessTrim()
    length = Seconds(float((page.granule - max(0, origin or 0)) * stream.time_base))
    if stream.codec_context.name == "vorbis":
        return GaplessTrim(promised=length, limit=round(length * RATE), vorbis=True)
    return GaplessTrim(promised=Seconds(length - PRE_SKIP) if stream.codec_context.name == "opus" else length)


def _is_wav_cut_off(part: Part) -> bool:
    """Whether the file ends inside its samples. A missing pad byte, or chunk behind them, is no loss."""
    if part.head[:4] in (b"RF64", b"BW64"):
        return part.is_cut_off
    at = 12
    while header := part.read_at(at, 8):
        length = int.from_bytes(header[4:], "little")
        if header.startswith(b"data"):
            return length < ENDLESS and part.begin + at + 8 + length > part.end
        at += 8 + length + length % 2
    return False


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
