from collections import Counter

from composer.draw import Draw

RECORDED = [0.553589764079, 0.998358891574, 0.79007077252]


def test_the_same_seed_draws_the_same() -> None:
    one, other = Draw(7), Draw(7)
    assert [one.unit() for _ in range(20)] == [other.unit() for _ in range(20)]


def test_draws_are_the_ones_that_were_recorded() -> None:
    """Stored seeds must make the same songs on every version of Python."""
    draw = Draw(7)
    assert [round(draw.unit(), 12) for _ in range(3)] == RECORDED


def test_a_branch_does_not_depend_on_what_was_drawn_before() -> None:
    one, other = Draw(7), Draw(7)
    one.unit()
    assert one.branch("bass", 2).unit() == other.branch("bass", 2).unit()


def test_branches_of_other_names_differ() -> None:
    draw = Draw(7)
    values = {draw.branch(name).unit() for name in ("a", "b", "c")} | {draw.branch("a", "b").unit()}
    assert len(values) == 4


def test_between_includes_both_ends() -> None:
    draw = Draw(1)
    assert {draw.between(2, 4) for _ in range(100)} == {2, 3, 4}


def test_weights_decide_how_often() -> None:
    draw = Draw(1)
    counts = Counter(draw.weighted((("often", 9), ("seldom", 1), ("never", 0))) for _ in range(1000))
    assert 850 < counts["often"] < 950
    assert counts["never"] == 0


def test_spread_stays_within_its_width() -> None:
    draw = Draw(1)
    values = [draw.spread(12) for _ in range(1000)]
    assert max(map(abs, values)) <= 12
    assert abs(sum(values) / len(values)) < 1
