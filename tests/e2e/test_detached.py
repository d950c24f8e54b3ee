"""A Redis that dcgen starts on one host, and its application on several, that one included."""

from pathlib import Path

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.e2e.live import Running
from tests.e2e.remote_redis import RemoteRedis
from tests.lab.daemon import PORT
from tests.lab.engine import Engine
from tests.lab.lab import TODAY

pytestmark = pytest.mark.e2e

URL = "      REDIS_URL: redis://:${REDIS_PASSWORD}@redis:6379/0"


@pytest.mark.parametrize(
    "host", [pytest.param("node1", id="engine-20"), pytest.param(TODAY, id="engine-of-today")]
)
def test_a_detached_redis_is_found_on_its_host_and_serves_applications_there_and_elsewhere(
    new_project: NewProject, host: str, tmp_path: Path
) -> None:
    (tmp_path / "compose.yml").write_text(_with_password())
    beside = new_project(host, tmp_path / "generated.yml")
    elsewhere = new_project("node2", tmp_path / "generated.yml")
    there = f"tcp://{beside.engine.address}:{PORT}"
    new_project(host, tmp_path / "redis.yml", name="dockercoins-redis")
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
