"""Which frame of which song a listener of the real Icecast hears, against what the streamer says."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bandstand.common import wire
from bandstand.common.types import RATE
from tests.integration.streaming import Bot, Sound, Station, listening, loud_frames, until, written
from tests.streamer.test_heard import decode_opus, locate, make_song

MOUNT = "/stream.opus"


def read_pages(data: bytes) -> tuple[int, int, list[bytes]]:
    """Serial number, the granule position before the first packet of sound, and the packets of an Opus stream."""
    packets: list[bytes] = []
    first, serial, at, held = -1, 0, 0, b""
    while at + 27 < len(data) and at + 27 + data[at + 26] < len(data):
        head, segments = data[at : at + 27], data[at + 26]
        serial = int.from_bytes(head[14:18], "little")
        at += 27 + segments
        for lacing in data[at - segments : at]:
            held += data[at : at + lacing]
            at += lacing
            if lacing < 255:
                packets.append(held)
                held = b""
        if first < 0 and len(packets) > 2:
            first = int.from_bytes(head[6:14], "little") - (len(packets) - 2) * 960
    return serial, first, packets[2:-1]


def list_spans(bot: Bot) -> list[wire.HeardSpan]:
    told = [values for name, values in bot.events if name == "Heard" and values["mount"] == MOUNT]
    return [span for values in told for span in msgspec.json.decode(values["spans"], type=list[wire.HeardSpan])]


def test_a_listener_hears_the_frame_that_is_said_and_a_bot_that_comes_later_is_told_all(
    icecast: Any, station: Station, tmp_path: Path
) -> None:
    station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    songs: dict[int, Sound] = {number: make_song(number, 1.5) * 4 for number in (1, 2)}
    with listening(icecast, MOUNT) as listener:
        for number, song in songs.items():
            bot.play(number, written(tmp_path / f"{number}.wav", song), wire.Follow)
        bot.wait_for("Ended", cue=2)
        quiet = len(listener.sound())
        listener.wait_until(lambda sound: len(sound) > quiet + RATE // 2, "silence afterwards")
        assert loud_frames(listener.sound()) > 0
        serial, first, packets = read_pages(listener.data())
    sound = decode_opus(packets)
    later = station.bot()
    later.state()
    bot.state()
    spans = list_spans(later)
    known = list_spans(bot)
    assert [(span.serial, span.granule, span.cue) for span in known] == [
        (span.serial, span.granule, span.cue) for span in spans
    ]
    for number, song in songs.items():
        (span,) = [span for span in spans if span.cue == number and span.serial == serial]
        begin = span.granule - first + RATE // 2
        at = locate(sound[begin : begin + 8192].astype(np.float32), song[:, 0])
        assert at == span.frame + RATE // 2
    bot.close()
    later.close()
