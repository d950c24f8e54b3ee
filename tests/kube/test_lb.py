"""`dcgen lb` on balancers that run in a cluster, by kubectl."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.door import dcgen
from tests.kube.coins import Coins
from tests.kube.outside import redis_outside
from tests.lab.commands import CommandError
from tests.lab.waiting import until

pytestmark = pytest.mark.kubernetes

PORT = 16379


class Balancer:
    """What a variant has of HAProxy, in the cluster."""

    def __init__(self, coins: Coins, variant: Sequence[str], *words: str) -> None:
        self._coins = coins
        coins.kubectl.apply(coins.manifests(variant, words=words))
        coins.kubectl.wait_until_available()

    def lb(self, *words: str) -> str:
        """Return what ``dcgen lb`` with *words* says."""
        kubectl = self._coins.kubectl
        where = ("--namespace", kubectl.namespace, "-f", self._file)
        return dcgen("lb", *words, *where, env=kubectl.env)

    def servers(self) -> list[Any]:
        """Return its servers."""
        found = json.loads(self.lb("status", "--json"))
        return [server for one in found for server in one["servers"]]

    def await_servers(self, count: int) -> None:
        """Return once *count* of them serve."""
        up = f"{count} servers are up"
        until(lambda: [one["status"] for one in self.servers()] == ["UP"] * count, up, 60)

    @property
    def _file(self) -> Path:
        return self._coins.folder / "variant0.yml"


def test_status_shows_the_servers_and_drain_takes_one_out_until_ready(coins: Coins) -> None:
    balancer = Balancer(coins, ("scale", "rng", "3", "--mode", "http"))
    balancer.await_servers(3)

    names = [one["name"] for one in balancer.servers()]
    balancer.lb("drain", "rng2")
    drained = [one["name"] for one in balancer.servers() if one["status"] == "DRAIN"]
    balancer.lb("ready", "rng2")

    assert names == ["rng1", "rng2", "rng3"]
    assert drained == ["rng2"]
    balancer.await_servers(3)


def test_servers_found_by_dns_have_the_names_of_their_pods(coins: Coins) -> None:
    balancer = Balancer(coins, ("scale", "rng", "3", "--dynamic"))
    balancer.await_servers(3)

    pods = {one["metadata"]["name"] for one in coins.kubectl.pods("rng-replicas")}
    names = {one["name"] for one in balancer.servers()}
    balancer.lb("drain", "rng-replicas")

    assert names == pods
    assert {one["status"] for one in balancer.servers()} == {"DRAIN"}


def test_a_sidecar_is_found_in_each_pod_that_has_it(coins: Coins) -> None:
    with redis_outside(coins.cluster, PORT) as outside:
        variant = ("ambassador", f"redis={outside.address}:{PORT}")
        balancer = Balancer(coins, variant, "--ambassador", "sidecar")
        balancer.await_servers(2)

        names = [one["name"] for one in balancer.servers()]
        (chosen,) = (name for name in names if name.startswith("worker"))
        with pytest.raises(CommandError, match="some servers have open connections after 1 s"):
            balancer.lb("drain", chosen, "--drain-deadline", "1")  # a worker keeps its own
        drained = [one["name"] for one in balancer.servers() if one["status"] == "DRAIN"]

    pods = [one["metadata"]["name"] for of in ("webui", "worker") for one in coins.kubectl.pods(of)]
    assert sorted(names) == sorted(f"{pod}/{outside.address}" for pod in pods)
    assert drained == [chosen]
