"""A terminal at the other end of a connection, as prompt_toolkit sees it: an input of keys and an output of text.

Both live in the thread of the prompt's loop; what goes out is handed to the reactor's thread. Knows neither telnet nor
ssh.
"""

import asyncio
import codecs
import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding.key_processor import KeyPress

PASTE_CHARACTERS = 65_536
"""A longer bracketed paste is ended here, and what follows is keys. Without a limit a client could fill the memory."""
END_OF_PASTE = "\x1b[201~"

_numbers = itertools.count(1)


class BoundedParser(Vt100Parser):
    """Turns text into keys, with an end to every paste."""

    def feed(self, data: str) -> None:
        super().feed(data)
        if self._in_bracketed_paste and len(self._paste_buffer) > PASTE_CHARACTERS:
            super().feed(END_OF_PASTE)


class RemoteInput(Input):
    """Keys from bytes, without a descriptor."""

    def __init__(self) -> None:
        self._number = next(_numbers)
        self._keys: list[KeyPress] = []
        self._parser = BoundedParser(self._keys.append)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._listeners: list[Callable[[], None]] = []
        self._closed = False

    def feed(self, data: bytes) -> None:
        self._parser.feed(self._decoder.decode(data))
        self._notify()

    def hang_up(self) -> None:
        """Nothing more will come: the prompt ends."""
        self._closed = True
        self._notify()

    def _notify(self) -> None:
        if self._listeners:
            self._listeners[-1]()

    def _notify_later(self) -> None:
        """Tell a listener that has just been attached of the keys that came before it."""
        if self._keys or self._closed:
            asyncio.get_running_loop().call_soon(self._notify)

    def read_keys(self) -> list[KeyPress]:
        keys, self._keys[:] = list(self._keys), []
        return keys

    def flush_keys(self) -> list[KeyPress]:
        self._parser.flush()
        return self.read_keys()

    @property
    def closed(self) -> bool:
        return self._closed

    @contextmanager
    def attach(self, input_ready_callback: Callable[[], None]) -> Iterator[None]:
        self._listeners.append(input_ready_callback)
        self._notify_later()
        try:
            yield
        finally:
            self._listeners.remove(input_ready_callback)

    @contextmanager
    def detach(self) -> Iterator[None]:
        before, self._listeners = self._listeners, []
        try:
            yield
        finally:
            self._listeners = before
            self._notify_later()

    def raw_mode(self) -> AbstractContextManager[None]:
        return nullcontext()

    def cooked_mode(self) -> AbstractContextManager[None]:
        return nullcontext()

    def typeahead_hash(self) -> str:
        return f"remote-{self._number}"

    def close(self) -> None:
        clear_typeahead(self)

    def fileno(self) -> int:
        raise NotImplementedError("there is no descriptor at this end of the connection")


class RemoteOutput:
    """`bot.terminal.prompt.Screen`, whose text goes to `send`, a function for any thread."""

    encoding = "utf-8"
    has_colour = True

    def __init__(self, send: Callable[[bytes], None], columns: int, rows: int) -> None:
        self._send = send
        self.is_ready = True
        self.window = (columns, rows)

    def write(self, text: str) -> int:
        self._send(text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace"))
        return len(text)

    def flush(self) -> None:
        """There is nothing to flush."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise NotImplementedError("there is no descriptor at this end of the connection")

    def size(self) -> Size:
        columns, rows = self.window
        return Size(rows=max(1, rows), columns=max(10, columns))
