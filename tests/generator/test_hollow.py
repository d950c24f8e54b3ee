"""What a file has a place for, and nothing in it, is in no manifests and in no stack."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dcgen.cli import main

WORDS = {"kubernetes": ("--one-file",), "swarm": ("-o", "stack.yml")}
LISTS = (
    *("annotations", "cap_add", "cap_drop", "command", "configs", "depends_on", "devices", "dns"),
    *("dns_search", "entrypoint", "env_file", "environment", "expose", "extra_hosts", "group_add"),
    *("labels", "links", "networks", "ports", "secrets", "security_opt", "sysctls", "tmpfs"),
    "volumes",
)
MOUNTS = """\
services:
  app:
    image: redis
    volumes:
      - data:${UNSET}
      - "data:"
      - {type: volume, source: data}
      - data:/data
    tmpfs:
      - /tmp
      - ":size=1m"
volumes: {data: }
"""
NAMES = """\
services:
  $one:
    image: redis
  two:
    image: redis
    networks: ["a b"]
networks: {"a b": }
volumes: {"c:d": }
"""


def said(target: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the facts for which *target* refuses a file of *text*; nothing is written."""
    monkeypatch.chdir(folder)
    (folder / "compose.yml").write_text(text)
    result = CliRunner().invoke(main, [target, *WORDS[target]])
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert sorted(path.name for path in folder.iterdir()) == ["compose.yml"]
    return [line for line in result.stderr.splitlines() if not line.startswith("  ")]


@pytest.mark.parametrize("target", WORDS)
@pytest.mark.parametrize("key", LISTS)
def test_an_empty_entry_of_a_list_is_refused_with_its_line(
    target: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"services:\n  app:\n    image: redis\n    {key}:\n      -\n"

    facts = said(target, text, tmp_path, monkeypatch)

    assert f"compose.yml:5: entry 1 of `{key}:` of service 'app' is empty" in facts


@pytest.mark.parametrize("target", WORDS)
def test_an_empty_entry_deep_inside_is_refused_with_its_path(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "services:\n  app:\n    image: redis\n"
        "    deploy: {placement: {constraints: [node.role == manager, null]}}\n"
    )

    facts = said(target, text, tmp_path, monkeypatch)

    what = "entry 2 of `deploy.placement.constraints:` of service 'app' is empty"
    assert f"compose.yml:4: {what}" in facts


@pytest.mark.parametrize("target", WORDS)
def test_what_compose_ignores_may_be_empty(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "services:\n  app:\n    image: redis\n    x-a: [null]\n    deploy: {x-b: [null]}\n"
    (tmp_path / "compose.yml").write_text(text)

    result = CliRunner().invoke(main, [target, *WORDS[target]])

    assert "is empty" not in result.output


@pytest.mark.parametrize("target", WORDS)
def test_each_mount_without_a_place_is_refused_at_once(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = said(target, MOUNTS, tmp_path, monkeypatch)

    where = {5: ("volumes", 1), 6: ("volumes", 2), 7: ("volumes", 3), 11: ("tmpfs", 2)}
    assert facts == [
        f"compose.yml:{line}: entry {number} of `{key}:` of service 'app' names no place in the "
        "container"
        for line, (key, number) in where.items()
    ]


def test_each_name_that_docker_does_not_know_is_refused_in_a_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = said("swarm", NAMES, tmp_path, monkeypatch)

    assert facts == [
        "compose.yml:2: '$one' cannot be a name in `services:` of a stack",
        "compose.yml:7: 'a b' cannot be a name in `networks:` of a stack",
        "compose.yml:8: 'c:d' cannot be a name in `volumes:` of a stack",
    ]
