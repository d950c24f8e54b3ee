"""`ports` and `expose`: the balancer takes the published ports, and listens on the container's."""

import pytest

from tests.generator import laws
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
    pytest.param('ports: ["8443:443"]\nexpose: ["80"]', [443, 80], id="ports and expose"),
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


FIRST = [
    pytest.param('ports: ["9229:9229", "3000:3000"]', 9229, id="the first that is published"),
    pytest.param('expose: ["80"]\nports: ["443:443"]', 443, id="published before exposed"),
    pytest.param('ports: ["443", "80:80"]', 80, id="a port of the host before none"),
    pytest.param('ports: ["9229:9229", "3001:3001"]', 3001, id="dialled before published"),
    pytest.param(
        'ports: ["9229:9229", "3001:3001", "80:80"]\nhealthcheck: {test: curl localhost:80}',
        80,
        id="what its own health check asks before all",
    ),
    pytest.param('ports: ["7000-7099:7000-7099"]', 7000, id="the first of a range"),
]


@pytest.mark.parametrize(("ports", "first"), FIRST)
def test_port_that_must_be_served_is_where_most_likely_somebody_listens(
    ports: str, first: int
) -> None:
    caller = "api:\n  image: a\n  environment: {URL: 'http://rng:3001'}\n"
    made = scale(balanced(f"image: app\n{ports}\n", caller if "3001" in ports else ""), n=2)
    again = scale(made.variant.text, "rng", 3)

    for one in (made, again):
        assert one.value("rng", "labels")["dcgen.balances"].startswith(f"rng1:{first} ")
        configuration = next(iter(laws.loaded(one.variant.text)["configs"].values()))["content"]
        always = [line for line in configuration.splitlines() if "fail if { nbsrv" in line]
        assert [line.strip() for line in always] == [
            f"monitor fail if {{ nbsrv(rng-{first}) lt 1 }}"
        ]


def test_port_that_may_not_be_served_is_said_once_with_what_to_do() -> None:
    body = 'image: app\nports: ["7000-7099:7000-7099"]\n'
    made = scale(balanced(body), n=2)

    assert made.warnings == [
        "compose.yml:5: port 7000 of 'rng' must answer for its HAProxy to be healthy;"
        " 7001, 7002, 7003 and 96 more only once there has been an answer"
    ]
    assert made.variant.warnings[0].fix == (
        "give `--port 7000` if nothing listens on 7001, 7002, 7003 and 96 more"
    )
    assert scale(made.variant.text, "rng", 3).warnings == []
    assert scale(balanced(body), ports=(7000, 7005)).warnings == []


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
    made = scale(balanced('image: app\nports: ["53:53/udp", "81:81"]\n'))

    assert made.warnings == [
        "compose.yml:7: port 53/udp of 'rng' is not TCP: the balancer does not forward it,"
        " and it is published no longer"
    ]


AMBASSADORS = [
    pytest.param('ports: ["6380:6379"]', "6379", [], id="the container's port"),
    pytest.param('expose: ["6379"]', "6379", [], id="the exposed port"),
    pytest.param("", "6379", [], id="the port that the image is known for"),
    pytest.param(
        'ports: ["6379:6379", "8080:8080"]',
        "6379 8080",
        [
            "compose.yml:2: port 6379 of 'redis' must answer for its HAProxy to be healthy;"
            " 8080 only once there has been an answer",
            "compose.yml:2: port 6379 of 'redis' is forwarded to 192.0.2.7:32768,"
            " 8080 to the same of 192.0.2.7",
        ],
        id="each of two ports, and which leads where is said",
    ),
    pytest.param(
        'ports: ["6379:6379", "53:53/udp"]',
        "6379",
        [
            "compose.yml:4: port 53/udp of 'redis' is not TCP: the ambassador does not forward it,"
            " and it is published no longer"
        ],
        id="TCP alone, and UDP is said not to be carried",
    ),
]


@pytest.mark.parametrize(("ports", "listening", "warnings"), AMBASSADORS)
def test_ambassador_listens_on(ports: str, listening: str, warnings: list[str]) -> None:
    made = ambassador(f"services:\n  redis:\n    image: redis\n    {ports}\n")

    assert made.value("redis", "labels")["dcgen.ports"] == listening
    assert made.carried("redis").strip() == ('ports:\n  - "6379:6379"' if "udp" in ports else ports)
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
