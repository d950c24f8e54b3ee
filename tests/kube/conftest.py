"""One cluster for the run, a namespace for each test, and what a failed test leaves behind."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.evidence import ARTIFACTS
from tests.e2e.failing import FAILED, pytest_runtest_makereport  # noqa: F401 - a hook
from tests.e2e.report import Notebook, Report
from tests.kube import programs
from tests.kube.cluster import Cluster, images
from tests.kube.coins import NODES, Coins
from tests.kube.kubectl import Kubectl
from tests.lab.access import obstacle

REPORT = ARTIFACTS / "kubernetes-report.md"
HEAD = """\
# What was measured on Kubernetes

`make e2e-kubernetes` writes this page: three nodes and all that runs on them share {cores} cores.
"""
# Where the data of a claim is on its node; the cluster has no storage class.
VOLUMES = "/run/lab/volumes"


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    """Give the page of this run; it is written at the end, whatever passed or failed."""
    page = Report(head=HEAD)
    yield page
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(page.text())


@pytest.fixture(scope="session")
def cluster(report: Report) -> Iterator[Cluster]:
    """Give a cluster of three nodes; the test is left out where it cannot be had."""
    found = obstacle()
    if found or not programs.there():
        what = found[0] if found else f"no Kubernetes in {programs.folder()}"
        pytest.skip(f"{what}; to run it: `make e2e-kubernetes` as root on Linux")
    notebook = Notebook(report, "the_cluster")
    with ExitStack() as cleanup:
        before = signal.signal(signal.SIGTERM, _as_interrupt)
        cleanup.callback(signal.signal, signal.SIGTERM, before)
        made = Cluster.create()
        cleanup.callback(lambda: notebook.timed("all of it removed", made.down))
        notebook.timed(f"{len(NODES)} nodes ready", lambda: made.begin(NODES))
        yield made


def _as_interrupt(number: int, _frame: object) -> None:
    raise KeyboardInterrupt(f"signal {number}")


@pytest.fixture(scope="session")
def registry(
    cluster: Cluster, report: Report, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Give HOST:PORT/PATH of the registry with DockerCoins' images."""
    with ExitStack() as cleanup:
        folder = tmp_path_factory.mktemp("registry") / "data"
        notebook = Notebook(report, "the_cluster")
        yield notebook.timed(
            "images on each node and in the registry",
            lambda: cleanup.enter_context(images(cluster, folder)),
        )


@pytest.fixture
def kubectl(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Kubectl]:
    """Give kubectl for a namespace of the test's own, in which one claim finds a volume."""
    name = request.node.name.replace("_", "-").partition("[")[0][:50].strip("-").lower()
    name = f"{name}-{os.urandom(2).hex()}"
    made = replace(cluster.kubectl, namespace=name)
    made(f"create namespace {name}")
    made.apply(json.dumps(_volume(name)))
    yield made
    if request.node.stash.get(FAILED, False):
        ARTIFACTS.mkdir(exist_ok=True)
        (ARTIFACTS / f"kubernetes-{name}.txt").write_text(made.explain())
    # Nothing new is made in it from here on, and nobody is asked to end gently.
    made(f"delete namespace {name} --wait=false")
    made("delete pods --all --grace-period=0 --force", timeout_s=120)
    made(f"delete persistentvolume {name} --wait=false")


def _volume(name: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "10Gi"},
            "accessModes": ["ReadWriteOnce"],
            "claimRef": {"namespace": name, "name": "redis-redis-0"},
            "hostPath": {"path": f"{VOLUMES}/{name}", "type": "DirectoryOrCreate"},
        },
    }


@pytest.fixture
def coins(cluster: Cluster, kubectl: Kubectl, registry: str, tmp_path: Path) -> Coins:
    """Give DockerCoins, for the namespace of the test."""
    return Coins(cluster, kubectl, registry, tmp_path)


@pytest.fixture
def notebook(report: Report, request: pytest.FixtureRequest) -> Notebook:
    """Give the place where a test notes what it measured."""
    return Notebook(report, request.node.name)
