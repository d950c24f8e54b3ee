"""`dcgen kubernetes`: what stands in the manifests, what is said, what is refused."""

import shutil
from pathlib import Path

import pytest

from generator.targets.kubernetes.choices import NEWEST, OLDEST, Version
from generator.targets.kubernetes.variables import escaped
from tests.generator.cluster import (
    OLDEST_SCHEMA,
    PUSHED,
    container,
    objects,
    run,
    run_file,
    service,
)

ROOT = Path(__file__).parents[2]


def test_dockercoins_has_a_service_for_each_name_that_is_dialled() -> None:
    result = run_file(ROOT / "dockercoins/compose.yml", *PUSHED)
    found = objects(result)

    kinds = {name: kind for kind, name in found if kind in ("Deployment", "StatefulSet")}
    stateless = dict.fromkeys(("rng", "hasher", "webui", "worker"), "Deployment")
    assert kinds == stateless | {"redis": "StatefulSet"}
    ports = {
        name: [port["port"] for port in one["spec"]["ports"]]
        for (kind, name), one in found.items()
        if kind == "Service"
    }
    inside = {"rng": [80], "hasher": [80], "webui": [80], "redis": [6379]}
    assert ports == inside | {f"{name}-published": [80] for name in ("rng", "hasher", "webui")}
    assert container(result, "rng")["image"] == "registry.example/coins/rng:1"
    claims = found["StatefulSet", "redis"]["spec"]["volumeClaimTemplates"]
    assert [claim["metadata"]["name"] for claim in claims] == ["redis"]
    for (kind, name), one in found.items():
        if kind == "Service":
            of = name.removesuffix("-published")
            chosen = found[kinds[of], of]["spec"]["selector"]["matchLabels"]
            assert one["spec"]["selector"] == chosen


@pytest.mark.parametrize(
    "version", [Version(1, minor) for minor in range(OLDEST_SCHEMA.minor, NEWEST.minor + 1)]
)
def test_dockercoins_is_valid_for_each_version(version: Version) -> None:
    file = ROOT / "dockercoins/compose.yml"

    assert objects(run_file(file, *PUSHED, "--kubernetes", str(version)), version)


@pytest.mark.parametrize(
    ("version", "hook"),
    [
        pytest.param("1.30", {"sleep": {"seconds": 5}}, id="the kubelet sleeps"),
        pytest.param("1.29", {"exec": {"command": ["sleep", "5"]}}, id="a program of the image"),
        pytest.param("1.20", {"exec": {"command": ["sleep", "5"]}}, id="the oldest"),
    ],
)
def test_a_pod_ends_when_its_service_has_forgotten_it(
    tmp_path: Path, version: str, hook: object
) -> None:
    result = run(tmp_path, service('ports: ["80"]'), "--kubernetes", version)

    assert container(result, "web")["lifecycle"] == {"preStop": hook}


@pytest.mark.parametrize("version", ["1.19", "1.38", "2.0", "1", "x"])
def test_a_version_that_is_not_known_is_refused(tmp_path: Path, version: str) -> None:
    result = run(tmp_path, service(""), "--kubernetes", version)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{OLDEST} to {NEWEST}" in result.stderr


def test_the_same_file_gives_the_same_bytes_and_is_not_changed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "dockercoins", tmp_path / "coins")
    file = tmp_path / "coins/compose.yml"
    before = file.read_bytes()

    first, second = (run_file(file, *PUSHED) for _ in range(2))

    assert first.stdout
    assert first.stdout == second.stdout
    assert file.read_bytes() == before


