"""What the Compose files and the Dockerfiles promise to each other and to the modules."""

import ast
import re
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
def test_an_image_is_built_on_one_exact_version_of_its_base(service: str) -> None:
    lines = (DOCKERCOINS / service / "Dockerfile").read_text().splitlines()
    bases = [line for line in lines if line.startswith("FROM ")]

    assert len(bases) == 1
    assert re.fullmatch(r"FROM python:3\.\d+\.\d+-slim-[a-z]+", bases[0])


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_installs_exact_versions_that_are_what_their_hashes_say(service: str) -> None:
    folder = DOCKERCOINS / service
    installs = [line for line in (folder / "Dockerfile").read_text().splitlines() if "pip" in line]
    text = (folder / "requirements.lock").read_text().replace("\\\n", " ")
    locked = [line for line in text.splitlines() if line.strip() and line.strip()[0] != "#"]
    pinned = [re.fullmatch(r"([\w.-]+)==(\S+)( +--hash=sha256:[0-9a-f]{64})+", x) for x in locked]

    install = "RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock"
    assert installs == [install]
    assert None not in pinned
    versions = {found[1]: found[2] for found in pinned if found}
    for line in (folder / "requirements.txt").read_text().splitlines():
        wanted = Requirement(line)
        assert wanted.specifier.contains(versions[wanted.name])


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
