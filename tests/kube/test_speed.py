"""Ten workers on one rng, then on three: behind a Service, and behind HAProxy that has a queue."""

from functools import partial

import pytest

from tests.e2e.coins import measure
from tests.e2e.report import Notebook
from tests.kube.coins import HERE, Coins

pytestmark = pytest.mark.kubernetes

WORKERS = 10
MANY = f"{HERE}  worker: {{deploy: {{replicas: {WORKERS}}}}}\n"
UNITS = 200
LEAST = 2.8
QUEUE = ("--mode", "http", "--server-maxconn", "1")


def test_three_rng_behind_haproxy_do_the_work_of_three(coins: Coins, notebook: Notebook) -> None:
    kubectl = coins.kubectl

    def speed(what: str, manifests: str) -> float:
        kubectl.apply(manifests)
        kubectl.wait_until_available()
        kubectl.await_rollout("rng")
        measure(partial(coins.hashes), 3 * WORKERS)  # connections of before are gone
        found = coins.speed(UNITS).per_second
        notebook.note_speed(what, found)
        return found

    one = speed(f"{WORKERS} workers, 1 rng", coins.manifests(more=MANY))
    service = coins.manifests(("scale", "rng", "3"), more=MANY)
    plain = speed("3 rng behind a Service", service)
    haproxy = coins.manifests(("scale", "rng", "3", *QUEUE), more=MANY)
    queued = speed("3 rng behind HAProxy, a request at a time each", haproxy)

    notebook.note("gain by a Service", f"{plain / one:.2f}")
    notebook.note_ratio("gain by HAProxy", queued / one, LEAST)
    assert queued / one >= LEAST
