"""What clients lose while something before or behind them is replaced: nothing."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

import pytest

from tests.e2e.report import Notebook
from tests.kube.cluster import old_names
from tests.kube.coins import Coins
from tests.kube.load import clients

pytestmark = pytest.mark.kubernetes

CLIENTS, REQUESTS = 20, 2000
HTTP = ("--mode", "http")


@dataclass(frozen=True, slots=True)
class Way:
    """How rng is scaled: the words of ``dcgen scale``, and what stands before its pods."""

    words: tuple[str, ...] = ()
    proxy: str = "haproxy"
    rolled: tuple[str, ...] = ("rng1", "rng2", "rng3")


SERVICE = Way(proxy="service", rolled=("rng",))
DYNAMIC = Way(("--dynamic",), rolled=("rng-replicas",))
DYNAMIC_HTTP = replace(DYNAMIC, words=("--dynamic", *HTTP))


@pytest.mark.parametrize(
    ("way", "names_s"),
    [
        pytest.param(SERVICE, 0, id="a Service"),
        pytest.param(SERVICE, 30, id="a Service, names 30 s old"),
        pytest.param(Way(HTTP), 30, id="HAProxy, http, names 30 s old"),
        pytest.param(Way(), 30, id="HAProxy, tcp, names 30 s old"),
        pytest.param(DYNAMIC_HTTP, 0, id="dynamic, http"),
        pytest.param(DYNAMIC, 0, id="dynamic, tcp"),
        pytest.param(DYNAMIC_HTTP, 30, id="dynamic, http, names 30 s old"),
        pytest.param(DYNAMIC, 30, id="dynamic, tcp, names 30 s old"),
    ],
)
def test_a_rolling_update_loses_no_request(
    way: Way, names_s: float, coins: Coins, notebook: Notebook, cleanup: ExitStack
) -> None:
    cleanup.enter_context(old_names(coins.cluster, names_s))
    kubectl, variant = coins.kubectl, ("scale", "rng", "3", *way.words)
    kubectl.apply(coins.manifests(variant, words=("--proxy", way.proxy)))
    kubectl.wait_until_available()

    with clients(kubectl, "rng", CLIENTS) as asking:
        asking.more(100)
        notebook.timed("rolled", lambda: kubectl.roll(*way.rolled))
        notebook.timed("none of the old ones is left", kubectl.await_ends)
        while asking.now().served < REQUESTS:
            asking.more(200)
        found = asking.end()

    notebook.note("requests", found.verdict, "0 lost")
    assert found.lost == 0, found.verdict


@pytest.mark.parametrize("names_s", [0, 30])
def test_kubectl_scale_loses_no_request_and_leaves_the_balancer_alone(
    names_s: float, coins: Coins, notebook: Notebook, cleanup: ExitStack
) -> None:
    cleanup.enter_context(old_names(coins.cluster, names_s))
    kubectl = coins.kubectl
    kubectl.apply(coins.manifests(("scale", "rng", "3", "--dynamic", *HTTP)))
    kubectl.wait_until_available()
    (before,) = kubectl.pods("rng")

    with clients(kubectl, "rng", CLIENTS) as asking:
        for count in (6, 2):
            kubectl(f"scale deployment/rng-replicas --replicas {count}")
            notebook.timed(f"{count} replicas", partial(kubectl.await_pods, "rng-replicas", count))
            asking.more(REQUESTS // 2)
        found = asking.end()

    (after,) = kubectl.pods("rng")
    notebook.note("requests", found.verdict, "0 lost")
    assert found.lost == 0, found.verdict
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert kubectl.restarts() == 0


def test_another_configuration_replaces_the_balancer_and_loses_no_request(
    coins: Coins, notebook: Notebook
) -> None:
    kubectl = coins.kubectl
    variant = ("scale", "rng", "3", "--server-maxconn", "1", *HTTP)
    kubectl.apply(coins.manifests(variant))
    kubectl.wait_until_available()
    changed = coins.manifests((*variant, "--timeout-server", "50"))
    (before,) = kubectl.pods("rng")

    with clients(kubectl, "rng", CLIENTS) as asking:
        asking.more(100)
        said = kubectl.apply(changed)
        kubectl.await_rollout("rng")
        kubectl.await_pods("rng", 1)
        while asking.now().served < REQUESTS:
            asking.more(200)
        found = asking.end()
    again = kubectl.apply(changed)

    (after,) = kubectl.pods("rng")
    notebook.note("the change", ", ".join(f"{count} {what}" for what, count in said.items()))
    notebook.note("applied again", ", ".join(f"{count} {what}" for what, count in again.items()))
    notebook.note("requests", found.verdict, "0 lost")
    assert found.lost == 0, found.verdict
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert said["created"] == 1  # the ConfigMap, whose name has a hash
    # 1.20 fills claims in, and calls their StatefulSet configured each time.
    assert set(again) <= {"unchanged", "configured"}
    assert again["configured"] <= 1
