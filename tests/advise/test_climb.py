"""The way up: double what limits, until it is not worth it, and say why it ends there."""

import pytest

from advise.answer import Advice, Ending, Step
from advise.climb import Climb, Question
from advise.rounds import Pace

from .stages import Law

SEEDS = range(20)


def climbed(law: Law, counts: dict[str, int], **more: object) -> Advice:
    question = Question(counts=counts, pace=Pace(0, 0), **more)  # type: ignore[arg-type]  # fields of any type
    return Climb(question, law.opened, lambda *_: None, lambda _: None).run()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_limit_is_doubled_until_another_is(seed: int) -> None:
    law = Law({"rng": 10, "hasher": 80, "worker": 9})
    law.draw.seed(seed)

    advice = climbed(law, {"rng": 1, "hasher": 1, "worker": 5}, budget=16)

    assert [step.winners for step in advice.steps[:2]] == [("rng",), ("rng",)]
    assert advice.counts["rng"] >= 4
    assert advice.counts["hasher"] == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_two_that_limit_each_other_are_doubled_together(seed: int) -> None:
    law = Law({"a": 10, "b": 10, "c": 100}, most=20)
    law.draw.seed(seed)

    advice = climbed(law, {"a": 1, "b": 1, "c": 1})

    assert advice.steps[0].winners == ("a", "b")
    assert (advice.counts, advice.ending) == ({"a": 2, "b": 2, "c": 1}, Ending.NOTHING)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_keeps_state_is_found_by_slowing_it_down(seed: int) -> None:
    law = Law({"api": 100, "worker": 50}, store=20)
    law.draw.seed(seed)

    advice = climbed(law, {"api": 1, "worker": 2}, state=("store",))

    assert (advice.ending, advice.limit, advice.changed) == (Ending.STATE, "store", {})


@pytest.mark.parametrize("seed", SEEDS)
def test_what_computes_on_a_full_machine_is_not_doubled(seed: int) -> None:
    law = Law({"api": 10}, cpu=0.99, cores=1.5)
    law.draw.seed(seed)

    assert climbed(law, {"api": 2}).ending is Ending.MACHINE


@pytest.mark.parametrize(("cpu", "taken"), [(1.0, ()), (0.5, ("worker",))])
def test_more_clients_of_what_computes_on_a_full_machine_only_take_from_others(
    cpu: float, taken: tuple[str, ...]
) -> None:
    law = Law({"api": 100, "worker": 5}, cpu=cpu, wants={"api": 4})

    advice = climbed(law, {"api": 4, "worker": 2}, clients=frozenset({"worker"}))

    assert advice.steps[0].winners == taken
    assert (advice.ending is Ending.MACHINE) == (not taken)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_more_work_nothing_is_the_limit(seed: int) -> None:
    law = Law({"api": 100}, most=20)
    law.draw.seed(seed)

    assert climbed(law, {"api": 1}, state=("store",)).ending is Ending.NOTHING


def test_a_state_that_others_keep_from_computing_is_the_limit_all_the_same() -> None:
    law = Law({"api": 100}, most=20, cpu=1.0, wants={"store": 1.0})

    advice = climbed(law, {"api": 1}, state=("store",))

    assert (advice.ending, advice.limit) == (Ending.STATE, "store")


def test_noise_as_large_as_the_gain_is_told() -> None:
    law = Law({"api": 10}, most=11.5, noise=0.2)

    advice = climbed(law, {"api": 1})

    assert advice.ending is Ending.UNSURE
    assert advice.steps[-1].noise == pytest.approx(0.28, abs=0.12)


def test_where_no_request_waits_noise_hides_no_limit() -> None:
    waiting, served = (Law({"api": 10}, most=11.5, noise=0.2, present=n) for n in (3.0, 0.1))

    assert climbed(waiting, {"api": 1}).ending is Ending.UNSURE
    assert climbed(served, {"api": 1}).ending is Ending.NOTHING


def test_the_budget_ends_it() -> None:
    advice = climbed(Law({"api": 10}, noise=0), {"api": 1}, budget=5)

    assert (advice.counts, advice.ending) == ({"api": 5}, Ending.BUDGET)


def test_a_goal_that_does_not_move_ends_it() -> None:
    assert climbed(Law({"api": 0}), {"api": 1}).ending is Ending.IDLE


def test_what_is_not_worth_its_replicas_is_not_advised() -> None:
    # Sixteen more bring a quarter: less than 5 % each.
    law = Law({"worker": 1}, most=20, noise=0.01)

    advice = climbed(law, {"worker": 16}, budget=40)

    assert (advice.changed, advice.ending) == ({}, Ending.NOT_WORTH)
    assert advice.limit == "worker"


def test_steps_are_told_as_they_are_done() -> None:
    told: list[Step] = []
    question = Question(counts={"api": 1}, budget=4, pace=Pace(0, 0))

    advice = Climb(question, Law({"api": 10}).opened, lambda *_: None, told.append).run()

    assert tuple(told) == advice.steps
