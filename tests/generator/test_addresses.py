"""Addresses of replicas: whether there are enough, and which families HAProxy has."""

from typing import Any

import pytest

from tests.generator.compose import Made, ambassador, balanced, refusal, scale, yaml

IPAM = "  n:\n    ipam:\n      config:\n        - {config}\n"
RNG = "image: app\nexpose: [80]\nnetworks: {networks}\n"


def source(config: str, networks: str = "[n]", others: str = "") -> str:
    body = RNG.format(networks=networks)
    return balanced(body, others) + "networks:\n" + IPAM.format(config=config)


# How many containers an Engine 20.10 and an Engine 29 gave an address to, until "no available
# IPv4 addresses on this network's address pools".
MEASURED = [
    pytest.param("{subnet: 172.31.252.0/29}", 5, id="a subnet"),
    pytest.param("{subnet: 172.31.252.0/24, ip_range: 172.31.252.0/29}", 6, id="its beginning"),
    pytest.param("{subnet: 172.31.252.0/24, ip_range: 172.31.252.8/29}", 7, id="a part of it"),
    pytest.param(
        "{subnet: 172.31.252.0/24, ip_range: 172.31.252.8/29, gateway: 172.31.252.254}",
        8,
        id="a part of it without the gateway",
    ),
    pytest.param("{subnet: 172.31.252.0/24, ip_range: 172.31.252.248/29}", 6, id="its end"),
]


@pytest.mark.parametrize(("config", "room"), MEASURED)
def test_replicas_and_their_balancer_fit_or_are_refused(config: str, room: int) -> None:
    assert scale(source(config), n=room - 1).warnings == []
    assert refusal("scale", source(config), "rng", n=room) == (
        f"8: 'n' has addresses for {room} containers, and {room + 1} need one"
        f" / fix: widen its `ip_range` or `subnet`, or scale 'rng' to {room - 1}"
    )


SMALL = "{subnet: 172.31.252.0/24, ip_range: 172.31.252.8/29}"
OTHERS = [
    pytest.param("", 6, id="no other service"),
    pytest.param("db:\n  image: db\n  networks: [n]\n", 5, id="another one"),
    pytest.param(
        "db:\n  image: db\n  networks: [n]\n  deploy: {replicas: 3}\n", 3, id="three of another"
    ),
    pytest.param("db:\n  image: db\n", 6, id="one that is elsewhere"),
    pytest.param(
        "db:\n  image: db\n  networks: [n]\n  profiles: [a]\n", 6, id="one that may not run"
    ),
    pytest.param(
        "db:\n  image: db\n  networks: {n: {ipv4_address: 172.31.252.200}}\n",
        6,
        id="one with an address outside of the range",
    ),
    pytest.param(
        "db:\n  image: db\n  networks: {n: {ipv4_address: 172.31.252.15}}\n",
        5,
        id="one with an address of the range",
    ),
]


@pytest.mark.parametrize(("others", "most"), OTHERS)
def test_what_else_is_there_counts(others: str, most: int) -> None:
    scale(source(SMALL, others=others), n=most)

    assert f"scale 'rng' to {most}" in refusal(
        "scale", source(SMALL, others=others), "rng", n=most + 1
    )


def test_file_that_has_too_few_before_is_not_refused_for_it() -> None:
    others = "db:\n  image: db\n  networks: [n]\n  deploy: {replicas: 30}\n"

    assert scale(source(SMALL, others=others), n=3).services


def test_number_counts_when_it_is_scaled_again() -> None:
    once = scale(source(SMALL), n=3).variant.text

    assert scale(once, n=6).services
    assert "scale 'rng' to 6" in refusal("scale", once, "rng", n=7)


STATIC = "{n: {ipv4_address: %s}}"
AT_RISK = [
    pytest.param("172.31.252.4", 2, True, id="the third, with two replicas and the redis"),
    pytest.param("172.31.252.40", 2, False, id="one far behind"),
    pytest.param("172.31.252.40", 60, True, id="one that is reached"),
]


@pytest.mark.parametrize(("address", "replicas", "at_risk"), AT_RISK)
def test_address_that_a_replica_may_get_first_is_said(
    address: str, replicas: int, *, at_risk: bool
) -> None:
    others = "db:\n  image: db\n  networks: [n]\n"
    made = scale(source("{subnet: 172.31.252.0/24}", STATIC % address, others), n=replicas)

    assert any(f"{address} of 'rng' is one of the first" in w for w in made.warnings) == at_risk
    assert made.value("rng", "networks") == {"n": {"ipv4_address": address}}
    assert made.value("rng1", "networks") == ["n"]


def test_address_of_another_service_that_a_replica_may_get_is_said() -> None:
    others = "db:\n  image: db\n  networks: {n: {ipv4_address: 172.31.252.5}}\n"
    made = scale(source("{subnet: 172.31.252.0/24}", others=others), n=4)

    assert made.warnings == [
        "compose.yml:15: 172.31.252.5 of 'db' is one of the first addresses of 'n':"
        " a replica of 'rng' that starts before it may get it"
    ]


def test_range_without_the_address_leaves_it_alone() -> None:
    config = "{subnet: 172.31.252.0/24, ip_range: 172.31.252.128/25}"

    assert scale(source(config, STATIC % "172.31.252.4"), n=4).warnings == []


FAMILIES: list[Any] = [
    pytest.param("{}", [":80"], "ipv4", id="a network that says nothing"),
    pytest.param("{enable_ipv6: true}", [":80", ":::80 v6only"], "ipv4", id="both"),
    pytest.param(
        "{enable_ipv6: true, enable_ipv4: false}", [":80", ":::80 v6only"], "ipv6", id="IPv6 alone"
    ),
    pytest.param('{enable_ipv6: "${V6:-true}"}', [":80", ":::80 v6only"], "ipv4", id="a default"),
    pytest.param("{external: true}", [":80"], "ipv4", id="an external network says nothing"),
]


def lines(made: Made, begin: str) -> list[str]:
    found = [line.strip() for line in made.text.splitlines()]
    return [line.removeprefix(f"{begin} ") for line in found if line.startswith(f"{begin} ")]


@pytest.mark.parametrize("transform", [scale, ambassador])
@pytest.mark.parametrize(("settings", "binds", "preferred"), FAMILIES)
def test_haproxy_listens_on_the_families_of_the_network(
    transform: Any, settings: str, binds: list[str], preferred: str
) -> None:
    text = balanced(RNG.format(networks="[n]")) + f"networks:\n  n: {settings}\n"
    to = {"to": "db.example:5432"} if transform is ambassador else {}
    made = transform(text, "rng", **to)

    assert lines(made, "bind") == [*binds, "127.0.0.1:8405"]
    assert f"resolve-prefer {preferred}\n" in made.text


def test_one_network_with_ipv6_is_enough_and_one_with_ipv4() -> None:
    text = balanced(RNG.format(networks="[a, b]")) + yaml(
        """
        networks:
          a: {enable_ipv6: true, enable_ipv4: false}
          b: {}
        """
    )
    made = scale(text)

    assert ":::80 v6only" in lines(made, "bind")
    assert "resolve-prefer ipv4\n" in made.text


def test_arguments_cannot_listen_on_ipv6_and_that_is_said() -> None:
    text = balanced(RNG.format(networks="[n]")) + "networks:\n  n: {enable_ipv6: true}\n"

    assert any("IPv4 alone by arguments" in w for w in scale(text, lb_config="args").warnings)
