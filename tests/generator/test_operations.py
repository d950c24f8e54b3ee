"""How a balancer or an ambassador is run: as the service whose name it has."""

from pathlib import Path
from typing import Any

import pytest

from tests.dcgen.door import dcgen
from tests.generator.compose import Made, ambassador, balanced, scale
from tests.lab import composes

APP = "image: app\nexpose: [80]\n"
CARRIED = [
    pytest.param("attach: false\n", id="no output on the terminal"),
    pytest.param("pull_policy: always\n", id="pulling"),
    pytest.param("pull_policy: if_not_present\n", id="pulling once"),
    pytest.param("logging:\n  driver: json-file\n  options: {max-size: 10m}\n", id="logging"),
    pytest.param("restart: always\n", id="restarting"),
    pytest.param("oom_score_adj: -500\n", id="who is ended first when memory is short"),
    pytest.param("ulimits:\n  nofile: 65536\n", id="many descriptors"),
    pytest.param(
        "deploy:\n  restart_policy:\n    condition: on-failure\n    max_attempts: 3\n",
        id="restarting by deploy",
    ),
]
# HAProxy listens on port 80 as the user of its image.
LOW = ["net.ipv4.ip_unprivileged_port_start=0"]
TRANSFORMS = [pytest.param(scale, id="scale"), pytest.param(ambassador, id="ambassador")]


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("entries", CARRIED)
def test_it_is_run_as_the_service_was(transform: Any, entries: str) -> None:
    made = transform(balanced(APP + entries), "rng")

    assert made.carried("rng") == "expose: [80]\n" + entries


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize(
    ("entries", "key", "part"),
    [
        pytest.param(
            "ulimits: {nproc: 9, nofile: {soft: 1024, hard: 65536}}\n",
            "ulimits",
            {"nofile": {"soft": 1024, "hard": 65536}},
            id="descriptors, not processes",
        ),
        pytest.param("ulimits: {nofile: 1024}\n", "ulimits", None, id="fewer than it has room for"),
        pytest.param("ulimits: {nofile: '${N:-65536}'}\n", "ulimits", None, id="nobody knows"),
        pytest.param("sysctls: {kernel.msgmax: 65536}\n", "sysctls", LOW, id="not the network"),
        pytest.param(
            "sysctls: [net.core.somaxconn=1024, kernel.msgmax=65536]\n",
            "sysctls",
            ["net.core.somaxconn=1024", *LOW],
            id="a list",
        ),
        pytest.param(
            "sysctls: {net.ipv4.ip_unprivileged_port_start: 0}\n",
            "sysctls",
            LOW,
            id="ports below 1024 are free",
        ),
        pytest.param(
            "sysctls: {net.ipv4.ip_unprivileged_port_start: 1024}\n",
            "sysctls",
            LOW,
            id="ports below 1024 are not: HAProxy could not listen there",
        ),
    ],
)
def test_it_has_the_part_that_is_about_connections(
    transform: Any, entries: str, key: str, part: Any
) -> None:
    made = transform(balanced(APP + entries), "rng")
    again = transform(made.text, "rng")

    assert made.value("rng", key) == part
    assert again.value("rng", key) == part


def test_it_is_run_so_in_flow_style() -> None:
    body = "image: app, expose: [80], attach: false, pull_policy: always"
    policy = "deploy: {replicas: 2, restart_policy: {condition: any, max_attempts: 3}}"

    made = scale(f"services: {{rng: {{{body}, {policy}}}, redis: {{image: redis}}}}\n")

    assert made.value("rng", "attach") is False
    assert made.value("rng", "pull_policy") == "always"
    assert made.value("rng", "deploy") == {
        "restart_policy": {"condition": "any", "max_attempts": 3}
    }


def test_restart_policy_stands_beside_the_labels_for_a_proxy() -> None:
    deploy = "deploy:\n  labels: {traefik.enable: 'true'}\n  restart_policy: {condition: any}\n"

    made = scale(balanced(APP + deploy))

    assert made.value("rng", "deploy") == {
        "labels": {"traefik.enable": "true"},
        "restart_policy": {"condition": "any"},
    }
    assert made.value("rng1", "deploy") == {"restart_policy": {"condition": "any"}}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("build: .\nexpose: [80]\npull_policy: never\n", id="built here"),
        pytest.param("build: .\nexpose: [80]\npull_policy: build\n", id="built each time"),
        pytest.param(APP + "pull_policy: build\n", id="a build that is elsewhere"),
    ],
)
def test_pull_policy_of_an_image_that_is_built_is_not_that_of_haproxy(body: str) -> None:
    made = scale(balanced(body))

    assert made.value("rng", "pull_policy") is None
    assert not [line for line in made.warnings if "pulled" in line]


