"""`dcgen kubernetes` on variants: each setting has an effect; a transform changes none."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dcgen.cli import main
from tests.generator.cluster import objects, run_file

OWN = """\
    x-dcgen: # for a cluster
      ingress: rng.example
      pdb: {max-unavailable: 1}
"""
APP = f"""\
name: coins
services:
  web:
    image: app
    environment: {{RNG: "http://rng/"}}
    depends_on: [rng, redis]
  rng:
    image: app
    ports: ["8001:80"]
    deploy: {{resources: {{reservations: {{cpus: '0.5'}}}}}}
{OWN}  redis:
    image: redis
    volumes: ["data:/data"]
    x-dcgen: {{storage: 10Gi}}
volumes: {{data: }}
"""
QUEUE = ("--server-maxconn", "1")
MOST = ("--set", "rng.hpa.max=9")


def variant(folder: Path, *command: str) -> Path:
    source, made = folder / "compose.yml", folder / "generated.yml"
    source.write_text(APP)
    words = [*command, "-f", str(source), "-o", str(made), "-q"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return made


def found(result: Result, kind: str) -> dict[str, Any]:
    return {
        name: one["spec"] for (one_kind, name), one in objects(result).items() if one_kind == kind
    }


@pytest.mark.parametrize(
    ("command", "count"),
    [
        pytest.param(("scale", "rng", "2"), 2, id="scale"),
        pytest.param(("scale", "rng", "2", "--dynamic"), 1, id="scale --dynamic"),
        pytest.param(("extra-hosts", "redis=192.0.2.7"), 1, id="extra-hosts"),
        pytest.param(("ambassador", "redis=192.0.2.7:6379"), 1, id="ambassador"),
    ],
)
def test_a_transform_leaves_settings_as_they_are(
    tmp_path: Path, command: tuple[str, ...], count: int
) -> None:
    text = variant(tmp_path, *command).read_text()

    assert text.count("      pdb: {max-unavailable: 1}\n") == count
    assert OWN in text


def test_a_service_elsewhere_has_no_claim_to_be_set(tmp_path: Path) -> None:
    made = variant(tmp_path, "ambassador", "redis=192.0.2.7:6379")

    assert found(run_file(made), "StatefulSet") == {}
    assert found(run_file(made, "--proxy", "haproxy"), "StatefulSet") == {}


def test_a_swarm_has_no_use_for_settings(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(APP)

    result = CliRunner().invoke(main, ["swarm", "-f", str(tmp_path / "compose.yml")])

    assert (result.exit_code, "x-dcgen" in result.stdout) == (0, False)


def test_one_with_replicas_has_the_settings_of_its_service(tmp_path: Path) -> None:
    result = run_file(variant(tmp_path, "scale", "rng", "2"), *MOST)

    assert found(result, "Deployment").keys() == {"web", "rng"}
    assert found(result, "Ingress").keys() == {"rng"}
    assert found(result, "PodDisruptionBudget").keys() == {"rng"}
    scaler = found(result, "HorizontalPodAutoscaler")["rng"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 9)
    assert "replicas" not in found(result, "Deployment")["rng"]


def test_an_autoscaler_is_about_the_replicas_of_a_dynamic_haproxy(tmp_path: Path) -> None:
    result = run_file(variant(tmp_path, "scale", "rng", "2", "--dynamic"), *MOST)

    deployments = found(result, "Deployment")
    assert (deployments["rng"]["replicas"], "replicas" in deployments["rng-replicas"]) == (1, False)
    assert found(result, "Ingress").keys() == {"rng"}
    assert found(result, "PodDisruptionBudget").keys() == {"rng-replicas"}
    (scaler,) = found(result, "HorizontalPodAutoscaler").values()
    assert (scaler["scaleTargetRef"]["name"], scaler["minReplicas"]) == ("rng-replicas", 2)


def test_a_budget_is_about_all_replicas_of_a_static_haproxy(tmp_path: Path) -> None:
    made = variant(tmp_path, "scale", "rng", "3", *QUEUE)
    result = run_file(made, "--set", "rng.pdb.min-available=2")

    assert found(result, "Deployment").keys() == {"web", "rng", "rng1", "rng2", "rng3"}
    assert found(result, "Ingress").keys() == {"rng"}
    assert found(result, "PodDisruptionBudget") == {
        "rng": {
            "minAvailable": 2,
            "selector": {
                "matchLabels": {"app.kubernetes.io/part-of": "coins"},
                "matchExpressions": [
                    {
                        "key": "app.kubernetes.io/name",
                        "operator": "In",
                        "values": ["rng1", "rng2", "rng3"],
                    }
                ],
            },
        }
    }
    assert "drained" not in result.stderr


def test_a_replica_has_what_is_set_for_it_alone(tmp_path: Path) -> None:
    made = variant(tmp_path, "scale", "rng", "2", *QUEUE)

    result = run_file(made, "--set", "rng2.ingress=second.example")

    hosts = {name: one["rules"][0]["host"] for name, one in found(result, "Ingress").items()}
    assert hosts == {"rng": "rng.example", "rng2": "second.example"}


@pytest.mark.parametrize(
    ("command", "option", "what", "fix"),
    [
        pytest.param(
            QUEUE, "rng.hpa.max=9", "a Deployment of one pod", "rng=N --dynamic", id="static"
        ),
        pytest.param(
            ("--dynamic",), "rng.hpa.max=65", "room for 64 servers", "rng=65", id="too many"
        ),
        pytest.param((), "rng1.hpa.max=9", "no service named 'rng1'", "'rng'?", id="no pods"),
    ],
)
def test_an_autoscaler_without_effect_is_refused(
    tmp_path: Path, command: tuple[str, ...], option: str, what: str, fix: str
) -> None:
    result = run_file(variant(tmp_path, "scale", "rng", "2", *command), "--set", option)

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"`--set {option}`: " in result.stderr
    assert what in result.stderr
    assert fix in result.stderr.partition("fix: ")[2]


@pytest.mark.parametrize("options", [(), ("--dynamic",), QUEUE])
def test_the_port_of_each_node_is_that_of_who_publishes(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    made = variant(tmp_path, "scale", "rng", "2", *options)
    made.write_text(made.read_text().replace("ingress: rng.example", "node-port: 30080"))

    services = found(run_file(made), "Service")

    ports = {
        name: one["ports"][0].get("nodePort") for name, one in services.items() if "ports" in one
    }
    assert {name for name, port in ports.items() if port == 30080} == {"rng-published"}
