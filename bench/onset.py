"""A listener that decodes each packet as it arrives and notes when sound begins: the same ears for every engine."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import av
import numpy as np

from bandstand.common.config import Mount
from bandstand.common.types import CHANNELS, RATE
from bandstand.streamer.codecs.containers import make_opus_head

HEARD: Final = 0.05
PATIENCE: Final = 15.0


def mp3_packets(receive: Callable[[], bytes], mount: Mount) -> Iterator[bytes]:
    """MP3 frames as they arrive; at 48 kHz every one is of the size that the bit rate gives."""
    size, data = mount.bitrate * 125 * 1152 // RATE, b""
    while True:
        while len(data) < size + 2:
            data += receive()
        if data[0] == 0xFF and data[1] & 0xE0 == 0xE0 and data[size] == 0xFF:
            yield data[:size]
            data = data[size:]
        else:
            data = data[1:]


def opus_packets(receive: Callable[[], bytes], mount: Mount) -> Iterator[bytes]:
    """Opus packets as their pages arrive."""
    data = b""

    def need(length: int) -> None:
        nonlocal data
        while len(data) < length:
            data += receive()

    while True:
        need(27)
        segments = data[26]
        need(27 + segments)
        lacing = data[27 : 27 + segments]
        need(27 + segments + sum(lacing))
        body, data = data[27 + segments : 27 + segments + sum(lacing)], data[27 + segments + sum(lacing) :]
        packet = b""
        for size in lacing:
            packet, body = packet + body[:size], body[size:]
            if size < 255:
                if not packet.startswith((b"OpusHead", b"OpusTags")):
                    yield packet
                packet = b""


PACKETS: Final = {"mp3": ("mp3float", b"", mp3_packets), "opus": ("opus", make_opus_head(CHANNELS, 0), opus_packets)}
"""format -> the decoder's name, what it must know beforehand, and how packets are found in the stream"""


class Onset(threading.Thread):
    """Notes when the first packet with sound came after `arm`."""

    def __init__(self, port: int, mount: Mount, heard: float = HEARD) -> None:
        """`heard` is the level, of full scale, from which on it is sound."""
        super().__init__(daemon=True)
        self._mount = mount
        self._heard = heard
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.sendall(f"GET {mount.path} HTTP/1.0\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(1)
        self._loud = self._armed = False
        self._arrived = 0.0
        self._changed = threading.Condition()
        self._onset = 0.0
        self.start()

    def run(self) -> None:
        codec, head, packets = PACKETS[self._mount.format]
        decoder = av.CodecContext.create(codec, "r")
        if head:
            decoder.extradata = head
        with suppress(OSError, EOFError):
            for packet in packets(self._receive, self._mount):
                peak = 0.0
                with suppress(av.FFmpegError):  # the reservoir that another engine uses, not yet filled
                    peak = max(
                        (np.abs(frame.to_ndarray()).max() for frame in decoder.decode(av.Packet(packet))), default=0
                    )
                self._note(peak > self._heard)

    def _receive(self) -> bytes:
        data = self._socket.recv(65_536)
        self._arrived = time.monotonic()
        if not data:
            raise EOFError
        return data

    def _note(self, loud: bool) -> None:
        with self._changed:
            if loud and self._armed:
                self._onset, self._armed = self._arrived, False
            self._loud = loud
            self._changed.notify_all()

    def arm(self) -> None:
        """What is heard from now on counts."""
        with self._changed:
            self._armed = True

    def onset(self) -> float:
        """When sound began, waiting for it. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._armed, PATIENCE):
                raise TimeoutError("nothing was heard")
            return self._onset

    def silence(self) -> None:
        """Wait until there is none. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._loud, PATIENCE):
                raise TimeoutError("the tone did not end")

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self.join(5)
        self._socket.close()
