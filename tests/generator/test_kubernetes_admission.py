"""`dcgen kubernetes`: a namespace with Pod Security `baseline` admits DockerCoins and its HAProxy.

Source: Kubernetes, "Pod Security Standards".
"""

from pathlib import Path

from click.testing import CliRunner

from dcgen.cli import main
from tests.generator.cluster import PUSHED, objects, run_file

COINS = Path(__file__).parents[2] / "dockercoins" / "compose.yml"
FREE = {"net.ipv4.ip_unprivileged_port_start"}
KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job")


def test_pod_security_admits_dockercoins(tmp_path: Path) -> None:
    scaled = tmp_path / "scaled.yml"
    words = ["scale", "rng", "3", "--server-maxconn", "1", "-f", str(COINS), "-o", str(scaled)]
    assert CliRunner().invoke(main, [*words, "-q"]).exit_code == 0
    found = objects(run_file(scaled, *PUSHED)).values()
    pods = {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]
        for one in found
        if one["kind"] in KINDS
    }

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
    (balancer,) = pods["rng"]["containers"]
    assert balancer["securityContext"] == {
        "capabilities": {"drop": ["ALL"]},
        "allowPrivilegeEscalation": False,
    }
