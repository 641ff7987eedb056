"""The prompt: the line that a person types, with editing, history and completion, and all replies above it.

Runs in the thread of an asyncio loop, never in the reactor's, because prompt_toolkit draws for milliseconds and a
terminal may block. Other threads call `show`, `progress` and `end`, which note what is to be done and wake the loop.
Knows no command and nothing of where the terminal is: on this machine (`terminal.console`) or elsewhere
(`terminal.terminals`).
"""

import asyncio
import contextlib
import contextvars
import enum
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO, cast

from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session, get_app, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
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

from bandstand.bot.commands import render
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.terminal.completion import Complete, TabCompletion
from bandstand.bot.terminal.history import History
from bandstand.common.text import one_line

PROMPT = "> "
WAITING = 200
"""Replies kept for a terminal that does not read; the oldest are dropped for newer ones."""
LINE = 4000
"""Characters of a line; what is typed beyond them is dropped."""
TOGETHER_SECONDS = 0.01
"""How long drawing a line that was typed waits for its answer, so that both are drawn at once."""


class Ending(enum.Enum):
    """How a prompt ended."""

    STOPPED = enum.auto()
    INTERRUPT = enum.auto()
    END_OF_FILE = enum.auto()


class Screen(Protocol):
    """A terminal's output, as prompt_toolkit and this module need it."""

    encoding: str
    has_colour: bool

    def write(self, text: str) -> int: ...

    def flush(self) -> None: ...

    def fileno(self) -> int: ...

    def isatty(self) -> bool: ...

    def size(self) -> Size: ...

    @property
    def is_ready(self) -> bool:
        """Whether what is written now is shown soon; until then replies wait."""
        ...


@dataclass(frozen=True)
class LineHandler:
    """What a prompt does with what is typed. `take` is called with each line, `complete` with the line up to the
    cursor, both in the loop's thread."""

    take: Callable[[str], None]
    complete: Complete
    history: Path
    end_of_file: Reply | None = None
    """What Ctrl-D on an empty line says; without it Ctrl-D ends the prompt."""
    interrupt: Reply | None = None
    """What Ctrl-C on an empty line says, and then ends the prompt; without it nothing happens."""


