"""HLS: the sound of the bus in files of some seconds each, with playlists that name the newest (RFC 8216).

FFmpeg's HLS muxer, by way of PyAV, cuts the files (fragmented MP4), writes a format's playlist with the date and time
of each, and removes what is no longer named. What is left to do here:

- A muxer counts the time by the sound that it was given, and its clock is that of its beginning. After the machine
  slept, the clock was set, or sound was lost, the dates would be wrong from then on. So it is closed, and another goes
  on in the same playlist behind a discontinuity, which players take in their stride.
- The numbers of the segments go on across restarts: a new muxer reads the old playlist, and where there is none, or an
  old one, it counts from the Unix time, which is ahead of any number that was ever used, as no segment is shorter than
  a second. So no name ever means two sounds, and whoever keeps copies of files (browsers, proxies) cannot be wrong.
- VLC makes itself a new demuxer behind a discontinuity, and gives it no initialisation (init.mp4), which it has read
  before; then it ends. So the first segment of each new muxer has the initialisation in it as well. To others that is
  one more box of the file, which says what they know.
- Files that an earlier life left behind are removed.
- `live.m3u8`, where players begin, names the playlist of the first format alone: Chromium changes to another when it
  likes, and fails, as it cannot change the codec. Players that prefer another format open its own playlist.

A fault of the disk ends the muxer and nothing else: it is said, and tried again. Titles are not in the sound; pages
have them from the station's events.
"""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from twisted.logger import Logger

from bandstand.common import hls
from bandstand.common.files import explain_write, write_whole
from bandstand.common.hls import HlsFormat
from bandstand.common.types import RATE, Seconds
from bandstand.common.wire import MountState
from bandstand.streamer.block import Block, Item, Samples
from bandstand.streamer.codecs.encoder import dither
from bandstand.streamer.output import CameOnAir, WentOffAir

log = Logger()

GATHERED: Final = RATE // 2
"""Frames that are encoded at once: nobody hears them sooner than with their segment, and waking up costs."""
LONGEST_QUEUE: Final = 60
"""Half seconds that wait while the disk is busy; more are lost."""
MOST_WRONG: Final = Seconds(1.5)
"""How far a segment's date may be from the clock."""
RETRY: Final = Seconds(5.0)
KEPT: Final = 90.0
"""Seconds after which a file that no muxer knows of is removed, and a playlist is not gone on with."""
BEHIND: Final = 3
"""Segments that are kept behind those that are named, for players that are about to fetch them."""
ENCODERS: Final[dict[HlsFormat, tuple[str, str]]] = {"aac": ("aac", "fltp"), "opus": ("libopus", "flt")}
"""FFmpeg's name of the encoder, and of the samples that it takes."""
CODER: Final = {"aac_coder": "fast"}
"""FFmpeg's default takes three times as long, and has 3 to 6 dB more noise from 200 Hz to 6 kHz (docs/hls.md)."""
OVERHEAD: Final = 1.1
"""What a player has to fetch, against the bit rate: containers and playlists as well."""
FLAGS: Final = "delete_segments+omit_endlist+program_date_time+temp_file"
"""Of the muxer: remove files, say no end, write dates, and rename what is whole."""
GO_ON: Final = {"hls_flags": f"{FLAGS}+append_list"}
"""With the playlist and its numbers."""
BEGIN: Final = {"hls_flags": FLAGS, "hls_start_number_source": "epoch"}
FAULTS: Final = (OSError, av.FFmpegError)
"""Of the disk, as Python and FFmpeg say it."""
HlsEvent = CameOnAir | WentOffAir


@dataclass(frozen=True)
class HlsSettings:
    folder: Path
    formats: tuple[HlsFormat, ...]
    bitrate: int
    """kbit/s."""
    segment: int
    """Seconds."""
    listed: int


