"""`dcgen swarm`: DockerCoins as a stack on three nodes.

The kernel of the lab may have no IPVS, without which no virtual address and no port on all nodes
answers: names resolve to the tasks, and ports are published where these run.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.e2e import coins
from tests.e2e.door import dcgen
from tests.e2e.report import Notebook
from tests.e2e.swarm import Swarm, swarm
from tests.lab.lab import Lab
from tests.lab.project import fetch
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

NODES = ("node1", "node2", "node3")
LAB = (
    "--registry",
    "dcgen-lab",
    "--tag",
    "latest",
    "--publish",
    "host",
    "--endpoint-mode",
    "dnsrr",
)
WORKERS = 10
# What holds data, and what is asked from outside, stays on the manager.
# Swarm replaces what is unhealthy, and a busy machine makes it late.
OFTEN = "{interval: 3s, timeout: 30s, retries: 9, start_period: 60s}"
PINNED = f"""\
services:
  redis: {{deploy: {{placement: &here {{constraints: [node.role == manager]}}}}}}
  webui: {{deploy: {{placement: *here}}, healthcheck: &often {OFTEN}}}
  hasher: {{deploy: {{placement: *here}}, healthcheck: *often}}
  rng: {{healthcheck: *often}}
  worker: {{deploy: {{replicas: {WORKERS}}}, healthcheck: *often}}
"""
STARTED = {"redis": 1, "webui": 1, "hasher": 1, "rng": 1, "rng-replicas": 1, "worker": WORKERS}


@pytest.fixture(scope="module")
def three(lab: Lab) -> Iterator[Swarm]:
    """Give a Swarm of three nodes."""
    with swarm(lab, NODES) as made:
        yield made


def test_dockercoins_runs_as_a_stack_scales_and_outlives_a_node(
    three: Swarm, lab: Lab, tmp_path: Path, notebook: Notebook
) -> None:
    file = _dockercoins(tmp_path)

    said = three.deploy(file, "coins")

    # What newer clients say whatever the file is.
    usual = (
        "Creating ",
        "Updating ",
        "Since --detach=false was not",
        "In a future release, --detach",
    )
    assert [line for line in said.splitlines() if not line.startswith(usual)] == []
    for name, count in STARTED.items():
        three.await_running(f"coins_{name}", count)
    counter = partial(_hashes, three)
    one = coins.measure(counter, 30)
    three.manager.docker("service scale --detach coins_rng-replicas=3")
    three.await_running("coins_rng-replicas", 3)
    until(lambda: _serving(three) == 3, "all three rng serve", 60)
    more = coins.measure(counter, 90)
    notebook.note_speed(f"a stack on three nodes, {WORKERS} workers, 1 rng", one.per_second)
    notebook.note_speed("the same, 3 rng", more.per_second)
    notebook.note("gain", f"{more.per_second / one.per_second:.2f}")
    before = counter() or 0
    with lab.without_power("node3"):
        for name, count in {**STARTED, "rng-replicas": 3}.items():
            notebook.timed(f"all of {name} on two nodes", partial(_moved, three, name, count))
        after = counter() or 0
        notebook.timed("20 more units", lambda: coins.measure(counter, 20))
    notebook.timed("the third node is ready again", partial(_ready, three))
    three.manager.docker("stack rm coins")

    assert after >= before > 0


def _serving(three: Swarm) -> int:
    found = 0
    for engine in three.engines:
        for replica in engine.docker("ps --quiet --filter name=coins_rng-replicas").split():
            found += "/32" in engine.docker("logs", replica)
    return found


def _dockercoins(folder: Path) -> Path:
    pinned, variant, file = (folder / name for name in ("pinned.yml", "generated.yml", "stack.yml"))
    pinned.write_text(PINNED)
    queue = ("--dynamic", "--mode", "http", "--server-maxconn", "1")
    given = ("-f", coins.SOURCE / "compose.yml", "-f", pinned)
    dcgen("scale", "rng", "1", *queue, *given, "-o", variant)
    dcgen("swarm", "-f", variant, *LAB, "-o", file)
    return file


def _hashes(three: Swarm) -> int | None:
    try:
        return int(json.loads(fetch(f"http://{three.manager.address}:8000/json"))["hashes"])
    except OSError:
        return None


def _moved(three: Swarm, name: str, count: int) -> None:
    def moved() -> bool:
        where = three.running(f"coins_{name}")
        return where["node3"] == 0 and where.total() == count

    until(moved, f"all of {name} run on two nodes", 60)


def _ready(three: Swarm) -> None:
    until(lambda: three.nodes()["node3"] == "ready", "node3 is ready again", 30)
