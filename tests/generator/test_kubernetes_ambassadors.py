"""`dcgen kubernetes --ambassador`: an ambassador as a Service, as a Deployment, or as a sidecar."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dcgen.cli import main
from generator.targets.kubernetes.choices import NEWEST, Version
from lb import programs
from tests.generator.cluster import objects, run_file

APP = """\
name: coins
services:
  web:
    image: app
    depends_on: [redis]
  cron:
    image: app
    environment: {DB: "postgres://db/coins"}
  other: {image: app}
  redis: {image: redis}
  db: {image: postgres}
"""
BOTH = ("redis=192.0.2.7:32768", "db=db.example:5432")
SIDECAR = ("--ambassador", "sidecar")
OLD = Version(1, 28)
WAITING = APP.replace("[redis]", "{redis: {condition: service_healthy}}")


def made(folder: Path, text: str, *words: str) -> Path:
    source, target = folder / "compose.yml", folder / "generated.yml"
    source.write_text(text)
    command = ["ambassador", *words, "-f", str(source), "-o", str(target), "-q"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    return target


def pods(result: Result, version: Version = NEWEST) -> dict[str, Any]:
    """Return the pod of each workload; all objects are valid by the schema of *version*."""
    found = objects(result, version).values()
    return {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]
        for one in found
        if one["kind"] in ("Deployment", "Job", "StatefulSet")
    }


def configurations(result: Result) -> dict[str, str]:
    found = objects(result).items()
    maps = {name: one["data"] for (kind, name), one in found if kind == "ConfigMap"}
    return {name.partition("-")[0]: data["haproxy.cfg"] for name, data in maps.items()}


def refusal(file: Path, *options: str) -> str:
    result = run_file(file, *SIDECAR, *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "fix: " in result.stderr
    return result.stderr


def test_what_is_written_follows_the_flag(tmp_path: Path) -> None:
    file = made(tmp_path, APP, *BOTH)
    plain = run_file(file)

    assert set(pods(plain)) == {"web", "cron", "other", "db"}  # as `--proxy auto` has it
    wide = run_file(file, "--proxy", "service", "--ambassador", "deployment")
    assert set(pods(wide)) == {"web", "cron", "other", "redis", "db"}
    service = run_file(file, "--proxy", "haproxy", "--ambassador", "service")
    assert set(pods(service)) == {"web", "cron", "other"}
    assert objects(service)["Service", "db"]["spec"]["externalName"] == "db.example"


def test_what_cannot_be_a_service_is_said_to_stay(tmp_path: Path) -> None:
    file = made(tmp_path, APP, "redis=192.0.2.7:1,192.0.2.8:1")
    result = run_file(file, "--ambassador", "service")

    assert "redis" in pods(result)
    assert "the HAProxy of redis stays" in result.stderr


@pytest.mark.parametrize("version", [Version(1, 29), NEWEST])
def test_a_sidecar_is_in_each_pod_that_dials_it(tmp_path: Path, version: Version) -> None:
    file = made(tmp_path, APP, *BOTH)
    result = run_file(file, *SIDECAR, "--kubernetes", str(version))
    found = pods(result, version)

    assert set(found) == {"web", "cron", "other"}
    for name, beside in (("web", "redis"), ("cron", "db")):
        (sidecar,) = found[name]["initContainers"]
        assert (sidecar["name"], sidecar["restartPolicy"]) == (beside, "Always")
        assert found[name]["hostAliases"] == [{"ip": "127.0.0.1", "hostnames": [beside]}]
        (volume,) = found[name]["volumes"]
        assert volume["name"] == sidecar["volumeMounts"][0]["name"]
        assert not {"readinessProbe", "startupProbe", "ports"} & set(sidecar)
    assert not {"initContainers", "hostAliases"} & set(found["other"])
    assert ("Service", "redis") not in objects(result)
    assert "generated.yml:13: the HAProxy of redis runs in each pod of web;" in result.stderr


def test_an_old_cluster_has_it_as_one_more_container(tmp_path: Path) -> None:
    file = made(tmp_path, WAITING, *BOTH)
    result = run_file(file, *SIDECAR, "--kubernetes", str(OLD))
    web = pods(result, OLD)["web"]

    assert [one["name"] for one in web["containers"]] == ["web", "redis"]
    assert web["containers"][1]["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "5"]
    assert "initContainers" not in web
    assert "web does not wait until redis is healthy" in result.stderr


def test_who_waits_for_it_starts_when_it_reaches_its_upstream(tmp_path: Path) -> None:
    result = run_file(made(tmp_path, WAITING, *BOTH), *SIDECAR)

    (sidecar,) = pods(result)["web"]["initContainers"]
    assert "/8405;" in sidecar["startupProbe"]["exec"]["command"][2]
    assert "readinessProbe" not in sidecar


def test_two_in_one_pod_listen_apart_and_for_it_alone(tmp_path: Path) -> None:
    text = WAITING.replace("    depends_on", "    links: [db]\n    depends_on")
    result = run_file(made(tmp_path, text, *BOTH), *SIDECAR)
    web, texts = pods(result)["web"], configurations(result)

    assert [one["name"] for one in web["initContainers"]] == ["redis", "db"]
    assert web["hostAliases"] == [{"ip": "127.0.0.1", "hostnames": ["redis", "db"]}]
    assert [line for line in texts["redis"].splitlines() if "bind" in line] == [
        "    bind 127.0.0.1:6379",
        "    bind 127.0.0.1:8405",
    ]
    assert [line for line in texts["db"].splitlines() if "bind" in line] == [
        "    bind 127.0.0.1:5432",
        "    bind 127.0.0.1:8406",
    ]
    for name, written in texts.items():
        (tmp_path / name).write_text(written)
        command = [programs.find("haproxy") or "haproxy", "-c", "-f", str(tmp_path / name)]
        checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert checked.returncode == 0, checked.stderr


def test_its_other_names_lead_to_it_and_low_ports_are_free(tmp_path: Path) -> None:
    text = 'services:\n  web: {image: app, links: ["api:old"]}\n  api: {image: app, expose: [80]}\n'
    web = pods(run_file(made(tmp_path, text, "api=192.0.2.7:80"), *SIDECAR))["web"]

    assert web["hostAliases"] == [{"ip": "127.0.0.1", "hostnames": ["api", "old"]}]
    (allowed,) = web["securityContext"]["sysctls"]
    assert allowed == {"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}


@pytest.mark.parametrize(
    ("more", "what"),
    [
        pytest.param("expose: [6379]", "web listens on port 6379", id="its port is taken"),
        pytest.param("expose: [8405]", "web listens on port 8405", id="that of its health is"),
        pytest.param("network_mode: host", "the network of its node", id="the node's network"),
    ],
)
def test_a_sidecar_without_room_is_refused(tmp_path: Path, more: str, what: str) -> None:
    file = made(tmp_path, APP.replace("[redis]", f"[redis]\n    {more}"), BOTH[0])

    assert what in refusal(file)


def test_a_sidecar_publishes_nothing(tmp_path: Path) -> None:
    published = '{image: redis, ports: ["6379:6379"]}'
    file = made(tmp_path, APP.replace("{image: redis}", published), BOTH[0])

    assert "`ports:` is of a pod of its own" in refusal(file)


def test_an_internal_network_has_no_way_out_for_it(tmp_path: Path) -> None:
    text = APP.replace("[redis]", "[redis]\n    networks: [back]")
    text = text.replace("{image: redis}", "{image: redis, networks: [back]}")
    file = made(tmp_path, f"{text}networks: {{back: {{internal: true}}}}\n", BOTH[0])

    assert "the networks of web are `internal`" in refusal(file)


def test_an_autoscaler_needs_to_know_what_a_sidecar_reserves(tmp_path: Path) -> None:
    deploy = "[redis]\n    deploy: {resources: {reservations: {cpus: '0.5'}}}"
    file = made(tmp_path, APP.replace("[redis]", deploy), BOTH[0])

    assert "redis in it reserves none" in refusal(file, "--set", "web.hpa.max=3")


def test_what_runs_once_has_a_sidecar_that_ends_with_it(tmp_path: Path) -> None:
    wait = "depends_on: {web: {condition: service_completed_successfully}}"
    wait = f"other:\n    image: app\n    {wait}"
    file = made(tmp_path, APP.replace("other: {image: app}", wait), BOTH[0])
    options = ("--namespace", "coins", *SIDECAR)

    (job,) = (one for name, one in pods(run_file(file, *options)).items() if name[:4] == "web-")
    assert job["initContainers"][0]["restartPolicy"] == "Always"
    old = run_file(file, *options, "--kubernetes", str(OLD))
    assert (old.exit_code, old.stdout) == (1, "")
    assert "would never end beside it" in old.stderr


def test_one_that_nobody_dials_is_said(tmp_path: Path) -> None:
    file = made(tmp_path, APP.replace("    depends_on: [redis]\n", ""), BOTH[0])
    result = run_file(file, *SIDECAR)

    assert "redis is left out: no service is seen to dial it" in result.stderr


@pytest.mark.parametrize("proxy", ["service", "haproxy"])
def test_pods_wait_for_the_upstream_of_an_ambassador(tmp_path: Path, proxy: str) -> None:
    result = run_file(made(tmp_path, WAITING, BOTH[0]), "--proxy", proxy)

    (waiting,) = pods(result)["web"]["initContainers"]
    assert "/dev/tcp/redis/6379" in waiting["command"][-1]
    assert "does not wait for redis" not in result.stderr


def test_no_wait_for_the_start_of_what_a_service_replaces_is_said(tmp_path: Path) -> None:
    result = run_file(made(tmp_path, APP, BOTH[0]), "--proxy", "service")

    assert "initContainers" not in pods(result)["web"]
    assert "web does not wait for redis: Kubernetes starts" in result.stderr
