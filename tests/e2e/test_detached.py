"""A Redis that dcgen starts on one host, and its application on several, that one included."""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest

from composefile import env_file
from tests.e2e import coins
from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.e2e.live import Running
from tests.e2e.remote_redis import RemoteRedis
from tests.lab import bases
from tests.lab.daemon import PORT
from tests.lab.engine import Engine
from tests.lab.lab import TODAY, Lab
from tests.lab.project import Project
from tests.lab.waiting import until
from tests.lab.wire import captured

pytestmark = pytest.mark.e2e

# Over one connection: if that ends, so does the client.
COUNTING = """
import socket, sys, time
redis = socket.create_connection(("redis", 6379)).makefile("rwb")
def ask(line):
    redis.write(line.encode() + b"\\r\\n")
    redis.flush()
    return redis.readline().decode().strip()
assert ask("AUTH " + sys.argv[1]) == "+OK"
while True:
    print(ask("INCR counting"), flush=True)
    time.sleep(0.2)
"""
URL = "      REDIS_URL: redis://:${REDIS_PASSWORD}@redis:6379/0"


def test_a_detached_redis_is_found_on_its_host_and_serves_applications_there_and_elsewhere(
    new_project: NewProject, tmp_path: Path
) -> None:
    (tmp_path / "compose.yml").write_text(_with_password())
    beside = new_project(TODAY, tmp_path / "generated.yml")
    elsewhere = new_project("node2", tmp_path / "generated.yml")
    there = f"tcp://{beside.engine.address}:{PORT}"
    new_project(TODAY, tmp_path / "redis.yml", name="dockercoins-redis")
    env = {**beside.engine.env, "COMPOSE_PROJECT_NAME": "dockercoins"}

    dcgen("detach", "redis", "--host", there, "-q", cwd=tmp_path, env=env)
    dcgen("ambassador", "--redis", f"{there}:", "-q", cwd=tmp_path, env=env)
    secret = (tmp_path / "redis.env").read_text().strip().partition("=")[2].strip("'")
    data = RemoteRedis(beside.engine, "redis", 6379, secret)
    for project in (beside, elsewhere):
        Running(project).up("--env-file", str(tmp_path / "redis.env"))
        coins.wait_until_all_work(project, 1)
    for project in (beside, elsewhere):
        project.compose("stop worker")
    counted = coins.units(beside) + coins.units(elsewhere)
    in_doubt = coins.doubtful_units(beside) + coins.doubtful_units(elsewhere)

    assert data.hashes() in range(counted, counted + in_doubt + 1)
    assert secret not in _inspected(beside.engine, "redis")


def test_by_tls_nothing_can_be_read_on_the_wire_and_a_renewal_ends_no_connection(
    new_project: NewProject, lab: Lab, tmp_path: Path
) -> None:
    (tmp_path / "compose.yml").write_text(_with_password())
    data = new_project("node1", tmp_path / "redis.yml", name="dockercoins-redis").engine
    project = new_project("node2", tmp_path / "generated.yml")
    env = {**project.engine.env, "COMPOSE_PROJECT_NAME": "dockercoins"}
    wire = tmp_path / "wire"

    dcgen("detach", "redis", "--host", data.url, "--tls", "auto", "-q", cwd=tmp_path, env=env)
    dcgen("ambassador", "--redis", f"{data.url}:", "-q", cwd=tmp_path, env=env)
    variables = env_file.read(tmp_path / "redis.env", {})
    with captured(lab.state.id, "node1", wire):
        data.docker("ps")
        Running(project).up("--env-file", str(tmp_path / "redis.env"))
        coins.wait_until_all_work(project, 1)
    said = Counting.start(project, variables["REDIS_PASSWORD"])
    hosts = ("--host", data.url, "--host", project.engine.url)
    dcgen("renew", "redis", "--authority", *hosts, cwd=tmp_path, env=env)
    said.wait_for_more()
    coins.wait_until_all_work(project, 1)

    seen = wire.read_bytes()
    assert b"/containers/json" in seen
    assert b"dockercoins:" not in seen
    assert variables["REDIS_PASSWORD"].encode() not in seen
    assert _refused(data.address, variables["REDIS_CLIENT_CERT"], tmp_path / "former.pem")
    renewed = env_file.read(tmp_path / "redis.env", {})["REDIS_CLIENT_CERT"]
    assert not _refused(data.address, renewed, tmp_path / "renewed.pem")


@dataclass(frozen=True, slots=True)
class Counting:
    """A client in the network of *project* that counts over one connection, and ends with it."""

    project: Project
    id: str

    @classmethod
    def start(cls, project: Project, password: str) -> "Counting":
        """Return one that counts."""
        network = f"--network {project.name}_default"
        words = f"run --detach --rm {network} {bases.python()} python -uc"
        started = project.engine.docker(words, COUNTING, password).strip()
        made = cls(project, started)
        made.wait_for_more()
        return made

    def wait_for_more(self) -> None:
        """Return once it has counted further; fail if it has ended."""
        before = self._count()
        until(lambda: self._count() > before, "the long connection counts", 30)

    def _count(self) -> int:
        last = self.project.engine.docker("logs --tail 1", self.id).strip()
        return int(last.strip(":") or 0)


def _refused(address: str, certificate: str, file: Path) -> bool:
    """Return whether who shows *certificate* is refused at the port of Redis on *address*."""
    file.write_text(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(file)
    with (
        socket.create_connection((address, 6379), timeout=10) as plain,
        context.wrap_socket(plain) as client,
    ):
        try:
            client.sendall(b"PING\r\n")
            return not client.recv(99)
        except (ssl.SSLError, ConnectionError):
            return True


def _inspected(engine: Engine, service: str) -> str:
    """Return all that Docker tells of the containers of *service*."""
    label = f"label=com.docker.compose.service={service}"
    return engine.docker("inspect", *engine.docker("ps --quiet --filter", label).split())


def _with_password() -> str:
    lines = []
    for line in (coins.SOURCE / "compose.yml").read_text().splitlines():
        lines.append(line)
        if line.startswith(("  worker:", "  webui:")):
            lines += ["    environment:", URL]
    return "\n".join(lines).replace("build: ", f"build: {coins.SOURCE}/") + "\n"
