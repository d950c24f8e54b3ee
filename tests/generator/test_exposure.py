"""What `detach` publishes to other hosts: nothing without a password, unless that is asked for."""

import pytest

from composefile.model import Model
from composefile.project import Project
from faults import UserError
from generator.services.published import Publish
from generator.transforms.detach import detach
from lb.address import Address
from tests.generator.compose import document

FILE = "services:\n  db:\n    {}\n  web: {{image: web}}\n"


def detached(body: str, publish: Publish = None) -> list[str]:
    """Return the warnings of a detached service with *body*."""
    text = FILE.format(body.replace("\n", "\n    "))
    return [str(n) for n in detach(Model(document(text), Project()), "db", publish).warnings]


PROTECTED = [
    "image: postgres\nenvironment: {POSTGRES_PASSWORD: x}",
    "image: postgis/postgis\nenv_file: .env",
    "image: mariadb\nenvironment: [MARIADB_ROOT_PASSWORD_FILE=/run/secrets/p]",
    "image: redis\ncommand: redis-server --requirepass x",
    "image: bitnami/redis\nenvironment: [REDIS_PASSWORD]",
    "image: redis/redis-stack\nenvironment: {REDIS_ARGS: --requirepass x}",
    "image: mongo\nenvironment: {MONGO_INITDB_ROOT_USERNAME: a, MONGO_INITDB_ROOT_PASSWORD: b}",
    "image: influxdb\nenvironment: {DOCKER_INFLUXDB_INIT_ADMIN_TOKEN: x}",
    "image: app\nexpose: [80]",
]
OPEN = [
    "image: redis:7",
    "image: valkey/valkey",
    "image: memcached",
    "image: mongo",
    "image: postgres\nenvironment: {POSTGRES_HOST_AUTH_METHOD: trust}",
    "image: mysql\nenvironment: {MYSQL_ALLOW_EMPTY_PASSWORD: 'yes'}",
    "image: bitnami/redis\nenvironment: [ALLOW_EMPTY_PASSWORD=yes]",
]
UNKNOWN = [
    "image: redis\ncommand: redis-server /etc/redis.conf",
    "image: redis\nenv_file: .env",
    "image: etcd",
]


@pytest.mark.parametrize("body", PROTECTED)
def test_a_service_with_a_password_is_published_without_a_word(body: str) -> None:
    assert detached(body) == []
    assert detached(body, 6379) == []


@pytest.mark.parametrize("body", OPEN)
def test_one_without_is_refused(body: str) -> None:
    with pytest.raises(UserError, match="'db' has no password, and would be published") as caught:
        detached(body)

    assert str(caught.value.where) == "compose.yml:3"
    assert "--publish ADDRESS:PORT" in caught.value.fix


@pytest.mark.parametrize("body", OPEN)
@pytest.mark.parametrize("publish", [6380, "random", "host", Address("192.0.2.7", 6380)])
def test_unless_that_is_asked_for(body: str, publish: Publish) -> None:
    assert detached(body, publish) == [
        "compose.yml:3: 'db' is published to other hosts, and has no password"
    ]


@pytest.mark.parametrize("body", UNKNOWN)
def test_one_that_may_have_none_is_warned_about(body: str) -> None:
    assert detached(body) == [
        "compose.yml:3: 'db' is published to other hosts, and may have no password:"
        " none is in this file"
    ]


def test_what_the_file_publishes_itself_is_only_warned_about() -> None:
    assert len(detached('image: redis\nports: ["6379:6379"]')) == 1


@pytest.mark.parametrize(
    ("ports", "publish"),
    [('ports: ["127.0.0.1:6379:6379"]', None), ("", Address("127.0.0.1", 6380))],
)
def test_what_this_host_alone_can_reach_needs_none(ports: str, publish: Publish) -> None:
    assert detached(f"image: redis\n{ports}", publish) == []
