"""Which frame of which song is where in a mount's stream: what is told, against what a decoder finds there."""

import ctypes
from dataclasses import dataclass, field

import av
import msgspec
import numpy as np
import pytest

from bandstand.common import wire
from bandstand.common.config import Mount
from bandstand.common.types import RATE, CueId, Frames
from bandstand.streamer.block import Block, Item, Mark, Samples
from bandstand.streamer.bus import Bus
from bandstand.streamer.codecs.encoder import StreamPlace
from bandstand.streamer.codecs.formats import FORMATS
from bandstand.streamer.codecs.opus import FRAME, load_library
from bandstand.streamer.delivery import Delivery
from bandstand.streamer.heard import KEPT, MarkFinder, SpanBegan, SpanFinder, SpanLog
from bandstand.streamer.icecast import OffAir
from bandstand.streamer.limiter import DELAY
from bandstand.streamer.meter import OutputProcessor
from bandstand.streamer.output import EncodedMount, MountEvent, MountParts
from bandstand.streamer.playout import Cue, Join, Playout, Stretch

MOUNT = "/stream.opus"
NOISE = np.convolve(np.random.default_rng(3).standard_normal(20 * RATE), np.hanning(24), "same") * 0.03
"""Below 4 kHz, so that Opus keeps its form; no stretch of it is like another."""


def make_song(number: int, seconds: float) -> Samples:
    """Another stretch of the noise for each song."""
    begin = (number * 777_777) % (10 * RATE)
    return np.repeat(NOISE[begin : begin + round(seconds * RATE), None], 2, axis=1).astype(np.float32)


@dataclass
class Source:
    sound: Samples
    at: int = 0
    ready: int = 10**9
    """Frames that are there so far."""
    trouble: str = ""

    @property
    def ended(self) -> bool:
        return self.at >= len(self.sound)

    @property
    def remaining(self) -> Frames | None:
        return Frames(len(self.sound) - self.at) if self.ready > len(self.sound) else None

    def read(self, frames: int) -> Samples:
        to = min(self.at + frames, self.ready, len(self.sound))
        part, self.at = self.sound[self.at : max(self.at, to)].copy(), max(self.at, to)
        return part

    def keep_ready(self, frames: Frames) -> None:
        pass

    def close(self) -> None:
        pass


class Icecast:
    """Takes all that it is sent."""

    backlog = 0

    def __init__(self) -> None:
        self.data = bytearray()
        self.fails = False

    def opened(self) -> bool:
        return True

    def send(self, data: bytes) -> None:
        if self.fails:
            self.fails = False
            raise OffAir("it is gone")
        self.data += data

    def close(self) -> None:
        pass


@dataclass
class Sink:
    """An output without a thread."""

    mount: EncodedMount
    drops: int = 0
    """Blocks to be lost from now on."""
    on_air: bool = True

    def offer(self, item: Item) -> None:
        if isinstance(item, Block) and self.drops:
            self.drops -= 1
        else:
            self.mount.push(item)


