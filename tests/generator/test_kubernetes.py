"""`dcgen kubernetes`: what stands in the manifests, what is said, what is refused."""

import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from dcgen.cli import main
from generator.targets.kubernetes.variables import escaped

ROOT = Path(__file__).parents[2]
PUSHED = ("--registry", "registry.example/coins", "--tag", "1")


def run(folder: Path, text: str, *options: str) -> Result:
    file = folder / "compose.yml"
    file.write_text(text)
    return CliRunner().invoke(main, ["kubernetes", "-f", str(file), "--one-file", *options])


def objects(result: Result) -> dict[tuple[str, str], Any]:
    assert result.exit_code == 0, result.output
    loaded = YAML(typ="safe").load_all(StringIO(result.stdout))
    return {(one["kind"], one["metadata"]["name"]): one for one in loaded}


def container(result: Result, name: str) -> Any:
    return objects(result)["Deployment", name]["spec"]["template"]["spec"]["containers"][0]


def service(body: str) -> str:
    return "services:\n  web:\n    image: nginx\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )


def test_dockercoins_has_a_service_for_each_name_that_is_dialled() -> None:
    file = str(ROOT / "dockercoins/compose.yml")
    result = CliRunner().invoke(main, ["kubernetes", "-f", file, "--one-file", *PUSHED])
    found = objects(result)

    names = ["rng", "hasher", "webui", "redis", "worker"]
    assert [name for kind, name in found if kind == "Deployment"] == names
    ports = {
        name: [port["port"] for port in one["spec"]["ports"]]
        for (kind, name), one in found.items()
        if kind == "Service"
    }
    assert ports == {"rng": [80], "hasher": [80], "webui": [80], "redis": [6379]}
    assert container(result, "rng")["image"] == "registry.example/coins/rng:1"
    assert found["Deployment", "redis"]["spec"]["strategy"] == {"type": "Recreate"}
    assert ("PersistentVolumeClaim", "redis") in found
    for (kind, name), one in found.items():
        if kind == "Service":
            chosen = found["Deployment", name]["spec"]["selector"]["matchLabels"]
            assert one["spec"]["selector"] == chosen


def test_the_same_file_gives_the_same_bytes_and_is_not_changed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "dockercoins", tmp_path / "coins")
    file = tmp_path / "coins/compose.yml"
    before = file.read_bytes()
    words = ["kubernetes", "-f", str(file), "--one-file", *PUSHED]

    first, second = (CliRunner().invoke(main, words) for _ in range(2))

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
    body = "environment:\n  DB_PASSWORD: hunter2\n  URL: http://u:hunter2@db/\n  LEVEL: debug"
    result = run(tmp_path, service(body))

    assert "hunter2" not in result.output
    assert "kubectl create secret generic web-env" in result.stderr
    assert container(result, "web")["env"] == [
        {
            "name": "DB_PASSWORD",
            "valueFrom": {"secretKeyRef": {"name": "web-env", "key": "DB_PASSWORD"}},
        },
        {"name": "URL", "valueFrom": {"secretKeyRef": {"name": "web-env", "key": "URL"}}},
        {"name": "LEVEL", "value": "debug"},
    ]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("env_file: a.env", "env_file"),
        ("network_mode: host", "network_mode"),
        ("volumes:\n  - ./data:/data", "volumes"),
        ("volumes:\n  - data:/data\nscale: 2", "volume"),
        ("user: nobody", "user"),
        ("command: run --password $DB_PASSWORD", "secret"),
        ("command: []", "empty"),
        ('command: "it\'s"', "quotation"),
        ("build: .", "registry"),
        ("deploy:\n  mode: global", "deploy.mode"),
        ("deploy:\n  placement: {}", "deploy.placement"),
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


def test_a_name_that_is_none_in_kubernetes_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, "services:\n  my_db:\n    image: redis\n")

    assert result.exit_code == 1
    assert "my-db" in result.stderr


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    result = run(
        tmp_path, service('restart: "no"\ncontainer_name: w\nports: ["127.0.0.1:8080:80"]')
    )

    for what in ("restart", "container_name", "port-forward service/web 8080:80"):
        assert what in result.stderr
    assert "type" not in objects(result)["Service", "web"]["spec"]
