"""A Redis on another host: `dcgen extra-hosts` and `dcgen ambassador`."""

import shlex
from pathlib import Path

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject, NewRedis
from tests.e2e.door import dcgen
from tests.e2e.sources import SOURCES, compose
from tests.lab import bases
from tests.lab.project import COMPOSE_1, COMPOSE_2

pytestmark = pytest.mark.e2e

# Asks twice, with a minute of silence between; the silence is what is tested.
IDLE_CLIENT = """
import socket, time
redis = socket.create_connection(("redis", 6379))
for pause in (60, 0):
    redis.sendall(b"PING\\r\\n")
    print(redis.recv(99).decode().strip(), flush=True)
    time.sleep(pause)
"""


@compose(COMPOSE_1)
def test_extra_hosts_count_in_the_redis_of_another_host(
    new_project: NewProject, new_redis: NewRedis, program: str, tmp_path: Path
) -> None:
    elsewhere = new_redis("node1", "--publish 6379:6379")
    file = tmp_path / "generated.yml"
    address = elsewhere.engine.address
    dcgen("extra-hosts", f"redis={address}", "-f", SOURCES[program], "-o", file)

    project = new_project("node2", file, program)
    project.up()
    coins.measure(elsewhere.hashes, 20)

    assert "redis" not in project.compose("config --services").split()
    assert "redis" not in project.replicas()


@compose(COMPOSE_2)
def test_an_ambassador_leads_to_a_redis_on_a_random_port_of_another_host(
    new_project: NewProject, new_redis: NewRedis, program: str, tmp_path: Path
) -> None:
    elsewhere = new_redis("node1")
    file = tmp_path / "generated.yml"
    dcgen("ambassador", f"redis={elsewhere.upstream}", "-f", SOURCES[program], "-o", file)

    project = new_project("node2", file, program)
    project.up()

    assert coins.measure(elsewhere.hashes, 20).units >= 20


def test_an_ambassador_leads_to_a_redis_that_wants_a_password(
    new_project: NewProject, new_redis: NewRedis, tmp_path: Path
) -> None:
    elsewhere = new_redis("node1", "--publish-all", "swordfish")
    source = tmp_path / "compose.yml"
    source.write_text(_with_password((coins.SOURCE / "compose.yml").read_text()))
    file = tmp_path / "generated.yml"
    dcgen("ambassador", f"redis={elsewhere.upstream}", "-f", source, "-o", file)

    project = new_project("node2", file)
    project.up()

    assert coins.measure(elsewhere.hashes, 20).units >= 20


def test_a_client_of_an_ambassador_that_is_silent_for_a_minute_keeps_its_connection(
    new_project: NewProject, new_redis: NewRedis, tmp_path: Path
) -> None:
    elsewhere = new_redis("node1")
    file = tmp_path / "generated.yml"
    dcgen("ambassador", f"redis={elsewhere.upstream}", "-f", SOURCES[COMPOSE_2], "-o", file)
    project = new_project("node2", file)
    project.up()
    coins.measure(elsewhere.hashes, 1)

    script = shlex.quote(IDLE_CLIENT)
    network = f"--network {project.name}_default"
    run = f"run --rm {network} {bases.python()} python -c {script}"

    assert project.engine.docker(run, timeout_s=90).split() == ["+PONG", "+PONG"]


def _with_password(text: str) -> str:
    # The consumers know the password, in the environment variable that DockerCoins reads.
    lines = []
    for line in text.splitlines():
        lines.append(line)
        if line.startswith(("  worker:", "  webui:")):
            lines += ["    environment:", "      REDIS_URL: redis://:swordfish@redis:6379/0"]
    return "\n".join(lines).replace("build: ", f"build: {coins.SOURCE}/") + "\n"
