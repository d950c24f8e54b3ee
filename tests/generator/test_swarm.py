"""`dcgen swarm`: the stack as a whole, its texts and secrets, and where it is written."""

import hashlib
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from dcgen.cli import main
from tests.generator.stack import PUSHED, Swarm, loaded, web

ROOT = Path(__file__).parents[2]


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