def test_a_health_check_is_a_readiness_probe_with_its_patience(tmp_path: Path) -> None:
    check = "healthcheck:\n  test: curl -f http://localhost/\n  interval: 10s\n  timeout: 1500ms"
    found = container(run(tmp_path, service(check)), "web")

    assert found["readinessProbe"] == {
        "exec": {"command": ["/bin/sh", "-c", "curl -f http://localhost/"]},
        "periodSeconds": 5,
        "timeoutSeconds": 2,
        "failureThreshold": 6,
    }
    assert "livenessProbe" not in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(date)", "$$(date)"),
        ("$HOME", "$HOME"),
        ("$$1", "$$$1"),
        ("awk '{print $1}'", "awk '{print $1}'"),
    ],
)
def test_a_dollar_reaches_the_program(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_what_looks_like_a_secret_is_not_written(tmp_path: Path) -> None:
    body = (
        "environment:\n  DB_PASSWORD_FILE: /run/secrets/a\n  DB_PASSWORD: hunter2\n"
        "  URL: http://u:hunter2@db/\n  LEVEL: debug"
    )
    result = run(tmp_path, service(body))

    assert "hunter2" not in result.output
    assert "kubectl create secret generic web-env" in result.stderr
    assert container(result, "web")["env"] == [
        {"name": "DB_PASSWORD_FILE", "value": "/run/secrets/a"},
        {"name": "LEVEL", "value": "debug"},
        {
            "name": "DB_PASSWORD",
            "valueFrom": {"secretKeyRef": {"name": "web-env", "key": "DB_PASSWORD"}},
        },
        {"name": "URL", "valueFrom": {"secretKeyRef": {"name": "web-env", "key": "URL"}}},
    ]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("env_file: a.env", "a.env"),
        ("network_mode: service:db", "network_mode"),
        ("volumes:\n  - ./data:/data", "./data"),
        ("volumes:\n  - /var/run/docker.sock:/var/run/docker.sock", "docker.sock"),
        ("volumes: [{type: bind, source: ., target: /app}]", "on this machine"),
        ("user: nobody", "user"),
        ("group_add: [mail]", "group_add"),
        ("sysctls: {kernel.msgmax: 65536}", "kernel.msgmax"),
        ("security_opt: ['seccomp:profile.json']", "seccomp"),
        ("hostname: a_b", "hostname"),
        ("privileged: true\nsecurity_opt: ['no-new-privileges:true']", "one of the two"),
        ("environment: {1ST: a}", "1ST"),
        ("extra_hosts: ['me:host-gateway']", "host-gateway"),
        ("pid: service:db", "pid"),
        ("configs: [a]", "not among `configs:`"),
        ("secrets: [a]", "not among `secrets:`"),
        ("labels: {-x: y}", "labels"),
        ("command: run --password $DB_PASSWORD", "secret"),
        ("command: []", "empty"),
        ('command: "it\'s"', "quotation"),
        ("deploy:\n  mode: global-job", "deploy.mode"),
        ("deploy:\n  mode: global\nvolumes: ['data:/data']", "volume on each node"),
        ("deploy:\n  placement: {max_replicas_per_node: 1}", "max_replicas_per_node"),
        ("deploy: {placement: {constraints: [engine.labels.a==b]}}", "constraints"),
        ("deploy: {resources: {reservations: {devices: [{}]}}}", "devices"),
        ("something_new: 1", "something_new"),
    ],
)
def test_what_cannot_be_carried_over_is_refused_with_its_line(
    tmp_path: Path, body: str, what: str
) -> None:
    result = run(tmp_path, service(body))

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/compose.yml:" in result.stderr
    assert what in result.stderr
    assert "fix: " in result.stderr


def test_what_only_this_machine_builds_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, "services:\n  web:\n    build: .\n")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "--registry HOST/PATH" in result.stderr
    assert "`image:`" in result.stderr


