"""`--stats`: the page is published on one address of this machine, and its password is a secret."""

import pytest

from composefile.document import load
from composefile.model import Model
from composefile.project import Project
from faults import UserError
from generator.result import LbConfig, Settings
from generator.transforms.ambassador import ambassador
from generator.transforms.scale import scale
from lb.model import Address
from lb.options import ChosenOptions
from tests.generator import laws

PAGE = "127.0.0.1:8404:8404"


def scaled(source: str, options: str = "stats=8404", lb_config: LbConfig | None = None) -> str:
    settings = Settings(options=ChosenOptions.parse(options), lb_config=lb_config)
    return scale(Model(load(source, "compose.yml"), Project()), "web", 2, settings).text


def service(text: str, name: str = "web") -> str:
    return laws.blocks(text)[name]


def ports(text: str, name: str = "web") -> list[str]:
    return laws.services(laws.loaded(text))[name].get("ports", [])


@pytest.mark.parametrize(
    ("listed", "published"),
    [
        pytest.param(
            """
    ports:
    - "80:80"  # for all
    restart: always
""",
            """
    ports:
    - "80:80"  # for all
    - "127.0.0.1:8404:8404"
""",
            id="a list",
        ),
        pytest.param(
            '\n    ports: ["80:80"]\n', '\n    ports: ["80:80", "127.0.0.1:8404:8404"]\n', id="flow"
        ),
        pytest.param(
            "\n    ports: *shared\n",
            '\n    ports:\n      - "80:80"\n      - "127.0.0.1:8404:8404"\n',
            id="an alias, which another service has, too",
        ),
        pytest.param(
            "\n    expose: [80]\n",
            '\n    ports:\n      - "127.0.0.1:8404:8404"\n    healthcheck:\n',
            id="none before",
        ),
    ],
)
def test_page_is_the_last_of_the_published_ports(listed: str, published: str) -> None:
    source = f"""\
x-ports: &shared
- "80:80"
services:
  web:
    image: web{listed}"""

    assert published in service(scaled(source))


def test_services_in_one_line_publish_it_too() -> None:
    text = scaled("services: {web: {image: web, ports: ['80:80']}}\n")

    assert ports(text) == ["80:80", PAGE]


WEB = """\
services:
  web:
    image: web
    ports: ["80:80"]
"""


@pytest.mark.parametrize(
    ("spelt", "published"),
    [
        pytest.param("8404", PAGE, id="a port is one of loopback"),
        pytest.param("0.0.0.0:8404", "0.0.0.0:8404:8404", id="every address"),
        pytest.param("[::1]:8404", "[::1]:8404:8404", id="IPv6"),
    ],
)
def test_address_is_the_one_that_was_asked_for(spelt: str, published: str) -> None:
    text = scaled(WEB, f"stats={spelt}")

    assert ports(text) == ["80:80", published]
    assert "bind :8404\n" in text
    assert ports(text, "web1") == []


@pytest.mark.parametrize(
    "source", [WEB, WEB.replace('    ports: ["80:80"]\n', "    expose: [80]\n")]
)
def test_scaling_again_keeps_it_once(source: str) -> None:
    first = scaled(source)

    assert scaled(first, "") == first


@pytest.mark.parametrize(
    "source", [WEB, WEB.replace('    ports: ["80:80"]\n', "    expose: [80]\n")]
)
def test_another_port_takes_its_place(source: str) -> None:
    assert scaled(scaled(source), "stats=9000") == scaled(source, "stats=9000")


def test_ambassador_publishes_it_and_keeps_it() -> None:
    source, settings = (
        "services:\n  redis:\n    image: redis\n",
        Settings(options=ChosenOptions(stats="8404")),
    )
    there = Address("192.0.2.7", 6379)
    first = ambassador(Model(load(source, "f"), Project()), "redis", there, settings).text

    assert ports(first, "redis") == [PAGE]
    assert ambassador(Model(load(first, "f"), Project()), "redis", there, Settings()).text == first


@pytest.mark.parametrize(
    "other",
    [
        pytest.param('"8404:80"', id="a port"),
        pytest.param('"127.0.0.1:8404:80/tcp"', id="of an address"),
        pytest.param('"8400-8410:8400-8410"', id="in a range"),
        pytest.param('"${PORT:-8404}:80"', id="by a default"),
        pytest.param('{target: 80, published: "8404"}', id="in long form"),
    ],
)
def test_port_that_another_service_publishes_is_refused(other: str) -> None:
    source = f"{WEB}  api:\n    image: api\n    ports:\n      - {other}\n"

    with pytest.raises(UserError, match="port 8404 is published by service 'api' already") as error:
        scaled(source)

    assert str(error.value.where) == "compose.yml:7"


@pytest.mark.parametrize("other", ["8404", "80:8404", "${PORT}:80"])
def test_port_of_a_container_is_not_taken(other: str) -> None:
    text = scaled(f'{WEB}  api:\n    image: api\n    ports: ["{other}"]\n')

    assert PAGE in ports(text)


SECRET = f"{WEB}secrets:\n  pw:\n    file: ./pw.txt\n"


def test_password_comes_from_a_secret_when_haproxy_starts() -> None:
    web = laws.services(laws.loaded(scaled(SECRET, "stats=8404 stats-secret=pw")))["web"]

    assert web["secrets"] == ["pw"]
    assert "environment" not in web
    assert web["command"][:2] == ["sh", "-c"]
    assert web["command"][2].startswith('HAPROXY_STATS_PASSWORD="$$(cat /run/secrets/pw)" && ')


def test_without_a_secret_it_comes_from_the_environment_and_no_file() -> None:
    web = laws.services(laws.loaded(scaled(WEB)))["web"]

    assert web["environment"] == {"HAPROXY_STATS_PASSWORD": None}


@pytest.mark.parametrize(
    ("source", "options", "lb_config", "fault"),
    [
        pytest.param(WEB, "stats=8404 stats-secret=pw", None, "no secret 'pw'", id="not declared"),
        pytest.param(SECRET, "stats-secret=pw", None, "no statistics page", id="no page"),
        pytest.param(
            SECRET, "stats=8404 stats-secret=pw", "args", "cannot read a secret", id="hamba"
        ),
        pytest.param(SECRET, "stats=8404 stats-secret=$(id)", None, "not a value", id="hostile"),
        pytest.param(WEB, "stats=80", None, "port 80 is", id="the port of the service"),
        pytest.param(WEB, "stats=web:8404", None, "not a value of stats", id="a name"),
        pytest.param(WEB, "stats=70000", None, "not a value of stats", id="no port"),
    ],
)
def test_what_cannot_be_is_refused(
    source: str, options: str, lb_config: LbConfig | None, fault: str
) -> None:
    with pytest.raises(UserError, match=fault):
        scaled(source, options, lb_config)
