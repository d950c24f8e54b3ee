"""`networks`: the balancer takes names and addresses, the replicas stay reachable on each."""

import pytest

from tests.generator.compose import Made, ambassador, extra_hosts, scale, yaml

NETWORKS = """
networks:
  front: {}
  back: {}
"""


def web(networks: str) -> str:
    inner = "".join(f"    {line}\n" for line in yaml(networks).splitlines())
    return (
        f"services:\n  rng:\n    image: app\n    expose: ['80']\n{inner}"
        "  worker:\n    image: worker\n"
        "networks:\n  front:\n    ipam:\n      config:\n        - subnet: 192.0.2.0/24\n"
        "        - subnet: 2001:db8::/64\n  back: {}\n"
    )


def networks(made: Made, service: str) -> str:
    body = made.body(service)
    return body[body.index("networks:") :] if "networks:" in body else ""


LEFT_ALONE = [
    pytest.param("", id="no networks at all"),
    pytest.param("networks:\n  - front\n  - back\n", id="a list"),
    pytest.param("networks: [front, back]\n", id="a flow list"),
    pytest.param("networks:\n  front:\n  back: {}\n", id="a mapping without settings"),
    pytest.param("networks:\n  front:\n    priority: 100\n", id="a priority"),
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_replicas_and_balancer_are_on_the_same_networks(text: str) -> None:
    made = scale(web(text))

    assert networks(made, "rng1") == networks(made, "rng2") == text
    assert made.value("rng", "networks") == made.value("rng1", "networks")


MOVED = [
    pytest.param("aliases:\n  - random", id="an alias: clients would go past the balancer"),
    pytest.param("aliases: [random, dice]", id="aliases in a flow list"),
    pytest.param("ipv4_address: 192.0.2.10", id="an IPv4 address"),
    pytest.param('ipv6_address: "2001:db8::10"', id="an IPv6 address"),
    pytest.param("link_local_ips:\n  - 169.254.8.8", id="link-local addresses"),
]


@pytest.mark.parametrize("setting", MOVED)
def test_only_the_balancer_keeps(setting: str) -> None:
    inner = setting.replace("\n", "\n    ")
    made = scale(web(f"networks:\n  back:\n  front:\n    {inner}  # its name\n"))

    assert made.value("rng1", "networks") == ["back", "front"]
    assert made.value("rng2", "networks") == ["back", "front"]
    assert made.carried("rng").endswith(f"networks:\n  back:\n  front:\n    {inner}  # its name\n")


def test_what_is_no_name_and_no_address_stays_on_the_replicas_too() -> None:
    made = scale(
        web("networks:\n  back: {}\n  front:\n    aliases: [random]\n    priority: 10\n"), n=1
    )

    assert made.value("rng1", "networks") == {"back": None, "front": {"priority": 10}}


def test_ambassador_stays_on_the_networks_with_its_names() -> None:
    text = "networks:\n  front:\n    aliases:\n      - random\n"

    assert ambassador(web(text), "rng").carried("rng") == f"expose: ['80']\n{text}"


CONSUMERS = [
    pytest.param("", "", ["web"], id="both on the default network"),
    pytest.param("networks: [front]", "networks: [back]", [], id="no network in common"),
    pytest.param("networks: [front, back]", "networks: [back]", ["web"], id="one in common"),
    pytest.param("networks: [front]", "", [], id="one on the default network only"),
    pytest.param("networks: [default]", "", ["web"], id="the default network by its name"),
    pytest.param("network_mode: bridge", "network_mode: bridge", [], id="neither on a network"),
]


@pytest.mark.parametrize(("its", "theirs", "expected"), CONSUMERS)
def test_who_shares_a_network_gets_the_address(its: str, theirs: str, expected: list[str]) -> None:
    made = extra_hosts(
        f"services:\n  redis:\n    image: redis\n    {its}\n"
        f"  web:\n    image: web\n    {theirs}\n{yaml(NETWORKS)}"
    )

    assert [name for name, body in made.services.items() if "extra_hosts" in body] == expected


def test_aliases_of_a_service_that_leaves_are_names_of_the_address_on_their_network_only() -> None:
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
            networks:
              front:
                aliases: [store]
              back:
                aliases: [cache, kv]
          web:
            image: web
            networks: [back]
        networks:
          front: {}
          back: {}
        """
    )

    assert made.value("web", "extra_hosts") == [
        "redis:192.0.2.7",
        "cache:192.0.2.7",
        "kv:192.0.2.7",
    ]


def test_internal_network_stays_so_for_the_balancer_and_its_replicas() -> None:
    internal = "networks:\n  front:\n    internal: true\n  back:\n    internal: true\n"
    source = web("networks: [front, back]\n").partition("networks:\n  front:")[0] + internal
    made = scale(source)

    assert {tuple(made.value(name, "networks")) for name in ("rng", "rng1", "rng2")} == {
        ("front", "back")
    }
    assert internal in made.text


@pytest.mark.parametrize("transform", [extra_hosts, ambassador])
def test_internal_network_is_said_not_to_reach_another_host(transform) -> None:
    made = transform(
        """
        services:
          redis:
            image: redis
            networks: [back]
          web:
            image: web
            networks: [back]
        networks:
          back:
            internal: true
        """
    )

    assert made.warnings == [
        "compose.yml:4: 'redis' is on internal networks only (back):"
        " nothing there can reach another host"
    ]


def test_static_address_of_a_service_that_leaves_is_warned_about_where_it_is_used() -> None:
    made = extra_hosts(
        """
        services:
          dns:
            image: bind9
            networks:
              back:
                ipv4_address: 192.0.2.53
          web:
            image: web
            dns: 192.0.2.53
            networks: [back]
        networks:
          back:
            ipam:
              config:
                - subnet: 192.0.2.0/24
        """,
        "dns",
        "198.51.100.7",
    )

    assert made.warnings == [
        "compose.yml:9: 'web' uses 192.0.2.53, the address of 'dns', which is at 198.51.100.7 now"
    ]
