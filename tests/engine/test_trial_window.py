"""What a few seconds of an application say of the machine it runs on."""

import pytest

from engine.trial.window import Machine, Use, Window

FULL, HALF = Machine(cpu=1.0, cores=2), Machine(cpu=0.5, cores=2)


@pytest.mark.parametrize(
    ("use", "replicas", "machine", "starves"),
    [
        pytest.param(Use(1.6, 3.9), 4, FULL, True, id="it computes all the time"),
        pytest.param(Use(0.9, 3.9), 4, FULL, True, id="as long as others let it"),
        pytest.param(Use(0.2, 3.8), 4, FULL, True, id="among twenty others"),
        pytest.param(Use(0.9, 0.9), 1, Machine(cpu=1.0, cores=64), True, id="one of many cores"),
        pytest.param(Use(1.6, 3.9), 4, HALF, False, id="there is room"),
        pytest.param(Use(0.3, 0.4), 4, FULL, False, id="it waits for something else"),
        pytest.param(Use(0.08, 0.6), 1, FULL, False, id="it stands in line, and hardly computes"),
    ],
)
def test_a_service_starves_that_computes_on_a_full_machine(
    use: Use, replicas: int, machine: Machine, *, starves: bool
) -> None:
    assert Window(1.0, {"api": use}, machine).starves("api", replicas) is starves


@pytest.mark.parametrize(
    ("use", "machine", "is_full"),
    [
        pytest.param(Use(0.36, 1.01), FULL, True, id="others take the processor from it"),
        pytest.param(Use(0.36, 0.6), FULL, False, id="it rests now and then"),
        pytest.param(Use(1.2, 2.1), FULL, False, id="it has two threads"),
        pytest.param(Use(0.95, 1.0), HALF, False, id="there is room: slowing it down tells"),
    ],
)
def test_one_thread_that_always_has_something_to_do(
    use: Use, machine: Machine, *, is_full: bool
) -> None:
    assert Window(1.0, {"redis": use}, machine).is_one_full_thread("redis") is is_full
