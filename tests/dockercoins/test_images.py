"""What the Compose files and the Dockerfiles promise to each other and to the modules."""

import ast
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from ruamel.yaml import YAML

from tests.dockercoins.running import DOCKERCOINS

SERVICES = ["hasher", "rng", "webui", "worker"]


def load(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def test_both_compose_files_describe_the_same_containers() -> None:
    current = load(DOCKERCOINS / "compose.yml")["services"]
    first = load(DOCKERCOINS / "v1" / "docker-compose.yml")

    def essence(services: dict[str, Any], folder: Path) -> dict[str, Any]:
        return {
            name: (
                service.get("image") or (folder / service["build"]).resolve(),
                service.get("command"),
                service.get("ports"),
                service.get("links") or service.get("depends_on"),
            )
            for name, service in services.items()
        }

    assert essence(current, DOCKERCOINS) == essence(first, DOCKERCOINS / "v1")


def test_the_published_ports_are_those_of_the_workshop() -> None:
    services = load(DOCKERCOINS / "compose.yml")["services"]

    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == {
        "rng": ["8001:80"],
        "hasher": ["8002:80"],
        "webui": ["8000:80"],
    }


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_installs_what_its_modules_import(service: str) -> None:
    folder = DOCKERCOINS / service
    lines = (folder / "requirements.txt").read_text().splitlines()
    modules = {path.stem: ast.parse(path.read_text()) for path in folder.glob("*.py")}
    imported = {
        name.split(".")[0]
        for tree in modules.values()
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    elsewhere = imported - sys.stdlib_module_names - modules.keys() - {"dockercoins"}
    assert elsewhere == {Requirement(line).name.replace("-", "_") for line in lines}


@pytest.mark.parametrize("service", SERVICES)
def test_a_dockerfile_copies_only_what_is_there_and_not_ignored(service: str) -> None:
    folder = DOCKERCOINS / service
    copied = {
        word.strip("./")
        for line in (folder / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ")
        for word in line.split()[1:-1]
        if not word.startswith("--")
    }
    ignored = (folder / ".dockerignore").read_text().splitlines()

    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == copied
    assert all((folder / path).exists() for path in copied)
    assert {path.name for path in folder.glob("*.py")} - {"__init__.py"} <= copied


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_does_not_run_as_root(service: str) -> None:
    lines = (DOCKERCOINS / service / "Dockerfile").read_text().splitlines()

    assert "USER 10001:10001" in lines
    assert lines[-1] == f'CMD ["python", "{service}.py"]'
