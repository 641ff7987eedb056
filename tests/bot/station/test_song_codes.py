"""Codes that name songs."""

from random import Random

import pytest

from bandstand.bot.station.ordering import CODE_ALPHABET, CODE_LENGTH, draw_code


def test_a_code_is_short_and_of_letters_and_digits_that_nobody_mistakes() -> None:
    for seed in range(200):
        code = draw_code(Random(seed), lambda _: False)
        assert len(code) == CODE_LENGTH
        assert set(code) <= set(CODE_ALPHABET)
        assert not set(code) & set("01ilo")


def test_a_code_is_never_a_number_because_jobs_have_those() -> None:
    class Sevens(Random):
        calls = 0

        def random(self) -> float:
            self.calls += 1
            return (5 if self.calls <= CODE_LENGTH else 20) / len(CODE_ALPHABET) + 0.001

    assert not draw_code(Sevens(), lambda _: False).isdigit()


def test_a_code_that_is_taken_is_drawn_again_and_codes_get_longer_once_they_are_rare() -> None:
    taken = {draw_code(Random(1), lambda _: False)}
    assert draw_code(Random(1), taken.__contains__) not in taken
    assert len(draw_code(Random(1), lambda code: len(code) <= CODE_LENGTH)) == CODE_LENGTH + 1


def test_when_all_are_taken_it_gives_up() -> None:
    with pytest.raises(RuntimeError, match="taken"):
        draw_code(Random(1), lambda _: True)
