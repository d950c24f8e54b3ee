"""The engine sees in whole files what Docker Compose sees, value by value.

The files are DockerCoins and its variants. Compose writes them out with `config`: 1.29 those in the
v1 format, 2.26 and 2.40 all others, where they are installed.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from composefile.formats import is_v1
from composefile.ports import Port, read
from engine.variant import Service, parse
from tests.lab import composes

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "dockercoins" / "compose.yml", *sorted((ROOT / "compose-variants").rglob("*.yml"))]
CASES = [
    pytest.param(file, version, id=f"{file.relative_to(ROOT)}-{version}")
    for file in FILES
    for version in (("1.29",) if is_v1(file.read_text(), str(file)) else composes.COMPOSE_2)
]


@pytest.mark.parametrize(("file", "version"), CASES)
def test_each_value_is_what_compose_makes_of_it(file: Path, version: str) -> None:
    judged = composes.config(version, file.parent, file.name)
    services = judged["services"]

    variant = parse(file.read_text(), file)

    assert sorted(variant.services) == sorted(services)
    for name, service in variant.services.items():
        assert _seen(service) == _judged(services[name])


def _seen(service: Service) -> dict[str, Any]:
    known = service.model.project.environment
    listed = service.keys.get("ports")
    environment = service.pairs("environment")
    build = service.keys.get("build")
    context = build.get("context") if isinstance(build, dict) else build
    return {
        "image": service.keys.get("image"),
        "restart": service.keys.get("restart"),
        "labels": {key: text or "" for key, text in service.pairs("labels").items()},
        "environment": {k: known.get(k) if v is None else v for k, v in environment.items()},
        "ports": {port for entry in listed or () for port in read(entry)},
        "expose": service.words("expose"),
        "depends_on": sorted(service.words("depends_on")),
        "context": os.path.normpath(service.folder / str(context)) if context else None,
    }


def _judged(service: dict[str, Any]) -> dict[str, Any]:
    build = service.get("build") or {}
    return {
        "image": service.get("image"),
        "restart": service.get("restart"),
        "labels": service.get("labels") or {},
        "environment": {k: _plain(v) for k, v in (service.get("environment") or {}).items()},
        "ports": {port for entry in service.get("ports") or () for port in _ports(entry)},
        "expose": service.get("expose") or [],
        "depends_on": sorted(service.get("depends_on") or ()),
        "context": build.get("context"),
    }


def _plain(value: str | None) -> str | None:
    return value.replace("$$", "$") if value else value


def _ports(entry: Any) -> list[Port]:
    if isinstance(entry, dict):
        return read({key: str(value) for key, value in entry.items()})
    return read(str(entry))
