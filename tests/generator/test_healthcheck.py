"""`healthcheck`: the replicas keep theirs, the balancer has its own."""

import pytest

from tests.generator.compose import ambassador, balanced, scale

LEFT_ALONE = [
    pytest.param("healthcheck:\n  test: curl -f localhost:80\n", id="a command"),
    pytest.param("healthcheck:\n  test: [CMD, curl, localhost]\n  retries: 5\n", id="a list"),
    pytest.param("healthcheck:\n  disable: true\n", id="one that is switched off"),
    pytest.param("healthcheck: {test: [NONE]}\n", id="none"),
]


@pytest.mark.parametrize("check", LEFT_ALONE)
def test_replicas_keep(check: str) -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\n{check}"))

    assert made.body("rng1") == made.body("rng2") == f"image: app\nexpose: [80]\n{check}"


@pytest.mark.parametrize("check", LEFT_ALONE)
@pytest.mark.parametrize("transform", [scale, ambassador])
def test_haproxy_has_one_of_its_own(transform, check: str) -> None:
    made = transform(balanced(f"image: app\nexpose: [80]\n{check}"), "rng")

    test = made.value("rng", "healthcheck")["test"]
    assert "/healthz" in str(test)
    assert made.carried("rng") == "expose: [80]\n"


def test_port_is_found_in_it_when_nothing_else_tells() -> None:
    made = scale(balanced("image: app\nhealthcheck:\n  test: curl -f http://localhost:8080/ok\n"))

    assert made.value("rng", "labels")["dcgen.balances"] == "rng1:8080 rng2:8080"
