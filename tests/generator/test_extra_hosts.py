"""`extra_hosts`: names are added in the style that is there."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, refusal

WEB = "web:\n  image: web\n  depends_on: [redis]\n"

LEFT_ALONE = [
    pytest.param('extra_hosts:\n  - "redis:192.0.2.7"\n', id="the same address in a list"),
    pytest.param("extra_hosts:\n  redis: 192.0.2.7\n", id="the same address in a mapping"),
    pytest.param("extra_hosts: ['redis=192.0.2.7']\n", id="the same address behind ="),
]


def body(hosts: str, **options) -> str:
    """Return the body of a consumer that has *hosts* after ``redis`` has left."""
    text = WEB + "".join(f"  {line}\n" for line in hosts.splitlines())
    made = extra_hosts(balanced("image: app\n", text), **options)
    return made.body("web").removeprefix("image: web\n")


@pytest.mark.parametrize("hosts", LEFT_ALONE)
def test_same_address_is_left_alone(hosts: str) -> None:
    assert body(hosts) == hosts


REWRITTEN = [
    pytest.param("", 'extra_hosts:\n  - "redis:192.0.2.7"\n', id="none"),
    pytest.param(
        "extra_hosts:\n  - db:192.0.2.1  # tables\n",
        'extra_hosts:\n  - db:192.0.2.1  # tables\n  - "redis:192.0.2.7"\n',
        id="a list",
    ),
    pytest.param(
        "extra_hosts:\n- db:192.0.2.1\n",
        'extra_hosts:\n- db:192.0.2.1\n- "redis:192.0.2.7"\n',
        id="a list that is not indented",
    ),
    pytest.param(
        "extra_hosts:\n  db: 192.0.2.1\n",
        'extra_hosts:\n  db: 192.0.2.1\n  redis: "192.0.2.7"\n',
        id="a mapping",
    ),
    pytest.param(
        "extra_hosts: ['db:192.0.2.1']\n",
        "extra_hosts: ['db:192.0.2.1', \"redis:192.0.2.7\"]\n",
        id="a flow list",
    ),
    pytest.param(
        "extra_hosts: {db: 192.0.2.1}\n",
        'extra_hosts: {db: 192.0.2.1, redis: "192.0.2.7"}\n',
        id="a flow mapping",
    ),
    pytest.param("extra_hosts: []\n", 'extra_hosts:\n  - "redis:192.0.2.7"\n', id="an empty list"),
    pytest.param(
        'extra_hosts:\n  - "host.docker.internal:host-gateway"\n',
        'extra_hosts:\n  - "host.docker.internal:host-gateway"\n  - "redis:192.0.2.7"\n',
        id="the gateway",
    ),
]


@pytest.mark.parametrize(("hosts", "expected"), REWRITTEN)
def test_name_is_added_to(hosts: str, expected: str) -> None:
    assert body(hosts) == expected


MOVED = [
    pytest.param(
        "extra_hosts:\n  - db:192.0.2.1\n  - redis:192.0.2.9\n",
        'extra_hosts:\n  - db:192.0.2.1\n  - "redis:192.0.2.7"\n',
        id="a list",
    ),
    pytest.param(
        "extra_hosts:\n  redis: 192.0.2.9\n",
        'extra_hosts:\n  redis: "192.0.2.7"\n',
        id="a mapping",
    ),
]


@pytest.mark.parametrize(("hosts", "expected"), MOVED)
def test_other_address_is_replaced_and_that_is_said(hosts: str, expected: str) -> None:
    text = WEB + "".join(f"  {line}\n" for line in hosts.splitlines())
    made = extra_hosts(balanced("image: app\n", text))

    assert made.body("web") == f"image: web\n{expected}"
    assert made.warnings == [
        "compose.yml:14: 'web' had another address for 'redis', which is replaced"
    ]


ADDRESSES = [
    pytest.param("2001:db8::7", "redis:2001:db8::7", id="an IPv6 address"),
    pytest.param("host-gateway", "redis:host-gateway", id="the host itself"),
]


@pytest.mark.parametrize(("ip", "entry"), ADDRESSES)
def test_address_may_be(ip: str, entry: str) -> None:
    assert body("", ip=ip) == f'extra_hosts:\n  - "{entry}"\n'


CONSUMERS = [
    pytest.param("depends_on: [redis]", True, id="one that depends on it"),
    pytest.param("links: [redis]", True, id="one that links to it"),
    pytest.param("environment: {URL: 'redis://redis:6379'}", True, id="one with a URL"),
    pytest.param("command: run --host redis", True, id="one with an argument"),
    pytest.param("command: [run, --host=redis]", True, id="one with an argument in a list"),
    pytest.param("entrypoint: [wait-for, 'redis:6379']", True, id="one with an entrypoint"),
    pytest.param("healthcheck: {test: redis-cli -h redis ping}", True, id="one that checks it"),
    pytest.param("environment: {URL: 'redis://redis-2:6379'}", False, id="one with a longer name"),
    pytest.param("environment: {URL: 'http://my.redis'}", False, id="one with another domain"),
    pytest.param("image: redis/tools", False, id="one with its name in an image"),
]


@pytest.mark.parametrize(("line", "is_consumer"), CONSUMERS)
def test_only_those_that_name_it_get_the_address_if_asked(line: str, *, is_consumer: bool) -> None:
    image = "" if line.startswith("image") else "    image: web\n"
    made = extra_hosts(
        f"services:\n  redis:\n    image: redis\n  web:\n{image}    {line}\n", only_named=True
    )

    assert ("extra_hosts" in made.services["web"]) is is_consumer


def test_all_on_the_network_get_the_address_because_code_cannot_be_seen() -> None:
    made = extra_hosts("services:\n  redis:\n    image: redis\n  web:\n    image: web\n")

    assert made.services["web"]["extra_hosts"] == ["redis:192.0.2.7"]


def test_only_service_cannot_leave() -> None:
    assert refusal("extra-hosts", "services:\n  redis:\n    image: redis\n", "redis") == (
        "2: service 'redis' is the only one, and a Compose file needs at least one service"
        " / fix: use `dcgen ambassador redis=HOST:PORT`"
    )


def test_its_volumes_stay_declared() -> None:
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
            volumes:
              - data:/data
          web:
            image: web
        volumes:
          data: {}
        """
    )

    assert made.text.endswith("volumes:\n  data: {}\n")
    assert made.warnings == ["compose.yml:4: what 'redis' wrote to data stays on this host"]


def test_ambassador_may_leave_later() -> None:
    first = ambassador("services:\n  redis:\n    image: redis\n  web:\n    image: web\n")

    assert "configs" not in extra_hosts(first.variant.text).text
