"""Waiting for a fact."""

import pytest

from tests.lab.waiting import TooLateError, until


def test_the_first_true_answer_is_returned() -> None:
    answers = iter(["", "", "yes", "later"])

    assert until(lambda: next(answers), "a yes") == "yes"


def test_a_fact_is_asked_for_once_even_when_there_is_no_time() -> None:
    assert until(lambda: True, "at once", deadline_s=0)


def test_the_deadline_names_what_was_waited_for_and_the_last_answer() -> None:
    with pytest.raises(TooLateError, match=r"not within 0 s: rain \(last answer: 0\)"):
        until(lambda: 0, "rain", deadline_s=0)
