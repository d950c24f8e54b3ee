"""`ports` and `expose`: the balancer takes the published ports, and listens on the container's."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, refusal, scale, yaml

LEFT_ALONE = [
    pytest.param(
        """
        image: app
        expose:
          - "80"
        """,
        'expose:\n  - "80"\n',
        id="exposed ports stay on the replicas, and are on the balancer too",
    ),
    pytest.param(
        """
        image: app
        expose: [80, "81/tcp"]
        """,
        'expose: [80, "81/tcp"]\n',
        id="a flow list stays a flow list",
    ),
]


@pytest.mark.parametrize(("body", "exposed"), LEFT_ALONE)
def test_expose_is_left_alone(body: str, exposed: str) -> None:
    made = scale(balanced(body))

    assert made.body("rng1") == made.body("rng2") == yaml(body)
    assert made.carried("rng") == exposed


PUBLISHED = [
    pytest.param('- "8001:80"', id="short"),
    pytest.param("- 8001:80", id="short without quotes"),
    pytest.param("- 80", id="a bare number"),
    pytest.param('- "80"', id="a container port alone"),
    pytest.param('- "127.0.0.1:8001:80"', id="an IPv4 address of the host"),
    pytest.param('- "[::1]:8001:80"', id="an IPv6 address of the host"),
    pytest.param('- "127.0.0.1::80"', id="an address and no published port"),
    pytest.param("- '8001:80/tcp'", id="a protocol in single quotes"),
    pytest.param('- "8001-8002:80-81"', id="a range"),
    pytest.param('- "8001-8005:80"', id="a range of published ports"),
    pytest.param('- "${PORT:-8001}:80"', id="a variable on the host side"),
    pytest.param('- "${PORT}:80"', id="a variable without default on the host side"),
    pytest.param('- "8001:${INNER:-80}"', id="a default on the container side"),
    pytest.param(
        "- target: 80\n    published: 8001\n    protocol: tcp\n    mode: host", id="long syntax"
    ),
    pytest.param('- target: 80\n    published: "8001-8005"', id="long syntax with a range"),
    pytest.param('- "8001:80"  # the API', id="a comment behind it"),
    pytest.param('# for curl\n  - "8001:80"', id="a comment above it"),
    pytest.param('- "8001:80"\n  - "8443:443"', id="two ports"),
]


@pytest.mark.parametrize("ports", PUBLISHED)
def test_published_ports_move_to_the_balancer_as_they_are_written(ports: str) -> None:
    made = scale(balanced(f"image: app\nports:\n  {ports}\n"))

    assert made.body("rng1") == made.body("rng2") == "image: app\n"
    assert made.carried("rng") == f"ports:\n  {ports}\n"


LISTENING = [
    pytest.param('ports: ["8001:80"]', [80], id="the container's port and not the host's"),
    pytest.param('ports: ["8001:80", "9001:80"]', [80], id="one port published twice"),
    pytest.param('ports: ["8443:443"]\nexpose: ["80"]', [80, 443], id="ports and expose"),
    pytest.param('ports: ["8001-8003:80-82"]', [80, 81, 82], id="each port of a range"),
    pytest.param('ports: ["8001-8003:80"]', [80], id="one port published on one of a range"),
    pytest.param("ports: [80]", [80], id="a number"),
    pytest.param('ports: ["22:22"]', [22], id="what YAML 1.1 could read as a number in base 60"),
    pytest.param('ports: ["8001:${INNER:-80}"]', ["${INNER:-80}"], id="what a variable says"),
    pytest.param('ports: ["${A:-${B:-8001:80}}"]', [80], id="the default of a default"),
    pytest.param("ports: [{target: 80, published: 8001}]", [80], id="the target of long syntax"),
    pytest.param('ports: ["53:53/udp", "53:53"]', [53], id="TCP where both are published"),
    pytest.param('ports: ["53:53/udp", "80:80"]', [80], id="TCP beside UDP"),
]


@pytest.mark.parametrize(("ports", "listening"), LISTENING)
def test_balancer_listens_on(ports: str, listening: list[int | str]) -> None:
    made = scale(balanced(f"image: app\n{ports}\n"), n=1)

    servers = made.value("rng", "labels")["dcgen.balances"].split()
    assert servers == [f"rng1:{port}" for port in listening]


def test_port_that_is_given_wins_over_those_that_are_found() -> None:
    made = scale(balanced('image: app\nports: ["8001:80"]\n'), n=1, ports=(8080,))

    assert made.value("rng", "labels")["dcgen.balances"] == "rng1:8080"
    assert made.carried("rng") == 'ports: ["8001:80"]\nexpose:\n  - "8080"\n'


def test_port_in_the_env_file_counts(tmp_path) -> None:
    source = balanced('image: app\nports: ["8001:${INNER}"]\n')

    made = scale(source, n=1, folder=tmp_path, files={".env": "INNER=8080\n"})

    assert made.value("rng", "labels")["dcgen.balances"] == "rng1:${INNER}"
    assert "default_backend rng-8080\n" in made.text
    assert made.carried("rng") == 'ports: ["8001:${INNER}"]\n'


def test_port_in_the_environment_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNER", "8080")

    assert refusal("scale", balanced('image: app\nports: ["8001:${INNER}"]\n'), "rng").startswith(
        "7: the container port in '8001:${INNER}' of service 'rng' is a variable that is not set"
    )


REFUSED = [
    pytest.param(
        'ports: ["8001:${INNER}"]',
        "7: the container port in '8001:${INNER}' of service 'rng' is a variable that is not set"
        " / fix: give `--port PORT`, or a default: ${NAME:-PORT}",
        id="a container port that only the environment knows",
    ),
    pytest.param(
        'ports: ["${PORTS}"]',
        "7: the container port in '${PORTS}' of service 'rng' is a variable that is not set"
        " / fix: give `--port PORT`, or a default: ${NAME:-PORT}",
        id="an entry that is one variable",
    ),
    pytest.param(
        'ports: ["53:53/udp"]',
        "7: service 'rng' declares UDP ports only; HAProxy balances TCP"
        " / fix: leave 'rng' as it is, or give the TCP port with `--port PORT`",
        id="UDP alone",
    ),
    pytest.param(
        'ports: ["8001:http"]',
        "7: '8001:http' in `ports:` of service 'rng' is not a port"
        ' / fix: write it as "PUBLISHED:CONTAINER", for example "8001:80"',
        id="a word",
    ),
    pytest.param(
        'ports: ["8001:70000"]',
        "7: '8001:70000' in `ports:` of service 'rng' is not a port"
        ' / fix: write it as "PUBLISHED:CONTAINER", for example "8001:80"',
        id="a number that no port has",
    ),
]


@pytest.mark.parametrize(("ports", "message"), REFUSED)
def test_balancing_is_refused_for(ports: str, message: str) -> None:
    assert refusal("scale", balanced(f"image: app\n{ports}\n"), "rng") == message


def test_udp_beside_tcp_is_said_not_to_be_served() -> None:
    made = scale(balanced('image: app\nports: ["53:53/udp", "80:80"]\n'))

    assert made.warnings == [
        "compose.yml:7: port 53/udp of 'rng' is not TCP: the balancer does not forward it"
    ]


AMBASSADORS = [
    pytest.param('ports: ["6380:6379"]', "6379", [], id="the container's port"),
    pytest.param('expose: ["6379"]', "6379", [], id="the exposed port"),
    pytest.param("", "6379", [], id="the port that the image is known for"),
    pytest.param(
        'ports: ["6379:6379", "8080:8080"]',
        "6379 8080",
        [
            "compose.yml:2: port 6379 of 'redis' is forwarded to 192.0.2.7:32768,"
            " 8080 to the same of 192.0.2.7"
        ],
        id="each of two ports, and which leads where is said",
    ),
    pytest.param(
        'ports: ["6379:6379", "53:53/udp"]',
        "6379",
        ["compose.yml:4: port 53/udp of 'redis' is not TCP: the ambassador does not forward it"],
        id="TCP alone, and UDP is said not to be carried",
    ),
]


@pytest.mark.parametrize(("ports", "listening", "warnings"), AMBASSADORS)
def test_ambassador_listens_on(ports: str, listening: str, warnings: list[str]) -> None:
    made = ambassador(f"services:\n  redis:\n    image: redis\n    {ports}\n")

    assert made.value("redis", "labels")["dcgen.ports"] == listening
    assert made.carried("redis").strip() == ports
    assert made.warnings == warnings


def test_ambassador_of_an_unknown_port_listens_on_that_of_its_upstream() -> None:
    made = ambassador("services:\n  db:\n    image: own\n", "db", to="192.0.2.7:5433")

    assert made.value("db", "labels")["dcgen.ports"] == "5433"
    assert made.warnings == [
        "compose.yml:2: cannot tell the port of 'db': the ambassador listens on 5433"
    ]


def test_ports_of_a_service_that_leaves_are_said_to_be_gone() -> None:
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
            ports:
              - "6379:6379"
              - "8001:8001"
          web:
            image: web
            depends_on:
              - redis
        """
    )

    assert made.warnings == [
        "compose.yml:4: port 6379, 8001 of 'redis' is no longer published on this host"
    ]
