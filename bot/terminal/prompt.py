"""The line that a person types, with editing, history and completion, and everything else above it.

All of prompt_toolkit is in here and runs in the thread of an asyncio loop, never in the reactor's. Knows no command and
nothing of where the terminal is: on this machine (`terminal.console`) or elsewhere (`terminal.terminals`).
"""

import asyncio
import contextlib
import contextvars
import enum
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TextIO, cast

from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session, get_app, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    Window,
)
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.widgets import SearchToolbar

from bot import render
from bot.request import Level, Reply
from bot.terminal.completion import Complete, TabCompletion
from common.text import one_line

PROMPT = "> "
WAITING = 200
"""Replies kept for a terminal that stands still; the oldest make room."""
LINE = 4000
"""Characters of a line; more are not taken."""
HISTORY_BYTES = 256 * 1024
TOGETHER_SECONDS = 0.01
"""How long a line that was typed waits for its answer, to be drawn together with it."""


class Ending(enum.Enum):
    """How a prompt came to its end."""

    STOPPED = enum.auto()
    INTERRUPT = enum.auto()
    END_OF_FILE = enum.auto()


class Screen(Protocol):
    """A terminal's output, as prompt_toolkit and this module want it."""

    encoding: str
    colour: bool

    def write(self, text: str) -> int: ...

    def flush(self) -> None: ...

    def fileno(self) -> int: ...

    def isatty(self) -> bool: ...

    def size(self) -> Size: ...

    @property
    def ready(self) -> bool:
        """Whether what is written now would be shown soon; replies wait until it is."""
        ...


