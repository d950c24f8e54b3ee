"""What begins with ``x-`` is for other programs, below an attribute, too: it changes nothing."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from dcgen.cli import main

WORDS = {
    "kubernetes": ("--one-file", "--secrets", "generate"),
    "swarm": ("-o", "stack.yml", "--force"),
}
GIVEN = ("--registry", "registry.example/x", "--tag", "1")
OURS = {"x-b": {"c": "1"}}
ATTRIBUTES = {
    "build": {"context": ".", **OURS},
    "configs": [{"source": "a", "target": "/a", **OURS}],
    "depends_on": {"other": {"condition": "service_started", **OURS}},
    "deploy": OURS,
    "deploy.placement": {"constraints": ["node.role == worker"], **OURS},
    "deploy.resources": OURS,
    "deploy.resources.limits": {"cpus": "1", **OURS},
    "deploy.restart_policy": {"condition": "any", **OURS},
    "deploy.update_config": {"delay": "1s", **OURS},
    "env_file": [{"path": "a.env", **OURS}],
    "healthcheck": {"test": "true", "start_period": "9s", **OURS},
    "logging": {"driver": "local", **OURS},
    "networks": {"a": OURS},
    "ports": [{"target": 80, "published": "80", **OURS}],
    "secrets": [{"source": "a", **OURS}],
    "ulimits": {"nofile": {"soft": 1, "hard": 2, **OURS}},
    "volumes": [{"type": "volume", "source": "a", "target": "/a", "volume": OURS, **OURS}],
}


def written(target: str, service: object, section: object, folder: Path) -> tuple[int, str]:
    """Return how *target* ends for a file with *service*, and what it says and writes.

    Each of the sections has one entry, with *section* as its body.
    """
    sections = {key: {"a": section} for key in ("networks", "volumes")}
    files = {key: {"a": {"file": "./a.env", **section}} for key in ("configs", "secrets")}
    services = {"app": service, "other": {"image": "redis"}}
    text = json.dumps({"services": services, **sections, **files}, indent=1)
    (folder / "compose.yml").write_text(text)
    result = CliRunner().invoke(main, [target, *WORDS[target], *GIVEN])
    stack = folder / "stack.yml"
    text = stack.read_text() if stack.exists() else result.stdout
    return result.exit_code, re.sub(r"compose.yml:\d+", "", result.stderr + text)


def without(value: object) -> object:
    """Return *value* without what begins with ``x-``."""
    if isinstance(value, dict):
        return {key: without(inner) for key, inner in value.items() if not key.startswith("x-")}
    return [without(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("target", WORDS)
@pytest.mark.parametrize("key", ATTRIBUTES)
def test_what_others_read_changes_nothing(
    target: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.env").write_text("A=b\n")
    service: object = ATTRIBUTES[key]
    for name in reversed(key.split(".")):
        service = {name: service}
    assert isinstance(service, dict)
    service = {"image": "redis", **service}

    code, plain = written(target, without(service), {}, tmp_path)

    assert code == 0, plain
    assert written(target, service, OURS, tmp_path) == (0, plain)
