"""How the page reckons speeds: steady work is a straight line, and history does not change."""

from collections.abc import Mapping

import pytest

from dockercoins.webui.history import History, Point
from dockercoins.webui.reading import Reading, Worker
from dockercoins.webui.speed import Track
from dockercoins.webui.speeds import UNNAMED, Pace, Speeds, together


def worker(name: str, units: int, at_s: float) -> Worker:
    return Worker(name, "node1", units, 0, at_s)


def test_a_steady_speed_is_a_straight_line_although_units_are_whole() -> None:
    # 3.33 a second, told once a second in whole units: 3, 6, 10, 13, …
    track = Track()
    shown = []
    for second in range(60):
        track.add(second, int(second * 10 / 3))
        shown.append(track.per_second(second))

    after_start = [speed for speed in shown[15:] if speed is not None]
    assert len(after_start) == 45
    assert max(after_start) - min(after_start) < 0.15
    assert sum(after_start) / 45 == pytest.approx(10 / 3, abs=0.02)


def test_it_matters_not_when_the_page_reads() -> None:
    often, seldom = Track(), Track()
    for tick in range(300):
        told_s = tick // 10
        often.add(told_s, 5 * told_s)
        if tick % 10 == 7:
            seldom.add(told_s, 5 * told_s)

    assert often.per_second(29.9) == seldom.per_second(29.9) == pytest.approx(5)


def test_who_says_nothing_does_nothing() -> None:
    track = Track()
    for second in range(10):
        track.add(second, 7 * second)

    assert track.per_second(9) == pytest.approx(7)
    assert track.per_second(20) == 0


def test_too_few_points_are_no_speed() -> None:
    track = Track()
    track.add(0, 1)
    track.add(1, 4)

    assert track.per_second(1) is None


def follow(counts: Mapping[int, tuple[int, dict[str, int]]]) -> dict[str, Pace]:
    """Return the paces after readings: second to the counter, and the units by worker."""
    speeds = Speeds()
    paces: dict[str, Pace] = {}
    for second, (hashes, units) in counts.items():
        workers = tuple(worker(name, done, second) for name, done in units.items())
        paces = speeds.follow(Reading(second, hashes, 0, workers))
    return paces


def test_each_worker_has_its_own_speed_and_all_add_up() -> None:
    paces = follow({s: (30 * s, {"a": 10 * s, "b": 20 * s}) for s in range(20)})

    assert {name: round(pace.hashes or 0, 2) for name, pace in paces.items()} == {"a": 10, "b": 20}
    assert together(paces).hashes == pytest.approx(30)


def test_workers_of_the_workshop_are_what_the_counter_has_beside() -> None:
    paces = follow({s: (13 * s, {"a": 10 * s}) for s in range(20)})

    assert paces[UNNAMED].hashes == pytest.approx(3)
    assert paces["a"].hashes == pytest.approx(10)


def test_a_counter_that_went_back_is_no_work() -> None:
    before = {s: (100 * s, {}) for s in range(10)}
    paces = follow(before | {10 + s: (0, {}) for s in range(10)})

    assert together(paces).hashes in (0, None)


def test_a_point_never_changes_once_it_is_made() -> None:
    history = History()
    for second in range(120):
        history.add(Point(second, Pace(second, None), {}))
    before = history.rows()
    for second in range(120, 150):
        history.add(Point(second, Pace(1000, None), {}))
    after = history.rows()

    for window, rows in before.items():
        kept = {row[0]: row for row in after[window]}
        assert [row for row in rows if kept.get(row[0], row) != row] == [], window


@pytest.mark.parametrize(
    ("window", "points", "first"),
    [
        pytest.param(60, 61, 5.0, id="the minute, each second"),
        pytest.param(600, 121, 5.0, id="ten minutes, each five seconds"),
        pytest.param(3600, 121, 5.0, id="the hour, each half minute"),
    ],
)
def test_the_server_keeps(window: int, points: int, first: float) -> None:
    history = History()
    for second in range(4000):
        history.add(Point(second, Pace(5, None), {}))

    rows = history.rows()[window]
    assert len(rows) == points
    assert rows[0][1] == first
    assert rows[-1][0] - rows[0][0] == window


def test_a_time_without_numbers_is_a_gap_and_not_a_zero() -> None:
    history = History()
    for second in range(10):
        history.add(Point(second, None if second >= 5 else Pace(4, None), {}))
    history.add(Point(10, Pace(4, None), {}))

    assert [row[1] for row in history.rows()[60]] == [
        4,
        4,
        4,
        4,
        4,
        None,
        None,
        None,
        None,
        None,
        4,
    ]
    assert [row[1] for row in history.rows()[600]] == [4, None]
