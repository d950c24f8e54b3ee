"""A Compose project on one Engine: its commands, its containers, its accounts."""

import json
import re
import shlex
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from ruamel.yaml import YAML

from tests.lab.engine import Engine

COMPOSE_2 = "docker compose"
COMPOSE_1 = "docker-compose"
# The lab's own addresses are never behind a proxy.
_OPENER = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a project: *number* counts the replicas of *service* from 1."""

    id: str
    service: str
    number: int
    running: bool


@dataclass(frozen=True, slots=True)
class Project:
    """What one Compose *file* runs on *engine* under the project name *name*.

    *program* is `COMPOSE_2` or `COMPOSE_1`.
    """

    engine: Engine
    file: Path
    name: str
    program: str = COMPOSE_2

    def compose(self, words: str, timeout_s: float = 120) -> str:
        """Return the stdout of Compose with *words*, which are split as a shell does."""
        place = ("--project-name", self.name, "--file", str(self.file))
        command = (*self.program.split(), *place, *shlex.split(words))
        return self.engine.run(*command, timeout_s=timeout_s, cwd=self.file.parent)

    def up(self, words: str = "") -> float:
        """Run ``up -d`` with *words*, with images that are built already; return its seconds."""
        self.name_images()
        begin = time.monotonic()
        self.compose(f"up -d {words}")
        return time.monotonic() - begin

    def down(self) -> None:
        """Remove the project at once, with its volumes; nothing is stopped gently."""
        found = [container.id for container in self.containers()]
        if found:
            self.engine.docker("rm --force --volumes", *found)
        self.compose("down --volumes --remove-orphans")

    def name_images(self) -> None:
        """Give the lab's images the names that Compose looks for before it builds.

        A host of the lab has no network to build with; Compose 1 joins project and service with
        "_", Compose 2 with "-". A service with both ``build`` and ``image`` has its own name.
        """
        services = YAML(typ="safe").load(self.file)
        for service, definition in services.get("services", services).items():
            if not isinstance(definition, dict) or "build" not in definition:
                continue
            build = definition["build"]
            context = build["context"] if isinstance(build, dict) else build
            ours = [definition["image"]] if "image" in definition else self._names(service)
            for name in ours:
                self.engine.docker("tag", f"dcgen-lab/{Path(context).name}", name)

    def containers(self) -> list[Container]:
        """Return the project's containers, stopped ones too, by service and number."""
        label = f"label=com.docker.compose.project={self.name}"
        ids = self.engine.docker("ps --all --quiet --no-trunc --filter", label).split()
        if not ids:
            return []
        found = [_container(raw) for raw in json.loads(self.engine.docker("inspect", *ids))]
        return sorted(found, key=lambda container: (container.service, container.number))

    def ids(self) -> dict[str, str]:
        """Return the id of each container that runs, by its name as in ``rng2-1``."""
        return {f"{one.service}-{one.number}": one.id for one in self.containers() if one.running}

    def replicas(self) -> Mapping[str, int]:
        """Return how many containers of each service run."""
        return Counter(one.service for one in self.containers() if one.running)

    def logs(self, service: str) -> list[str]:
        """Return what every container of *service* has said since it was made, line by line."""
        lines: list[str] = []
        for one in self.containers():
            if one.service == service:
                lines += self.engine.docker("logs", one.id).splitlines()
        return lines

    def url(self, service: str, port: int) -> str:
        """Return the address on which the Engine's host publishes *port* of *service*."""
        published = self.compose(f"port {service} {port}").strip().rpartition(":")[2]
        return f"http://{self.engine.address}:{published}"

    def _names(self, service: str) -> list[str]:
        return [f"{self.name}{joint}{service}" for joint in "-_"]


def fetch(url: str, body: bytes | None = None, timeout_s: float = 10) -> bytes:
    """Return the body that *url* answers, to a POST of *body* if there is one."""
    with _OPENER.open(url, body, timeout=timeout_s) as answer:
        content: bytes = answer.read()
    return content


def _container(raw: Mapping[str, Mapping[str, object]]) -> Container:
    labels = raw["Config"]["Labels"]
    assert isinstance(labels, dict)
    # One that took the place of another has its name, and the number that Compose gave it first.
    called = re.search(
        rf"{re.escape(labels['com.docker.compose.service'])}[-_](\d+)$", str(raw["Name"])
    )
    number = called[1] if called else labels["com.docker.compose.container-number"]
    return Container(
        str(raw["Id"]),
        labels["com.docker.compose.service"],
        int(number),
        bool(raw["State"]["Running"]),
    )
