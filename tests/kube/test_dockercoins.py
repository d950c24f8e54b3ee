"""DockerCoins on three nodes, from its Compose file as it is."""

from collections.abc import Mapping

import pytest

from tests.e2e.report import Notebook
from tests.kube.coins import NODES, Coins

pytestmark = pytest.mark.kubernetes

READY_WITHIN_S = 30


def test_dockercoins_runs_on_three_nodes_and_its_page_is_on_each(
    coins: Coins, notebook: Notebook
) -> None:
    kubectl = coins.kubectl

    def started() -> None:
        kubectl.apply(coins.manifests())
        kubectl.wait_until_available()
        kubectl.await_pods("redis", 1)

    notebook.timed(f"all pods ready, at most {READY_WITHIN_S} s on a quiet machine", started)
    speeds = {node: coins.speed(10, node) for node in NODES}

    notebook.note(
        "units a second by the port of each node",
        _listed({node: f"{speed.per_second:.2f}" for node, speed in speeds.items()}),
    )
    notebook.note("pods by node", _listed(_placed(coins)))
    assert kubectl.restarts() == 0
    assert all(speed.units >= 10 for speed in speeds.values())


def _placed(coins: Coins) -> dict[str, int]:
    nodes = [pod["spec"]["nodeName"] for pod in coins.kubectl.pods()]
    return {node: nodes.count(node) for node in NODES}


def _listed(found: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in found.items())