class SegmentWriter:
    """The encoder and the muxer of one format. Methods raise one of `FAULTS`."""

    def __init__(self, settings: HlsSettings, format: HlsFormat) -> None:
        folder = settings.folder / format
        options = {
            "hls_time": str(settings.segment),
            "hls_list_size": str(settings.listed),
            "hls_delete_threshold": str(BEHIND),
            "hls_segment_type": "fmp4",
            "hls_fmp4_init_filename": hls.INIT,
            "hls_segment_filename": str(folder).replace("%", "%%") + "/%d.m4s",
            **(GO_ON if (folder / hls.PLAYLIST).exists() else BEGIN),
        }
        self._first = find_following(folder)
        encoder, self._samples = ENCODERS[format]
        self._container = av.open(str(folder / hls.PLAYLIST), "w", format="hls", options=options)
        stream: Any = self._container.add_stream(encoder, rate=RATE, layout="stereo")
        stream.bit_rate = settings.bitrate * 1000
        stream.codec_context.format = self._samples
        if format == "aac":
            stream.codec_context.options = CODER
        self._stream = stream
        self._frames = 0

    def write(self, samples: Samples) -> None:
        """Samples of shape (any, CHANNELS)."""
        plain = samples.T if self._samples == "fltp" else samples.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(plain), format=self._samples, layout="stereo")
        frame.sample_rate = RATE
        frame.time_base = Fraction(1, RATE)
        frame.pts = self._frames
        self._frames += len(samples)
        self._container.mux(self._stream.encode(frame))
        self._initialise_first()

    def _initialise_first(self) -> None:
        """Once the first segment behind a discontinuity is whole, put the initialisation before it. A player that
        fetches it in the instant before has it without."""
        first = self._first
        if first is None or not first.exists():
            return
        self._first = None
        new = first.with_name(f"{first.name}.tmp")
        new.write_bytes(first.with_name(hls.INIT).read_bytes() + first.read_bytes())
        new.replace(first)

    def close(self) -> None:
        """Write the last segment, shorter than the others, unless nothing was written at all."""
        try:
            if self._frames:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()
        self._initialise_first()


@dataclass
class HlsStream:
    """All formats. Takes sound in order; raises nothing. `wall` gives Unix seconds, `clock` monotonic ones."""

    settings: HlsSettings
    report: Callable[[HlsEvent], None]
    wall: Callable[[], float]
    clock: Callable[[], float]
    trouble: str = ""
    """Why nothing is written, a sentence."""
    dropped: int = 0
    """Half seconds that were lost, as nothing could be written."""
    _writers: list[SegmentWriter] = field(default_factory=list)
    _began: float = 0.0
    """Unix seconds at which the first frame of these writers was heard."""
    _frames: int = 0
    """That they were given."""
    _since: float = 0.0
    """Monotonic seconds at which it last began or ceased to write."""
    _retry: float = 0.0
    _has_begun: bool = False

    def __post_init__(self) -> None:
        self._since = self.clock()

    @property
    def is_written(self) -> bool:
        return bool(self._writers)

    def describe(self, more_dropped: int = 0) -> MountState:
        """As the status shows it, beside the mounts."""
        return MountState(
            path=hls.PATH,
            format="hls",
            bitrate=self.settings.bitrate,
            on_air=self.is_written,
            seconds=self.clock() - self._since,
            trouble=self.trouble,
            dropped=self.dropped + more_dropped,
        )

    def push(self, samples: Samples) -> None:
        now = self.wall() - len(samples) / RATE
        if self._writers and abs(now - self._began - self._frames / RATE) > MOST_WRONG:
            log.info("HLS begins anew behind a discontinuity: the clock, or the sound, was not continuous")
            self._close()
        if not self._writers and self.clock() < self._retry:
            self.dropped += 1
            return
        try:
            if not self._writers:
                self._open(now)
            for writer in self._writers:
                writer.write(samples)
            self._frames += len(samples)
        except FAULTS as error:
            self._fail(error)

    def close(self) -> None:
        self._close()

    def _open(self, now: float) -> None:
        settings = self.settings
        settings.folder.mkdir(parents=True, exist_ok=True)
        write_whole(settings.folder / hls.PLAYLIST, make_playlist(settings).encode())
        for format in settings.formats:
            folder = settings.folder / format
            folder.mkdir(exist_ok=True)
            if not self._has_begun:  # later the clock may have been set, and files seem old that are not
                remove_old_files(folder, now)
            self._writers.append(SegmentWriter(settings, format))
        self._began, self._frames = now, 0
        if self.trouble or not self._has_begun:
            self._since = self.clock()
            self.report(CameOnAir(hls.PATH))
        self.trouble, self._has_begun = "", True

    def _fail(self, error: Exception) -> None:
        self._close()
        self.dropped += 1
        self._retry = self.clock() + RETRY
        reason = explain_write(error, self.settings.folder / hls.PLAYLIST) if isinstance(error, OSError) else str(error)
        if reason != self.trouble:
            self._since = self.clock()
            self.trouble = reason
            self.report(WentOffAir(hls.PATH, reason))

    def _close(self) -> None:
        writers, self._writers = self._writers, []
        for writer in writers:
            with suppress(*FAULTS):
                writer.close()


