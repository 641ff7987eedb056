"""How replies look."""

import json

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from bot.render import Message, as_json, bar, cells, cut, text
from bot.request import Level, Reply

SONGS = Reply(
    "2 songs",
    columns=("code", "title", "length"),
    rows=(("ab2c", "Short", "0:30"), ("xy3z", "夜の電車", "1:02:03")),
)


def test_an_answer_begins_with_its_level() -> None:
    assert text(Reply("composing ab2c")) == "ok: composing ab2c"
    assert text(Reply("there is no such song", Level.ERROR)) == "error: there is no such song"


def test_a_notice_begins_with_a_mark_and_no_level() -> None:
    assert text(Reply("now playing Blue Robot", Level.NOTICE)) == "* now playing Blue Robot"


def test_columns_are_aligned_by_what_the_terminal_shows() -> None:
    assert text(SONGS).splitlines() == [
        "ok: 2 songs",
        "  code  title     length",
        "  ab2c  Short     0:30",
        "  xy3z  夜の電車  1:02:03",
    ]


def test_columns_without_names_have_no_header() -> None:
    reply = Reply("Bandstand", columns=("", ""), rows=(("key", "C"), ("tempo", "120")))
    assert text(reply).splitlines() == ["ok: Bandstand", "  key    C", "  tempo  120"]


def test_a_table_that_is_too_wide_gives_from_its_widest_column() -> None:
    reply = Reply("x", columns=("code", "title"), rows=(("ab2c", "a very long title that goes on and on"),))
    assert text(reply, 20).splitlines()[2] == "  ab2c  a very long…"


def test_nothing_that_is_shown_carries_a_control_code() -> None:
    reply = Reply("a\x1b[2Jb\r\nc", columns=("x\x07",), rows=(("y\u202e\n!quit",),))
    assert text(reply) == "ok: a [2Jb c\n  x\n  y !quit"


def test_colour_comes_only_when_asked_for() -> None:
    assert "\x1b" not in text(SONGS)
    assert "\x1b[32mok:\x1b[0m 2 songs" in text(SONGS, colour=True)


def test_a_columns_table_without_rows_is_only_its_summary() -> None:
    assert text(Reply("0 songs", columns=("code", "title"))) == "ok: 0 songs"


def test_json_has_every_field_of_a_reply() -> None:
    assert json.loads(as_json(Reply("done", Level.OK, job="j4"))) == {
        "summary": "done",
        "level": "ok",
        "columns": [],
        "rows": [],
        "job": "j4",
    }


def test_a_message_comes_back_as_it_was_sent() -> None:
    message = Message(SONGS, 3)
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


@given(st.text(), st.integers(0, 40))
def test_a_cut_text_is_never_wider_than_asked(sample: str, width: int) -> None:
    shown = cut("".join(c for c in sample if c.isprintable()), width)
    assert cells(shown) <= width


@example([("", "00\U00016f510", "")], 8)  # a mark that widens what it stands on
@given(st.lists(st.tuples(st.text(), st.text(), st.text()), min_size=1, max_size=5), st.integers(1, 80))
def test_no_line_of_a_table_is_wider_than_the_terminal(rows: list[tuple[str, ...]], width: int) -> None:
    lines = text(Reply("x", columns=("a", "b", "c"), rows=tuple(rows)), width).split("\n")
    assert len(lines) == len(rows) + 2
    assert all(cells(line) <= width for line in lines[1:])


def test_a_bar_is_never_longer_than_itself() -> None:
    assert {len(bar(fraction)) for fraction in (-1.0, 0.0, 0.3, 1.0, 7.0)} == {len(bar(0.5))}
