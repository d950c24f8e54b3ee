"""HAProxy in the pods of others: found and told by kubectl; `tests/kube` asks a real cluster.

The kubectl here is a stand-in: it knows two pods, and both have the same real HAProxy.
"""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine.live import drain as draining
from engine.live.in_cluster import in_cluster
from engine.live.running import Live, servers
from engine.variant import parse
from lb.balancer import balancer
from lb.model import Control
from tests.lb.processes import bind, listener, needs, start_haproxy, start_replica, wait_for_status

pytestmark = needs("haproxy")

VARIANT = """
services:
  web: {image: nginx}
  redis: {image: haproxy, labels: {dcgen.role: ambassador, dcgen.upstream: "127.0.0.1:6379"}}
"""
UPSTREAM = "127.0.0.1"
# The words after `--` run here, and the first of them after `sh` is the socket.
KUBECTL = """\
#!/bin/sh
case "$*" in *"get pods"*) exec cat "{folder}/pods.json";; esac
echo "$*" >> "{folder}/asked"
while [ "$1" != -- ]; do shift; done
exec "$2" "$3" "$4" "$5" "{folder}/admin" "$7" "$8"
"""


def pod(name: str, **states: str) -> dict[str, object]:
    kinds = {"running": "containerStatuses", "native": "initContainerStatuses"}
    found: dict[str, list[object]] = {"containerStatuses": [], "initContainerStatuses": []}
    for container, state in states.items():
        is_up = {"running": {}} if state in kinds else {"terminated": {"exitCode": 0}}
        found[kinds.get(state, "initContainerStatuses")].append({"name": container, "state": is_up})
    labels = {"app.kubernetes.io/name": "web"}
    return {
        "metadata": {"name": name, "labels": labels},
        "status": {"phase": "Running", "podIP": "192.0.2.7", **found},
    }


@pytest.fixture
def lives(tmp_path: Path, cleanup: ExitStack, monkeypatch: pytest.MonkeyPatch) -> list[Live]:
    """Give the sidecars of two pods of web, one of which has ended in a third."""
    pods = [
        pod("web-old", web="running", redis="running"),
        pod("web-new", redis="native", web="running"),
        pod("web-3", redis="ended", web="running"),
    ]
    (tmp_path / "pods.json").write_text(json.dumps({"items": pods}))
    (tmp_path / "kubectl").write_text(KUBECTL.format(folder=tmp_path))
    (tmp_path / "kubectl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/sbin:/usr/bin:/bin")
    listening = listener(cleanup)
    configuration = balancer(
        "redis",
        {80: [start_replica("redis", cleanup)[0]]},
        names="hosts",
        binds={80: bind(listening)},
        control=Control(health_port=None, socket=str(tmp_path / "admin")),
    )
    start_haproxy(configuration, tmp_path, cleanup, fds=[listening.fileno()])
    wait_for_status(tmp_path / "admin", f"redis-80,{UPSTREAM}", "UP", "L4OK")
    return in_cluster(parse(VARIANT, tmp_path / "generated.yml"), "coins")


def test_a_sidecar_is_found_in_each_pod_that_has_it(lives: list[Live], tmp_path: Path) -> None:
    names = [server.name for live in lives for server in servers(live)]

    assert names == [f"web-old/{UPSTREAM}", f"web-new/{UPSTREAM}"]
    asked = (tmp_path / "asked").read_text()
    for name in ("web-old", "web-new"):
        assert f"--namespace=coins exec {name} --container redis -- " in asked


@pytest.mark.parametrize("name", ["redis", UPSTREAM, f"web-old/{UPSTREAM}"])
def test_a_server_of_a_sidecar_is_drained_in_one_pod_or_in_each(
    lives: list[Live], name: str
) -> None:
    meant = draining.chosen(lives, [name])
    draining.hold(meant)

    assert {row.status for live in lives for row in live.rows()} == {"DRAIN"}
    assert len(meant) == (1 if "/" in name else 2)
