from collections import Counter

from bandstand.composer.random_source import RandomSource

RECORDED = [0.553589764079, 0.998358891574, 0.79007077252]


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, other = RandomSource(7), RandomSource(7)
    assert [one.draw_uniform() for _ in range(20)] == [other.draw_uniform() for _ in range(20)]


def test_numbers_stay_the_same() -> None:
    """A stored seed must give the same song in every version of Python."""
    random = RandomSource(7)
    assert [round(random.draw_uniform(), 12) for _ in range(3)] == RECORDED


def test_a_branch_does_not_depend_on_what_was_drawn_before() -> None:
    one, other = RandomSource(7), RandomSource(7)
    one.draw_uniform()
    assert one.branch("bass", 2).draw_uniform() == other.branch("bass", 2).draw_uniform()


def test_branches_with_other_names_differ() -> None:
    random = RandomSource(7)
    values = {random.branch(name).draw_uniform() for name in ("a", "b", "c")} | {random.branch("a", "b").draw_uniform()}
    assert len(values) == 4


def test_integers_include_both_ends() -> None:
    random = RandomSource(1)
    assert {random.draw_integer(2, 4) for _ in range(100)} == {2, 3, 4}


def test_choices_follow_their_weights() -> None:
    random = RandomSource(1)
    counts = Counter(random.choose_weighted((("often", 9), ("seldom", 1), ("never", 0))) for _ in range(1000))
    assert 850 < counts["often"] < 950
    assert counts["never"] == 0


def test_triangular_numbers_stay_within_their_width() -> None:
    random = RandomSource(1)
    values = [random.draw_triangular(12) for _ in range(1000)]
    assert max(map(abs, values)) <= 12
    assert abs(sum(values) / len(values)) < 1
