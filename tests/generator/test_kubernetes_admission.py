"""`dcgen kubernetes`: Pod Security admits DockerCoins by `baseline`, and HAProxy by `restricted`.

Source: Kubernetes, "Pod Security Standards".
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dcgen.cli import main
from tests.generator.cluster import PUSHED, objects, run, run_file

COINS = Path(__file__).parents[2] / "dockercoins" / "compose.yml"
FREE = {"net.ipv4.ip_unprivileged_port_start"}
KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job")


def test_pod_security_admits_dockercoins(tmp_path: Path) -> None:
    pods = _pods(("scale", "rng", "3", "--server-maxconn", "1"), tmp_path)

    for pod in pods.values():
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert {one["name"] for one in pod["securityContext"].get("sysctls", ())} <= FREE
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        assert not any("hostPath" in volume for volume in pod.get("volumes", ()))
        for container in (*pod["containers"], *pod.get("initContainers", ())):
            security = container.get("securityContext", {})
            assert "privileged" not in security
            assert "add" not in security.get("capabilities", {})
            assert not any("hostPort" in port for port in container.get("ports", ()))


RESTRICTED = {
    "capabilities": {"drop": ["ALL"]},
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "runAsUser": 99,
}
HARMLESS = {"name", "configMap", "emptyDir", "secret", "projected", "persistentVolumeClaim"}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        pytest.param(("scale", "rng", "3", "--server-maxconn", "1"), "rng", id="balancer"),
        pytest.param(("scale", "rng", "3", "--dynamic"), "rng", id="dynamic balancer"),
        pytest.param(("ambassador", "redis=db.example:6379"), "redis", id="ambassador"),
    ],
)
def test_pod_security_admits_haproxy_by_restricted(
    words: tuple[str, ...], name: str, tmp_path: Path
) -> None:
    pod = _pods(words, tmp_path)[name]
    (haproxy,) = pod["containers"]

    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert haproxy["securityContext"] == RESTRICTED
    assert all(volume.keys() <= HARMLESS for volume in pod.get("volumes", ()))


@pytest.mark.parametrize(
    ("user", "security"),
    [
        pytest.param("", {}, id="left to the image"),
        pytest.param("user: 1000:1000", {"runAsNonRoot": True, "runAsUser": 1000}, id="a number"),
        pytest.param("user: root", {"runAsUser": 0}, id="root"),
    ],
)
def test_who_is_not_root_by_number_is_said_not_to_be(
    user: str, security: dict[str, object], tmp_path: Path
) -> None:
    text = f"services: {{web: {{image: nginx:1, {user}}}}}"
    deployment = objects(run(tmp_path, text))["Deployment", "web"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    found = container.get("securityContext", {})

    assert {key: found[key] for key in found if key != "runAsGroup"} == security


def _pods(words: Sequence[str], folder: Path) -> dict[str, Any]:
    variant = folder / "variant.yml"
    made = CliRunner().invoke(main, [*words, "-f", str(COINS), "-o", str(variant), "-q"])
    assert made.exit_code == 0, made.output
    return {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]
        for one in objects(run_file(variant, *PUSHED)).values()
        if one["kind"] in KINDS
    }


@pytest.mark.parametrize(
    ("version", "asked"),
    [
        pytest.param("1.21", 0, id="a kubelet that takes no such pod, and Docker"),
        pytest.param("1.22", 3, id="safe"),
        pytest.param("1.30", 3, id="usual"),
    ],
)
def test_low_ports_are_asked_for_where_a_kubelet_takes_such_a_pod(version: str, asked: int) -> None:
    result = run_file(COINS, *PUSHED, "--kubernetes", version)
    assert result.exit_code == 0, result.output

    assert result.stdout.count("net.ipv4.ip_unprivileged_port_start") == asked
