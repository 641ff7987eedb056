"""A reply in a channel: one line, what is left for `!more`, and no control codes."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.irc.pages import KEPT_SECONDS, MOST_KEPT, Pages, lines, packed, rows, sentence
from bot.irc.text import size
from bot.request import Level, Reply

TABLE = Reply("9 songs", columns=("code", "title", ""), rows=tuple((f"c{n}", f"Title {n}", "ready") for n in range(9)))


def test_a_reply_begins_with_what_it_is_and_a_notice_does_not() -> None:
    assert sentence(Reply("done")) == "ok: done"
    assert sentence(Reply("no", Level.DENIED)) == "denied: no"
    assert sentence(Reply("now: x", Level.NOTICE)) == "now: x"


def test_a_row_is_its_cells_and_a_pair_is_a_name_and_its_value() -> None:
    assert rows(TABLE)[0] == "c0 Title 0 ready"
    assert rows(Reply("a song", columns=("", ""), rows=(("key", "Dm"), ("tempo", "")))) == ["key: Dm", "tempo"]


def test_as_many_rows_as_fit_stand_in_the_line_and_the_rest_is_kept() -> None:
    pages = Pages()
    first = pages.first("#radio ann", TABLE, 80, now=0)
    assert first == ["ok: 9 songs: c0 Title 0 ready | c1 Title 1 ready (+7 more: !more)"]
    assert pages.more("#radio ann", 80, now=1) == [
        "c2 Title 2 ready | c3 Title 3 ready | c4 Title 4 ready (+4 more: !more)"
    ]
    assert pages.more("#radio bob", 80, now=1) == ["error: there is nothing more to show"]
    assert pages.more("#radio ann", 400, now=2) == [" | ".join(rows(TABLE)[5:])]
    assert pages.more("#radio ann", 80, now=3) == ["error: there is nothing more to show"]


def test_in_private_several_lines_come_at_once() -> None:
    shown = Pages().first("ann", TABLE, 80, now=0, count=4)
    assert len(shown) == 4
    assert "more" not in shown[-1]


def test_a_new_answer_takes_the_old_ones_place_and_the_rest_expires() -> None:
    pages = Pages()
    pages.first("ann", TABLE, 80, now=0)
    pages.first("ann", Reply("short"), 80, now=1)
    assert pages.more("ann", 80, now=2) == ["error: there is nothing more to show"]
    pages.first("ann", TABLE, 80, now=3)
    assert pages.more("ann", 80, now=4 + KEPT_SECONDS) == ["error: there is nothing more to show"]


def test_a_long_sentence_goes_on_with_more_as_well() -> None:
    pages = Pages()
    first = pages.first("ann", Reply("word " * 40), 100, now=0)
    assert first[0].endswith(" more: !more)")
    assert pages.more("ann", 300, now=0)[0].startswith("word word")


def test_the_rests_of_few_people_are_kept() -> None:
    pages = Pages()
    for number in range(MOST_KEPT + 50):
        pages.first(f"person {number}", TABLE, 80, now=0)
    assert pages.more("person 0", 80, now=0) == ["error: there is nothing more to show"]
    assert pages.more(f"person {MOST_KEPT + 49}", 80, now=0)[0].startswith("c2")


def test_an_announcement_is_what_fits() -> None:
    assert list(lines(TABLE, 40, 1)) == ["ok: 9 songs: c0 Title 0 ready"]
    assert len(list(lines(TABLE, 40, 2))) == 2


@given(st.text(max_size=300), st.lists(st.text(max_size=120), max_size=8), st.integers(min_value=60, max_value=200))
def test_every_line_fits_and_has_no_control_codes_and_every_row_is_shown(
    text: str, cells: list[str], room: int
) -> None:
    pages = Pages()
    reply = Reply(text, rows=tuple((cell,) for cell in cells))
    shown = pages.first("ann", reply, room, now=0)
    while shown[-1].endswith(" more: !more)"):
        shown += pages.more("ann", room, now=0)
        assert len(shown) < 50
    assert all(size(line) <= room for line in shown)
    assert not [c for line in shown for c in line if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]


def test_one_thing_at_least_is_shown_however_long() -> None:
    line, left = packed("", ["x" * 300, "y"], 50)
    assert line == "x" * 47 + "…"
    assert left == ["y"]
