"""`dcgen kubernetes`: what each attribute of a service becomes in a cluster."""

import base64
import itertools
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from generator.targets.kubernetes.quantity import memory, processors
from tests.generator.cluster import container, objects, pod, run, service
from tests.generator.test_attributes import SAMPLES

SECRETS = """\
services:
  web:
    image: nginx
    secrets:
      - db_password
      - {source: key, target: /etc/key.pem, mode: 0400}
secrets:
  db_password: {file: ./password.txt}
  key: {environment: THE_KEY}
"""
WAITING = """\
services:
  web:
    image: nginx
    depends_on:
      db: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
      cache: {condition: service_started}
  migrate:
    image: postgres
    command: migrate
    restart: on-failure:2
    depends_on:
      db: {condition: service_healthy}
  db: {image: postgres}
  cache: {image: redis}
"""
NETWORKS = """\
services:
  web:
    image: nginx
    networks: [front, back]
    ports: ["8080:80"]
  db:
    image: postgres
    networks: [back]
networks:
  front:
  back: {internal: true}
"""


def named(items: Any, name: str) -> Any:
    return next(item for item in items if item["name"] == name)


def test_a_config_is_an_object_named_by_its_content(tmp_path: Path) -> None:
    text = service("configs: [{source: site, target: /etc/nginx/site.conf, mode: 0440}]")
    (tmp_path / "site.conf").write_text("listen 80;\n")
    whole = text + "configs:\n  site: {file: ./site.conf}\n"
    result = run(tmp_path, whole)

    (name,) = (name for kind, name in objects(result) if kind == "ConfigMap")
    made = objects(result)["ConfigMap", name]
    assert (made["data"], made["immutable"]) == ({"site.conf": "listen 80;\n"}, True)
    volume = named(pod(result, "web")["volumes"], "config-site")
    assert volume["configMap"] == {
        "name": name,
        "items": [{"key": "site.conf", "path": "site.conf", "mode": 0o440}],
    }
    assert container(result, "web")["volumeMounts"] == [
        {
            "name": "config-site",
            "mountPath": "/etc/nginx/site.conf",
            "subPath": "site.conf",
            "readOnly": True,
        }
    ]
    (tmp_path / "site.conf").write_text("listen 81;\n")
    assert ("ConfigMap", name) not in objects(run(tmp_path, whole))


