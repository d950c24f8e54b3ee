"""Any value of any key is run as a process or refused in words: no file ends in a traceback."""

from pathlib import Path

import pytest

from engine.count import count
from engine.process.plan import plan
from engine.variant import parse
from faults import UserError

VALUES = [
    *("null", "''", "x", "a b", '"it\'s"', "1", "-1", "1.5", "true", "²", "app", "latin"),
    *("[]", "[x]", "[1, 2]", "[null]", "[[x]]", "['${A']", "[a=b, c]", "['::1']", "['h:1:2']"),
    *("{}", "{a: b}", "{a: null}", "{a: [x]}", "{a: {b: c}}", "[{a: b}]", "['²:²']", "'80:80'"),
    *("{target: 80}", "[{target: 80, published: [1]}]", "{path: [x]}", "[{path: null}]"),
    *("{context: [x]}", "{context: app, dockerfile: {a: b}}", "{context: app, target: [x]}"),
    *("{replicas: x}", "{replicas: ²}", "{restart_policy: x}"),
    *("{restart_policy: {condition: [x], max_attempts: y}}", "[dcgen.role=balancer]"),
    *("{dcgen.role: ambassador, dcgen.ports: '80 x'}", "{dcgen.role: [x]}", "{dcgen.count: '('}"),
    *("{dcgen.role: ambassador, dcgen.ports: '80', dcgen.upstream: x}",),
    *("{dcgen.role: balancer, dcgen.balances: 'a:99999 :1'}",),
    *("{dcgen.role: balancer, dcgen.balances: 'a:80', dcgen.options: x=y}",),
]
KEYS = (
    *("build", "image", "command", "entrypoint", "ports", "expose", "environment", "env_file"),
    *("labels", "depends_on", "links", "extra_hosts", "deploy", "scale", "restart", "volumes"),
    *("configs", "secrets", "profiles", "network_mode", "privileged", "extends"),
)
SECTIONS = ("include", "services")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, first in (("app", b""), ("latin", b"# caf\xe9\n")):
        (tmp_path / name).mkdir()
        text = first + b'FROM python:3\nEXPOSE 80\nCMD ["python", "main.py"]\n'
        (tmp_path / name / "Dockerfile").write_bytes(text)
        (tmp_path / name / "requirements.txt").write_bytes(first)
        (tmp_path / name / "main.py").touch()
    return tmp_path


def _planned(text: str, folder: Path) -> bool:
    try:
        variant = parse(text, folder / "compose.yml")
        count(variant)
        plan(variant, folder / "s")
    except UserError:
        return False
    return True


@pytest.mark.parametrize("key", KEYS)
def test_a_key_with_any_value_is_planned_or_refused(key: str, folder: Path) -> None:
    build = "" if key == "build" else "    build: app\n"

    tried = [_planned(f"services:\n  a:\n{build}    {key}: {v}\n", folder) for v in VALUES]
    assert any(tried)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_with_any_value_is_planned_or_refused(section: str, folder: Path) -> None:
    services = "" if section == "services" else "services:\n  a: {build: app}\n"

    tried = [_planned(f"{section}: {value}\n{services}", folder) for value in VALUES]
    assert not all(tried)
