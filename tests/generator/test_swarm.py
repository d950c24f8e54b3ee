"""`dcgen swarm`: what stands in the stack, what is said, what is refused."""

import hashlib
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from dcgen.cli import main

ROOT = Path(__file__).parents[2]
PUSHED = ("--registry", "registry.example/coins", "--tag", "1")
Swarm = Callable[..., Result]


@pytest.fixture
def swarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Swarm:
    """Give a function that runs `dcgen swarm` on a text, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(text: str, *options: str) -> Result:
        (tmp_path / "compose.yml").write_text(text)
        return CliRunner().invoke(main, ["swarm", *options])

    return run


def loaded(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return YAML(typ="safe").load(StringIO(result.stdout))


def web(body: str) -> str:
    return "name: shop\nservices:\n  web:\n    image: nginx\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )


def test_dockercoins_is_a_stack_without_anything_that_swarm_ignores() -> None:
    file = str(ROOT / "dockercoins/compose.yml")
    stack = loaded(CliRunner().invoke(main, ["swarm", "-f", file, *PUSHED]))

    assert list(stack) == ["version", "services", "volumes"]
    assert list(stack["services"]) == ["rng", "hasher", "webui", "redis", "worker"]
    rng = stack["services"]["rng"]
    assert rng["image"] == "registry.example/coins/rng:1"
    assert rng["ports"] == [{"target": 80, "published": 8001, "protocol": "tcp", "mode": "ingress"}]
    assert rng["deploy"]["update_config"]["order"] == "start-first"
    redis = stack["services"]["redis"]
    assert redis["image"] == "redis"
    assert redis["deploy"]["update_config"]["order"] == "stop-first"
    ignored = {"build", "container_name", "depends_on", "expose", "links", "restart"}
    assert not [one for one in stack["services"].values() if ignored & one.keys()]


def test_the_same_file_gives_the_same_bytes_and_is_not_changed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "dockercoins", tmp_path / "coins")
    file = tmp_path / "coins/compose.yml"
    before = file.read_bytes()
    first, second = (
        CliRunner().invoke(main, ["swarm", "-f", str(file), *PUSHED]) for _ in range(2)
    )

    assert first.stdout
    assert first.stdout == second.stdout
    assert file.read_bytes() == before


def test_a_dynamic_variant_keeps_its_haproxy_over_the_addresses_of_the_tasks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = str(ROOT / "dockercoins/compose.yml")
    scale = ["scale", "rng", "3", "--dynamic", "-f", file, "-o", "generated.yml"]
    assert CliRunner().invoke(main, scale).exit_code == 0
    made = ["swarm", "-f", "generated.yml", *PUSHED, "-o", "stack.yml"]

    result = CliRunner().invoke(main, made)

    assert result.exit_code == 0, result.output
    assert "docker stack deploy -c stack.yml dockercoins" in result.stderr
    stack = YAML(typ="safe").load(tmp_path / "stack.yml")
    replicas, balancer = stack["services"]["rng-replicas"], stack["services"]["rng"]
    assert replicas["image"] == "registry.example/coins/rng:1"
    assert replicas["deploy"]["replicas"] == 3
    assert replicas["deploy"]["endpoint_mode"] == "dnsrr"
    assert "endpoint_mode" not in balancer["deploy"]
    assert balancer["healthcheck"]["retries"] == 12
    assert "rng-replicas:80" in (tmp_path / "stack-rng-haproxy.cfg").read_text()
    assert stack["configs"]["rng-haproxy"]["file"] == "./stack-rng-haproxy.cfg"
    assert CliRunner().invoke(main, [*made, "--check"]).exit_code == 0
    (tmp_path / "stack-rng-haproxy.cfg").write_text("changed")
    stale = CliRunner().invoke(main, [*made, "--check"])
    assert (stale.exit_code, "stack-rng-haproxy.cfg" in stale.stderr) == (1, True)


def test_the_replicas_of_a_static_variant_share_one_image_and_each_has_a_name(
    tmp_path: Path,
) -> None:
    made = ["swarm", "-f", str(ROOT / "compose-variants/scaled-rng/compose.yml"), *PUSHED]
    refused = CliRunner().invoke(main, made)
    assert (refused.exit_code, "-o FILE" in refused.stderr) == (2, True)

    assert CliRunner().invoke(main, [*made, "-o", str(tmp_path / "stack.yml")]).exit_code == 0
    services = YAML(typ="safe").load(tmp_path / "stack.yml")["services"]

    replicas = [services[name] for name in ("rng1", "rng2", "rng3")]
    assert {one["image"] for one in replicas} == {"registry.example/coins/rng:1"}
    assert {one["deploy"]["endpoint_mode"] for one in replicas} == {"dnsrr"}


def test_a_changed_text_has_another_name(swarm: Swarm, tmp_path: Path) -> None:
    text = web("configs: [site]") + "configs:\n  site:\n    file: ./site.conf\n"

    def name(content: str) -> str:
        (tmp_path / "site.conf").write_text(content)
        found: str = loaded(swarm(text))["configs"]["site"]["name"]
        return found

    first, second = name("one"), name("two")
    assert first.startswith("shop-site-")
    assert first != second
    assert name("one") == first


def test_a_text_in_the_compose_file_becomes_a_file_that_is_replaced_only_if_it_is_ours(
    swarm: Swarm, tmp_path: Path
) -> None:
    def text(content: str) -> str:
        return web("configs: [site]") + f"configs:\n  site:\n    content: {content}\n"

    for content in ("one", "two $$1"):
        assert swarm(text(content), "-o", "stack.yml").exit_code == 0
    assert (tmp_path / "stack-site.cfg").read_text() == "two $1"
    (tmp_path / "stack-site.cfg").write_text("mine")
    refused = swarm(text("three"), "-o", "stack.yml")

    assert refused.exit_code == 1
    assert "stack-site.cfg" in refused.stderr
    assert (tmp_path / "stack-site.cfg").read_text() == "mine"


def test_a_secret_is_not_written_and_its_name_does_not_show_a_plain_hash(
    swarm: Swarm, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("hunter2")
    result = swarm(web("secrets: [password]") + "secrets:\n  password:\n    file: ./password\n")
    secret = loaded(result)["secrets"]["password"]

    assert secret["file"] == "./password"
    assert "hunter2" not in result.output
    assert hashlib.sha256(b"hunter2").hexdigest()[:8] not in secret["name"]


def test_variables_of_the_environment_stay_variables(
    swarm: Swarm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSWORD", "hunter2")
    (tmp_path / ".env").write_text("LEVEL=debug\n")
    result = swarm(
        web(
            "environment:\n  P: $PASSWORD\n  L: ${LEVEL:-info}\n  C: 5$$\n"
            "  N: ${COMPOSE_PROJECT_NAME}"
        )
    )

    assert "hunter2" not in result.output
    assert loaded(result)["services"]["web"]["environment"] == {
        "P": "${PASSWORD}",
        "L": "${LEVEL:-info}",
        "C": "5$$",
        "N": "shop",
    }
    assert "LEVEL is in .env" in result.stderr


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


def test_paths_are_seen_from_the_folder_of_the_stack(swarm: Swarm, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("A=1\n")
    (tmp_path / "deploy").mkdir()
    result = swarm(web("env_file: a.env"), "-o", "deploy/stack.yml")

    assert result.exit_code == 0, result.output
    stack = YAML(typ="safe").load(tmp_path / "deploy/stack.yml")
    assert stack["services"]["web"]["env_file"] == ["../a.env"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("build: .", "build"),
        ("privileged: true", "privileged"),
        ("devices: [/dev/fuse]", "devices"),
        ("network_mode: host", "network_mode"),
        ("volumes: [./data:/data]", "volumes"),
        ("volumes:\n  - {type: volume, source: data, target: /d, volume: {subpath: a}}", "subpath"),
        ("volumes: [missing:/data]", "missing"),
        ("networks: [missing]", "missing"),
        ("configs: [missing]", "missing"),
        ("configs: [~]", "names none"),
        ("secrets:\n  - {source: missing, mode: rw}", "mode"),
        ('ports: ["127.0.0.1:8000:80"]', "127.0.0.1"),
        ('ports: ["8000-8001:80"]', "8000-8001"),
        ("deploy:\n  endpoint_mode: dnsrr\nports: [\"80:80\"]", "--publish host"),
        ("deploy:\n  replicas: many", "deploy.replicas"),
        ("deploy:\n  resources:\n    reservations:\n      devices: [{count: 1}]", "devices"),
        ("restart: sometimes", "sometimes"),
        ("env_file: missing.env", "missing.env"),
        ("environment:\n  A: ${A:+b}", "${A:+b}"),
        ("extra_hosts: [\"host:host-gateway\"]", "host-gateway"),
        ("command: []", "empty"),
        ('command: "it\'s"', "quotation"),
        ("logging: {driver: x, colour: red}", "logging.colour"),
        ("logging: {options: [a]}", "logging.options"),
        ("healthcheck: {test: [[a]]}", "healthcheck"),
        ("healthcheck: {test: a, interval: soon}", "'soon' is not a time"),
        ("mem_limit: much", "'much' is not a size"),
        ("cpus: all", "'all' is not a number"),
        ("something_new: 1", "something_new"),
    ],
)  # fmt: skip
def test_what_cannot_be_in_a_stack_is_refused_with_its_line(
    swarm: Swarm, body: str, what: str
) -> None:
    text = web(body).replace("    image: nginx\n", "" if "build" in body else "    image: nginx\n")
    result = swarm(text + "volumes:\n  data:\n")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "compose.yml:" in result.stderr
    assert what in result.stderr
    assert "fix: " in result.stderr


@pytest.mark.parametrize("line", ['A="b"', "A=b # c", "A=$B", "A='b\nc'"])
def test_a_file_of_variables_that_swarm_reads_otherwise_is_refused(
    swarm: Swarm, tmp_path: Path, line: str
) -> None:
    (tmp_path / "a.env").write_text(f"# fine\nOK=1\n{line}\n")
    result = swarm(web("env_file: a.env"))

    assert result.exit_code == 1
    assert "a.env:3" in result.stderr


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("web:\n  image: nginx\n", "v1"),
        ("include: [b.yml]\nservices:\n  web:\n    image: nginx\n", "include"),
        (web("networks: [a]") + "networks:\n  a: {driver: macvlan}\n", "macvlan"),
        (web("profiles: [debug]"), "profile"),
        (web("configs: [a]") + 'configs:\n  a: {file: "a\\0b"}\n', "cannot read"),
        (web("secrets: [a]") + "secrets:\n  a: {file: ./missing}\n", "No such file"),
    ],
)
def test_a_file_that_no_stack_can_be_is_refused(
    swarm: Swarm, tmp_path: Path, text: str, what: str
) -> None:
    (tmp_path / "b.yml").write_text("services:\n  db:\n    image: redis\n")
    result = swarm(text)

    assert (result.exit_code, result.stdout) == (1, "")
    assert what in result.stderr


def test_a_health_check_that_may_end_a_slow_start_is_said_once(swarm: Swarm) -> None:
    check = "healthcheck: {test: [CMD, a], retries: 2%s}"
    text = web(check % "") + f"  db:\n    image: redis\n    {check % ''}\n"
    assert swarm(text).stderr.count("web, db: no `start_period`") == 1
    assert "start_period" not in swarm(web(check % ", start_period: 1m")).stderr
    assert "start_period" not in swarm(web("healthcheck: {disable: true}")).stderr


def test_what_others_wait_for_may_end(swarm: Swarm) -> None:
    text = web("depends_on:\n  migrate: {condition: service_completed_successfully}") + (
        "  migrate:\n    image: busybox\n"
    )
    services = loaded(swarm(text))["services"]

    assert services["migrate"]["deploy"]["restart_policy"] == {"condition": "on-failure"}
    assert "restart_policy" not in services["web"]["deploy"]


def test_what_is_left_out_is_said_once_for_all_services(swarm: Swarm) -> None:
    text = web("depends_on: [db]\nsecurity_opt: [a]\nplatform: linux/amd64") + (
        "  db:\n    image: redis\n    security_opt: [a]\n"
        "  tool:\n    image: redis\n    profiles: [debug]\n    privileged: true\n"
    )
    result = swarm(text)

    assert list(loaded(result)["services"]) == ["web", "db"]
    assert result.stderr.count("`security_opt:` of web, db is left out") == 1
    for what in ("depends_on", "platform", "tool is left out"):
        assert what in result.stderr
    assert swarm(text, "-q").stderr == ""


@pytest.mark.parametrize(
    "options", [("--registry", "r.example"), ("--tag", "1"), ("--check",), ("--publish", "both")]
)
def test_options_that_do_not_fit_are_an_error_in_the_command_line(
    swarm: Swarm, options: tuple[str, ...]
) -> None:
    assert swarm(web(""), *options).exit_code == 2


def test_a_file_that_dcgen_did_not_write_stays(swarm: Swarm, tmp_path: Path) -> None:
    (tmp_path / "stack.yml").write_text("mine")

    assert swarm(web(""), "-o", "stack.yml").exit_code == 1
    assert (tmp_path / "stack.yml").read_text() == "mine"
    assert swarm(web(""), "-o", "stack.yml", "--force").exit_code == 0
    assert swarm(web(""), "-o", "no/stack.yml").exit_code == 1