class Prompt:
    """`source` gives the keys; without it they come from standard input."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, screen: Screen, source: Input | None, handler: LineHandler
    ) -> None:
        self._loop = loop
        self._screen = screen
        self._source = source
        self._handler = handler
        self.completion = TabCompletion(handler.complete, self._show_words, lambda: screen.size().columns - 1)
        self._waiting: deque[Reply | str] = deque(maxlen=WAITING)
        self._lock = threading.Lock()
        self._dropped = 0
        self._is_woken = False
        self._has_ended = False
        self._bars: dict[str, str] = {}
        self._context: contextvars.Context | None = None
        self._prompting: asyncio.Task[Ending] | None = None
        self._session: PromptSession[str] | None = None

    # In any thread.

    def show(self, reply: Reply) -> None:
        """Show a reply above the line that is being typed, which stays as it is."""
        self._add(reply)
        with self._lock:
            was_woken, self._is_woken = self._is_woken, True
        if not was_woken:
            self.wake()

    def _add(self, shown: Reply | str) -> None:
        with self._lock:
            if len(self._waiting) == WAITING:
                self._dropped += 1
            self._waiting.append(shown)

    def wake(self) -> None:
        """Show what waits, if the screen is ready."""
        self._call(self._show)

    def progress(self, job: str, text: str, fraction: float | None) -> None:
        """Draw a job's bar between the replies and the line; None removes it."""
        with self._lock:
            if fraction is None:
                self._bars.pop(job, None)
            else:
                self._bars[job] = f"{render.render_bar(fraction)} {text}"
        self._call(self._redraw)

    def end(self) -> None:
        self._call(self._cancel)

    def _call(self, function: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(function, context=self._context)

    # In the loop's thread.

    async def run(self) -> Ending:
        """Prompt until the person or `end` ends it, and then show what still waits."""
        history = await asyncio.to_thread(History, self._handler.history)
        output = Vt100_Output(cast(TextIO, self._screen), self._screen.size, enable_cpr=False)
        with create_app_session(input=self._source, output=output):
            self._context = contextvars.copy_context()
            ending = Ending.STOPPED
            if not self._has_ended:
                self._session = self._make_session(history)
                self._prompting = asyncio.ensure_future(self._prompt(self._session))
                self._loop.call_soon(self._show)  # what was shown before this ran
                with contextlib.suppress(asyncio.CancelledError):
                    ending = await self._prompting
            self._write_waiting()
            return ending

    def _make_session(self, history: History) -> PromptSession[str]:
        session: PromptSession[str] = PromptSession(
            history=history,
            complete_while_typing=False,
            key_bindings=self._make_keys(),
            include_default_pygments_style=False,
        )
        session.default_buffer.accept_handler = self._accept
        session.app.layout = self._make_layout(session)
        session.default_buffer.on_text_changed += _shorten
        return session

    def _make_layout(self, session: PromptSession[str]) -> Layout:
        """Bars, the line, and the search of the history. prompt_toolkit's own layout for prompts has many parts that
        are not used here, and takes half as long again to draw."""
        search = SearchToolbar(session.search_buffer)
        line = BufferControl(session.default_buffer, search_buffer_control=search.control)
        bars = Window(FormattedTextControl(self._draw_bars), dont_extend_height=True)
        under_way = Condition(lambda: bool(self._bars) and not get_app().is_done)
        window = Window(line, wrap_lines=True, dont_extend_height=True, get_line_prefix=_prefix)
        return Layout(HSplit([ConditionalContainer(bars, under_way), window, search]), window)

    def _draw_bars(self) -> str:
        with self._lock:
            bars = list(self._bars.values())
        width = self._screen.size().columns - 1
        return "\n".join(render.cut_text(line, width) for line in bars)

    async def _prompt(self, session: PromptSession[str]) -> Ending:
        """One run of prompt_toolkit for all lines: a run for each would cost more than the rest of an answer."""
        try:
            await session.prompt_async(handle_sigint=False, set_exception_handler=False)
        except KeyboardInterrupt:
            return Ending.INTERRUPT
        except EOFError:
            return Ending.END_OF_FILE
        return Ending.STOPPED

    def _accept(self, buffer: Buffer) -> bool:
        """Show the line that was typed above the prompt, and take it. False: its text does not stay in the buffer."""
        lines = [one_line(line, LINE) for line in buffer.text.splitlines()]  # several, if pasted
        self._add("".join(f"{PROMPT}{line}\n" for line in lines or [""]))
        self._loop.call_later(TOGETHER_SECONDS, self._show)
        for line in filter(None, lines):
            self._handler.take(line)
        return False

    def _make_keys(self) -> KeyBindings:
        keys = KeyBindings()
        self.completion.bind(keys)

        @keys.add("c-c")
        def interrupt(event: KeyPressEvent) -> None:
            if event.current_buffer.text:
                event.current_buffer.reset()
            elif self._handler.interrupt is not None:
                self.show(self._handler.interrupt)
                event.app.exit(exception=KeyboardInterrupt)

        @keys.add("c-d")
        def end_of_file(event: KeyPressEvent) -> None:
            if event.current_buffer.text:
                event.current_buffer.delete()
            elif self._handler.end_of_file is not None:
                self.show(self._handler.end_of_file)
            else:
                event.app.exit(exception=EOFError)

        return keys

    def _show_words(self, words: str) -> None:
        self._add(words)
        self._show()

    def _cancel(self) -> None:
        self._has_ended = True
        if self._prompting is not None:
            self._prompting.cancel()

    def _redraw(self) -> None:
        if self._session is not None and self._screen.is_ready:
            self._session.app.invalidate()

    def _show(self) -> None:
        if self._waiting and self._screen.is_ready:
            run_in_terminal(self._write_waiting)

    def _write_waiting(self) -> None:
        with self._lock:
            replies, dropped = list(self._waiting), self._dropped
            self._waiting.clear()
            self._dropped = 0
            self._is_woken = False
        if dropped:
            replies.insert(0, Reply(f"{dropped} earlier lines were not shown: the terminal stood still", Level.NOTICE))
        width = self._screen.size().columns
        if replies:
            self._screen.write("".join(self._render(reply, width) for reply in replies))

    def _render(self, reply: Reply | str, width: int) -> str:
        return reply if isinstance(reply, str) else f"{render.render_text(reply, width, self._screen.has_colour)}\n"


def _prefix(line: int, wrapped: int) -> str:
    return "" if wrapped else PROMPT


def _shorten(buffer: Buffer) -> None:
    if len(buffer.text) > LINE:
        buffer.document = Document(buffer.text[:LINE], min(buffer.cursor_position, LINE))
