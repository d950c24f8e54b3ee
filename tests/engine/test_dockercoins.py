"""DockerCoins runs as processes: real rng, hasher, worker, webui, redis, haproxy."""

import json
import signal
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.lab.ports import free_port
from tests.lab.waiting import until

from .commands import Up, alive, dcgen

ROOT = Path(__file__).parents[2] / "dockercoins"
APPLICATION = f"""
  hasher: {{build: {ROOT}/hasher}}
  webui: {{build: {ROOT}/webui, ports: ["80"]}}
  worker:
    build: {ROOT}/worker
    deploy: {{replicas: 6}}
    labels: {{dcgen.count: '(\\d+) units of work done'}}
"""
RNG = f"""
  rng:
    image: haproxy:lts
    labels: {{dcgen.role: balancer, dcgen.service: rng, dcgen.balances: "rng1:80 rng2:80 rng3:80"}}
  rng1: {{build: {ROOT}/rng}}
  rng2: {{build: {ROOT}/rng}}
  rng3: {{build: {ROOT}/rng}}
"""
REDIS = "\n  redis: {image: redis}\n"
pytestmark = pytest.mark.usefixtures("home", "haproxy", "redis_server")


def write(folder: Path, *parts: str) -> Path:
    file = folder / "generated.yml"
    file.write_text("services:" + "".join(parts))
    return file


def test_three_rng_share_the_load_and_units_are_counted(tmp_path: Path) -> None:
    file = write(tmp_path, APPLICATION, RNG, REDIS)
    run = dcgen("up", "-f", str(file), "--for", "8", "--json")
    summary = json.loads(run.stdout)
    shares = summary["requests"]["rng"]

    assert run.returncode == 0
    assert sorted(shares) == ["rng1", "rng2", "rng3"]
    least, most = min(shares.values()), max(shares.values())
    assert most - least <= max(0.2 * least, 6)  # each of six workers has one under way
    assert summary["units"] > 20
    assert summary["units_per_s"] > 5


def test_ctrl_c_leaves_no_process_of_a_stack_that_mines(tmp_path: Path, cleanup: ExitStack) -> None:
    up = Up.start(write(tmp_path, APPLICATION, RNG, REDIS), cleanup=cleanup)
    url = up.wait_for("http://").split()[1]
    up.wait_for("done")
    until(lambda: json.load(urlopen(f"{url}/json", timeout=60))["hashes"] >= 20, "20 hashes")
    pids = up.pids()
    code = up.end(signal.SIGINT)

    assert (len(pids), code) == (13, 130)
    assert alive(pids) == []


def test_an_ambassador_brings_the_coins_to_a_redis_elsewhere(
    tmp_path: Path, cleanup: ExitStack
) -> None:
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    redis = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tmp_path)
    cleanup.callback(redis.wait)
    cleanup.callback(redis.terminate)
    labels = f'dcgen.role: ambassador, dcgen.upstream: "127.0.0.1:{port}", dcgen.ports: "6379"'
    ambassador = f"\n  redis: {{image: haproxy:lts, labels: {{{labels}}}}}\n"
    file = write(tmp_path, APPLICATION, RNG, ambassador)
    run = dcgen("up", "-f", str(file), "--for", "3", "--json")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET hashes\r\n")
        hashes = int(connection.recv(100).split(b"\r\n")[1])

    assert hashes == json.loads(run.stdout)["units"]
    assert hashes > 0


def test_the_first_format_with_hamba_style_arguments_runs_the_same(tmp_path: Path) -> None:
    file = tmp_path / "generated.yml"
    file.write_text(f"""
rng:
  image: jpetazzo/hamba
  command: 80 rng1:80 rng2:80
  links: [rng1, rng2]
  labels: {{dcgen.role: balancer, dcgen.service: rng, dcgen.balances: "rng1:80 rng2:80"}}
rng1: {{build: {ROOT}/rng}}
rng2: {{build: {ROOT}/rng}}
hasher: {{build: {ROOT}/hasher}}
redis: {{image: redis}}
worker:
  build: {ROOT}/worker
  links: [rng, hasher, redis]
  labels: {{dcgen.count: '(\\d+) units of work done'}}
""")
    run = dcgen("up", "-f", str(file), "--for", "3", "--json", "--scale", "worker=4")
    summary = json.loads(run.stdout)

    assert summary["processes"] == 9
    assert summary["units"] > 0