@dataclass
class Rig:
    """A playout, a bus and a mount, on a clock that is turned by hand."""

    format: str = "opus"
    chained: bool = False
    now: float = 0.0
    spans: list[SpanBegan] = field(default_factory=list)

    def __post_init__(self) -> None:
        kind, bitrate = FORMATS[self.format], 900 if self.format == "flac" else 128
        self.icecast = Icecast()
        parts = MountParts(
            dial=lambda: self.icecast,
            new_encoder=lambda: kind.encoder(bitrate),
            set_title=lambda title: None,
            report=self._take,
            clock=lambda: self.now,
            random=lambda: 0.0,
            delivery=Delivery(MOUNT),
            comments=(lambda title: [("TITLE", title.title)]) if self.chained else None,
        )
        self.mount = EncodedMount(Mount(path=MOUNT, format=self.format, bitrate=bitrate), parts)
        self.sink = Sink(self.mount)
        self.playout = Playout()
        self.bus = Bus(
            self.playout, [self.sink], lambda: self.now, lambda _: None, process=OutputProcessor(), delay=DELAY
        )
        self.bus.begin()
        self.songs: dict[int, Samples] = {}

    def _take(self, event: MountEvent) -> None:
        if isinstance(event, SpanBegan):
            self.spans.append(event)

    def make_cue(self, number: int, seconds: float, start: int = 0, **more: object) -> Cue:
        self.songs.setdefault(number, make_song(number, seconds))
        source = Source(self.songs[number], at=start)
        return Cue(CueId(number), source, f"song {number}", start=Frames(start), **more)  # type: ignore[arg-type]

    def wait(self, seconds: float) -> None:
        """In steps that are no whole blocks."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 0.0777)
            self.bus.advance()

    def check(self) -> list[tuple[int | None, int]]:
        """Compare each span with what is decoded there; returns their cues and the frames that were found."""
        streams = decode(bytes(self.icecast.data), self.format)
        found: list[tuple[int | None, int]] = []
        for number, span in enumerate(self.spans):
            sound = streams[span.place.serial]
            after = [
                other.place.granule for other in self.spans[number + 1 :] if other.place.serial == span.place.serial
            ]
            heard = sound[span.place.granule : min([len(sound), *after])]
            if span.cue is None or not span.is_moving or len(heard) < RATE // 5:
                continue
            song = self.songs[span.cue][:, 0]
            middle = len(heard) // 2
            piece = heard[middle : middle + 4096]
            at = locate(piece, song)
            assert at == span.position + middle, (number, span)
            found.append((span.cue, span.position))
        return found


def locate(piece: Samples, song: Samples) -> int:
    """The frame of `song` at which `piece` fits best."""
    size = 1 << (len(song) + len(piece)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(song, size) * np.conj(np.fft.rfft(piece, size)), size)[: len(song)]
    return int(np.argmax(likeness))


def decode(data: bytes, format: str) -> dict[int, Samples]:
    """The left channel of each logical stream, by serial number; all that comes out of the decoder."""
    packets: dict[int, list[bytes]] = {}
    at, held = 0, b""
    while at < len(data):
        segments = data[at + 26]
        serial = int.from_bytes(data[at + 14 : at + 18], "little")
        at += 27 + segments
        for lacing in data[at - segments : at]:
            held += data[at : at + lacing]
            at += lacing
            if lacing < 255:
                packets.setdefault(serial, []).append(held)
                held = b""
    return {serial: DECODERS[format](few[2:]) for serial, few in packets.items()}


def decode_opus(packets: list[bytes]) -> Samples:
    library = load_library()
    library.opus_decoder_create.restype = ctypes.c_void_p
    library.opus_decode_float.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32]
    library.opus_decode_float.argtypes += [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    library.opus_decoder_destroy.argtypes = [ctypes.c_void_p]
    decoder = library.opus_decoder_create(RATE, 2, None)
    out = np.zeros((len(packets) * FRAME, 2), np.float32)
    for number, packet in enumerate(packets):
        into = out.ctypes.data + number * FRAME * 8
        assert library.opus_decode_float(decoder, packet, len(packet), into, FRAME, 0) == FRAME
    library.opus_decoder_destroy(decoder)
    return out[:, 0]


def decode_flac(packets: list[bytes]) -> Samples:
    context = av.CodecContext.create("flac", "r")
    frames = [frame for packet in packets for frame in context.decode(av.Packet(packet))]  # type: ignore[attr-defined]
    steps = np.concatenate([frame.to_ndarray().reshape(-1, 2)[:, 0] for frame in frames])
    return (steps / 32768).astype(np.float32)


DECODERS = {"opus": decode_opus, "flac": decode_flac}


@pytest.mark.parametrize("format", ["opus", "flac"])
def test_each_frame_is_where_it_is_said_to_be(format: str) -> None:
    """A start after silence, a seek, a cut, songs without a gap and with a crossfade, and a join."""
    rig = Rig(format)
    rig.wait(0.511)
    rig.playout.cut(rig.make_cue(1, 4))
    rig.wait(1.003)
    rig.playout.seek(rig.make_cue(1, 4, start=123_457))
    rig.wait(0.6)
    rig.playout.cut(rig.make_cue(2, 1.37))
    rig.playout.follow(rig.make_cue(3, 1.11))
    rig.wait(1.5)
    rig.playout.follow(rig.make_cue(4, 2, crossfade=Frames(RATE // 2)))
    rig.wait(1.7)
    rig.playout.follow(rig.make_cue(5, 1, join=Join(CueId(4), Frames(60_001), Frames(70_000), Frames(480))))
    rig.wait(1.9)
    assert rig.check() == [(1, 0), (1, 123_457), (2, 0), (3, 0), (4, 0), (5, 0)]
    assert rig.spans[0].cue is None and rig.spans[-1].cue is None


def test_a_source_that_falls_behind_stands_still_and_goes_on_where_it_was() -> None:
    rig = Rig()
    cue = rig.make_cue(1, 4)
    source = cue.source
    assert isinstance(source, Source)
    source.ready = 40_000
    rig.playout.cut(cue)
    rig.wait(1.5)
    source.ready = 10**9
    rig.wait(1.0)
    assert rig.check() == [(1, 0), (1, 40_000)]
    assert [(span.cue, span.position, span.is_moving) for span in rig.spans[1:]] == [
        (1, 0, True),
        (1, 40_000, False),
        (1, 40_000, True),
    ]


def test_a_cue_that_has_not_started_is_not_heard() -> None:
    rig = Rig()
    cue = rig.make_cue(1, 4)
    assert isinstance(cue.source, Source)
    cue.source.ready = 0
    rig.playout.cut(cue)
    rig.wait(0.5)
    assert [span.cue for span in rig.spans] == [None]


def test_while_it_is_held_it_stands_still() -> None:
    rig = Rig()
    rig.playout.cut(rig.make_cue(1, 4))
    rig.wait(0.5)
    rig.sink.on_air = False
    rig.wait(0.5)
    rig.sink.on_air = True
    rig.wait(0.5)
    assert [(span.cue, span.is_moving) for span in rig.spans] == [(None, False), (1, True), (1, False), (1, True)]
    assert len(rig.check()) == 2


def test_where_titles_are_chained_each_stream_begins_with_a_span_of_its_own() -> None:
    rig = Rig(chained=True)
    rig.wait(0.3)
    rig.playout.cut(rig.make_cue(1, 1.0))
    rig.playout.follow(rig.make_cue(2, 1.23))
    rig.wait(2.0)
    assert {cue for cue, _ in rig.check()} == {1, 2}
    assert len({span.place.serial for span in rig.spans}) == 3


def test_after_blocks_were_lost_it_is_right_again() -> None:
    rig = Rig()
    rig.playout.cut(rig.make_cue(1, 5))
    rig.wait(1.0)
    rig.sink.drops = 3
    rig.wait(1.0)
    (first, before), (second, after) = rig.check()
    assert first == second == 1 and before == 0 and after > RATE // 2


def test_a_new_connection_is_a_new_stream_whose_first_span_is_where_the_song_is() -> None:
    rig = Rig()
    rig.playout.cut(rig.make_cue(1, 5))
    rig.wait(1.0)
    rig.icecast.fails = True
    rig.wait(1.5)
    (_, before), (_, after) = rig.check()
    assert before == 0 and after > RATE // 2
    assert len({span.place.serial for span in rig.spans}) == 2


def test_a_song_that_goes_on_makes_no_marks() -> None:
    finder = MarkFinder()
    first = finder.find(Frames(80), [Stretch(0, None), Stretch(20, CueId(1), Frames(0), is_moving=True)])
    assert first == [Mark(Frames(100), CueId(1), Frames(0), is_moving=True)]
    assert finder.find(Frames(180), [Stretch(0, CueId(1), Frames(80), is_moving=True)]) == []


def test_an_mp3_mount_tells_when_which_song_began_as_the_others_do() -> None:
    rig = Rig("mp3")
    rig.wait(0.5)
    rig.playout.cut(rig.make_cue(1, 1))
    rig.wait(2)
    assert [(span.cue, span.position) for span in rig.spans] == [(None, 0), (1, 0), (None, 0)]
    silence, began, ended = (span.place for span in rig.spans)
    assert silence.serial == began.serial == ended.serial
    assert ended.granule - began.granule == RATE


def test_of_blocks_that_come_at_once_each_began_when_the_one_before_it_was_over() -> None:
    finder, place = SpanFinder(MOUNT), StreamPlace(5, 0)
    finder.take_mark(Mark(Frames(100), CueId(1), Frames(0), is_moving=True))
    first = finder.find(Block(4800, None, Frames(100), Frames(4800)), place)
    finder.take_mark(Mark(Frames(4900), CueId(2), Frames(0), is_moving=True))
    second = finder.find(Block(4800, None, Frames(4900)), StreamPlace(5, 4800))
    assert [(span.cue, span.ago) for span in first + second] == [(1, 9600), (2, 4800)]


def test_a_mount_that_is_away_for_long_keeps_little() -> None:
    finder = SpanFinder(MOUNT)
    for number in range(1000):
        finder.take_mark(Mark(Frames(number), CueId(number), Frames(0), is_moving=True))
    begun = finder.find(Block(100, None, Frames(2000)), StreamPlace(5, 0))
    assert [(span.cue, span.position, span.place.granule) for span in begun] == [(999, 1001, 0)]


def make_span(number: int, ago: int = 0) -> SpanBegan:
    return SpanBegan(MOUNT, StreamPlace(5, number), CueId(number), Frames(7), is_moving=True, ago=Frames(ago))


def test_what_is_kept_says_how_long_ago_it_was() -> None:
    clock = [100.0]
    log = SpanLog(lambda: clock[0])
    assert log.add(make_span(1, RATE)) == wire.HeardSpan(5, 1, 1, 7, moves=True, ago=1.0)
    clock[0] += 2.5
    assert log.list_mounts() == [(MOUNT, [wire.HeardSpan(5, 1, 1, 7, moves=True, ago=3.5)])]


def test_what_is_kept_of_a_mount_fits_into_one_value_of_a_message() -> None:
    log = SpanLog(lambda: 1e6)
    for number in range(KEPT + 5):
        log.add(
            SpanBegan(
                MOUNT, StreamPlace(2**32 - 1, 2**50), CueId(10**9 + number), Frames(2**40), False, Frames(-(10**9))
            )
        )
    ((_, spans),) = log.list_mounts()
    assert len(spans) == KEPT and len(msgspec.json.encode(spans)) < 65_535