def test_the_image_beside_a_build_is_taken_unless_a_registry_is_named(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: r.example/web:2\n    build: .\n"
    own, named = run(tmp_path, text), run(tmp_path, text, *PUSHED)

    assert container(own, "web")["image"] == "r.example/web:2"
    assert "docker compose push web" in own.stderr
    assert container(named, "web")["image"] == "registry.example/coins/web:1"
    assert named.stderr == ""


def test_all_that_is_refused_is_said_at_once_by_line(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        "services:\n  web:\n    image: nginx\n    volumes:\n      - ./a:/a\n      - ./b:/b\n"
        "  my_db:\n    image: redis\n    user: joe\nvolumes:\n  data: {driver_opts: {a: b}}\n",
    )

    facts = [line for line in result.stderr.splitlines() if not line.startswith("  ")]
    assert result.exit_code == 1
    lines = [fact.partition(": ")[0].rpartition(":")[2] for fact in facts]
    assert lines == ["5", "6", "7", "9", "11"]


def test_no_fault_of_a_service_hides_another(tmp_path: Path) -> None:
    body = (
        "devices: [/dev/fuse]\nports: ['x:y', z]\nexpose: [w]\nvolumes: ['./a:/a']\n"
        "deploy: {replicas: many}\nenvironment: {1A: a, 2B: b}\nlabels: {b: $THE_KEY}\n"
        "annotations: {a: $THE_KEY}\nx-dcgen: {foo: 1, hpa: {max: many}}"
    )
    result = run(tmp_path, service(body) + "  db:\n    image: redis\n    x-dcgen: {bar: 1}\n")

    facts = [line for line in result.stderr.splitlines() if not line.startswith("  ")]
    lines = [fact.partition(": ")[0].rpartition(":")[2] for fact in facts]
    assert result.exit_code == 1
    assert lines == ["4", "5", "5", "6", "7", "8", "9", "9", "10", "11", "12", "12", "15"]
    assert "`deploy.replicas: many` of service 'web' is not a number of pods" in result.stderr
    assert "fix: write it as 3\n" in result.stderr


def test_no_setting_without_effect_hides_another(tmp_path: Path) -> None:
    body = "x-dcgen: {hpa: {max: 3}, node-port: 30080, storage: 2Gi}\ndevices: [/dev/fuse]"
    other = "deploy: {mode: global}\n    x-dcgen: {pdb: {min-available: 1}}"
    result = run(tmp_path, f"{service(body)}  db:\n    image: redis\n    {other}\n")

    assert result.exit_code == 1
    for what in ("reserves none", "publishes no ports", "no volume with a name", "not evicted"):
        assert result.stderr.count(what) == 1
    assert "devices" in result.stderr


def test_a_setting_for_a_service_that_is_not_there_hides_no_fault(tmp_path: Path) -> None:
    result = run(tmp_path, service("privileged: maybe\ndevices: [a]"), "--set", "wbe.storage=1Gi")

    assert result.exit_code == 1
    assert "did you mean 'web'?" in result.stderr
    assert "devices" in result.stderr


def test_each_entry_of_a_list_that_is_refused_is_said(tmp_path: Path) -> None:
    constraints = "deploy: {placement: {constraints: [engine.labels.a == b, node.id == c]}}"
    hosts = "extra_hosts: ['one:host-gateway', 'two:host-gateway', 'three:192.0.2.7']"
    result = run(tmp_path, service(f"{constraints}\n{hosts}"))

    assert result.exit_code == 1
    for what in ("engine.labels.a == b", "node.id == c", "one:host-gateway", "two:host-gateway"):
        assert result.stderr.count(f": {what}`") == 1
    assert "three" not in result.stderr


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        pytest.param("labels: {a: b}\nannotations: {-x: y}", 5, "annotations: -x", id="its own"),
        pytest.param("labels:\n  a: b\n  -x: y\n  -z: y", 6, "labels: -x", id="a label"),
        pytest.param("labels:\n  -x: y\n  -z: y", 6, "labels: -z", id="a second one"),
        pytest.param("deploy:\n  labels: {-x: y}", 5, "deploy.labels: -x", id="of deploy"),
    ],
)
def test_what_cannot_be_an_annotation_is_called_as_in_the_file(
    tmp_path: Path, body: str, line: int, what: str
) -> None:
    result = run(tmp_path, service(body))

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/compose.yml:{line}: `{what}` of service 'web'" in result.stderr


def test_a_name_that_is_none_in_kubernetes_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, "services:\n  my_db:\n    image: redis\n")

    assert result.exit_code == 1
    assert "my-db" in result.stderr


def test_a_variable_in_the_name_of_the_project_is_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", "test")
    result = run(tmp_path, "name: coins-${STAGE}-${TEAM:-a}\n" + service(""))

    labels = objects(result)["Deployment", "web"]["metadata"]["labels"]
    assert labels["app.kubernetes.io/part-of"] == "coins-test-a"


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    result = run(
        tmp_path, service('restart: "no"\nstop_signal: SIGINT\nports: ["127.0.0.1:8080:80"]')
    )

    for what in ("restart", "STOPSIGNAL", "port-forward service/web 8080:80"):
        assert what in result.stderr
    assert "type" not in objects(result)["Service", "web"]["spec"]
