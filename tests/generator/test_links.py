"""`links` and `external_links`: callers keep their links, the alias of one that left is a host."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, scale

V1 = """\
web:
  image: web
  links:
    - {link}
    - rng
rng:
  image: app
  expose: ["80"]
redis:
  image: redis
"""
WEBUI = "  webui:\n    image: webui\n    links:\n      - {}\n      - rng\n"

LEFT_ALONE = [
    pytest.param("rng", id="a link"),
    pytest.param("rng:random", id="a link with an alias"),
    pytest.param('"rng:random"', id="a quoted link"),
]


@pytest.mark.parametrize("link", LEFT_ALONE)
@pytest.mark.parametrize("transform", [scale, ambassador])
def test_links_of_callers_are_left_alone(transform, link: str) -> None:
    source = balanced(
        "image: app\nexpose: [80]\n", f"  webui:\n    image: ui\n    links: [{link}]\n"
    )

    assert transform(source, "rng").body("webui") == f"image: ui\nlinks: [{link}]\n"


def test_links_of_the_service_itself_are_those_of_every_replica() -> None:
    made = scale(balanced("image: app\nexpose: [80]\nlinks:\n  - redis:store\n"))

    assert made.body("rng1") == made.body("rng2")
    assert made.value("rng1", "links") == ["redis:store"]
    assert made.value("rng", "links") is None


def test_links_of_a_service_vanish_with_it() -> None:
    made = ambassador(balanced("image: app\nexpose: [80]\nlinks:\n  - redis:store\n"), "rng")

    assert made.value("rng", "links") is None


def test_external_links_are_those_of_every_replica() -> None:
    made = scale(balanced("image: app\nexpose: [80]\nexternal_links:\n  - other_db_1:db\n"))

    assert made.value("rng1", "external_links") == ["other_db_1:db"]
    assert made.value("rng", "external_links") is None


def test_balancer_in_v1_is_linked_to_every_replica() -> None:
    made = scale(V1.format(link="redis"), legacy=True)

    assert made.value("rng", "links") == ["rng1", "rng2"]


REMOVED = [
    pytest.param("redis", ["redis"], id="a link"),
    pytest.param("redis:store", ["redis", "store"], id="a link with an alias, which is a host too"),
    pytest.param('"redis:store"', ["redis", "store"], id="a quoted link"),
    pytest.param("redis:redis", ["redis"], id="an alias equal to the name"),
]


@pytest.mark.parametrize(("link", "names"), REMOVED)
def test_link_to_a_service_that_leaves_is_a_host(link: str, names: list[str]) -> None:
    made = extra_hosts(balanced("image: app\n", WEBUI.format(link)))

    assert made.value("webui", "links") == ["rng"]
    assert made.value("webui", "extra_hosts") == [f"{name}:192.0.2.7" for name in names]
    assert made.value("worker", "extra_hosts") == ["redis:192.0.2.7"]


@pytest.mark.parametrize(("link", "names"), REMOVED)
def test_link_in_v1_is_a_host_of_those_alone_that_had_it(link: str, names: list[str]) -> None:
    made = extra_hosts(V1.format(link=link))

    assert made.value("web", "links") == ["rng"]
    assert made.value("web", "extra_hosts") == [f"{name}:192.0.2.7" for name in names]
    assert made.value("rng", "extra_hosts") is None


def test_only_link_goes_with_its_key() -> None:
    made = extra_hosts("web:\n  image: web\n  links:\n    - redis\nredis:\n  image: redis\n")

    assert made.body("web") == 'image: web\nextra_hosts:\n  - "redis:192.0.2.7"\n'


def test_external_link_to_the_container_of_a_service_that_leaves_is_warned_about() -> None:
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
            container_name: coins_redis
          web:
            image: web
            external_links:
              - coins_redis:store
        """
    )

    assert made.warnings == [
        "compose.yml:7: 'web' links to the container 'coins_redis', which leaves this host"
    ]