class Prompt:
    """`take` is called with each line, `complete` with the line up to the cursor, both in the loop's thread."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        screen: Screen,
        source: Input | None,
        history: Path,
        take: Callable[[str], None],
        complete: Complete,
        *,
        stay: Reply | None = None,
        stop: Reply | None = None,
    ) -> None:
        """`stay`: what Ctrl-D on an empty line says instead of ending. `stop`: what Ctrl-C on
        one says and then ends; without it nothing happens."""
        self._loop = loop
        self._screen = screen
        self._source = source
        self._history = history
        self._take = take
        self.completion = TabCompletion(complete, self._show_words, lambda: self._screen.size().columns - 1)
        self._stay = stay
        self._stop = stop
        self._waiting: deque[Reply | str] = deque(maxlen=WAITING)
        self._lock = threading.Lock()
        self._unshown = 0
        self._woken = False
        self._bars: dict[str, str] = {}
        self._context: contextvars.Context | None = None
        self._prompting: asyncio.Task[Ending] | None = None
        self._session: PromptSession[str] | None = None

    # In any thread.

    def show(self, reply: Reply) -> None:
        """Above the line that is being typed, which stays as it is."""
        self._add(reply)
        with self._lock:
            woken, self._woken = self._woken, True
        if not woken:
            self.wake()

    def _add(self, shown: Reply | str) -> None:
        with self._lock:
            if len(self._waiting) == WAITING:
                self._unshown += 1
            self._waiting.append(shown)

    def wake(self) -> None:
        """The screen may have become ready, or there is something to show."""
        self._call(self._show)

    def progress(self, job: str, text: str, fraction: float | None) -> None:
        """A bar between the replies and the line; None takes it away."""
        with self._lock:
            if fraction is None:
                self._bars.pop(job, None)
            else:
                self._bars[job] = f"{render.bar(fraction)} {text}"
        self._call(self._redraw)

    def end(self) -> None:
        self._call(self._cancel)

    def _call(self, function: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(function, context=self._context)

    # In the loop's thread.

    async def live(self) -> Ending:
        """Until the person or `end` ends it; what was to be shown by then is shown."""
        output = Vt100_Output(cast(TextIO, self._screen), self._screen.size, enable_cpr=False)
        with create_app_session(input=self._source, output=output):
            self._context = contextvars.copy_context()
            self._session = self._made()
            self._prompting = asyncio.ensure_future(self._prompt(self._session))
            self._loop.call_soon(self._show)  # what was said before the thread ran
            ending = Ending.STOPPED
            with contextlib.suppress(asyncio.CancelledError):
                ending = await self._prompting
            self._write_waiting()
            return ending

    def _made(self) -> PromptSession[str]:
        session: PromptSession[str] = PromptSession(
            history=kept_history(self._history),
            complete_while_typing=False,
            key_bindings=self._keys(),
            include_default_pygments_style=False,
        )
        session.default_buffer.accept_handler = self._entered
        session.app.layout = self._layout(session)
        session.default_buffer.on_text_changed += _shortened
        return session

    def _layout(self, session: PromptSession[str]) -> Layout:
        """Bars, the line, and the search of the history. prompt_toolkit's own layout for prompts has room for much that
        is not used here, and takes half as long again to draw."""
        search = SearchToolbar(session.search_buffer)
        line = BufferControl(session.default_buffer, search_buffer_control=search.control)
        bars = Window(FormattedTextControl(self._drawn), dont_extend_height=True)
        under_way = Condition(lambda: bool(self._bars) and not get_app().is_done)
        window = Window(line, wrap_lines=True, dont_extend_height=True, get_line_prefix=_prefix)
        return Layout(HSplit([ConditionalContainer(bars, under_way), window, search]), window)

    def _drawn(self) -> str:
        with self._lock:
            bars = list(self._bars.values())
        width = self._screen.size().columns - 1
        return "\n".join(render.cut(line, width) for line in bars)

    async def _prompt(self, session: PromptSession[str]) -> Ending:
        """One run for all lines: to begin anew for each would cost more than all the rest of an answer."""
        try:
            await session.prompt_async(handle_sigint=False, set_exception_handler=False)
        except KeyboardInterrupt:
            return Ending.INTERRUPT
        except EOFError:
            return Ending.END_OF_FILE
        return Ending.STOPPED

    def _entered(self, buffer: Buffer) -> bool:
        """A line has been typed: it goes up with what is shown, and is carried out. Its text is not kept."""
        lines = [one_line(line, LINE) for line in buffer.text.splitlines()]  # several, if pasted
        self._add("".join(f"{PROMPT}{line}\n" for line in lines or [""]))
        self._loop.call_later(TOGETHER_SECONDS, self._show)
        for line in filter(None, lines):
            self._take(line)
        return False

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()
        self.completion.bind(keys)

        @keys.add("c-c")
        def interrupt(event: KeyPressEvent) -> None:
            if event.current_buffer.text:
                event.current_buffer.reset()
            elif self._stop is not None:
                self.show(self._stop)
                event.app.exit(exception=KeyboardInterrupt)

        @keys.add("c-d")
        def end_of_file(event: KeyPressEvent) -> None:
            if event.current_buffer.text:
                event.current_buffer.delete()
            elif self._stay is not None:
                self.show(self._stay)
            else:
                event.app.exit(exception=EOFError)

        return keys

    def _show_words(self, words: str) -> None:
        self._add(words)
        self._show()

    def _cancel(self) -> None:
        if self._prompting is not None:
            self._prompting.cancel()

    def _redraw(self) -> None:
        if self._session is not None and self._screen.ready:
            self._session.app.invalidate()

    def _show(self) -> None:
        if self._waiting and self._screen.ready:
            run_in_terminal(self._write_waiting)

    def _write_waiting(self) -> None:
        with self._lock:
            replies, unshown = list(self._waiting), self._unshown
            self._waiting.clear()
            self._unshown = 0
            self._woken = False
        if unshown:
            replies.insert(0, Reply(f"{unshown} earlier lines were not shown: the terminal stood still", Level.NOTICE))
        width = self._screen.size().columns
        if replies:
            self._screen.write("".join(self._shown(reply, width) for reply in replies))

    def _shown(self, reply: Reply | str, width: int) -> str:
        return reply if isinstance(reply, str) else f"{render.text(reply, width, self._screen.colour)}\n"


def _prefix(line: int, wrapped: int) -> str:
    return "" if wrapped else PROMPT


def _shortened(buffer: Buffer) -> None:
    if len(buffer.text) > LINE:
        buffer.document = Document(buffer.text[:LINE], min(buffer.cursor_position, LINE))


def kept_history(path: Path) -> FileHistory:
    """The lines of earlier times, readable by nobody else; of a long file only the newer half is kept."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    if path.stat().st_size > HISTORY_BYTES:
        newer = path.read_bytes()[-HISTORY_BYTES // 2 :]
        new = path.with_name(path.name + ".new")
        new.touch(mode=0o600)
        new.write_bytes(newer[max(0, newer.find(b"\n# ")) :])
        new.replace(path)
    return FileHistory(path)
