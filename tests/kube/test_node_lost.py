"""A node without power: DockerCoins, whose Redis is outside of the cluster, goes on without it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Event, Thread

import pytest

from tests.e2e.coins import measure
from tests.e2e.report import Notebook
from tests.kube.cluster import Cluster
from tests.kube.coins import HERE, NODES, Coins
from tests.kube.kubectl import Kubectl
from tests.kube.outside import redis_outside
from tests.lab.waiting import until

pytestmark = pytest.mark.kubernetes

PORT = 16379
WORKERS = 6
SERVICES = (("scale", "rng=3", "hasher=2"),)
# One request at a time is what rng wants; a hasher that is alone for a while takes all.
HAPROXY = (
    ("scale", "rng=3", "--mode", "http", "--server-maxconn", "1"),
    ("scale", "hasher=2", "--mode", "http"),
)
MANY = f"{HERE}  worker: {{deploy: {{replicas: {WORKERS}}}}}\n"


@dataclass(slots=True)
class Counter:
    """The counter in the Redis outside, which *value* tells, looked at all the time.

    *seen* has each value with the time at which it was there first.
    """

    value: Callable[[], int | None]
    seen: list[tuple[float, int]] = field(default_factory=list)

    def watch(self, over: Event) -> None:
        """Look until it is *over*."""
        while not over.wait(0.2):
            value = self.value()
            if value is not None and (not self.seen or value != self.seen[-1][1]):
                self.seen.append((time.monotonic(), value))

    def longest_gap(self, since_s: float) -> tuple[float, float]:
        """Return the longest time without a new value since *since_s*, and when that began."""
        times = [since_s, *(at_s for at_s, _ in self.seen if at_s > since_s)]
        return max((end - begin, begin) for begin, end in pairwise(times))

    def per_second(self, begin_s: float, end_s: float) -> float:
        """Return how fast it grew between two times."""
        values = [value for at_s, value in self.seen if begin_s <= at_s <= end_s]
        return (values[-1] - values[0]) / (end_s - begin_s) if values else 0.0


@contextmanager
def watched(counter: Counter) -> Iterator[None]:
    """Look at the counter for as long as the block runs."""
    over = Event()
    thread = Thread(target=counter.watch, args=(over,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    ("scaled", "has_haproxy"),
    [
        pytest.param(SERVICES, False, id="Services"),
        pytest.param(HAPROXY, False, id="HAProxy, a node without it"),
        pytest.param(HAPROXY, True, id="HAProxy, the node of that of rng"),
    ],
)
def test_the_counter_goes_on_without_a_node_and_never_back(
    scaled: tuple[tuple[str, ...], ...],
    *,
    has_haproxy: bool,
    cluster: Cluster,
    coins: Coins,
    notebook: Notebook,
    cleanup: ExitStack,
) -> None:
    kubectl = coins.kubectl
    outside = cleanup.enter_context(redis_outside(cluster, PORT))
    counter, redis = Counter(outside.hashes), f"redis={outside.address}:{PORT}"
    kubectl.apply(coins.manifests(*scaled, ("ambassador", redis), more=MANY))
    kubectl.wait_until_available()
    before = measure(counter.value, 60).per_second
    cleanup.enter_context(watched(counter))
    node = _chosen(kubectl, has_haproxy=has_haproxy)
    notebook.note("pods on the node", ", ".join(sorted(_names_on(kubectl, node))))

    cut_s = time.monotonic()
    with cluster.without_power(node):
        until(lambda: node not in cluster.ready(), f"{node} is not ready", 90)
        meanwhile = counter.per_second(cut_s + 15, time.monotonic())
        until(lambda: _is_whole(kubectl), "all pods are elsewhere", 120)
        whole_s = time.monotonic()
        after = measure(counter.value, 60).per_second
        cluster.start(node)
        notebook.timed("its node is ready again", lambda: cluster.await_nodes(node))
        measure(counter.value, 20)

    gap, when = counter.longest_gap(cut_s)
    notebook.note("longest time without a unit", f"{gap:.1f} s, {when - cut_s:.0f} s after the cut")
    notebook.note("units a second before", f"{before:.1f}")
    notebook.note("15 s after the cut, until the node is called lost", f"{meanwhile:.1f}")
    notebook.note("which is of the speed before", f"{meanwhile / before:.0%}")
    notebook.note("when all pods are elsewhere", f"{after:.1f}")
    notebook.note_seconds("all pods are elsewhere, after the cut", whole_s - cut_s, most=90)
    values = [value for _, value in counter.seen]
    assert values == sorted(values)


def _chosen(kubectl: Kubectl, *, has_haproxy: bool) -> str:
    # A Service that balances has no pods called rng1, and any node serves.
    haproxies = kubectl.pods("rng") + kubectl.pods("hasher") if kubectl.pods("rng1") else []
    places = [pod["spec"]["nodeName"] for pod in haproxies]
    return places[0] if has_haproxy else next(node for node in NODES if node not in places)


def _names_on(kubectl: Kubectl, node: str) -> Iterator[str]:
    for pod in kubectl.pods():
        if pod["spec"]["nodeName"] == node:
            yield pod["metadata"]["labels"]["app.kubernetes.io/name"]


def _is_whole(kubectl: Kubectl) -> bool:
    found = kubectl.get("deployments")["items"]
    return all(one["status"].get("readyReplicas") == one["spec"]["replicas"] for one in found)
