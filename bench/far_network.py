"""A network with delay between this machine and programs that run apart from it, for benchmarks. Needs root.

The programs run in a network namespace of their own, whose only way out is a TUN device; another is on this side. A
process reads each packet that one end sends, holds it back for the delay, and hands it to the other end: all that a
long way does to a connection (handshakes, slow start, acknowledgements) is the kernel's own. It takes no kernel with
`netem`, which many virtual machines lack.

    python bench/far_network.py MILLISECONDS FD FD      # that process; FarNetwork starts it
"""

import fcntl
import heapq
import os
import select
import struct
import subprocess
import sys
import time
from itertools import count
from typing import Final

TUNSETIFF: Final = 0x400454CA
TUN, WITHOUT_HEADER = 0x0001, 0x1000
PACKET: Final = 1 << 16


class FarNetwork:
    """`here` is our address in it, `prefix` what to write before a program's words so that it runs at the other end."""

    def __init__(self, milliseconds: float, number: int = 0, first_flight: int = 10) -> None:
        """`milliseconds`: of delay each way. `number` tells several at a time apart. `first_flight`: packets that the
        other end sends before it has to wait for an answer (initcwnd)."""
        self._name = f"far{os.getpid() % 10000}-{number}"
        self.here, there = f"10.213.{number}.1", f"10.213.{number}.2"
        self.prefix = ["ip", "netns", "exec", self._name]
        near, far = _open_tun(f"{self._name}a"), _open_tun(f"{self._name}b")
        _run("ip", "netns", "add", self._name)
        _run("ip", "link", "set", f"{self._name}b", "netns", self._name)
        _run("ip", "address", "add", f"{self.here}/24", "dev", f"{self._name}a")
        _run("ip", "link", "set", f"{self._name}a", "up")
        for words in (
            ("link", "set", "lo", "up"),
            ("address", "add", f"{there}/24", "dev", f"{self._name}b"),
            ("link", "set", f"{self._name}b", "up"),
            ("route", "change", f"10.213.{number}.0/24", "dev", f"{self._name}b", "initcwnd", str(first_flight)),
        ):
            _run(*self.prefix, "ip", *words)
        self._carrier = subprocess.Popen(
            [sys.executable, __file__, str(milliseconds), str(near), str(far)], pass_fds=(near, far)
        )
        os.close(near)
        os.close(far)

    def close(self) -> None:
        self._carrier.kill()
        self._carrier.wait()
        _run("ip", "netns", "delete", self._name)


def _open_tun(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), TUN | WITHOUT_HEADER))
    return device


def _run(*words: str) -> None:
    subprocess.run(words, check=True)


def carry(seconds: float, near: int, far: int) -> None:
    """Carry packets between the two ends until it is killed."""
    other = {near: far, far: near}
    order = count()
    waiting: list[tuple[float, int, int, bytes]] = []
    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for end in select.select([near, far], [], [], pause)[0]:
            heapq.heappush(waiting, (time.monotonic() + seconds, next(order), other[end], os.read(end, PACKET)))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, end, packet = heapq.heappop(waiting)
            os.write(end, packet)


if __name__ == "__main__":
    carry(float(sys.argv[1]) / 1000, int(sys.argv[2]), int(sys.argv[3]))
