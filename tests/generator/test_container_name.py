"""`container_name`, `hostname`, `domainname`, `mac_address`: one container each, the balancer's."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, scale

SINGULAR = [
    pytest.param("container_name: coins_rng", id="container_name"),
    pytest.param("hostname: random", id="hostname"),
    pytest.param('domainname: "example.com"', id="domainname"),
    pytest.param("mac_address: 02:42:ac:11:65:43", id="mac_address"),
    pytest.param("container_name: ${PROJECT:-coins}_rng  # for docker exec", id="a variable in it"),
]


@pytest.mark.parametrize("line", SINGULAR)
def test_balancer_takes_over(line: str) -> None:
    made = scale(balanced(f"image: app\n{line}\nexpose: [80]\n"))

    assert made.body("rng1") == made.body("rng2") == "image: app\nexpose: [80]\n"
    assert made.carried("rng") == f"{line}\nexpose: [80]\n"


@pytest.mark.parametrize("line", SINGULAR)
def test_ambassador_keeps(line: str) -> None:
    made = ambassador(balanced(f"image: app\n{line}\nexpose: [80]\n"), "rng")

    assert made.carried("rng") == f"{line}\nexpose: [80]\n"


@pytest.mark.parametrize("key", ["container_name", "hostname"])
def test_replicas_are_said_to_lose(key: str) -> None:
    made = scale(balanced(f"image: app\n{key}: random\nexpose: [80]\n"))

    assert made.warnings == [
        f"compose.yml:7: `{key}: random` moves to the balancer; the replicas have none"
    ]


NAMES = [
    pytest.param("container_name: redis", ["redis"], id="a container_name equal to the service"),
    pytest.param("container_name: coins_redis", ["redis", "coins_redis"], id="a container_name"),
    pytest.param("hostname: store", ["redis", "store"], id="a hostname"),
    pytest.param(
        "container_name: a\n    hostname: b", ["redis", "a", "b"], id="a container_name, a hostname"
    ),
    pytest.param(
        "container_name: ${PROJECT}_redis",
        ["redis", "${PROJECT}_redis"],
        id="one that Compose fills in",
    ),
]


@pytest.mark.parametrize(("line", "names"), NAMES)
def test_names_of_a_service_that_leaves_lead_to_the_address(line: str, names: list[str]) -> None:
    made = extra_hosts(
        f"services:\n  redis:\n    image: redis\n    {line}\n  web:\n    image: web\n"
    )

    assert made.value("web", "extra_hosts") == [f"{name}:192.0.2.7" for name in names]
