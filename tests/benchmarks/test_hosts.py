"""What the measurement of several hosts says of two contestants, and when a bar is missed."""

import pytest

from benchmarks.hosts import Started, report


@pytest.mark.parametrize(("most", "missed"), [(1.6, True), (2.0, False)])
def test_a_ratio_is_of_each_turn_and_beside_what_processors_allow(
    capsys: pytest.CaptureFixture[str], most: float, *, missed: bool
) -> None:
    one = [Started(2.0, 0.5), Started(4.0, 0.5), Started(2.0, 0.5)]
    five = [Started(3.0, 1.0), Started(8.0, 0.75), Started(4.0, 0.8)]

    assert report("hosts", {"1": one, "5": five}, most) is missed
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("hosts, 1: 2.0 s (2.0 to 4.0), 50% of ")
    assert said[2] == (
        f"hosts, ratio: 2.00 (1.50 to 2.00), at most {most:g}; the processors alone: 1.50"
    )
