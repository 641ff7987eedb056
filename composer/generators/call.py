"""Calls a Python callable as a generator, in the process that `stage.py` has prepared.

Writes raw frames to standard output (f32le, stereo, at the station's rate). The callable returns or yields NumPy arrays
or pydub AudioSegments, which become sound, and dicts of facts, which become lines on standard error (see
`messages.py`). What it prints goes to standard error too.
"""

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

from bandstand.composer.audio import Block
from bandstand.composer.generators import user_modules
from bandstand.composer.generators.messages import PREFIX
from bandstand.composer.generators.pcm import Converter
from bandstand.composer.generators.stage import StageRequest
from bandstand.composer.generators.wav import Encoding

MOST_CHANNEL_ROWS: Final = 2
"""An array with at most this many rows, and more columns, has the channels in rows, not the frames."""


class SoundConverter:
    """Converts arrays, whose rate is `rate`, and AudioSegments to blocks at the station's rate."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._converter: Converter | None = None
        self._encoding: Encoding | None = None

    def push(self, made: object) -> Iterator[Block]:
        """Convert one item. Raises TypeError, which names its type, if it is not sound."""
        if isinstance(made, AudioSegment):
            samples, rate = convert_segment(made), int(made.frame_rate)
        elif isinstance(made, np.ndarray):
            samples, rate = convert_array(made), self._rate
        else:
            raise TypeError(f"it yields {type(made).__name__}; a NumPy array or a pydub AudioSegment is expected")
        encoding = Encoding("f32le", rate, samples.shape[1])
        if encoding != self._encoding:
            yield from self.flush()
            self._encoding, self._converter = encoding, Converter(encoding)
        if self._converter and len(samples):
            yield from self._converter.push_samples(samples)

    def flush(self) -> Iterator[Block]:
        """Yield what the resampler still holds."""
        if self._converter:
            yield from self._converter.flush()


def convert_array(made: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Convert to floats of shape (frames, channels). Integers are scaled by the range of their type.

    Raises TypeError for other types and for more than two dimensions.
    """
    if made.ndim == 1:
        made = made[:, None]
    if made.ndim != 2:
        raise TypeError(f"it yields an array of {made.ndim} dimensions; frames, or frames by channels, are expected")
    if made.shape[0] <= MOST_CHANNEL_ROWS < made.shape[1]:
        made = made.T
    if made.dtype == np.uint8:
        return ((made.astype(np.float32) - 128) / np.float32(128)).astype(np.float32)
    if np.issubdtype(made.dtype, np.signedinteger):
        return (made / -float(np.iinfo(made.dtype).min)).astype(np.float32)
    if np.issubdtype(made.dtype, np.floating):
        return made.astype(np.float32)
    raise TypeError(f"it yields an array of {made.dtype}; floats or whole numbers with a sign are expected")


def convert_segment(made: AudioSegment) -> npt.NDArray[np.float32]:
    """Convert to floats of shape (frames, channels)."""
    samples = np.asarray(made.get_array_of_samples(), np.float64).reshape(-1, made.channels)
    return (samples / float(1 << (8 * made.sample_width - 1))).astype(np.float32)


def select_arguments(function: Callable[..., Any], request: StageRequest) -> dict[str, Any]:
    """Select the arguments that the function accepts from the seed and the parameters."""
    given = {"seed": request.seed, **request.parameters}
    accepted = inspect.signature(function).parameters.values()
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in accepted):
        return given
    return {name: value for name, value in given.items() if name in {one.name for one in accepted}}


def list_items(made: object) -> Iterable[object]:
    """Iterate over what the callable yields, or over the one item that it returns.

    Arrays and AudioSegments are iterable too, and are one item.
    """
    if isinstance(made, AudioSegment | np.ndarray) or not isinstance(made, Iterable):
        return [made]
    return made


def run_callable(request: StageRequest) -> int:
    """Run the callable; return the exit status. The traceback of an exception begins with the callable's own frames."""
    try:
        call_generator(request)
    except Exception as error:
        trace = error.__traceback__
        while trace and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace)
        return 1
    return 0


def call_generator(request: StageRequest) -> None:
    """Call the function and write its sound. What the function prints goes to standard error."""
    out = os.dup(1)
    os.dup2(2, 1)
    user_modules.install_finder(request.directory)
    module, _, name = request.callable.partition(":")
    function = getattr(user_modules.import_module(module, request.directory), name)
    converter = SoundConverter(request.rate)
    with os.fdopen(out, "wb", buffering=0) as pipe:
        for item in list_items(function(**select_arguments(function, request))):
            if isinstance(item, dict):
                print(PREFIX, msgspec.json.encode(item).decode(), file=sys.stderr, flush=True)
                continue
            for block in converter.push(item):
                _write(pipe, block)
        for block in converter.flush():
            _write(pipe, block)


def _write(pipe: Any, block: Block) -> None:
    data = memoryview(np.ascontiguousarray(block, "<f4").tobytes())
    while data:
        data = data[pipe.write(data) :]
