"""`dcgen ambassador` with several upstreams: which one serves, and what a person is told of it."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from dcgen.cli import main

SOURCE = """\
services:
  web: {image: web, environment: {NEAR: "cache:6379"}}
  pg: {image: "postgres:16", expose: ["5432"]}
  my: {image: "mysql:8", expose: ["3306"]}
  mq: {image: "rabbitmq:3-management", expose: ["5672"]}
  site: {image: nginx, expose: ["80"]}
  redis: {image: redis, expose: ["6379"]}
"""
OLD_SOURCE = "web:\n  image: web\n  links: [redis]\nredis:\n  image: redis\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(SOURCE)


def run(words: str, file: str = "compose.yml") -> Result:
    return CliRunner().invoke(main, ["ambassador", *words.split(), "-f", file])


def configured(name: str) -> tuple[dict[str, Any], str]:
    root = YAML(typ="safe", pure=True).load(Path("generated.yml").read_text())
    return root["services"][name], root["configs"][f"{name}-haproxy"]["content"]


@pytest.mark.parametrize(
    ("words", "back", "said"),
    [
        ("pg=a:5432,b:5432", False, "cannot ask its upstreams which one is the primary"),
        ("pg=a:5432,b:5432 --failback", True, "forwards to a:5432 again as soon as it is up"),
        ("pg=a:5432,b:5432 --auth-user health", True, ""),
        ("pg=a:5432,b:5432 --health-port 8008 --health-path /primary", True, ""),
        ("my=a:3306,b:3306", False, "each health check of 'my' is a refused log-in"),
        ("my=a:3306,b:3306 --auth-user health", True, ""),
        ("mq=a:5672,b:5672", False, "cannot ask its upstreams which one is the primary"),
        ("mq=a:5672,b:5672 --failback", True, "forwards to a:5672 again as soon as it is up"),
        ("site=a:80,b:80", True, "forwards to a:80 again as soon as it is up"),
        ("site=a:80,b:80 --no-failback", False, "does not go back by itself"),
        ("redis=a:6379,b:6379", True, ""),
        ("pg=a:5432", True, ""),
    ],
)
def test_there_is_a_way_back_if_the_role_is_asked_or_a_person_wants_it(
    words: str,
    back: bool,  # noqa: FBT001 - a table
    said: str,
) -> None:
    result = run(words)

    assert result.exit_code == 0, result.stderr
    _, text = configured(words.partition("=")[0])
    assert ("stick on int(1)" in text) is not back
    assert ("peers dcgen" in text) is not back
    assert (said in result.stderr) if said else not result.stderr.count("warning")


def test_what_an_image_says_is_kept_when_the_ambassador_is_written_again() -> None:
    run("mq=a:5672,b:5672")
    first, text = configured("mq")

    result = run("mq=b:5672,a:5672", "generated.yml")

    assert result.exit_code == 0, result.stderr
    again, new = configured("mq")
    assert first["labels"]["dcgen.access"] == again["labels"]["dcgen.access"] == "failback=no"
    assert "stick on int(1)" in text
    assert "stick on int(1)" in new


def test_health_check_asks_another_port_of_each_upstream() -> None:
    run("pg=a:5432,b:5432 --health-port 8008 --health-path /primary --health-interval 5")

    _, text = configured("pg")

    assert "http-check send meth GET uri /primary" in text
    assert "default-server check port 8008 inter 5s" in text


def test_arguments_that_would_share_between_upstreams_are_refused() -> None:
    result = run("redis=a:6379,b:6379 --lb-config args")

    assert result.exit_code == 2
    assert "the arguments of jpetazzo/hamba cannot express" in result.stderr


def test_several_upstreams_in_the_v1_format_get_a_configuration() -> None:
    Path("old.yml").write_text(OLD_SOURCE)

    result = run("redis=a:6379,b:6379", "old.yml")

    assert result.exit_code == 0, result.stderr
    root = YAML(typ="safe", pure=True).load(Path("generated.yml").read_text())
    assert "server b b:6379 backup" in root["redis"]["environment"]["HAPROXY_CONFIG"]
