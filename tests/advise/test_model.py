"""What a number of replicas would bring is foretold from what was measured."""

import pytest

from advise.closed import Station, throughput
from advise.model import Point, is_bound, mean, predicted
from engine.trial.window import Machine, Use, Window


def test_a_service_that_is_the_limit_sets_the_speed() -> None:
    # The utilisation law: one at a time, a tenth of a second each, is ten a second.
    assert throughput(10, 0.1, [Station(1, 0.1, 1)]) == pytest.approx(10, rel=0.01)
    assert throughput(10, 0.1, [Station(1, 0.1, 3)]) == pytest.approx(30, rel=0.01)


def test_clients_that_never_wait_set_the_speed() -> None:
    assert throughput(4, 0.3, [Station(1, 0.1, 8)]) == pytest.approx(10, rel=0.02)


def test_several_visits_take_several_times_as_long() -> None:
    assert throughput(10, 0, [Station(2, 0.1, 1)]) == pytest.approx(5, rel=0.01)


def test_nobody_who_asks_does_nothing() -> None:
    assert throughput(0, 0.1, [Station(1, 0.1, 1)]) == 0


def point(replicas: int, per_s: float, present: float) -> Point:
    uses = {"rng": Use(0.1, 0.1, per_s, present), "worker": Use(0.2, 0.2)}
    return Point({"rng": replicas, "worker": 10}, Window(per_s, uses))


def foretold(points: list[Point], replicas: int) -> float | None:
    counts = {"rng": replicas, "worker": 10}
    return predicted(points, frozenset(["rng"]), counts, clients=["worker"])


def test_one_point_foretells_the_next() -> None:
    assert foretold([point(1, 10, 9)], 2) == pytest.approx(20, rel=0.02)


def test_what_clients_do_elsewhere_becomes_the_limit() -> None:
    # Of ten clients one is elsewhere at ten a second: a tenth of a second. So 10 / 0.2 s at most.
    assert foretold([point(1, 10, 9)], 50) == pytest.approx(50, rel=0.05)


def test_more_clients_are_foretold_too() -> None:
    points = [point(50, 50, 5)]
    counts = {"rng": 50, "worker": 20}

    more = predicted(points, frozenset(["worker"]), counts, clients=["worker"])

    assert more == pytest.approx(100, rel=0.05)


def test_without_clients_nothing_is_foretold() -> None:
    assert predicted([point(1, 10, 9)], frozenset(["rng"]), {"rng": 2}, clients=[]) is None


def test_a_service_that_no_one_counts_is_not_foretold() -> None:
    points = [Point({"a": 1, "worker": 1}, Window(5, {"a": Use(1.0, 1.0)}))]
    counts = {"a": 2, "worker": 1}

    assert predicted(points, frozenset(["a"]), counts, clients=["worker"]) is None


def test_means_of_windows() -> None:
    machines = [Machine(cpu=cpu, cores=2) for cpu in (0.1, 0.9, 0.2)]
    windows = [
        Window(goal, {"a": Use(goal, goal, 2 * goal)}, m)
        for goal, m in zip((1, 2, 3), machines, strict=True)
    ]

    found = mean(windows)

    assert (found.goal_per_s, found.uses["a"].per_s, found.machine.cpu) == (2, 4, 0.2)
    assert found.uses["a"].present is None


def two_services(first: int, per_s: float, at_second: float) -> Point:
    uses = {"first": Use(0.1, 0.1, per_s, 8 - at_second), "second": Use(0.1, 0.1, per_s, at_second)}
    return Point({"first": first, "second": 1}, Window(per_s, uses))


def test_a_forecast_is_a_bound_where_another_service_would_have_to_do_several_at_a_time() -> None:
    counts = {"first": 2, "second": 1}

    # 25 ms each, 25 a second: nobody knows whether it can do 48, before it is asked to.
    assert is_bound([two_services(1, 25, 0.6)], ["first"], counts, 48)
    assert not is_bound([two_services(1, 25, 0.6)], ["first"], counts, 38)
    assert not is_bound([two_services(1, 25, 0.6)], ["first"], counts | {"second": 2}, 48)


def test_a_service_that_has_done_several_at_a_time_makes_no_forecast_a_bound() -> None:
    points = [two_services(1, 25, 2.5), two_services(2, 50, 5)]

    assert not is_bound(points, ["first"], {"first": 4, "second": 1}, 100)
