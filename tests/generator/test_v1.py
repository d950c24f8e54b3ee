"""The v1 format: services at the top level, links instead of networks, no replicas."""

import pytest

from tests.generator.compose import ambassador, document, extra_hosts, refusal, scale, yaml

FILE = """\
rng:
  build: .
  ports:
    - "8001:80"
redis:
  image: redis
worker:
  build: .
  links:
    - rng
    - redis
"""


def test_scaled_service_is_hamba_with_links_and_arguments() -> None:
    made = scale(FILE)

    assert made.services["rng"] | {"labels": None} == {
        "image": "jpetazzo/hamba",
        "command": "80 rng1:80 rng2:80",
        "links": ["rng1", "rng2"],
        "ports": ["8001:80"],
        "labels": None,
    }
    assert made.body("rng1") == made.body("rng2") == "build: .\n"
    assert made.body("worker") == "build: .\nlinks:\n  - rng\n  - redis\n"


def test_ambassador_is_hamba_with_arguments() -> None:
    made = ambassador(FILE)

    assert made.services["redis"]["command"] == "6379 192.0.2.7:32768"
    assert made.services["redis"]["image"] == "jpetazzo/hamba"


def test_consumers_of_a_service_that_leaves_are_those_that_link_to_it() -> None:
    made = extra_hosts(FILE)

    assert made.body("rng") == 'build: .\nports:\n  - "8001:80"\n'
    assert made.body("worker") == (
        'build: .\nlinks:\n  - rng\nextra_hosts:\n  - "redis:192.0.2.7"\n'
    )


def test_several_ports_reach_haproxy_by_its_environment() -> None:
    made = scale(FILE.replace('"8001:80"', '"8001:80"\n    - "8443:443"'))

    assert made.services["rng"]["image"].startswith("haproxy:")
    assert "bind :443" in made.services["rng"]["environment"]["HAPROXY_CONFIG"]


def test_configuration_may_be_a_file_beside_it() -> None:
    made = scale(FILE, lb_config="file")

    assert made.value("rng", "volumes") == [
        "./rng.haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro,z"
    ]
    assert "resolvers" not in made.variant.files["rng.haproxy.cfg"]


KEPT = [
    pytest.param("net: bridge", id="net"),
    pytest.param("log_driver: syslog", id="log_driver"),
    pytest.param("log_opt:\n    max-size: 1m", id="log_opt"),
    pytest.param("restart: always", id="restart"),
]


@pytest.mark.parametrize("line", KEPT)
def test_balancer_and_replicas_have(line: str) -> None:
    made = scale(FILE.replace("  build: .\n", f"  build: .\n  {line}\n"), unread=True)

    key = line.split(":", maxsplit=1)[0]
    assert made.value("rng", key) == made.value("rng1", key) is not None


ALONE = [
    pytest.param("cpu_shares: 10", id="cpu_shares"),
    pytest.param("mem_limit: 50m", id="mem_limit"),
    pytest.param("volume_driver: local", id="volume_driver"),
    pytest.param("dockerfile: other", id="dockerfile"),
]


@pytest.mark.parametrize("line", ALONE)
def test_only_the_replicas_have(line: str) -> None:
    made = scale(FILE.replace("  build: .\n", f"  build: .\n  {line}\n"), unread=True)

    key = line.split(":", maxsplit=1)[0]
    assert made.value("rng1", key) == made.value("rng2", key) is not None
    assert made.value("rng", key) is None


REFUSED = [
    pytest.param(
        "sidecar:\n  image: s\n  net: container:rng\n",
        "14: service 'sidecar' shares the network of 'rng'",
        id="a network shared by net",
    ),
    pytest.param(
        "sidecar:\n  image: s\n  net: 'container:rng'\n",
        "14: service 'sidecar' shares the network of 'rng'",
        id="a network shared in quotes",
    ),
]


@pytest.mark.parametrize(("others", "message"), REFUSED)
@pytest.mark.parametrize("command", ["scale", "extra-hosts", "ambassador"])
def test_is_refused_for(command: str, others: str, message: str) -> None:
    assert refusal(command, FILE + others, "rng").startswith(message)


def test_volumes_from_lead_to_the_first_replica() -> None:
    made = scale(FILE + "backup:\n  image: b\n  volumes_from:\n    - rng\n")

    assert made.value("backup", "volumes_from") == ["rng1"]


def test_worker_without_a_port_is_left_to_docker_compose_scale() -> None:
    assert refusal("scale", FILE, "worker", n=10) == (
        "7: service 'worker' has no port to balance, and the v1 format has no replicas"
        " / fix: scale it with Compose: docker-compose scale worker=10"
    )


def test_variables_that_only_a_link_sets_are_warned_about() -> None:
    source = (
        FILE + "web:\n  image: web\n  links: ['redis:store']\n"
        "  command: run $$STORE_PORT_6379_TCP_ADDR\n"
    )

    assert extra_hosts(source).warnings == [
        "compose.yml:15: 'web' reads STORE_PORT_6379_TCP_ADDR, which only a link to 'redis' sets"
    ]


FORMATS = [
    pytest.param("rng:\n  image: app\n", True, id="a service alone"),
    pytest.param("services:\n  image: app\n", True, id="a service that is called services"),
    pytest.param("services:\n  rng:\n    image: app\n", False, id="services"),
    pytest.param("version: '2'\nservices:\n  rng:\n    image: app\n", False, id="version 2"),
    pytest.param("version: '3.8'\nservices:\n  rng:\n    image: app\n", False, id="version 3.8"),
]


@pytest.mark.parametrize(("text", "is_v1"), FORMATS)
def test_format_is_told_by_the_top_level(text: str, *, is_v1: bool) -> None:
    assert document(text).v1 is is_v1


@pytest.mark.parametrize("version", ["'2'", '"2.4"', "'3'", "3.8", "'1.0'"])
@pytest.mark.parametrize("transform", [scale, extra_hosts, ambassador])
def test_version_stays_as_it_is(transform, version: str) -> None:
    body = "services:\n  rng:\n    image: app\n    expose: ['80']\n  r:\n    image: r\n"
    made = transform(yaml(f"version: {version}\n{body}"), "rng", unread=version == "3.8")

    assert made.text.startswith(f"version: {version}\nservices:\n")
