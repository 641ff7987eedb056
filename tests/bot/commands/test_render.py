"""How replies look."""

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bandstand.bot.commands.frontend import Help, HelpEntry
from bandstand.bot.commands.render import as_json, count_cells, cut_text, render_bar, render_text
from bandstand.bot.commands.reply import Level, Message, Reply
from bandstand.common.api import events, refusals, results
from bandstand.common.api.people import Right
from tests.bot.commands.samples import LANTERN, RESULTS

SONGS = Reply(
    "2 songs",
    columns=("code", "title", "length"),
    rows=(("ab2c", "Short", "0:30"), ("xy3z", "夜の電車", "1:02:03")),
)


def test_an_answer_begins_with_its_level() -> None:
    assert render_text(Reply("composing ab2c")) == "ok: composing ab2c"
    assert render_text(Reply("there is no such song", Level.ERROR)) == "error: there is no such song"


def test_a_notice_begins_with_a_mark_and_no_level() -> None:
    assert render_text(Reply("now playing Blue Robot", Level.NOTICE)) == "* now playing Blue Robot"


def test_columns_are_aligned_by_what_the_terminal_shows() -> None:
    assert render_text(SONGS).splitlines() == [
        "ok: 2 songs",
        "  code  title     length",
        "  ab2c  Short     0:30",
        "  xy3z  夜の電車  1:02:03",
    ]


def test_columns_without_names_have_no_header() -> None:
    reply = Reply("Bandstand", columns=("", ""), rows=(("key", "C"), ("tempo", "120")))
    assert render_text(reply).splitlines() == ["ok: Bandstand", "  key    C", "  tempo  120"]


def test_a_table_that_is_too_wide_gives_from_its_widest_column() -> None:
    reply = Reply("x", columns=("code", "title"), rows=(("ab2c", "a very long title that goes on and on"),))
    assert render_text(reply, 20).splitlines()[2] == "  ab2c  a very long…"


def test_nothing_that_is_shown_carries_a_control_code() -> None:
    reply = Reply("a\x1b[2Jb\r\nc", columns=("x\x07",), rows=(("y\u202e\n!quit",),))
    assert render_text(reply) == "ok: a [2Jb c\n  x\n  y !quit"


def test_colour_comes_only_when_asked_for() -> None:
    assert "\x1b" not in render_text(SONGS)
    assert "\x1b[32mok:\x1b[0m 2 songs" in render_text(SONGS, colour=True)


def test_a_columns_table_without_rows_is_only_its_summary() -> None:
    assert render_text(Reply("0 songs", columns=("code", "title"))) == "ok: 0 songs"


def test_json_is_the_result_and_not_the_sentence() -> None:
    result = results.Songs(songs=(LANTERN,), total=1)
    assert json.loads(as_json(Reply("1 song", value=result))) == {
        "result": "songs",
        "songs": [
            {
                "code": "7kq3",
                "title": "Blue Lantern",
                "artist": "The Robots",
                "state": "ready",
                "seconds": 90.0,
                "created": 900.0,
                "kind": "song",
            }
        ],
        "total": 1,
    }


def test_json_of_what_is_not_done_is_the_refusal() -> None:
    why = refusals.NeedsRight("skip", Right.DJ)
    assert json.loads(as_json(Reply("no", Level.DENIED, value=why))) == {
        "refused": "needs_right",
        "request": "skip",
        "right": "dj",
        "granters": [],
    }


def test_json_of_what_happened_is_the_event() -> None:
    event = events.MountCameOn(mount="/radio.mp3")
    assert json.loads(as_json(Reply("on", Level.NOTICE, value=event))) == {
        "event": "mount_came_on",
        "mount": "/radio.mp3",
    }


def test_json_of_help_lists_the_commands() -> None:
    entry = HelpEntry("queue", "queue [SONG]", "show the queue", "queue blue lantern", ("q",))
    assert json.loads(as_json(Reply("help", value=Help(commands=(entry,))))) == {
        "result": "help",
        "commands": [
            {
                "name": "queue",
                "usage": "queue [SONG]",
                "summary": "show the queue",
                "example": "queue blue lantern",
                "aliases": ["q"],
            }
        ],
    }


def test_json_of_what_has_no_value_is_its_sentence() -> None:
    assert json.loads(as_json(Reply("goodbye", Level.NOTICE))) == {"summary": "goodbye", "level": "notice"}


def test_a_message_comes_back_as_it_was_sent() -> None:
    message = Message(SONGS, 3)
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


@pytest.mark.parametrize(
    "value", [*RESULTS.values(), refusals.NoSuchSong("x", 1)], ids=lambda value: type(value).__name__
)
def test_a_value_is_the_same_json_after_it_has_travelled(value: object) -> None:
    reply = Reply("x", job="12", value=value)
    travelled = msgspec.json.decode(msgspec.json.encode(Message(reply, 1)), type=Message).reply
    assert as_json(travelled) == as_json(reply)


@given(st.text(), st.integers(0, 40))
def test_a_cut_text_is_never_wider_than_asked(sample: str, width: int) -> None:
    shown = cut_text("".join(c for c in sample if c.isprintable()), width)
    assert count_cells(shown) <= width


@example([("", "00\U00016f510", "")], 8)  # a mark that widens what it stands on
@given(st.lists(st.tuples(st.text(), st.text(), st.text()), min_size=1, max_size=5), st.integers(1, 80))
def test_no_line_of_a_table_is_wider_than_the_terminal(rows: list[tuple[str, ...]], width: int) -> None:
    lines = render_text(Reply("x", columns=("a", "b", "c"), rows=tuple(rows)), width).split("\n")
    assert len(lines) == len(rows) + 2
    assert all(count_cells(line) <= width for line in lines[1:])


def test_a_bar_is_never_longer_than_itself() -> None:
    assert {len(render_bar(fraction)) for fraction in (-1.0, 0.0, 0.3, 1.0, 7.0)} == {len(render_bar(0.5))}
