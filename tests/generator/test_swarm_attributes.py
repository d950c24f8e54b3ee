"""`dcgen swarm`: what each attribute is in a stack."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.generator.stack import Swarm, loaded, web


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("scale: 4", {"replicas": 4}, id="scale"),
        pytest.param("deploy:\n  replicas: 0", {"replicas": 0}, id="none"),
        pytest.param("deploy:\n  mode: global", {"mode": "global"}, id="global"),
        pytest.param(
            'restart: "on-failure:3"',
            {"restart_policy": {"condition": "on-failure", "max_attempts": 3}},
            id="restart",
        ),
        pytest.param('restart: "no"', {"restart_policy": {"condition": "none"}}, id="no restart"),
        pytest.param(
            "mem_limit: 64m\ncpus: 0.5\npids_limit: 99",
            {"resources": {"limits": {"memory": "64m", "cpus": "0.5", "pids": 99}}},
            id="limits",
        ),
        pytest.param(
            "mem_limit: .5g\ncpus: '.5'\npids_limit: -1",
            {"resources": {"limits": {"memory": "536870912", "cpus": "0.5"}}},
            id="what Compose takes and an older Docker does not",
        ),
        pytest.param(
            "deploy: {resources: {reservations: {memory: 1e3k, cpus: 1e-1}}}",
            {"resources": {"reservations": {"memory": "1024000", "cpus": "0.1"}}},
            id="the same the long way",
        ),
        pytest.param(
            "deploy:\n  placement:\n    constraints: [node.role == manager]\n"
            '    max_replicas_per_node: "1"',
            {
                "placement": {
                    "constraints": ["node.role == manager"],
                    "max_replicas_per_node": 1,
                }
            },
            id="placement",
        ),
    ],
)
def test_deploy_is_carried_over_in_the_types_of_swarm(
    swarm: Swarm, body: str, expected: dict[str, object]
) -> None:
    deploy = loaded(swarm(web(body)))["services"]["web"]["deploy"]

    assert {key: deploy[key] for key in expected} == expected
    assert ("replicas" in deploy) == ("mode" not in deploy)


@pytest.mark.parametrize(
    ("body", "order"),
    [
        pytest.param("expose: [80]", "start-first", id="nothing held"),
        pytest.param("volumes: [data:/data]", "stop-first", id="a volume"),
        pytest.param("ports:\n  - target: 80\n    published: 80\n    mode: host", "stop-first",
                     id="a port of the host"),
        pytest.param("deploy:\n  mode: global", "stop-first", id="one a node"),
        pytest.param("deploy:\n  update_config: {order: stop-first}", "stop-first", id="chosen"),
    ],
)  # fmt: skip
def test_a_new_task_starts_first_unless_the_old_one_holds_something(
    swarm: Swarm, body: str, order: str
) -> None:
    deploy = loaded(swarm(web(body) + "volumes:\n  data:\n"))["services"]["web"]["deploy"]

    assert deploy["update_config"]["order"] == order
    assert deploy["update_config"]["failure_action"] == "rollback"


@pytest.mark.parametrize(
    ("body", "key", "expected"),
    [
        ("volumes: [data:/data:ro]", "volumes", ["data:/data:ro"]),
        ("volumes: [/data]", "volumes", [{"type": "volume", "target": "/data"}]),
        (
            "tmpfs: [/run:size=1m]",
            "volumes",
            [{"type": "tmpfs", "target": "/run", "tmpfs": {"size": 1048576}}],
        ),
        (
            "shm_size: 64m",
            "volumes",
            [{"type": "tmpfs", "target": "/dev/shm", "tmpfs": {"size": 67108864}}],
        ),
        ("container_name: shop-web", "networks", {"default": {"aliases": ["shop-web"]}}),
        ("stop_grace_period: 1d", "stop_grace_period", "24h"),
        ("stop_grace_period: 1.5d", "stop_grace_period", "129600s"),
        ("stop_grace_period: .5s", "stop_grace_period", "0.5s"),
        ("stop_grace_period: 1w", "stop_grace_period", "604800s"),
        ("read_only: yes\ninit: true", "read_only", True),
        ("user: 1000", "user", "1000"),
        ("extra_hosts: [redis=192.0.2.7]", "extra_hosts", ["redis:192.0.2.7"]),
        ("ulimits:\n  nofile: 99\n  nproc: {soft: 1, hard: 2}", "ulimits",
         {"nofile": 99, "nproc": {"soft": 1, "hard": 2}}),
        ("healthcheck:\n  test: curl -f http://localhost/$$\n  retries: 2", "healthcheck",
         {"test": "curl -f http://localhost/$$", "retries": 2}),
        ("logging:\n  driver: json-file\n  options: {max-size: 1m}", "logging",
         {"driver": "json-file", "options": {"max-size": "1m"}}),
        ("ports: [\"8000-8001:80-81\"]", "ports", [
            {"target": 80, "published": 8000, "protocol": "tcp", "mode": "ingress"},
            {"target": 81, "published": 8001, "protocol": "tcp", "mode": "ingress"},
        ]),
    ],
)  # fmt: skip
def test_an_attribute_is_what_swarm_reads(
    swarm: Swarm, body: str, key: str, expected: object
) -> None:
    found = loaded(swarm(web(body) + "volumes:\n  data:\n"))["services"]["web"]

    assert found[key] == expected


def test_a_limit_of_processes_needs_a_newer_format(swarm: Swarm) -> None:
    assert loaded(swarm(web("")))["version"] == "3.8"
    assert loaded(swarm(web("pids_limit: 9")))["version"] == "3.9"


def test_a_mode_is_octal_as_it_stands(swarm: Swarm, tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("a")
    configs = "configs:\n  - {source: a, mode: 0440}\n  - {source: a, target: /b, mode: '0400'}"
    result = swarm(web(configs) + "configs:\n  a: {file: ./a.conf}\n")

    assert result.stdout.count("mode: 0440\n") == result.stdout.count("mode: 0400\n") == 1


def test_a_variable_that_the_deployment_must_have_need_not_be_here(swarm: Swarm) -> None:
    found = loaded(swarm(web("environment:\n  A: ${NOT_SET_HERE?give it}")))

    assert found["services"]["web"]["environment"] == {"A": "${NOT_SET_HERE?give it}"}


def test_a_file_that_is_mounted_read_only_becomes_a_config(swarm: Swarm, tmp_path: Path) -> None:
    (tmp_path / "site.conf").write_text("server {}")
    stack = loaded(swarm(web("volumes: [./site.conf:/etc/site.conf:ro]")))

    assert stack["services"]["web"]["configs"] == [
        {"source": "web-site.conf", "target": "/etc/site.conf"}
    ]
    assert stack["configs"]["web-site.conf"]["file"] == "./site.conf"


def test_networks_are_overlays(swarm: Swarm) -> None:
    text = web("networks:\n  front:\n    aliases: [shop]\n  other:") + (
        "networks:\n  front:\n    driver: bridge\n    internal: true\n"
        "  other:\n    external: true\n    name: shared\n  unused:\n"
    )
    result = swarm(text)
    stack = loaded(result)

    assert stack["networks"] == {
        "front": {"driver": "overlay", "internal": True},
        "other": {"external": True, "name": "shared"},
    }
    assert stack["services"]["web"]["networks"] == {"front": {"aliases": ["shop"]}, "other": None}
    assert "docker network create --driver overlay shared" in result.stderr
    assert "network 'front' is an overlay network in a stack" in result.stderr


def test_paths_are_seen_from_the_folder_of_the_stack(swarm: Swarm, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("A=1\n")
    (tmp_path / "deploy").mkdir()
    result = swarm(web("env_file: a.env"), "-o", "deploy/stack.yml")

    assert result.exit_code == 0, result.output
    stack = YAML(typ="safe").load(tmp_path / "deploy/stack.yml")
    assert stack["services"]["web"]["env_file"] == ["../a.env"]
