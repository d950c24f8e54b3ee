"""Numbers in log lines are added up, and their growth is measured."""

from collections.abc import Callable

import pytest

from engine.count import Count, count
from engine.variant import Variant
from faults import UserError

Write = Callable[[str], Variant]


def counted(found: Count | None, *lines: tuple[str, str]) -> int:
    assert found
    for service, text in lines:
        found.add(service, text)
    return found.total


def test_the_label_of_a_service_counts_its_lines_only(variant: Write) -> None:
    text = """
services:
  worker: {image: x, labels: {dcgen.count: '(\\d+) units'}}
  rng: {image: x}
"""
    lines = [("worker", "INFO 3 units done"), ("worker", "4 coins"), ("rng", "5 units")]

    assert counted(count(variant(text)), *lines) == 3


def test_a_wish_counts_the_lines_of_all(variant: Write) -> None:
    text = "services:\n  a: {image: x}\n  b: {image: x}\n"

    assert counted(count(variant(text), "served"), ("a", "served /"), ("b", "served /x")) == 2


def test_without_label_and_wish_nothing_is_counted(variant: Write) -> None:
    assert count(variant("services:\n  a: {image: x}\n")) is None


def test_an_expression_that_does_not_read_is_refused_with_its_line(variant: Write) -> None:
    text = "services:\n  a:\n    image: x\n    labels: {dcgen.count: '('}\n"

    with pytest.raises(UserError, match=r"compose.yml:4: '\(' is not a regular expression"):
        count(variant(text))


def test_an_expression_that_is_too_large_is_refused(variant: Write) -> None:
    text = "services:\n  a:\n    image: x\n    labels: {dcgen.count: 'a{9999999999}'}\n"

    with pytest.raises(UserError, match="the repetition number is too large"):
        count(variant(text))


def test_the_rate_leaves_out_what_was_before_it_was_warm(variant: Write) -> None:
    found = count(variant("services:\n  a: {image: x}\n"), r"(\d+)")
    assert found
    found.add("a", "1000")
    found.warm(10)
    found.add("a", "30")

    assert found.measured(13) == (10.0, 3.0)


def test_the_speed_is_that_of_the_last_five_seconds(variant: Write) -> None:
    found = count(variant("services:\n  a: {image: x}\n"), r"(\d+)")
    assert found
    found.mark(0)
    for second in range(1, 11):
        found.add("a", "100" if second == 1 else "2")
        marked = found.mark(second)

    assert (found.total, marked) == (118, 2.0)
