"""A process of its own for a Python callable: one line of JSON in, raw frames out on standard output.

Whatever the callable prints goes to standard error; what it yields becomes sound, and a dict tells of the song.
"""

import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
from pydub import AudioSegment

from composer.block import Block
from composer.generators.pcm import Converter
from composer.generators.wav import Encoding
from composer.generators.words import MARK

FEW: Final = 2
"""As many rows as a stereo array has that was laid out channel by channel."""


class Order(msgspec.Struct, frozen=True):
    callable: str
    directory: str
    environment: dict[str, str]
    rate: int
    seed: int
    parameters: dict[str, Any]


class Floats:
    """Arrays and AudioSegments become stereo floats at the station's rate."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._converter: Converter | None = None
        self._as: Encoding | None = None

    def push(self, made: object) -> Iterator[Block]:
        """Raises TypeError, which names what was yielded instead of sound."""
        if isinstance(made, AudioSegment):
            samples, rate = segment(made), int(made.frame_rate)
        elif isinstance(made, np.ndarray):
            samples, rate = array(made), self._rate
        else:
            raise TypeError(f"it yields {type(made).__name__}; a NumPy array or a pydub AudioSegment is expected")
        encoding = Encoding("f32le", rate, samples.shape[1])
        if encoding != self._as:
            yield from self.flush()
            self._as, self._converter = encoding, Converter(encoding)
        if self._converter and len(samples):
            yield from self._converter.push_samples(samples)

    def flush(self) -> Iterator[Block]:
        if self._converter:
            yield from self._converter.flush()


def array(made: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Frames in rows, whole numbers scaled by what their type holds."""
    if made.ndim == 1:
        made = made[:, None]
    if made.ndim != 2:
        raise TypeError(f"it yields an array of {made.ndim} dimensions; frames, or frames by channels, are expected")
    if made.shape[0] <= FEW < made.shape[1]:
        made = made.T
    if made.dtype == np.uint8:
        return ((made.astype(np.float32) - 128) / np.float32(128)).astype(np.float32)
    if np.issubdtype(made.dtype, np.signedinteger):
        return (made / -float(np.iinfo(made.dtype).min)).astype(np.float32)
    if np.issubdtype(made.dtype, np.floating):
        return made.astype(np.float32)
    raise TypeError(f"it yields an array of {made.dtype}; floats or whole numbers with a sign are expected")


def segment(made: AudioSegment) -> npt.NDArray[np.float32]:
    samples = np.asarray(made.get_array_of_samples(), np.float64).reshape(-1, made.channels)
    return (samples / float(1 << (8 * made.sample_width - 1))).astype(np.float32)


def fitting(function: Callable[..., Any], order: Order) -> dict[str, Any]:
    """The seed and those parameters that the function takes."""
    given = {"seed": order.seed, **order.parameters}
    taken = inspect.signature(function).parameters.values()
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in taken):
        return given
    return {name: value for name, value in given.items() if name in {one.name for one in taken}}


def pieces(made: object) -> Iterable[object]:
    """What it returns all at once is one piece; an AudioSegment could be iterated over, and is not."""
    if isinstance(made, AudioSegment | np.ndarray) or not isinstance(made, Iterable):
        return [made]
    return made


def main() -> int:
    """A fault of the callable's own is shown without our part of the traceback."""
    try:
        call()
    except Exception as error:
        trace = error.__traceback__
        while trace and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace)
        return 1
    return 0


def call() -> None:
    out = os.dup(1)
    os.dup2(2, 1)
    line = sys.stdin.buffer.readline()
    if not line.strip():
        return
    order = msgspec.json.decode(line, type=Order)
    os.chdir(order.directory)
    os.environ.update(order.environment)
    sys.path.insert(0, order.directory)
    module, _, name = order.callable.partition(":")
    function = getattr(importlib.import_module(module), name)
    floats = Floats(order.rate)
    with os.fdopen(out, "wb", buffering=0) as pipe:
        for piece in pieces(function(**fitting(function, order))):
            if isinstance(piece, dict):
                print(MARK, msgspec.json.encode(piece).decode(), file=sys.stderr, flush=True)
                continue
            for block in floats.push(piece):
                _write(pipe, block)
        for block in floats.flush():
            _write(pipe, block)


def _write(pipe: Any, block: Block) -> None:
    data = memoryview(np.ascontiguousarray(block, "<f4").tobytes())
    while data:
        data = data[pipe.write(data) :]


if __name__ == "__main__":
    sys.exit(main())
