"""A difference is told only if it is larger than the noise."""

import math
import random

import pytest

from advise.noise import gains, quantile, spread


@pytest.mark.parametrize(
    ("confidence", "freedom", "expected"),
    [(0.99, 1, 63.657), (0.99, 2, 9.925), (0.99, 10, 3.169), (0.95, 5, 2.571), (0.9, 30, 1.697)],
)
def test_quantiles_are_those_of_students_table(
    confidence: float, freedom: int, expected: float
) -> None:
    assert quantile(confidence, freedom) == pytest.approx(expected, abs=0.001)


def test_one_round_says_nothing_about_the_noise() -> None:
    gain = gains({"rng": [2.0]})["rng"]

    assert gain.ratio == pytest.approx(2.0)
    assert (gain.low, gain.high) == (pytest.approx(0, abs=1e-9), pytest.approx(math.exp(700)))


def test_configurations_share_what_is_known_of_the_noise() -> None:
    alone = gains({"a": [1.9, 2.1]})["a"]
    together = gains({"a": [1.9, 2.1], "b": [0.95, 1.05], "c": [1.0, 1.1]})["a"]

    assert together.high - together.low < (alone.high - alone.low) / 3


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    draw = random.Random(4)
    held = 0
    for _ in range(400):
        ratios = [1.5 * math.exp(draw.gauss(0, 0.08)) for _ in range(4)]
        gain = gains({"a": ratios}, 0.9)["a"]
        held += gain.low <= 1.5 <= gain.high

    assert 340 <= held <= 380


def test_equal_measurements_are_no_certainty() -> None:
    assert spread({"a": [1.0, 1.0, 1.0]}) == (0.005, 2)