def test_time_after_which_it_is_pulled_again_goes_with_it() -> None:
    entries = "pull_policy: refresh\npull_refresh_after: 1d\n"

    made = scale(balanced(APP + entries), unread=True)  # newer than the Compose that reads it here

    assert made.carried("rng") == "expose: [80]\n" + entries


def test_image_that_is_never_pulled_is_named() -> None:
    made = scale(balanced(APP + "pull_policy: never\n"))

    warning = "compose.yml:8: haproxy:3.0 is never pulled either, as `pull_policy` of 'rng' says"
    assert made.warnings == [warning]
    assert scale(made.text, "rng", 3).warnings == []


GRACE = [
    pytest.param("", 5, "10s", id="Docker's own"),
    pytest.param("stop_grace_period: 3s\n", 5, "10s", id="less"),
    pytest.param("stop_grace_period: 2m\n", 120, "125s", id="more"),
    pytest.param("stop_grace_period: 1m30s\n", 90, "95s", id="two units"),
    pytest.param("stop_grace_period: ${GRACE:-20s}\n", 20, "25s", id="a default"),
]


def assert_stops(made: Made, hard_stop_s: int, grace: str) -> None:
    assert f"hard-stop-after {hard_stop_s}s\n" in made.text
    assert made.value("rng", "stop_grace_period") == grace


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize(("entry", "hard_stop_s", "grace"), GRACE)
def test_clients_have_as_long_as_the_service_gave_them(
    transform: Any, entry: str, hard_stop_s: int, grace: str
) -> None:
    once = transform(balanced(APP + entry), "rng")
    again = transform(once.text, "rng")

    assert_stops(once, hard_stop_s, grace)
    assert_stops(again, hard_stop_s, grace)


def test_image_that_takes_arguments_has_the_time_too() -> None:
    made = scale(balanced(APP + "stop_grace_period: 2m\n"), lb_config="args")

    assert made.value("rng", "stop_grace_period") == "125s"
    assert made.value("rng", "environment") == {"DCGEN_STOP_S": "120"}
    assert scale(balanced(APP), lb_config="args").value("rng", "stop_grace_period") is None


WHOLE = """\
services:
  rng:
    image: app
    expose: [80]
    attach: false
    pull_policy: always
    restart: unless-stopped
    stop_grace_period: 2m
    logging: {driver: json-file, options: {max-size: 10m}}
    oom_score_adj: -500
    sysctls: {net.core.somaxconn: 1024, kernel.msgmax: 65536}
    ulimits: {nofile: 65536, nproc: 100}
    deploy:
      replicas: 2
      resources: {limits: {cpus: "1"}}
      restart_policy: {condition: on-failure, max_attempts: 3, delay: 5s}
  worker:
    image: worker
    depends_on: [rng]
"""


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize("form", ["whole", "overlay"])
@pytest.mark.parametrize("command", ["scale rng 2", "scale rng 2 --dynamic", "ambassador rng=h:80"])
def test_compose_runs_it_as_it_ran_the_service(
    command: str, form: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yml").write_text(WHOLE)
    overlay = ["--overlay"] if form == "overlay" else []
    done = dcgen(*command.split(), *overlay, "-o", "made.yml", "-q")
    assert done.exit_code == 0, done.output

    before = composes.config(version, tmp_path, "compose.yml")["services"]["rng"]
    files = ["compose.yml", "made.yml"] if overlay else ["made.yml"]
    after = composes.config(version, tmp_path, *files)["services"]["rng"]

    for key in ("attach", "pull_policy", "restart", "logging", "oom_score_adj"):
        assert after.get(key) == before.get(key), key
    assert after["deploy"].get("restart_policy") == before["deploy"]["restart_policy"]
    assert "limits" not in str(after["deploy"])
    assert after["stop_grace_period"] == "2m5s"
    assert after["ulimits"] == {"nofile": before["ulimits"]["nofile"]}
    assert after["sysctls"] == {
        "net.core.somaxconn": before["sysctls"]["net.core.somaxconn"],
        "net.ipv4.ip_unprivileged_port_start": "0",
    }
