"""What the numbers of a measurement mean."""

from benchmarks.measure import Spread, interleave, spread


def test_a_spread_is_the_middle_and_the_range() -> None:
    assert spread([3.0, 1.0, 10.0]) == Spread(median=3.0, least=1.0, greatest=10.0)


def test_all_contestants_have_their_turn_before_one_has_its_second() -> None:
    turns: list[str] = []

    found = interleave({"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}, 2)

    assert sorted(turns[:2]) == sorted(turns[2:]) == ["a", "b"]
    assert turns[0] != turns[2]  # nobody is always first
    assert {name: len(values) for name, values in found.items()} == {"a": 2, "b": 2}
