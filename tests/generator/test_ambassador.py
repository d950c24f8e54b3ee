"""The ambassador: an HAProxy under the service's name that leads to another address."""

import pytest

from tests.generator.compose import ambassador, balanced, refusal, scale

REDIS = "services:\n  redis:\n    image: redis{}\n  web:\n    image: web\n    depends_on: [redis]\n"

DROPPED = [
    pytest.param("command: redis-server --save 60 1", id="command"),
    pytest.param("entrypoint: [redis-server]", id="entrypoint"),
    pytest.param("environment: [PASSWORD=secret]", id="environment: it may be a password"),
    pytest.param("env_file: .env", id="env_file"),
    pytest.param("volumes: [/data]", id="volumes"),
    pytest.param("user: redis", id="user"),
    pytest.param("privileged: true", id="privileged"),
    pytest.param("cap_add: [NET_ADMIN]", id="cap_add"),
    pytest.param("dns: 192.0.2.53", id="dns: HAProxy asks Docker's"),
    pytest.param("extra_hosts: ['a:192.0.2.1']", id="extra_hosts"),
    pytest.param("healthcheck: {test: redis-cli ping}", id="healthcheck"),
    pytest.param("depends_on: [web]", id="depends_on"),
    pytest.param("deploy: {resources: {limits: {memory: 1G}}}", id="deploy"),
    pytest.param("build: redis", id="build"),
    pytest.param("labels: {team: coins}", id="labels"),
]


@pytest.mark.parametrize("line", DROPPED)
def test_does_not_take_over(line: str, tmp_path) -> None:
    (tmp_path / ".env").touch()
    source = f"services:\n  redis:\n    image: redis\n    {line}\n  web:\n    image: web\n"

    made = ambassador(source, folder=tmp_path)

    assert made.carried("redis") == ""
    assert not made.labels("redis")
    assert "secret" not in made.text


KEPT = [
    pytest.param('ports:\n  - "6379:6379"  # for redis-cli', id="ports"),
    pytest.param("expose: [6379]", id="expose"),
    pytest.param("container_name: coins_redis", id="container_name"),
    pytest.param("restart: unless-stopped", id="restart"),
    pytest.param("profiles: [data]", id="profiles"),
    pytest.param("logging:\n  driver: json-file\n  options:\n    max-size: 1m", id="logging"),
    pytest.param("networks:\n  default:\n    aliases: [store]", id="networks"),
]


@pytest.mark.parametrize("lines", KEPT)
def test_takes_over(lines: str) -> None:
    made = ambassador(balanced(f"image: redis\n{lines}\n"), "rng")

    assert made.carried("rng") == f"{lines}\n"


def test_leads_to_another_address_when_it_is_replaced_again() -> None:
    first = ambassador(REDIS.format("\n    ports: ['6379:6379']"))
    direct = ambassador(REDIS.format("\n    ports: ['6379:6379']"), to="192.0.2.8:6379")

    again = ambassador(first.variant.text, to="192.0.2.8:6379")

    assert again.variant.text == direct.variant.text


def test_keeps_how_it_is_configured_when_it_is_replaced_again() -> None:
    first = ambassador(REDIS.format(""), lb_config="args", lb_image="registry.example/hamba:1")

    again = ambassador(first.variant.text, to="192.0.2.8:6379")

    assert again.value("redis", "image") == "registry.example/hamba:1"
    assert again.value("redis", "command") == "6379 192.0.2.8:6379"


UPSTREAMS = [
    pytest.param("192.0.2.7:32768", id="an IPv4 address"),
    pytest.param("[2001:db8::7]:32768", id="an IPv6 address"),
    pytest.param("db.example:32768", id="a name"),
]


@pytest.mark.parametrize("to", UPSTREAMS)
def test_upstream_may_be(to: str) -> None:
    made = ambassador(REDIS.format(""), to=to)

    assert made.value("redis", "labels")["dcgen.upstream"] == to


HOW = [
    pytest.param("inline", "haproxy:", id="in the file"),
    pytest.param("file", "haproxy:", id="in a file beside it"),
    pytest.param("args", "jpetazzo/hamba", id="as arguments"),
]


@pytest.mark.parametrize(("lb_config", "image"), HOW)
def test_configuration_reaches_it(lb_config: str, image: str) -> None:
    made = ambassador(REDIS.format(""), lb_config=lb_config)

    assert made.value("redis", "image").startswith(image)
    assert bool(made.variant.files) is (lb_config == "file")
    assert ("configs" in made.services["redis"]) is (lb_config == "inline")


@pytest.mark.parametrize("name", ["rng", "rng1"])
def test_balancer_and_replica_are_not_replaced(name: str) -> None:
    scaled = scale("services:\n  rng:\n    image: app\n    expose: [80]\n  r:\n    image: r\n")
    kind = "balancer" if name == "rng" else "replica"

    assert f"service {name!r} is a {kind} that dcgen made / fix: start from" in refusal(
        "ambassador", scaled.variant.text, name
    )
