from common.text import one_line
from composer.draw import Draw
from composer.titles import title


def test_a_title_is_the_seeds_own() -> None:
    assert title(Draw(4)) == title(Draw(4))


def test_titles_are_short_plain_and_various() -> None:
    titles = [title(Draw(seed)) for seed in range(500)]
    assert all(text == one_line(text, 50) and text.isascii() for text in titles)
    assert len(set(titles)) > 400
