"""`dcgen kubernetes` on variants: a scaled service, an ambassador, a service elsewhere."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from dcgen.cli import main
from generator.targets.kubernetes.choices import Version
from lb import programs
from tests.generator.cluster import container, objects, pod, run_file

APP = """\
name: coins
services:
  web:
    image: app
    environment: {RNG: "http://rng/", LEVEL: debug}
    depends_on: [rng, redis]
  rng:
    image: app
    ports: ["8001:80"]
    labels: {team: coins}
  redis: {image: redis}
"""
RESOLVED = '"rng{}.${{POD_NAMESPACE}}.svc.cluster.local:80"'


def variant(folder: Path, *command: str, text: str = APP) -> Path:
    source, made = folder / "compose.yml", folder / "generated.yml"
    source.write_text(text)
    words = [*command, "-f", str(source), "-o", str(made), "-q"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return made


def pods(result: Result) -> dict[str, int]:
    """Return how many pods each workload has."""
    found = objects(result).items()
    return {name: one["spec"]["replicas"] for (kind, name), one in found if kind == "Deployment"}


def configuration(result: Result) -> str:
    (data,) = (one["data"] for (kind, _), one in objects(result).items() if kind == "ConfigMap")
    return str(data["haproxy.cfg"])


def spec(result: Result, kind: str, name: str) -> Any:
    return objects(result)[kind, name]["spec"]


@pytest.mark.parametrize(
    ("words", "replicas"),
    [
        pytest.param((), ["rng"], id="a Service in the place of HAProxy"),
        pytest.param(("--mode", "http"), ["rng1", "rng2"], id="with HAProxy"),
        pytest.param(("--mode", "http", "--dynamic"), ["rng-replicas"], id="found by DNS"),
    ],
)
def test_replicas_have_the_image_that_ship_pushes(
    tmp_path: Path, words: tuple[str, ...], replicas: list[str]
) -> None:
    (tmp_path / "rng").mkdir()
    (tmp_path / "rng" / "Dockerfile").write_text("FROM scratch\n")
    text = 'services: {rng: {build: rng, ports: ["8001:80"]}}\n'
    made = variant(tmp_path, "scale", "rng", "2", *words, text=text)
    result = run_file(made, "--registry", "registry.example/coins", "--tag", "1")

    images = {container(result, name)["image"] for name in replicas}
    assert images == {"registry.example/coins/rng:1"}


def test_a_scaled_service_is_one_with_replicas(tmp_path: Path) -> None:
    result = run_file(variant(tmp_path, "scale", "rng", "3"))

    assert pods(result) == {"web": 1, "rng": 3, "redis": 1}
    assert container(result, "rng")["image"] == "app"
    assert [port["port"] for port in spec(result, "Service", "rng")["ports"]] == [80]
    assert spec(result, "Service", "rng-published")["type"] == "NodePort"
    annotations = spec(result, "Deployment", "rng")["template"]["metadata"]["annotations"]
    assert annotations == {"team": "coins"}
    assert "generated.yml" in result.stderr
    assert "rng1" not in result.stderr
    assert "--proxy haproxy" in result.stderr


@pytest.mark.parametrize(
    ("options", "what"),
    [
        pytest.param((), "service", id="nothing chosen"),
        pytest.param(("--timeout-server", "5"), "service", id="a time"),
        pytest.param(("--server-maxconn", "1"), "haproxy", id="a queue"),
        pytest.param(("--mode", "http"), "haproxy", id="requests"),
        pytest.param(("--sticky",), "haproxy", id="sessions"),
        pytest.param(("--health-path", "/"), "haproxy", id="a health check"),
    ],
)
def test_haproxy_stays_where_a_service_can_do_less(
    tmp_path: Path, options: tuple[str, ...], what: str
) -> None:
    made = variant(tmp_path, "scale", "rng", "2", *options)

    assert pods(run_file(made)) == pods(run_file(made, "--proxy", what))
    assert "rng1" in pods(run_file(made, "--proxy", "haproxy"))
    assert "rng1" not in pods(run_file(made, "--proxy", "service"))


def test_an_haproxy_finds_its_replicas_by_their_whole_names(tmp_path: Path) -> None:
    made = variant(tmp_path, "scale", "rng", "2", "--server-maxconn", "1")
    result = run_file(made, "--kubernetes", "1.30")

    assert pods(result) == {"web": 1, "rng1": 1, "rng2": 1, "rng": 1, "redis": 1}
    for replica in ("rng1", "rng2"):
        assert [port["port"] for port in spec(result, "Service", replica)["ports"]] == [80]
        assert f"server {replica} {RESOLVED.format(replica[-1])}\n" in configuration(result)
    assert "rng does not wait" not in result.stderr
    proxy = container(result, "rng")
    assert proxy["env"][0]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.namespace"
    assert "startupProbe" not in proxy
    assert proxy["readinessProbe"]["exec"]["command"][0] == "bash"
    assert proxy["volumeMounts"][0]["mountPath"] == "/usr/local/etc/haproxy/haproxy.cfg"
    other = run_file(made, "--cluster-domain", "coins.local")
    assert 'svc.coins.local:80"' in configuration(other)


def test_a_dynamic_haproxy_finds_pods_by_a_service_without_an_address(tmp_path: Path) -> None:
    result = run_file(variant(tmp_path, "scale", "rng", "3", "--dynamic"))

    assert pods(result) == {"web": 1, "rng-replicas": 3, "rng": 1, "redis": 1}
    assert spec(result, "Service", "rng-replicas")["clusterIP"] == "None"
    assert spec(result, "Service", "rng").get("clusterIP") is None
    assert f" 64 {RESOLVED.format('-replicas')}\n" in configuration(result)


@pytest.mark.parametrize(
    ("options", "name", "drain_s"),
    [
        pytest.param(("--dynamic",), "rng-replicas", 33, id="by DNS"),
        pytest.param(("--dynamic",), "rng", 5, id="by the Service of HAProxy"),
        pytest.param(("--server-maxconn", "1"), "rng1", 5, id="by a Service each"),
    ],
)
def test_a_pod_serves_until_those_who_find_it_have_forgotten_it(
    options: tuple[str, ...], name: str, drain_s: int, tmp_path: Path
) -> None:
    result = run_file(variant(tmp_path, "scale", "rng", "3", *options), "--kubernetes", "1.30")

    made = objects(result)["Deployment", name]["spec"]["template"]["spec"]
    hook = {"preStop": {"sleep": {"seconds": drain_s}}}
    assert made["containers"][0]["lifecycle"] == hook
    assert made["terminationGracePeriodSeconds"] == 10 + drain_s


@pytest.mark.parametrize("options", [("--server-maxconn", "1"), ("--dynamic",)])
def test_haproxy_takes_the_configuration(tmp_path: Path, options: tuple[str, ...]) -> None:
    result = run_file(variant(tmp_path, "scale", "rng", "2", *options), "--proxy", "haproxy")
    file = tmp_path / "haproxy.cfg"
    file.write_text(configuration(result))

    command = [programs.find("haproxy") or "haproxy", "-c", "-f", str(file)]
    checked = subprocess.run(
        command,
        env={**os.environ, "POD_NAMESPACE": "coins"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert checked.returncode == 0, checked.stderr


def test_an_haproxy_with_arguments_is_said_to_find_nothing(tmp_path: Path) -> None:
    made = variant(tmp_path, "scale", "rng", "2", "--lb-config", "args")

    result = run_file(made, "--proxy", "haproxy")

    assert "is configured by arguments" in result.stderr
    assert "rng1" in pods(result)


def test_replicas_that_differ_keep_their_haproxy(tmp_path: Path) -> None:
    made = variant(tmp_path, "scale", "rng", "2")
    text = made.read_text()
    made.write_text(text.replace("  rng2:\n    image: app", "  rng2:\n    image: app:2"))

    result = run_file(made)

    assert {container(result, name)["image"] for name in ("rng1", "rng2")} == {"app", "app:2"}


def test_a_service_elsewhere_is_an_address_behind_its_name(tmp_path: Path) -> None:
    result = run_file(variant(tmp_path, "extra-hosts", "redis=192.0.2.7"))

    assert spec(result, "Service", "redis") == {"clusterIP": "None"}
    found = objects(result)["EndpointSlice", "redis-elsewhere"]
    assert found["metadata"]["labels"]["kubernetes.io/service-name"] == "redis"
    assert (found["addressType"], found["ports"]) == ("IPv4", [])
    assert found["endpoints"] == [{"addresses": ["192.0.2.7"]}]
    assert "hostAliases" not in pod(result, "web")
    assert pods(result) == {"web": 1, "rng": 1}


@pytest.mark.parametrize(
    ("words", "ports"),
    [
        pytest.param(("extra-hosts", "redis=192.0.2.7"), None, id="any port"),
        pytest.param(
            ("ambassador", "redis=192.0.2.7:32768"),
            [{"name": "tcp-6379", "port": 32768, "protocol": "TCP"}],
            id="one port",
        ),
    ],
)
@pytest.mark.parametrize("version", ["1.20", "1.21"])
def test_an_old_cluster_whose_dns_knows_no_slices_has_endpoints(
    words: tuple[str, ...], ports: object, version: str, tmp_path: Path
) -> None:
    made = variant(tmp_path, *words)
    result = run_file(made, "--kubernetes", version)

    assert result.exit_code == 0
    (found,) = (one for one in YAML(typ="safe").load_all(result.stdout) if _is_there(one))
    assert (found["apiVersion"], found["metadata"]["name"]) == ("v1", "redis")
    (subset,) = found["subsets"]
    assert (subset["addresses"], subset.get("ports")) == ([{"ip": "192.0.2.7"}], ports)
    newer = run_file(made, "--kubernetes", "1.25")
    assert ("EndpointSlice", "redis-elsewhere") in objects(newer, Version(1, 25))


def _is_there(found: dict[str, object]) -> bool:
    return found["kind"] in ("Endpoints", "EndpointSlice")


def test_an_ambassador_to_an_address_is_a_service(tmp_path: Path) -> None:
    made = variant(tmp_path, "ambassador", "redis=192.0.2.7:32768")
    result = run_file(made)

    assert pods(result) == {"web": 1, "rng": 1}
    (port,) = spec(result, "Service", "redis")["ports"]
    assert (port["port"], port["targetPort"]) == (6379, 32768)
    assert "selector" not in spec(result, "Service", "redis")
    found = objects(result)["EndpointSlice", "redis-elsewhere"]
    assert found["ports"] == [{"name": port["name"], "port": 32768, "protocol": "TCP"}]
    assert "redis" in result.stderr
    kept = run_file(made, "--proxy", "haproxy")
    assert pods(kept) == {"web": 1, "rng": 1, "redis": 1}
    assert "server 192.0.2.7 192.0.2.7:32768\n" in configuration(kept)


@pytest.mark.parametrize(
    ("upstream", "proxy", "name"),
    [
        pytest.param("db.example:6379", "auto", "", id="HAProxy looks a name up itself"),
        pytest.param("db.example:6379", "service", "db.example", id="the name of another"),
        pytest.param("db.example:32768", "service", "", id="a name says no port"),
        pytest.param("192.0.2.7:1,192.0.2.8:1", "service", "", id="two upstreams"),
    ],
)
def test_an_ambassador_to_a_name(tmp_path: Path, upstream: str, proxy: str, name: str) -> None:
    made = variant(tmp_path, "ambassador", f"redis={upstream}")
    result = run_file(made, "--proxy", proxy)

    assert ("redis" in pods(result)) is not bool(name)
    if name:
        external = {"type": "ExternalName", "externalName": name}
        assert spec(result, "Service", "redis") == external
    else:
        assert "." in configuration(result)


def test_a_wrong_domain_is_refused(tmp_path: Path) -> None:
    result = run_file(variant(tmp_path, "scale", "rng", "2"), "--cluster-domain", "a b")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "not a domain" in result.stderr
