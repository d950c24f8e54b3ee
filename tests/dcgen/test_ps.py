"""`ps` on Docker: the containers of all hosts in one table; a `docker` on PATH says which."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dcgen.test_run import Run, folder, put, run

__all__ = ["folder", "put", "run"]  # fixtures

# one-off, service, role, made from, name, state, status, ports, image
ROWS = """
False\tworker\t\t\tshop-worker-10\texited\tExited (1) 2 hours ago\t\tworker
False\tworker\t\t\tshop-worker-2\trunning\tUp 3 minutes\t\tworker
False\trng2\treplica\trng\tshop-rng2-1\trunning\tUp 3 minutes (unhealthy)\t80/tcp\trng
False\trng\tbalancer\trng\tshop-rng-1\trunning\tUp 3 minutes\t0.0.0.0:81->80/tcp, :::81->80/tcp\tx
False\trng1\treplica\trng\tshop-rng1-1\trunning\tUp 3 seconds (health: starting)\t80/tcp\trng
True\tworker\t\t\tshop-worker-run-1\trunning\tUp 3 minutes\t\tworker
False\tleft\t\t\tshop-left-1\trunning\tUp 3 minutes\t[::]:9000->80/tcp\tnginx
"""
FAKE = f"""
import json, os, sys
words = sys.argv[1:]
host = os.environ.get("DOCKER_HOST", "")
if words[0] == "ps" and "bad" in host:
    sys.exit("cannot connect")
elif words[0] == "ps":
    assert "--filter=label=com.docker.compose.project=shop" in words, words
    print('''{ROWS}'''.strip())
else:
    print("28.0 1.51 linux")
"""
FILE = """\
name: shop
services:
  worker: {image: worker}
  rng: {image: haproxy, labels: {dcgen.role: balancer, dcgen.service: rng}}
  rng1: {image: rng, labels: {dcgen.role: replica, dcgen.service: rng}}
"""


@pytest.fixture(autouse=True)
def compose(folder: Path, put: Callable[[str, str], None]) -> None:
    put("docker", FAKE)
    (folder / "compose.yml").write_text(FILE)


def test_each_service_has_its_replicas_below_it_in_the_order_of_the_file(run: Run) -> None:
    result = run("ps", "--engine", "docker")

    assert result.exit_code == 0
    assert result.stdout == (
        "SERVICE  CONTAINER       STATUS                           PORTS\n"
        "worker   shop-worker-2   Up 3 minutes\n"
        "worker   shop-worker-10  Exited (1) 2 hours ago\n"
        "rng      shop-rng-1      Up 3 minutes                     0.0.0.0:81->80/tcp\n"
        "  rng1   shop-rng1-1     Up 3 seconds (health: starting)\n"
        "  rng2   shop-rng2-1     Up 3 minutes (unhealthy)\n"
        "left     shop-left-1     Up 3 minutes                     [::]:9000->80/tcp\n"
    )


def test_the_containers_of_several_hosts_are_in_one_table_by_service(run: Run) -> None:
    result = run("ps", "--host", "tcp://two:1", "--host", "tcp://one:1")

    rows = [line.split()[:3] for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert rows[:7] == [
        ["SERVICE", "HOST", "CONTAINER"],
        ["worker", "tcp://two:1", "shop-worker-2"],
        ["worker", "tcp://two:1", "shop-worker-10"],
        ["worker", "tcp://one:1", "shop-worker-2"],
        ["worker", "tcp://one:1", "shop-worker-10"],
        ["rng", "tcp://two:1", "shop-rng-1"],
        ["rng1", "tcp://two:1", "shop-rng1-1"],
    ]


def test_json_has_all_that_is_known(run: Run) -> None:
    result = run("ps", "--json", "--host", "tcp://one:1")
    found = {one["name"]: one for one in json.loads(result.stdout)}

    assert found["shop-rng2-1"] == {
        "host": "tcp://one:1",
        "service": "rng2",
        "made_from": "rng",
        "role": "replica",
        "name": "shop-rng2-1",
        "state": "running",
        "health": "unhealthy",
        "status": "Up 3 minutes (unhealthy)",
        "ports": [],
        "image": "rng",
    }
    assert found["shop-rng1-1"]["health"] == "starting"
    assert found["shop-worker-10"]["state"] == "exited"


def test_a_host_that_does_not_answer_is_named_and_the_others_are_listed(run: Run) -> None:
    result = run("ps", "--host", "tcp://bad:1", "--host", "tcp://one:1")

    assert result.exit_code == 3
    assert "tcp://one:1" in result.stdout
    assert "tcp://bad:1" not in result.stdout
    assert result.stderr.splitlines()[-1] == "failed on tcp://bad:1"
