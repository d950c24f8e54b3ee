"""How fast counted lines say that work is done, whenever somebody looks."""

import re

import pytest

from engine.docker.printed import bytes_in, log_line, percent_in
from engine.top.speed import Speeds

UNITS = {"worker": re.compile(r"(\d+) units")}


def _speeds(*lines: tuple[float, int]) -> Speeds:
    speeds = Speeds(UNITS)
    for at_s, number in lines:
        speeds.add("worker", "worker-1", f"{number} units", at_s, at_s)
    return speeds


@pytest.mark.parametrize("look_s", [4.0, 4.3, 4.99])
def test_steady_work_is_a_straight_line_between_two_lines(look_s: float) -> None:
    speeds = _speeds((1, 9), (2, 3), (3, 4), (4, 3))

    assert speeds.per_s("worker-1", look_s) == pytest.approx(10 / 3)


def test_the_first_line_says_nothing_yet() -> None:
    assert _speeds((1, 9)).per_s("worker-1", 1.5) is None
    assert _speeds().per_s("worker-1", 1.5) is None


def test_who_says_nothing_any_more_becomes_slower_and_stops() -> None:
    speeds = _speeds((1, 4), (2, 4), (3, 4))
    late = [speeds.per_s("worker-1", now_s) or 0.0 for now_s in (3.0, 7.0, 11.0, 60.0)]

    assert late == [4.0, pytest.approx(8 / 6), pytest.approx(8 / 10), 0.0]


def test_a_line_that_is_told_again_counts_once() -> None:
    speeds = _speeds((1, 4), (2, 4), (3, 4), (1, 4), (2, 4), (3, 4))

    assert speeds.per_s("worker-1", 3.0) == 4.0


def test_a_line_of_nothing_done_counts_as_time() -> None:
    assert _speeds((1, 4), (2, 4), (3, 0)).per_s("worker-1", 3.0) == 2.0


def test_other_lines_and_other_services_say_nothing() -> None:
    speeds = _speeds((1, 4), (2, 4))
    speeds.add("worker", "worker-1", "hello", 3, 3)
    speeds.add("rng", "rng-1", "7 units", 3, 3)

    assert speeds.per_s("worker-1", 2.5) == 4.0
    assert speeds.per_s("rng-1", 3.0) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("0B ", 0, id="nothing"),
        pytest.param("10.5MiB ", 11010048, id="as Linux has it"),
        pytest.param("1.5GB", 1500000000, id="as Windows has it"),
        pytest.param("--", None, id="not known"),
        pytest.param("3 bananas", None, id="no unit of memory"),
    ],
)
def test_memory_is_read_as_docker_tells_it(text: str, number: int | None) -> None:
    assert bytes_in(text) == number


@pytest.mark.parametrize(
    ("text", "number"), [("12.34%", 12.34), ("0.00%", 0.0), ("--", None), ("", None)]
)
def test_cpu_is_read_as_docker_tells_it(text: str, number: float | None) -> None:
    assert percent_in(text) == number


AT_S = 1795620676


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param(
            "\x1b[2Krng1-1  | 2026-11-25T15:31:16.5Z 172.41.0.4 'GET /' 200 28",
            ("rng1-1", AT_S + 0.5, "172.41.0.4 'GET /' 200 28"),
            id="Compose 2",
        ),
        pytest.param(
            "worker_1     | 2026-11-25T15:31:16.250000000Z 3 units | more",
            ("worker_1", AT_S + 0.25, "3 units | more"),
            id="Compose 1",
        ),
        pytest.param("worker-1  | 2026-11-25T15:31:16Z ", ("worker-1", AT_S, ""), id="empty"),
        pytest.param("Attaching to worker_1", None, id="another line"),
        pytest.param("worker-1 exited with code 0", None, id="an end"),
    ],
)
def test_a_line_of_compose_is_read(line: str, found: tuple[str, float, str] | None) -> None:
    assert log_line(line) == found
