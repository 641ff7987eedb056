"""Tab: completes the word before the cursor with what the station offers.

The offer comes from the reactor's thread, and one asyncio loop serves the prompts of everybody elsewhere, so nothing in
here waits in that loop: the question is a background task of its prompt. prompt_toolkit's readline-like completion is
not used, because it calls its completer within the key's handler and would hold up all prompts until the answer is in.

Keys that follow Tab are held until then, as at a shell: what they do must not depend on how fast the answer came.
Knows no command.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.utils import get_cwidth
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads

from bandstand.common.api.people import Right
from bandstand.common.text import harmless

COMPLETION_SECONDS = 1.0
"""How long to wait for an answer: the reactor may be ending."""

Complete = Callable[[str], Awaitable[list[str]]]
"""From the line up to the cursor to the words that may stand in place of its last one; awaited in the prompt's loop."""


class OffersCompletions(Protocol):
    """The part of `bot.commands.frontend.Commands` that is used here."""

    def complete(self, text: str, right: Right) -> Deferred[list[str]]: ...


async def ask_for_completions(
    reactor: IReactorFromThreads, commands: OffersCompletions, text: str, right: Right
) -> list[str]:
    """Ask the reactor's thread from an asyncio loop in another thread. Returns no words if no answer comes in time."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(words: list[str]) -> None:
        if not answer.done():
            answer.set_result(words)

    def hand_over(words: list[str]) -> None:
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(settle, words)

    def ask() -> None:
        commands.complete(text, right).addCallback(hand_over)

    reactor.callFromThread(ask)
    try:
        return await asyncio.wait_for(answer, COMPLETION_SECONDS)
    except TimeoutError:
        return []


class TabCompletion:
    """The Tab of one prompt, in its loop's thread. `show` gets the lines of a list, if there is a choice of words;
    `width` returns the columns of the screen."""

    def __init__(self, complete: Complete, show: Callable[[str], None], width: Callable[[], int]) -> None:
        self._complete = complete
        self._show = show
        self._width = width
        self._task: asyncio.Task[None] | None = None
        self._held: list[KeyPress] = []

    def call_when_idle(self, function: Callable[[], object]) -> None:
        """Call it at once, or when the completion that is under way has ended."""
        if self._task is None:
            function()
        else:
            self._task.add_done_callback(lambda _: function())

    def bind(self, keys: KeyBindings) -> None:
        under_way = Condition(lambda: self._task is not None)

        @keys.add("tab", filter=has_focus(DEFAULT_BUFFER))
        def start(event: KeyPressEvent) -> None:
            self._task = event.app.create_background_task(self._run(event))

        @keys.add(Keys.Any, filter=under_way, eager=True, record_in_macro=False, save_before=lambda _: False)
        def hold(event: KeyPressEvent) -> None:
            self._held += event.key_sequence

    async def _run(self, event: KeyPressEvent) -> None:
        """Complete, then process the keys that were held."""
        line = event.current_buffer.document.current_line_before_cursor
        try:
            words = await self._complete(line)
            self._apply(event.current_buffer, line, [harmless(word) for word in words])
        finally:
            self._task = None
            held, self._held = self._held, []
            event.key_processor.feed_multiple(held, first=True)
        event.key_processor.process_keys()
        event.app.invalidate()

    def _apply(self, buffer: Buffer, line: str, words: Sequence[str]) -> None:
        """Insert the only word and a blank; else insert what all words have in common; else list them."""
        typed = line.rpartition(" ")[2]
        common = _common_beginning(words)
        if len(words) == 1:
            buffer.delete_before_cursor(len(typed))
            buffer.insert_text(words[0] + ("" if words[0].endswith("=") else " "))
        elif len(common) > len(typed) and common.startswith(typed):
            buffer.insert_text(common[len(typed) :])
        elif words:
            self._show(in_columns(words, self._width()))


def _common_beginning(words: Sequence[str]) -> str:
    """What all words begin with: the same as what the first and the last in order begin with."""
    if not words:
        return ""
    first, last = min(words), max(words)
    same = next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first[:same]


def in_columns(words: Sequence[str], width: int) -> str:
    """The words in columns, in their order downwards, as lines of at most `width` cells."""
    cell = min(width, max(map(get_cwidth, words)) + 2)
    columns = max(1, width // cell)
    rows = -(-len(words) // columns)
    lines = []
    for row in range(rows):
        cells = words[row::rows]
        lines.append("".join(word + " " * (cell - get_cwidth(word)) for word in cells).rstrip())
    return "".join(f"{line}\n" for line in lines)