class HlsOutput:
    """The thread around it, beside the mounts on the bus. `offer` never waits, and is called by the bus's thread."""

    def __init__(self, stream: HlsStream) -> None:
        self._stream = stream
        self.on_air = False
        """The programme stands still while no mount is on the air, whether HLS is written or not."""
        self._gathered: list[Samples] = []
        self._count = 0
        self._wanted = 0
        """The first block is handed on at once, as the muxer's dates count from the time at which it begins."""
        self._queue: queue.SimpleQueue[list[Samples] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="hls", daemon=True)
        self._overflowed = 0
        """Written by the bus's thread, and no other."""

    def start(self) -> None:
        self._thread.start()

    def describe(self) -> MountState:
        return self._stream.describe(self._overflowed)

    def offer(self, item: Item) -> None:
        if not isinstance(item, Block):
            return
        self._gathered.append(dither(item.frames) if item.samples is None else item.samples)
        self._count += item.frames
        if self._count >= self._wanted:
            if self._queue.qsize() >= LONGEST_QUEUE:
                self._overflowed += 1
            else:
                self._queue.put(self._gathered)
            self._gathered, self._count, self._wanted = [], 0, GATHERED

    def stop(self) -> None:
        """Write the last segment; `join` waits for it."""
        self._queue.put(None)

    def join(self, timeout: Seconds) -> None:
        self._thread.join(timeout)

    def _run(self) -> None:
        while (gathered := self._queue.get()) is not None:
            self._stream.push(np.concatenate(gathered))
        self._stream.close()


def make_playlist(settings: HlsSettings) -> str:
    """The multivariant playlist (RFC 8216, section 4.3.4), which tells players the codec and the bandwidth."""
    format, bandwidth = settings.formats[0], round(settings.bitrate * 1000 * OVERHEAD)
    variant = f'#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},CODECS="{hls.CODECS[format]}"'
    return f"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n{variant}\n{format}/{hls.PLAYLIST}\n"


def find_following(folder: Path) -> Path | None:
    """The segment that comes next in the playlist of a format; None where there is no playlist to go on with."""
    try:
        lines = (folder / hls.PLAYLIST).read_text().splitlines()
    except OSError:
        return None
    numbers = [int(line.removesuffix(".m4s")) for line in lines if line.removesuffix(".m4s").isdecimal()]
    return folder / f"{numbers[-1] + 1}.m4s" if numbers else None


def remove_old_files(folder: Path, now: float) -> None:
    """What an earlier life left: segments that no playlist names any more, and a playlist of long ago."""
    for path in [*folder.glob("*.m4s"), *folder.glob("*.tmp"), folder / hls.PLAYLIST]:
        with suppress(FileNotFoundError):
            if now - path.stat().st_mtime > KEPT:
                path.unlink()
