"""`dcgen kubernetes`: what Compose cannot say, by `x-dcgen:` below a service or by `--set`."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from generator.targets.kubernetes.choices import Version
from generator.targets.kubernetes.settings import FORMS
from tests.generator.cluster import objects, run, service

RESERVED = "deploy: {resources: {reservations: {cpus: '0.25'}}}\n"
PORT = "ports: ['8080:80']\n"
DATA = "volumes: ['data:/data']\n"


def spec(result: Result, kind: str, name: str = "web", version: str = "1.37") -> Any:
    return objects(result, Version(*map(int, version.split("."))))[kind, name]["spec"]


def test_an_ingress_has_the_host_the_class_and_the_secret_of_the_file(tmp_path: Path) -> None:
    body = "x-dcgen: {ingress: {host: a.example, class: nginx, tls-secret: a-tls}}"
    result = run(tmp_path, service(PORT + body), "--ingress-class", "other")

    made = spec(result, "Ingress")
    assert made["ingressClassName"] == "nginx"
    assert made["tls"] == [{"hosts": ["a.example"], "secretName": "a-tls"}]
    assert [rule["host"] for rule in made["rules"]] == ["a.example"]
    assert ("Service", "web-published") not in objects(result)


@pytest.mark.parametrize(
    ("options", "host"),
    [
        pytest.param((), "file.example", id="the file"),
        pytest.param(("--set", "web.ingress=set.example"), "set.example", id="--set"),
        pytest.param(("--set", "web.ingress.host=set.example"), "set.example", id="its long key"),
        pytest.param(("--ingress", "web=option.example"), "option.example", id="--ingress"),
        pytest.param(
            ("--set", "web.ingress=set.example", "--ingress", "web=option.example"),
            "set.example",
            id="--set over --ingress",
        ),
        pytest.param(
            ("--set", "web.ingress=one.example", "--set", "web.ingress=two.example"),
            "two.example",
            id="the last one",
        ),
    ],
)
def test_the_command_line_wins(tmp_path: Path, options: tuple[str, ...], host: str) -> None:
    body = "x-dcgen: {ingress: file.example}"

    (rule,) = spec(run(tmp_path, service(PORT + body), *options), "Ingress")["rules"]

    assert rule["host"] == host


def test_a_value_may_be_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINS_HOST", "coins.example")

    result = run(tmp_path, service(PORT + "x-dcgen: {ingress: '${COINS_HOST}'}"))

    assert spec(result, "Ingress")["rules"][0]["host"] == "coins.example"


def test_a_claim_has_the_size_and_the_class_of_its_service(tmp_path: Path) -> None:
    text = service(DATA + "x-dcgen: {storage: 10Gi, storage-class: fast}") + (
        "  other: {image: nginx, volumes: ['more:/data']}\n"
    )
    result = run(tmp_path, text, "--storage", "2Gi", "--set", "web.storage-class=faster")

    (mine,) = spec(result, "StatefulSet")["volumeClaimTemplates"]
    (other,) = spec(result, "StatefulSet", "other")["volumeClaimTemplates"]
    assert mine["spec"]["storageClassName"] == "faster"
    assert mine["spec"]["resources"]["requests"]["storage"] == "10Gi"
    assert "storageClassName" not in other["spec"]
    assert other["spec"]["resources"]["requests"]["storage"] == "2Gi"


def test_services_that_share_a_volume_share_what_one_of_them_says(tmp_path: Path) -> None:
    other = "  other: {image: nginx, volumes: ['data:/data']}\n"
    result = run(tmp_path, service(DATA + "x-dcgen: {storage: 10Gi}") + other)
    claim = spec(result, "PersistentVolumeClaim", "data")
    assert claim["resources"]["requests"]["storage"] == "10Gi"

    two = run(
        tmp_path,
        service(DATA + "x-dcgen: {storage: 10Gi}") + other,
        *("--set", "other.storage=5Gi"),
    )
    assert (two.exit_code, two.stdout) == (1, "")
    assert "`--set other.storage=5Gi`: the volume 'data' has two of them" in two.stderr


@pytest.mark.parametrize(
    ("version", "metric"),
    [
        pytest.param(
            "1.23",
            {
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "cpu",
                            "target": {"type": "Utilization", "averageUtilization": 60},
                        },
                    }
                ]
            },
            id="autoscaling/v2",
        ),
        pytest.param("1.22", {"targetCPUUtilizationPercentage": 60}, id="autoscaling/v1 before"),
    ],
)
def test_an_autoscaler_decides_how_many_pods_there_are(
    tmp_path: Path, version: str, metric: dict[str, object]
) -> None:
    body = RESERVED + "x-dcgen:\n  hpa: {min: 2, max: 10, cpu: 60}"
    result = run(tmp_path, service(body), "--kubernetes", version)

    # Every version of today still has the older one.
    for checked in ("1.25", "1.37"):
        assert spec(result, "HorizontalPodAutoscaler", version=checked) == {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 2,
            "maxReplicas": 10,
            **metric,
        }
    assert "replicas" not in spec(result, "Deployment")
    assert "# compose.yml:6\napiVersion: autoscaling/" in result.stdout


@pytest.mark.parametrize(
    ("body", "option", "least", "said"),
    [
        pytest.param(RESERVED, "web.hpa.max=4", 1, "", id="one pod if nothing is said"),
        pytest.param(f"{RESERVED}scale: 3", "web.hpa.max=4", 3, "", id="those of the file"),
        pytest.param(f"{RESERVED}scale: 3", "web.hpa.min=3", 3, "", id="the same"),
        pytest.param(
            f"{RESERVED}scale: 3",
            "web.hpa.min=2",
            2,
            "3 replicas of web are left out: its autoscaler runs 2 to 9 pods",
            id="another number",
        ),
    ],
)
def test_replicas_are_those_of_the_autoscaler(
    tmp_path: Path, body: str, option: str, least: int, said: str
) -> None:
    result = run(tmp_path, service(body), "--set", "web.hpa.max=9", "--set", option)

    found = spec(result, "HorizontalPodAutoscaler")
    (metric,) = found["metrics"]
    assert (found["minReplicas"], metric["resource"]["target"]["averageUtilization"]) == (least, 80)
    assert said in result.stderr
    assert ("left out" in result.stderr) is bool(said)


def test_pods_of_an_autoscaler_share_a_claim_and_spread(tmp_path: Path) -> None:
    options = ("--set", "web.hpa.max=4")
    shared = run(tmp_path, service(RESERVED + DATA), *options)
    assert spec(shared, "PersistentVolumeClaim", "data")["accessModes"] == ["ReadWriteMany"]
    assert "several pods mount the volume 'data'" in shared.stderr

    alone = spec(run(tmp_path, service(RESERVED), *options), "Deployment")
    assert "topologySpreadConstraints" in alone["template"]["spec"]


@pytest.mark.parametrize(
    ("pdb", "expected"),
    [
        ("{max-unavailable: 1}", {"maxUnavailable": 1}),
        ("{max-unavailable: 25%}", {"maxUnavailable": "25%"}),
        ("{min-available: 2}", {"minAvailable": 2}),
        ("{min-available: 50%}", {"minAvailable": "50%"}),
    ],
)
def test_a_budget_is_about_the_pods_of_its_service(
    tmp_path: Path, pdb: str, expected: dict[str, object]
) -> None:
    result = run(tmp_path, service(f"scale: 3\nx-dcgen: {{pdb: {pdb}}}"))

    selector = spec(result, "Deployment")["selector"]
    assert spec(result, "PodDisruptionBudget") == {**expected, "selector": selector}
    assert "drained" not in result.stderr


def test_an_old_cluster_has_an_older_budget(tmp_path: Path) -> None:
    text = service("scale: 3\nx-dcgen: {pdb: {max-unavailable: 1}}")

    assert "apiVersion: policy/v1beta1\n" in run(tmp_path, text, "--kubernetes", "1.20").stdout
    assert "apiVersion: policy/v1\n" in run(tmp_path, text, "--kubernetes", "1.21").stdout


def test_the_command_line_takes_the_place_of_the_other_budget(tmp_path: Path) -> None:
    text = service("scale: 3\nx-dcgen: {pdb: {max-unavailable: 1}}")

    found = spec(run(tmp_path, text, "--set", "web.pdb.min-available=1"), "PodDisruptionBudget")

    assert ("maxUnavailable" in found, found["minAvailable"]) == (False, 1)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        pytest.param("", "min-available=1", id="the one that there is"),
        pytest.param("scale: 3", "min-available=67%", id="a percentage is rounded up"),
        pytest.param("scale: 3", "max-unavailable=0", id="none"),
        pytest.param("scale: 3", "max-unavailable=0%", id="none in percent"),
    ],
)
def test_a_budget_that_keeps_a_node_from_being_drained_is_said(
    tmp_path: Path, body: str, word: str
) -> None:
    result = run(tmp_path, service(body), "--set", f"web.pdb.{word}")

    assert objects(result)["PodDisruptionBudget", "web"]
    assert f"compose.yml:2: `--set web.pdb.{word}`: no pod may be evicted" in result.stderr


def test_the_page_has_a_row_for_each_key_and_an_example_that_runs(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/kubernetes.md").read_text()
    part = page.partition("## What Compose cannot say\n")[2].partition("\n## ")[0]
    rows = [line.partition(" | ")[0] for line in part.splitlines() if line.startswith("| `")]
    assert {key for key in FORMS if any(f"`{key}`" in row for row in rows)} == set(FORMS)

    text, words = (part.partition(f"```{kind}\n")[2].partition("```")[0] for kind in ("yaml", "sh"))
    command, *options = words.split()
    assert (command, options.pop(0)) == ("dcgen", "kubernetes")
    found = objects(run(tmp_path, text, *options))
    kinds = {"Ingress", "HorizontalPodAutoscaler", "PodDisruptionBudget"}
    assert {kind for kind, name in found if name == "webui"} >= kinds
    assert found["Ingress", "webui"]["spec"]["rules"][0]["host"] == "test.example"
