"""What Compose decides when a variant is started: ports in variables, names with the project's.

Compose itself fills the variants in, under other values than those of the day they were made.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from engine.replicas import names_of_replicas
from engine.variant import parse
from tests.dcgen.door import dcgen
from tests.lab import composes

PORT = "${API_PORT:-8000}"
WEB = f"""\
services:
  web:
    image: app
    ports: ["{PORT}:{PORT}"]
    networks: [mine, shared]
networks:
  mine:
  shared:
    external: true
"""
FORMS = [
    pytest.param(["scale", "web", "2"], ["web1", "web2"], id="static"),
    pytest.param(["scale", "web", "2", "--dynamic"], ["web-replicas"], id="dynamic"),
    pytest.param(
        ["scale", "web", "2", "--overlay", "--mode", "http"], ["web1", "web2"], id="overlay"
    ),
]
ENV = {"API_PORT": "9000", "COMPOSE_PROJECT_NAME": "blog"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `WEB`, and no variables of Compose's in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_PROJECT_NAME", raising=False)
    (tmp_path / "compose.yml").write_text(WEB)
    return tmp_path


def filled(version: str, folder: Path, *files: str) -> dict[str, Any]:
    """Return what Compose makes of *files* under `ENV`."""
    return composes.config(version, folder, *files, env=ENV, name="")


def content(found: dict[str, Any]) -> str:
    (config,) = found["configs"].values()
    return str(config["content"])


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize(("command", "replicas"), FORMS)
def test_ports_and_names_are_those_of_the_start(
    folder: Path, version: str, command: list[str], replicas: list[str]
) -> None:
    assert dcgen(*command, "-o", "g.yml").exit_code == 0
    files = ("compose.yml", "g.yml") if "--overlay" in command else ("g.yml",)

    found = filled(version, folder, *files)

    text, services = content(found), found["services"]
    assert "bind :9000\n" in text
    assert "8000\n" not in text.replace("web-8000\n", "")
    led = re.findall(r"(?m)^ +server(?:-template)? \S+ (?:\d+ )?(\S+)", text)
    assert led == [f"blog.{name}:9000" for name in replicas]
    assert services["web"]["labels"]["dcgen.balances"] == " ".join(
        f"{name}:9000" for name in replicas
    )
    assert services["web"]["ports"][0]["target"] == 9000
    for name in replicas:
        assert services[name]["networks"]["mine"]["aliases"] == [f"blog.{name}"]
        assert not services[name]["networks"]["shared"]


@pytest.mark.parametrize(("command", "replicas"), FORMS[:2])
def test_dcgen_fills_the_configuration_in_as_compose_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], replicas: list[str]
) -> None:
    dcgen(*command, "-o", "g.yml")
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)

    variant = parse((folder / "g.yml").read_text(), folder / "g.yml")

    assert variant.configs["web-haproxy"] == content(filled("2.40", folder, "g.yml"))
    assert variant.services["web"].identity.balances == tuple((name, 9000) for name in replicas)


@pytest.mark.parametrize("name", ["", "name: shop\n"])
def test_dcgen_knows_the_name_of_the_project_as_compose_does(folder: Path, name: str) -> None:
    dcgen("scale", "web", "2", "-o", "g.yml")
    text = name + (folder / "g.yml").read_text()
    (folder / "g.yml").write_text(text)

    variant = parse(text, folder / "g.yml")

    found = composes.config("2.40", folder, "g.yml", name="")
    assert variant.configs["web-haproxy"] == content(found)


def test_arguments_carry_the_expression_for_compose_1_too(folder: Path) -> None:
    (folder / "compose.yml").write_text(
        f"version: '2.4'\nservices:\n  web:\n    image: app\n    ports: ['80:{PORT}']\n"
        "  db:\n    image: db\n    depends_on: {web: {condition: service_healthy}}\n"
        "networks:\n  default:\n    external: {name: shared}\n"
    )
    dcgen("scale", "web", "2", "--lb-config", "args", "-o", "g.yml")

    for version in composes.VERSIONS:
        found = composes.config(version, folder, "g.yml", env=ENV, name="")["services"]
        command = found["web"]["command"]
        words = command.split() if isinstance(command, str) else command
        assert words == ["9000", "blog.web1:9000", "blog.web2:9000"]
        assert found["web2"]["networks"] == {"default": {"aliases": ["blog.web2"]}}
        assert "nc -z 127.0.0.1 9000" in str(found["web"]["healthcheck"]["test"])


@pytest.mark.parametrize("how", ["--static", "--dynamic"])
@pytest.mark.parametrize("version", composes.VERSIONS)
def test_configuration_in_a_variable_is_filled_in_by_every_compose(
    folder: Path, version: str, how: str
) -> None:
    (folder / "compose.yml").write_text(
        f"version: '2.4'\nservices:\n  web:\n    image: app\n    ports: ['80:{PORT}', '81:81']\n"
        "networks:\n  default:\n    external: {name: shared}\n"
    )
    dcgen("scale", "web", "2", how, "-o", "g.yml")

    found = composes.config(version, folder, "g.yml", env=ENV, name="")["services"]["web"]

    text = found["environment"]["HAPROXY_CONFIG"]
    name = "web1" if how == "--static" else "web-replicas"
    assert re.search(rf"(?m)^ +server\S* \S+ (?:64 )?blog\.{name}:9000$", text)
    assert " bind :9000\n" in text


def test_compose_1_without_a_name_in_the_environment_has_one_at_both_ends(folder: Path) -> None:
    dcgen("scale", "web", "2", "--lb-config", "args", "-o", "g.yml")

    found = composes.config("1.29", folder, "g.yml")["services"]

    assert "dcgen.web1:8000" in str(found["web"]["command"])
    assert found["web1"]["networks"]["mine"]["aliases"] == ["dcgen.web1"]


def test_file_is_not_filled_in_and_that_is_said(folder: Path) -> None:
    result = dcgen("scale", "web", "2", "--lb-config", "file", "-o", "g.yml")

    assert (
        "${API_PORT:-8000} is 8000 in the configuration of 'web', whatever it is later"
        in result.stderr
    )
    assert "points to web1, web2, on a network where other projects may have" in result.stderr
    assert result.stderr.count("fix: leave out `--lb-config file`") == 2
    assert "server web1 web1:8000\n" in (folder / "g.web.haproxy.cfg").read_text()


def test_ambassador_listens_on_the_port_of_the_start(folder: Path) -> None:
    dcgen("ambassador", "web=192.0.2.7:80", "-o", "g.yml")

    found = filled("2.40", folder, "g.yml")

    assert "bind :9000\n" in content(found)
    assert found["services"]["web"]["labels"]["dcgen.ports"] == "9000"


@pytest.mark.parametrize("count", ["3", "1"])
def test_scaling_again_keeps_what_is_decided_late(folder: Path, count: str) -> None:
    dcgen("scale", "web", count, "-o", "fresh.yml")
    dcgen("scale", "web", "2", "-o", "g.yml")
    dcgen("scale", "web", count, "-f", "g.yml", "-o", "g.yml")

    again, fresh = (filled("2.40", folder, name) for name in ("g.yml", "fresh.yml"))

    assert again == fresh


def test_variant_of_an_older_dcgen_gets_the_names_when_it_is_scaled_again(folder: Path) -> None:
    dcgen("scale", "web", "2", "-o", "g.yml")
    text = (folder / "g.yml").read_text()
    text = re.sub(r"    networks:\n(      .*\n)+", "    networks: [mine, shared]\n", text)
    (folder / "g.yml").write_text(text.replace("${COMPOSE_PROJECT_NAME:-dcgen}.", ""))
    dcgen("scale", "web", "3", "-f", "g.yml", "-o", "g.yml")

    found = filled("2.40", folder, "g.yml")

    for name in ("web1", "web2", "web3"):
        assert f"server {name} blog.{name}:9000\n" in content(found)
        assert found["services"][name]["networks"]["mine"]["aliases"] == [f"blog.{name}"]


def test_options_of_a_port_are_those_of_the_port_of_the_start(folder: Path) -> None:
    words = ("--mode", "8000=http", "--health-path", "/ok", "--health-port", "8000")
    assert dcgen("scale", "web", "2", *words, "-o", "g.yml").exit_code == 0
    assert dcgen("scale", "web", "3", "-f", "g.yml", "-o", "g.yml").exit_code == 0

    found = filled("2.40", folder, "g.yml")["services"]["web"]["labels"]

    assert sorted(found["dcgen.options"].split()) == [
        "health-path=/ok",
        "health-port=9000",
        "mode:9000=http",
    ]


@pytest.mark.parametrize(("command", "replicas"), FORMS[:2])
def test_engine_knows_the_names_that_haproxy_asks_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], replicas: list[str]
) -> None:
    dcgen(*command, "-o", "g.yml")
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "blog")

    variant = parse((folder / "g.yml").read_text(), folder / "g.yml")

    asked = names_of_replicas(variant.services["web"])
    assert asked == [*replicas, *(f"blog.{name}" for name in replicas)]


def test_times_of_a_health_check_that_are_variables_are_said(folder: Path) -> None:
    (folder / ".env").write_text("EVERY=7s\n")
    (folder / "compose.yml").write_text(
        "services:\n  web:\n    image: app\n    expose: [80]\n    healthcheck:\n"
        "      test: curl -f http://localhost/ok\n      interval: ${EVERY}\n"
        "      timeout: ${WITHIN:-4s}\n"
    )

    result = dcgen("scale", "web", "2", "--health", "from-healthcheck", "-o", "g.yml")

    text = (folder / "g.yml").read_text()
    assert "health-interval=7 health-timeout=4" in text
    assert "${EVERY} is 7s in HAProxy, whatever it is later" in result.stderr
    assert "${WITHIN:-4s} is 4s in HAProxy, whatever it is later" in result.stderr
    assert "fix: give `--health-timeout SECONDS`" in result.stderr
