"""What is done to every block before it leaves: it is limited, then measured."""

from streamer.block import Block
from streamer.limiter import Limiter
from streamer.meter import Level, Meter


class Master:
    """Called for each block in order, by one thread; `level` by any."""

    def __init__(self) -> None:
        self._limiter = Limiter()
        self._meter = Meter()

    def __call__(self, block: Block) -> Block:
        limited, peak = self._limiter.process(block)
        self._meter.push(limited, peak)
        return limited

    def level(self) -> Level:
        return self._meter.level()
