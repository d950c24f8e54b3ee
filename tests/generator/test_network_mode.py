"""`network_mode`, `net`, `pid`, `ipc`, `uts`, `cgroup`: who lives in whose namespace."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, refusal, scale

OWN = [
    pytest.param("host", id="the host's network"),
    pytest.param("none", id="no network"),
    pytest.param("service:redis", id="the network of another service"),
    pytest.param("container:vpn", id="the network of a container outside the file"),
]


@pytest.mark.parametrize("mode", OWN)
@pytest.mark.parametrize("command", ["scale", "ambassador"])
def test_standing_in_is_refused_for_a_service_on(command: str, mode: str) -> None:
    source = balanced(f"image: app\nexpose: [80]\nnetwork_mode: {mode}\n")

    assert refusal(command, source, "rng") == (
        f"8: service 'rng' has `network_mode: {mode}`, so no other can take its name"
        " / fix: remove `network_mode` from 'rng'"
    )


@pytest.mark.parametrize("mode", OWN)
def test_service_leaves_the_file_whatever_its_network(mode: str) -> None:
    source = balanced("image: app\n").replace(
        "    image: redis\n", f"    image: redis\n    network_mode: {mode}\n"
    )
    source = source.replace("image: worker\n", "image: worker\n    depends_on: [redis]\n")
    source = source.replace("service:redis", "service:rng")

    made = extra_hosts(source)

    assert "redis" not in made.services
    assert made.value("worker", "extra_hosts") == ["redis:192.0.2.7"]


def test_localhost_of_a_service_on_the_host_network_that_leaves_is_warned_about() -> None:
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
            network_mode: host
          web:
            image: web
            network_mode: host
            environment:
              REDIS_URL: redis://localhost:6379
        """
    )

    assert made.warnings == [
        "compose.yml:8: 'web' connects to localhost, where 'redis' is no longer reachable",
        "compose.yml:2: nothing in this file refers to 'redis'",
    ]


SHARED = [
    pytest.param("network_mode", "service:rng", "network", id="its network"),
    pytest.param("network_mode", "container:coins_rng", "network", id="its container's network"),
    pytest.param("pid", "service:rng", "pid", id="its processes"),
    pytest.param("ipc", "service:rng", "ipc", id="its memory"),
]


@pytest.mark.parametrize(("key", "value", "what"), SHARED)
@pytest.mark.parametrize("command", ["scale", "extra-hosts", "ambassador"])
def test_is_refused_if_another_service_shares(command, key, value, what) -> None:
    source = balanced(
        "image: app\nexpose: [80]\ncontainer_name: coins_rng\n",
        f"sidecar:\n  image: sidecar\n  {key}: {value}\n",
    )

    assert refusal(command, source, "rng") == (
        f"15: service 'sidecar' shares the {what} of 'rng', which needs one container of its own"
        f" / fix: remove `{key}` from 'sidecar'"
    )


HOST = [
    pytest.param("pid: host", id="the host's processes"),
    pytest.param("ipc: shareable", id="memory to share"),
    pytest.param("uts: host", id="the host's name"),
    pytest.param("cgroup: private", id="a cgroup of its own"),
]


@pytest.mark.parametrize("line", HOST)
def test_replicas_keep_and_balancer_has_not(line: str) -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\n{line}\n"))

    assert made.body("rng1") == made.body("rng2") == f"image: app\nexpose: [80]\n{line}\n"
    assert made.carried("rng") == "expose: [80]\n"


WITHOUT_HOSTS = [
    pytest.param("none", id="a service without network has nobody to find"),
    pytest.param("service:redis2", id="a service in another's network has no hosts file"),
]


@pytest.mark.parametrize("mode", WITHOUT_HOSTS)
def test_no_extra_hosts_for(mode: str) -> None:
    source = balanced(
        "image: app\n",
        f"redis2:\n  image: redis\nside:\n  image: side\n  network_mode: {mode}\n"
        "  environment: [REDIS=redis]\n",
    )

    assert extra_hosts(source).value("side", "extra_hosts") is None


def test_service_in_whose_network_a_consumer_lives_gets_the_hosts() -> None:
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
            networks: [back]
          vpn:
            image: vpn
            networks: [front]
          web:
            image: web
            network_mode: service:vpn
            depends_on: [redis]
        networks:
          front: {}
          back: {}
        """
    )

    assert made.value("vpn", "extra_hosts") == ["redis:192.0.2.7"]
    assert made.body("web") == "image: web\nnetwork_mode: service:vpn\n"


def test_container_in_whose_network_a_consumer_lives_must_get_the_host_by_hand() -> None:
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
          web:
            image: web
            network_mode: container:vpn
            depends_on: [redis]
        """
    )

    assert made.value("web", "extra_hosts") is None
    assert made.warnings[0] == (
        "compose.yml:6: 'web' shares the network of the container 'vpn', which no file here"
        " describes: it does not learn where 'redis' is"
    )


BRIDGE = """
services:
  rng:
    image: app
    expose: [80]
    network_mode: bridge
  worker:
    image: worker
    network_mode: bridge
    links:
      - rng
"""


def test_balancer_on_the_bridge_is_linked_to_its_replicas_because_no_name_server_is_there() -> None:
    made = scale(BRIDGE)

    assert made.value("rng", "network_mode") == made.value("rng1", "network_mode") == "bridge"
    assert made.value("rng", "links") == ["rng1", "rng2"]
    assert made.value("rng", "depends_on") is None
    assert "resolvers" not in made.text


def test_ambassador_stays_on_the_bridge() -> None:
    made = ambassador(BRIDGE, "rng")

    assert made.carried("rng") == "expose: [80]\nnetwork_mode: bridge\n"
    assert "resolvers" not in made.text


def test_link_on_the_bridge_to_a_service_that_leaves_is_a_host() -> None:
    made = extra_hosts(BRIDGE, "rng")

    assert made.value("worker", "extra_hosts") == ["rng:192.0.2.7"]
    assert made.value("worker", "links") is None
