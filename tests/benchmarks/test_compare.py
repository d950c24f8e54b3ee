"""How `make compare` judges what it measured."""

import pytest

from benchmarks.compare import Result, findings

ONE = Result(9.7, {})


@pytest.mark.parametrize(
    ("three", "words"),
    [
        pytest.param(
            Result(29.0, {"rng1": 100, "rng2": 101, "rng3": 99}), [], id="as it should be"
        ),
        pytest.param(Result(27.0, {"rng1": 82, "rng2": 118, "rng3": 100}), [], id="just so"),
        pytest.param(Result(20.0, {"rng1": 1, "rng2": 1, "rng3": 1}), ["2.7 times"], id="too slow"),
        pytest.param(Result(29.0, {"rng1": 70, "rng2": 130, "rng3": 100}), ["20%"], id="uneven"),
        pytest.param(Result(29.0, {}), ["20%"], id="unknown shares"),
    ],
)
def test_comparison_names_what_it_misses(three: Result, words: list[str]) -> None:
    found = findings(ONE, three)

    assert len(found) == len(words)
    assert all(word in finding for word, finding in zip(words, found, strict=True))
