"""`dcgen kubernetes`: what keeps pods running, what is in one, and where it runs."""

from pathlib import Path

import pytest

from generator.targets.kubernetes.quantity import memory, processors
from tests.generator.cluster import container, objects, pod, run, service


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param("", "Deployment", id="nothing said"),
        pytest.param("volumes: ['data:/data']", "StatefulSet", id="a volume of its own"),
        pytest.param("volumes: ['/data']", "Deployment", id="a volume without a name"),
        pytest.param("volumes: ['data:/data']\nscale: 2", "Deployment", id="several pods on it"),
        pytest.param("deploy: {mode: global}", "DaemonSet", id="global"),
        pytest.param("deploy: {mode: replicated-job}", "Job", id="a job"),
    ],
)
def test_the_file_says_what_keeps_pods_running(tmp_path: Path, body: str, kind: str) -> None:
    found = objects(run(tmp_path, service(body)))

    kinds = {"Deployment", "StatefulSet", "DaemonSet", "Job"}
    assert [one for one, _ in found if one in kinds] == [kind]


def test_a_volume_that_several_mount_is_one_claim(tmp_path: Path) -> None:
    text = service("volumes: ['my_data:/data']") + (
        "  other:\n    image: nginx\n    volumes: ['my_data:/data:ro']\n"
    )
    result = run(tmp_path, text, "--storage", "5Gi", "--storage-class", "nfs")

    claim = objects(result)["PersistentVolumeClaim", "my-data"]["spec"]
    assert claim == {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "nfs",
        "resources": {"requests": {"storage": "5Gi"}},
    }
    assert "ReadWriteMany" in result.stderr
    assert container(result, "other")["volumeMounts"][0]["readOnly"] is True


def test_memory_is_mounted_with_its_size(tmp_path: Path) -> None:
    body = (
        "tmpfs: ['/run:size=64m,mode=1777']\nshm_size: 1g\n"
        "volumes: [{type: tmpfs, target: /cache, tmpfs: {size: 1048576}}]"
    )
    result = run(tmp_path, service(body))

    paths = {one["name"]: one["mountPath"] for one in container(result, "web")["volumeMounts"]}
    sizes = {
        paths[one["name"]]: one["emptyDir"]["sizeLimit"] for one in pod(result, "web")["volumes"]
    }
    assert sizes == {"/run": "64Mi", "/dev/shm": "1Gi", "/cache": "1Mi"}


