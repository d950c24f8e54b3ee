"""How fast counted lines say that work is done in a window, whenever they come."""

import re
from statistics import fmean

import pytest

from engine.count import Count
from engine.trial.lines import Told


def _told(*lines: tuple[float, int]) -> Told:
    told = Told(Count({"worker": re.compile(r"(\d+) units")}))
    for at_s, number in lines:
        told.add("worker", "worker-1", f"{number} units", at_s)
    return told


@pytest.mark.parametrize("window_s", [1.0, 3.0, 12.0])
@pytest.mark.parametrize("period_s", [0.1, 0.24, 0.4, 0.9, 1.0, 2.04, 2.9])
def test_steady_work_is_as_fast_wherever_windows_begin(period_s: float, window_s: float) -> None:
    told = _told(*((period_s * k, 2) for k in range(int(55 / period_s))))
    begins = [6 + 10 * period_s * k / 397 for k in range(397)]

    speed = fmean(told.per_s(begin_s, begin_s + window_s) for begin_s in begins)

    assert speed == pytest.approx(2 / period_s, rel=0.03)


def test_what_is_said_now_and_then_of_uneven_work_is_right_on_average() -> None:
    # A unit in 2.3 s, told at the full second after it: one line after 2 s, or after 3.
    at_s = [float(-(-2.3 * k // 1)) for k in range(1, 25)]
    told = _told(*((moment, 1) for moment in at_s))

    speeds = [told.per_s(5 + 0.1 * k, 8 + 0.1 * k) for k in range(400)]

    assert fmean(speeds) == pytest.approx(1 / 2.3, rel=0.03)


def test_between_many_lines_the_time_is_known() -> None:
    told = _told(*((k / 5, 1 + k % 2) for k in range(100)))

    assert told.per_s(7.05, 8.95) == pytest.approx(13 / 1.6, rel=0.1)


def test_lines_that_come_together_count_in_the_whole_window() -> None:
    burst = [(second + step / 100, 1) for second in range(0, 20, 2) for step in range(5)]
    told = _told(*burst)

    assert told.per_s(9.5, 11.5) == pytest.approx(5 / 2)


def test_who_says_nothing_has_done_nothing() -> None:
    assert _told((1, 4), (2, 4), (3, 4)).per_s(3.5, 4.5) == 0
    assert _told().per_s(4, 7) == 0


def test_one_line_is_about_the_window_that_it_is_in() -> None:
    assert _told((5, 3)).per_s(4, 7) == 1
