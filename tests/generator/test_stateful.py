"""What keeps the data and the clients of a detached service: a volume with a name, a password."""

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis

from composefile.model import Model
from composefile.project import Project
from faults import UserError
from generator.services.guarded import Guard
from generator.services.published import AtAddress, Publish
from generator.transforms.detach import detach
from lb.address import Address
from tests.generator.compose import document
from tests.generator.laws import loaded
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import end

THERE = AtAddress("192.0.2.7")
GUARD = Guard()
NOT_GUESSED = "nQ-7_x"


def detached(
    body: str, guard: Guard = GUARD, publish: Publish = THERE, top: str = ""
) -> dict[str, Any]:
    """Return the file of a detached service `db` with *body*."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    text = f"services:\n  db:\n{lines}{top}"
    return loaded(detach(Model(document(text), Project()), "db", publish, guard).text)


@pytest.mark.parametrize(
    ("body", "options"),
    [
        pytest.param("image: redis", [], id="none"),
        pytest.param(
            "image: redis\ncommand: redis-server --maxmemory 9mb",
            ["--maxmemory", "9mb"],
            id="a string",
        ),
        pytest.param(
            "image: redis\ncommand: [redis-server, --save, '60 1']", ["--save", "60 1"], id="a list"
        ),
        pytest.param(
            "image: redis\ncommand: --appendonly no", ["--appendonly", "no"], id="its own wins"
        ),
    ],
)
def test_redis_keeps_its_own_options_behind_ours(body: str, options: list[str]) -> None:
    service = detached(body)["services"]["db"]

    assert service["command"][3:] == ["sh", "redis-server", "-", "--appendonly", "yes", *options]
    assert service["ports"] == ["192.0.2.7:6379:6379"]
    assert service["labels"]["dcgen.clients"] == "auth-secret=db_password"


def test_its_secret_comes_from_a_variable_and_its_volume_has_a_name() -> None:
    found = detached("image: redis", top="volumes: {db-data: {}}\n")

    assert found["secrets"] == {"db_password": {"environment": "DB_PASSWORD"}}
    assert found["services"]["db"]["secrets"] == ["db_password"]
    assert found["services"]["db"]["volumes"] == ["db-data-2:/data"]
    assert list(found["volumes"]) == ["db-data-2"]


def test_a_volume_with_a_name_stays() -> None:
    found = detached("image: redis\nvolumes: [kept:/data]", top="volumes: {kept: {}}\n")

    assert found["services"]["db"]["volumes"] == ["kept:/data"]
    assert list(found["volumes"]) == ["kept"]


@pytest.mark.parametrize(
    ("body", "variable"),
    [
        ("image: postgres:16", "POSTGRES_PASSWORD_FILE"),
        ("image: mysql:8", "MYSQL_ROOT_PASSWORD_FILE"),
        ("image: mariadb", "MARIADB_ROOT_PASSWORD_FILE"),
    ],
)
def test_databases_read_their_password_from_a_file(body: str, variable: str) -> None:
    environment = "environment: {A: b, MYSQL_ALLOW_EMPTY_PASSWORD: 'yes'}"
    service = detached(f"{body}\n{environment}")["services"]["db"]

    assert service["environment"] == {"A": "b", variable: "/run/secrets/db_password"}


@pytest.mark.parametrize(
    "body",
    [
        "image: postgres\nenvironment: {POSTGRES_PASSWORD: x}",
        "image: mysql\nenvironment: [MYSQL_ROOT_PASSWORD]",
        "image: postgres\nenv_file: db.env",
        "image: redis\ncommand: redis-server --requirepass x",
        "image: mongo\nenvironment: {MONGO_INITDB_ROOT_PASSWORD: x}",
    ],
)
def test_a_password_of_its_own_stays(body: str) -> None:
    found = detached(body)

    assert "secrets" not in found
    assert "dcgen.clients" not in found["services"]["db"]["labels"]


@pytest.mark.parametrize(
    ("body", "guard", "publish", "what"),
    [
        ("image: redis", Guard(password=False), THERE, "without a password"),
        ("image: redis", Guard(password=False), AtAddress("0.0.0.0"), "without a password"),
        ("image: redis", Guard(password=False), 6379, "without a password"),
        ("image: mongo", Guard(), THERE, "takes a password"),
        ("image: redis\ncommand: redis-server /etc/redis.conf", Guard(), THERE, "starts redis"),
        ("image: redis\nentrypoint: x", Guard(), THERE, "starts redis-server"),
        ("image: redis\nvolumes: ['./d:/data']", Guard(remote=True), THERE, "mounts './d'"),
    ],
)
def test_what_would_be_open_or_is_not_known_is_refused(
    body: str, guard: Guard, publish: Publish, what: str
) -> None:
    with pytest.raises(UserError, match=what) as refusal:
        detached(body, guard, publish)

    assert refusal.value.fix


def test_without_a_password_it_may_be_on_loopback() -> None:
    found = detached("image: redis", Guard(password=False), Address("127.0.0.1", 1))

    assert found["services"]["db"]["command"] == ["redis-server", "--appendonly", "yes"]
    assert "secrets" not in found


def test_redis_takes_the_password_from_the_secret_and_no_command_line_shows_it(
    tmp_path: Path,
) -> None:
    port = free_port()
    service = detached(f"image: redis\ncommand: --port {port}")["services"]["db"]
    (tmp_path / "db_password").write_text(NOT_GUESSED)
    entrypoint = tmp_path / "docker-entrypoint.sh"
    entrypoint.write_text('#!/bin/sh\nexec "$@"\n')
    entrypoint.chmod(0o755)
    command = [word.replace("$$", "$") for word in service["command"]]
    command[2] = command[2].replace("/run/secrets", str(tmp_path))

    with ExitStack() as cleanup:
        path = f"{tmp_path}:{os.environ['PATH']}"
        process = subprocess.Popen(
            command,
            env={**os.environ, "PATH": path},
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
        )
        cleanup.callback(end, process)
        client = cleanup.enter_context(redis.Redis(port=port, password=NOT_GUESSED))
        stranger = cleanup.enter_context(redis.Redis(port=port))
        until(lambda: _answers(client), "Redis answers")
        shown = Path(f"/proc/{process.pid}/cmdline").read_text()

        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert "redis-server" in shown
        assert NOT_GUESSED not in shown
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()


def _answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_with_tls_haproxy_is_published_and_the_service_is_not() -> None:
    made = detached(
        "image: redis\nports: ['6379:6379']\nnetworks: [back]\nlabels: {a: b}",
        Guard(tls=True),
        top="networks:\n  back:\n",
    )
    service, front = made["services"]["db"], made["services"]["db-tls"]

    assert "ports" not in service
    assert service["labels"] == {"a": "b"}
    assert front["ports"] == ["192.0.2.7:6379:6379"]
    assert front["networks"] == ["back"]
    assert front["secrets"] == ["db_password", "db_ca", "db_server_cert"]
    assert front["labels"]["dcgen.detached"] == "db"
    assert set(made["secrets"]) == set(front["secrets"])
    assert "ssl crt /run/secrets/db_server_cert" in made["configs"]["db-tls-haproxy"]["content"]


@pytest.mark.parametrize(
    ("body", "clients"),
    [
        pytest.param(
            "image: redis",
            "auth-secret=db_password ca-file=/run/secrets/db_ca"
            " cert=/run/secrets/db_client_cert tls-name=db",
            id="redis, which is asked with its password",
        ),
        pytest.param(
            "image: postgres",
            "protocol=tcp ca-file=/run/secrets/db_ca cert=/run/secrets/db_client_cert tls-name=db",
            id="postgres, whose own TLS is inside of ours",
        ),
    ],
)
def test_clients_are_told_how_they_get_in_by_tls(body: str, clients: str) -> None:
    made = detached(body, Guard(tls=True))

    assert made["services"]["db-tls"]["labels"]["dcgen.clients"] == clients


def test_with_tls_a_service_that_knows_no_password_may_be_published() -> None:
    made = detached("image: memcached", Guard(password=False, tls=True))

    assert made["services"]["db-tls"]["ports"] == ["192.0.2.7:11211:11211"]


@pytest.mark.parametrize(
    ("body", "publish", "what"),
    [
        pytest.param("image: redis", "host", "past the HAProxy", id="on the network of the host"),
        pytest.param(
            "image: redis\nnetwork_mode: host", THERE, "past the HAProxy", id="the same in the file"
        ),
        pytest.param("image: unheard-of", None, "no port of 'db' is known", id="without a port"),
    ],
)
def test_what_haproxy_cannot_stand_before_is_refused(
    body: str, publish: Publish, what: str
) -> None:
    with pytest.raises(UserError, match=what) as caught:
        detached(body, Guard(password=False, tls=True), publish)

    assert caught.value.fix