@pytest.mark.parametrize(
    "text",
    ["one line", "two\nlines\n", "no end\nof line", " indented\n", "\ttab\n\n\n", "a: b #\n", ""],
)
def test_a_config_keeps_each_byte(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    whole = service("configs: [a]") + "configs:\n  a: {file: a.txt}\n"

    found = objects(run(tmp_path, whole))

    (data,) = (one["data"] for (kind, _), one in found.items() if kind == "ConfigMap")
    assert data == {"a": text}


def test_a_config_that_is_no_text_is_binary(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\xff\x00")
    whole = service("configs: [a]") + "configs:\n  a: {file: a.bin}\n"

    found = objects(run(tmp_path, whole))

    (data,) = (one["binaryData"] for (kind, _), one in found.items() if kind == "ConfigMap")
    assert base64.b64decode(data["a"]) == b"\xff\x00"


@pytest.mark.parametrize(
    ("config", "what"),
    [
        pytest.param("{file: ./none}", "does not exist", id="no file"),
        pytest.param("{environment: NOT_SET_ANYWHERE}", "not set", id="no variable"),
        pytest.param("{environment: API_TOKEN}", "secret", id="the variable of a secret"),
        pytest.param("{content: 'k=${API_TOKEN}'}", "secret", id="a secret within a text"),
        pytest.param("{file: ./large}", "1 MiB", id="too large for an object"),
    ],
)
def test_a_config_that_cannot_be_written_is_refused(tmp_path: Path, config: str, what: str) -> None:
    (tmp_path / "large").write_bytes(bytes(1024 * 1024 + 1))
    result = run(tmp_path, service("configs: [a]") + f"configs:\n  a: {config}\n")

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/compose.yml:4: " in result.stderr
    assert what in result.stderr


def test_no_value_of_a_secret_is_written_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password.txt").write_text("hunter2")
    monkeypatch.setenv("THE_KEY", "hunter3")
    result = run(tmp_path, SECRETS)

    assert "Secret" not in {kind for kind, _ in objects(result)}
    assert "hunter" not in result.output
    assert "create secret generic db-password --from-file=db_password=./password.txt" in (
        result.stderr
    )
    secrets = named(pod(result, "web")["volumes"], "secrets")["projected"]["sources"]
    item = {"key": "db_password", "path": "db_password", "mode": 0o444}
    assert secrets == [{"secret": {"name": "db-password", "items": [item]}}]
    mounts = {one["mountPath"]: one for one in container(result, "web")["volumeMounts"]}
    assert set(mounts) == {"/run/secrets", "/etc/key.pem"}
    key = named(pod(result, "web")["volumes"], "secret-key")["secret"]
    assert key["items"] == [{"key": "key.pem", "path": "key.pem", "mode": 0o400}]


def test_secrets_are_written_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password.txt").write_text("hunter2")
    monkeypatch.setenv("THE_KEY", "hunter3")
    result = run(tmp_path, SECRETS, "--secrets", "generate")

    found = {name: one for (kind, name), one in objects(result).items() if kind == "Secret"}
    values = {
        key: base64.b64decode(value) for one in found.values() for key, value in one["data"].items()
    }
    assert values == {"db_password": b"hunter2", "key.pem": b"hunter3"}
    (source, key) = named(pod(result, "web")["volumes"], "secrets"), "secret-key"
    used = {source["projected"]["sources"][0]["secret"]["name"]}
    used.add(named(pod(result, "web")["volumes"], key)["secret"]["secretName"])
    assert used == set(found)


def test_what_a_file_of_variables_says_is_in_objects_and_the_environment_wins(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.env").write_text("LEVEL=debug\nPLACE=file\nAPI_TOKEN=hunter2\nCOST=$$5\n")
    body = "env_file: [a.env, {path: none.env, required: false}]\nenvironment: {PLACE: here}"

    result = run(tmp_path, service(body))

    assert "hunter2" not in result.output
    (made,) = (one for (kind, _), one in objects(result).items() if kind == "ConfigMap")
    assert made["data"] == {"LEVEL": "debug", "COST": "$5"}
    found = container(result, "web")
    assert found["envFrom"] == [{"configMapRef": {"name": made["metadata"]["name"]}}]
    assert {one["name"]: one.get("value") for one in found["env"]} == {
        "PLACE": "here",
        "API_TOKEN": None,
    }
    generated = run(tmp_path, service(body), "--secrets", "generate")
    (secret,) = (one for (kind, _), one in objects(generated).items() if kind == "Secret")
    reference = named(container(generated, "web")["env"], "API_TOKEN")["valueFrom"]
    assert reference["secretKeyRef"]["name"] == secret["metadata"]["name"]


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


def test_a_service_waits_for_what_it_depends_on(tmp_path: Path) -> None:
    result = run(tmp_path, WAITING, "--namespace", "coins")

    found = objects(result)
    assert {one["metadata"]["namespace"] for one in found.values()} == {"coins"}
    (job,) = (name for kind, name in found if kind == "Job")
    database, jobs = pod(result, "web")["initContainers"]
    assert "/dev/tcp/db/5432" in database["command"][-1]
    assert jobs["args"][-1] == f"job/{job}"
    (rule,) = found["Role", "web-waits"]["rules"]
    assert (rule["resourceNames"], rule["resources"]) == ([job], ["jobs"])
    assert found["RoleBinding", "web-waits"]["subjects"][0]["namespace"] == "coins"
    assert pod(result, "web")["automountServiceAccountToken"] is False
    spec = found["Job", job]["spec"]
    assert (spec["backoffLimit"], spec["template"]["spec"]["restartPolicy"]) == (2, "OnFailure")
    assert [one["name"] for one in spec["template"]["spec"]["initContainers"]] == ["wait-for-db"]
    assert ("Service", "migrate") not in found
    assert "does not wait for cache" in result.stderr


def test_a_changed_job_is_another_one(tmp_path: Path) -> None:
    first = objects(run(tmp_path, WAITING, "--namespace", "a"))
    second = objects(
        run(tmp_path, WAITING.replace("command: migrate", "command: again"), "--namespace=a")
    )

    jobs = [{name for kind, name in found if kind == "Job"} for found in (first, second)]
    assert jobs[0] != jobs[1]


def test_the_script_that_waits_ends_when_the_port_answers(tmp_path: Path) -> None:
    result = run(tmp_path, WAITING, "--namespace", "coins")
    script = pod(result, "web")["initContainers"][0]["command"][-1]
    bash = shutil.which("bash") or "bash"
    local = script.replace("/dev/tcp/db/5432", "$0")

    there, missing = tmp_path / "there", tmp_path / "missing"
    there.touch()
    assert subprocess.run([bash, "-c", local, str(there)], check=False, timeout=60).returncode == 0
    # It tries again: the file is there only after the first attempt.
    late = local.replace("sleep 1", f"touch {missing}")
    assert subprocess.run([bash, "-c", late, str(missing)], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize(
    ("text", "options", "what"),
    [
        pytest.param(WAITING, (), "--namespace", id="no namespace for the right to wait"),
        pytest.param(
            WAITING.replace("service_healthy", "service_completed_successfully").replace(
                "db: {image: postgres}",
                "db: {image: postgres, depends_on: {migrate:"
                " {condition: service_completed_successfully}}}",
            ),
            ("--namespace", "a"),
            "waits for itself",
            id="a circle",
        ),
    ],
)
def test_what_cannot_be_waited_for_is_refused(
    tmp_path: Path, text: str, options: tuple[str, ...], what: str
) -> None:
    result = run(tmp_path, text, *options)

    assert (result.exit_code, result.stdout) == (1, "")
    assert what in result.stderr
    assert "fix: " in result.stderr


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
    [("1k", "1Ki"), ("1.5g", "1536Mi"), ("10MB", "10Mi"), ("0", ""), ("x", ""), ("1000b", "1000")],
)
def test_an_amount_of_memory(text: str, expected: str) -> None:
    assert memory(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("0.25", "250m"), ("2", "2"), ("0", ""), ("", "")])
def test_an_amount_of_processors(text: str, expected: str) -> None:
    assert processors(text) == expected


def test_networks_keep_pods_apart(tmp_path: Path) -> None:
    result = run(tmp_path, NETWORKS)

    found = {name: one["spec"] for (kind, name), one in objects(result).items() if "Policy" in kind}
    assert sorted(found) == ["db-internal", "network-back", "network-front", "web-published"]
    member = {"matchLabels": {"dcgen.network/back": "member"}}
    assert found["network-back"]["podSelector"] == member
    assert found["network-back"]["ingress"] == [{"from": [{"podSelector": member}]}]
    assert found["web-published"]["ingress"] == [{"ports": [{"port": 80, "protocol": "TCP"}]}]
    assert found["db-internal"]["egress"][0] == {"to": [{"podSelector": member}]}
    labels = objects(result)["Deployment", "web"]["spec"]["template"]["metadata"]["labels"]
    assert {key for key in labels if key.startswith("dcgen.network/")} == {
        "dcgen.network/front",
        "dcgen.network/back",
    }


def test_one_network_needs_no_policy(tmp_path: Path) -> None:
    kinds = {kind for kind, _ in objects(run(tmp_path, service("ports: ['80:80']")))}

    assert kinds == {"Deployment", "Service"}


@pytest.mark.parametrize(
    ("ports", "options", "expected"),
    [
        pytest.param("8080:80", (), {"type": "NodePort", "port": 80}, id="a port of each node"),
        pytest.param(
            "30080:80", (), {"type": "NodePort", "port": 80, "nodePort": 30080}, id="that very port"
        ),
        pytest.param(
            "8080:80",
            ("--publish", "load-balancer"),
            {"type": "LoadBalancer", "port": 8080},
            id="a load balancer",
        ),
        pytest.param("127.0.0.1:8080:80", (), None, id="of this machine alone"),
        pytest.param("8080:80", ("--publish", "none"), None, id="not at all"),
        pytest.param("8080:80", ("--ingress", "web=a.example"), None, id="by a host name"),
    ],
)
def test_a_published_port_is_never_wider_than_in_compose(
    tmp_path: Path, ports: str, options: tuple[str, ...], expected: dict[str, object] | None
) -> None:
    found = objects(run(tmp_path, service(f"ports: ['{ports}']\nexpose: [9000]"), *options))

    inside = found["Service", "web"]["spec"]
    assert ([one["port"] for one in inside["ports"]], inside.get("type")) == ([80, 9000], None)
    made = found.get(("Service", "web-published"))
    if expected is None:
        assert made is None
    else:
        (port,) = made["spec"]["ports"]
        assert {"type": made["spec"]["type"], **port} == {
            "name": "tcp-80",
            "targetPort": 80,
            "protocol": "TCP",
            **expected,
        }


@pytest.mark.parametrize(
    ("version", "names"),
    [
        pytest.param("1.30", ["web", "web-published"], id="one for both protocols"),
        pytest.param(
            "1.25",
            ["web", "web-published-tcp", "web-published-udp"],
            id="one for each, before 1.26",
        ),
    ],
)
def test_a_load_balancer_has_the_protocols_that_it_can(
    tmp_path: Path, version: str, names: list[str]
) -> None:
    text = service("ports: ['53:53/udp', '80:80']")
    result = run(tmp_path, text, "--publish", "load-balancer", "--kubernetes", version)

    assert sorted(name for kind, name in objects(result) if kind == "Service") == names


def test_an_ingress_leads_to_the_published_port(tmp_path: Path) -> None:
    text = service("ports: ['8080:8000']\nexpose: [80]")
    result = run(tmp_path, text, "--ingress", "web=a.example", "--ingress-class", "nginx")

    spec = objects(result)["Ingress", "web"]["spec"]
    assert spec["ingressClassName"] == "nginx"
    (rule,) = spec["rules"]
    assert rule["host"] == "a.example"
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": "web", "port": {"number": 8000}}


@pytest.mark.parametrize(
    ("option", "code", "what"),
    [
        pytest.param("wbe=a.example", 1, "did you mean 'web'?", id="another service"),
        pytest.param("web", 2, "SERVICE=HOST", id="no host"),
        pytest.param("web=http://x", 2, "not the name of a host", id="a URL"),
    ],
)
def test_a_wrong_ingress_is_refused(tmp_path: Path, option: str, code: int, what: str) -> None:
    result = run(tmp_path, service("ports: ['80:80']"), "--ingress", option)

    assert (result.exit_code, result.stdout) == (code, "")
    assert what in result.stderr


def test_each_name_under_which_a_service_is_dialled_has_a_service(tmp_path: Path) -> None:
    text = """\
services:
  web:
    image: nginx
    links: ["redis:store"]
    environment: {URL: "http://the-api:8080/"}
  redis: {image: redis, networks: {default: {aliases: [cache, bad_name]}}}
  api: {image: app, container_name: the-api, expose: [8080]}
"""
    result = run(tmp_path, text)

    found = {
        name: one["spec"] for (kind, name), one in objects(result).items() if kind == "Service"
    }
    assert found["store"] == found["cache"] == found["redis"]
    assert found["the-api"] == found["api"]
    assert "'bad_name' of redis is left out" in result.stderr


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


def test_two_services_that_would_be_one_object_are_refused(tmp_path: Path) -> None:
    text = service("ports: ['80:80']") + "  web-published: {image: redis}\n"
    result = run(tmp_path, text)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "'web-published'" in result.stderr


# What is about the making of an image, or says as it stands there what is so anyway.
SILENT = {
    *("cpu_period", "deploy", "healthcheck"),
    *("build", "dockerfile", "driver_opts", "extends", "image", "restart", "net", "network_mode"),
    *("networks", "expose", "scale", "attach", "container_name", "links", "profiles"),
}


@pytest.mark.parametrize("attribute", sorted(SAMPLES.keys() - SILENT))
def test_no_attribute_is_lost_in_silence(tmp_path: Path, attribute: str) -> None:
    (tmp_path / "a.env").write_text("A=b\n")
    (tmp_path / "mine").write_text("text\n")
    sections = "configs: {mine: {file: mine}}\nsecrets: {mine: {file: mine}}\nnetworks: {front: }\n"
    others = "  redis: {image: redis}\n  db: {image: postgres}\n"
    base = service("") + others + sections
    plain = run(tmp_path, base)
    result = run(tmp_path, service(f"{attribute}: {SAMPLES[attribute]}") + others + sections)

    if result.exit_code:
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"{tmp_path}/compose.yml:" in result.stderr
        assert attribute in result.stderr or SAMPLES[attribute].strip("[]'") in result.stderr
        assert "fix: " in result.stderr
    elif result.stderr == plain.stderr:
        pairs = itertools.zip_longest(result.stdout.splitlines(), plain.stdout.splitlines())
        assert [one for one, other in pairs if one != other and "compose.yml" not in str(one)]
    else:
        assert f"{tmp_path}/compose.yml:4: " in result.stderr
        assert "fix: " in result.stderr