def test_a_start_period_is_a_startup_probe_and_liveness_only_when_asked(tmp_path: Path) -> None:
    body = (
        "healthcheck:\n  test: [CMD, check, '$$(x)']\n  interval: 10s\n  start_period: 60s\n"
        "  timeout: 3s\n  start_interval: 2s"
    )
    found = container(run(tmp_path, service(body)), "web")

    asked = {"exec": {"command": ["check", "$$(x)"]}, "timeoutSeconds": 3}
    assert found["startupProbe"] == {**asked, "periodSeconds": 2, "failureThreshold": 45}
    assert found["readinessProbe"] == {**asked, "periodSeconds": 10, "failureThreshold": 3}
    assert "livenessProbe" not in found
    alive = container(run(tmp_path, service(body), "--liveness"), "web")
    assert alive["livenessProbe"] == {**asked, "periodSeconds": 10, "failureThreshold": 3}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "mem_limit: 512m\ncpus: 0.5",
            {
                "limits": {"cpu": "500m", "memory": "512Mi"},
                "requests": {"cpu": "0", "memory": "0"},
            },
            id="a limit reserves nothing",
        ),
        pytest.param(
            "deploy:\n  resources:\n    limits: {cpus: '2', memory: 1G}\n"
            "    reservations: {memory: 100M}",
            {
                "limits": {"cpu": "2", "memory": "1Gi"},
                "requests": {"cpu": "0", "memory": "100Mi"},
            },
            id="the long way",
        ),
        pytest.param(
            "mem_reservation: 1000\ncpu_shares: 512",
            {"requests": {"cpu": "500m", "memory": "1000"}},
            id="reserved alone",
        ),
        pytest.param(
            "cpu_quota: 25000",
            {"limits": {"cpu": "250m"}, "requests": {"cpu": "0"}},
            id="a part of each period",
        ),
    ],
)
def test_limits_and_reservations(tmp_path: Path, body: str, expected: object) -> None:
    assert container(run(tmp_path, service(body)), "web")["resources"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("1k", "1Ki"), ("1.5g", "1536Mi"), ("10MB", "10Mi"), ("0", ""), ("x", "")),
        *(("1000b", "1000"), (".5g", "512Mi"), ("1e3", "1000"), ("1_000", "1000"), ("1 t", "1Ti")),
    ],
)
def test_an_amount_of_memory(text: str, expected: str) -> None:
    assert memory(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.25", "250m"), ("2", "2"), ("0", ""), ("", ""), (".5", "500m"), ("0.29", "290m")],
)
def test_an_amount_of_processors(text: str, expected: str) -> None:
    assert processors(text) == expected


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        pytest.param("mem_limit: 5x", 4, "`mem_limit: 5x`", id="no unit"),
        pytest.param("mem_limit: ''", 4, "`mem_limit: `", id="empty"),
        pytest.param("mem_reservation: -1m", 4, "`mem_reservation: -1m`", id="negative"),
        pytest.param("cpus: 500m", 4, "`cpus: 500m`", id="Kubernetes' own spelling"),
        pytest.param("cpu_shares: abc", 4, "`cpu_shares: abc`", id="shares"),
        pytest.param("stop_grace_period: soon", 4, "`stop_grace_period: soon`", id="a time"),
        pytest.param(
            "healthcheck:\n  test: a\n  interval: 10", 6, "`healthcheck.interval: 10`", id="no s"
        ),
        pytest.param(
            "healthcheck:\n  test: a\n  retries: many", 6, "`healthcheck.retries: many`", id="tries"
        ),
        pytest.param(
            "deploy: {update_config: {delay: 1x}}",
            4,
            "`deploy.update_config.delay: 1x`",
            id="delay",
        ),
        pytest.param(
            "deploy: {update_config: {parallelism: -1}}",
            4,
            "`deploy.update_config.parallelism: -1`",
            id="how many at once",
        ),
        pytest.param("shm_size: 5x", 4, "`shm_size: 5x`", id="shared memory"),
        pytest.param("tmpfs:\n  - /a\n  - /b:size=10%", 6, "`tmpfs.size: 10%`", id="a share"),
        pytest.param(
            "volumes:\n  - {type: tmpfs, target: /a, tmpfs: {size: 5x}}",
            5,
            "`volumes.tmpfs.size: 5x`",
            id="a volume in memory",
        ),
        pytest.param(
            "deploy:\n  resources:\n    limits:\n      cpus: abc",
            7,
            "`deploy.resources.limits.cpus: abc`",
            id="the long way",
        ),
        pytest.param(
            "deploy:\n  resources:\n    reservations:\n      memory: 1q",
            7,
            "`deploy.resources.reservations.memory: 1q`",
            id="reserved the long way",
        ),
    ],
)
def test_an_amount_or_a_time_that_cannot_be_read_is_refused(
    tmp_path: Path, body: str, line: int, what: str
) -> None:
    result = run(tmp_path, service(f"{body}\ndevices: [/dev/fuse]"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/compose.yml:{line}: {what} of service 'web' is not a" in result.stderr
    assert "devices" in result.stderr


def test_a_pod_runs_where_the_file_says(tmp_path: Path) -> None:
    body = (
        "platform: linux/arm64\nextra_hosts: ['db.example:192.0.2.1']\nhostname: coins\n"
        "init: true\n"
        "deploy: {placement: {constraints: ['node.role == manager', 'node.labels.disk != slow']}}"
    )
    spec = pod(run(tmp_path, service(body)), "web")

    required = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    (term,) = required["nodeSelectorTerms"]
    assert term["matchExpressions"] == [
        {"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"},
        {"key": "disk", "operator": "NotIn", "values": ["slow"]},
        {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]},
        {"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]},
    ]
    assert spec["hostAliases"] == [{"ip": "192.0.2.1", "hostnames": ["db.example"]}]
    assert (spec["hostname"], spec["shareProcessNamespace"]) == ("coins", True)


def test_what_a_container_may_do(tmp_path: Path) -> None:
    body = (
        "user: root\ngroup_add: [5]\ncap_add: [CAP_NET_ADMIN]\nread_only: true\n"
        "security_opt: ['no-new-privileges:true', 'seccomp=unconfined']\nexpose: [80]"
    )
    result = run(tmp_path, service(body))

    assert container(result, "web")["securityContext"] == {
        "runAsUser": 0,
        "runAsGroup": 0,
        "readOnlyRootFilesystem": True,
        "capabilities": {"add": ["NET_ADMIN"]},
        "allowPrivilegeEscalation": False,
        "seccompProfile": {"type": "Unconfined"},
    }
    assert pod(result, "web")["securityContext"] == {
        "seccompProfile": {"type": "RuntimeDefault"},
        "supplementalGroups": [5],
        "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
    }


def test_pods_without_data_survive_a_node(tmp_path: Path) -> None:
    several = pod(run(tmp_path, service("scale: 2")), "web")
    (constraint,) = several["topologySpreadConstraints"]
    assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"
    assert {one["tolerationSeconds"] for one in several["tolerations"]} == {30}

    stateful = pod(run(tmp_path, service("volumes: ['data:/data']")), "web", "StatefulSet")
    assert "tolerations" not in stateful


def test_an_update_keeps_to_what_the_file_says(tmp_path: Path) -> None:
    body = "deploy: {replicas: 4, update_config: {parallelism: 2, order: stop-first, delay: 7s}}"
    spec = objects(run(tmp_path, service(body)))["Deployment", "web"]["spec"]

    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 2}
    assert (spec["replicas"], spec["minReadySeconds"]) == (4, 7)
