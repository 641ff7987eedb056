"""A reply in a channel: one line, what is left for `!more`, and no control codes."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.irc.message import count_bytes
from bandstand.bot.irc.pagination import (
    KEPT_SECONDS,
    MAX_READERS,
    Pager,
    fill_line,
    format_announcement,
    format_rows,
    format_summary,
)

TABLE = Reply("9 songs", columns=("code", "title", ""), rows=tuple((f"c{n}", f"Title {n}", "ready") for n in range(9)))


def test_a_reply_begins_with_its_level_and_a_notice_does_not() -> None:
    assert format_summary(Reply("done")) == "ok: done"
    assert format_summary(Reply("no", Level.DENIED)) == "denied: no"
    assert format_summary(Reply("now: x", Level.NOTICE)) == "now: x"


def test_a_row_is_its_cells_and_a_pair_is_a_name_and_its_value() -> None:
    assert format_rows(TABLE)[0] == "c0 Title 0, ready"
    assert format_rows(Reply("a song", columns=("", ""), rows=(("key", "Dm"), ("tempo", "")))) == ["key: Dm", "tempo"]


def test_values_follow_the_headings_of_their_columns_where_they_need_one() -> None:
    columns = ("#", "code", "title", "length", "asked by", "when")
    rows = (("1", "7kq3", "Blue Lantern", "3:12", "ann", "0:20 ago"), ("2", "8aaa", "Road", "", "", "0:05 ago"))
    said = format_rows(Reply("2 songs in the queue", columns=columns, rows=rows))
    assert said == ["1 7kq3 Blue Lantern, 3:12, asked by ann, 0:20 ago", "2 8aaa Road, 0:05 ago"]


def test_what_is_for_terminals_is_left_out_and_fingerprints_are_cut() -> None:
    rows = (("key", "Dm", "1234"), ("sound's fingerprint", "e3b0", ""))
    reply = Reply(
        "a song", columns=("", "", "process"), rows=rows, only_at_terminals=("process", "sound's fingerprint")
    )
    assert format_rows(reply) == ["key: Dm"]
    assert format_summary(Reply(f"made by {'0123456789abcdef' * 4}, twice")) == "ok: made by 01234567…, twice"


def test_rows_of_one_cell_are_names() -> None:
    rows = (("again", "make the last song again"), ("band", "a band"), ("play", "cut in"))
    reply = Reply("help COMMAND says more", columns=("command", "does"), rows=rows, only_at_terminals=("does",))
    assert Pager().show_first("ann", reply, 200, now=0) == ["ok: help COMMAND says more: again, band, play"]


def test_as_many_rows_as_fit_stand_in_the_line_and_the_rest_is_kept() -> None:
    pager = Pager()
    first = pager.show_first("#radio ann", TABLE, 80, now=0)
    assert first == ["ok: 9 songs: c0 Title 0, ready | c1 Title 1, ready (+7 more: !more)"]
    assert pager.show_more("#radio ann", 80, now=1) == [
        "c2 Title 2, ready | c3 Title 3, ready | c4 Title 4, ready (+4 more: !more)"
    ]
    assert pager.show_more("#radio bob", 80, now=1) == ["error: there is nothing more to show"]
    assert pager.show_more("#radio ann", 400, now=2) == [" | ".join(format_rows(TABLE)[5:])]
    assert pager.show_more("#radio ann", 80, now=3) == ["error: there is nothing more to show"]


def test_in_private_several_lines_come_at_once() -> None:
    shown = Pager().show_first("ann", TABLE, 80, now=0, count=4)
    assert len(shown) == 4
    assert "more" not in shown[-1]


def test_the_rest_survives_a_short_answer_and_gives_way_to_a_long_one_and_expires() -> None:
    pager = Pager()
    pager.show_first("ann", TABLE, 80, now=0)
    pager.show_first("ann", Reply("short"), 80, now=1)
    assert pager.show_more("ann", 80, now=2)[0].startswith("c2 Title 2")
    pager.show_first("ann", TABLE, 80, now=3)
    assert pager.show_more("ann", 80, now=3)[0].startswith("c2 Title 2")
    assert pager.show_more("ann", 80, now=4 + KEPT_SECONDS) == ["error: there is nothing more to show"]


def test_a_long_sentence_goes_on_with_more_as_well() -> None:
    pager = Pager()
    first = pager.show_first("ann", Reply("word " * 40), 100, now=0)
    assert first[0].endswith(" more: !more)")
    assert pager.show_more("ann", 300, now=0)[0].startswith("word word")


def test_remainders_of_a_bounded_number_of_readers_are_kept() -> None:
    pager = Pager()
    for number in range(MAX_READERS + 50):
        pager.show_first(f"person {number}", TABLE, 80, now=0)
    assert pager.show_more("person 0", 80, now=0) == ["error: there is nothing more to show"]
    assert pager.show_more(f"person {MAX_READERS + 49}", 80, now=0)[0].startswith("c2")


def test_an_announcement_is_what_fits() -> None:
    assert format_announcement(TABLE, 40, 1) == ["ok: 9 songs: c0 Title 0, ready"]
    assert len(format_announcement(TABLE, 40, 2)) == 2


@given(st.text(max_size=300), st.lists(st.text(max_size=120), max_size=8), st.integers(min_value=60, max_value=200))
def test_every_line_fits_and_has_no_control_codes_and_every_row_is_shown(
    text: str, cells: list[str], limit: int
) -> None:
    pager = Pager()
    reply = Reply(text, rows=tuple((cell,) for cell in cells))
    shown = pager.show_first("ann", reply, limit, now=0)
    while shown[-1].endswith(" more: !more)"):
        shown += pager.show_more("ann", limit, now=0)
        assert len(shown) < 50
    assert all(count_bytes(line) <= limit for line in shown)
    assert not [c for line in shown for c in line if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]


def test_one_thing_at_least_is_shown_however_long() -> None:
    line, left = fill_line("", ["x" * 300, "y"], 50)
    assert line == "x" * 47 + "…"
    assert left == ["y"]
