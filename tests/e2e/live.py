"""A variant that runs and is looked at and changed with dcgen, as its user does it."""

import csv
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.coins import SOURCE
from tests.e2e.door import DCGEN, dcgen
from tests.e2e.evidence import ASK_SOCKET, SOCKET
from tests.lab.commands import run
from tests.lab.project import Project
from tests.lab.waiting import until

RNG = f"""\
services:
  rng:
    build: {SOURCE / "rng"}
    ports:
      - "8001:80"
    healthcheck:
      interval: 2s
"""
# HAProxy as the smallest of servers: 40 of them start in seconds, and say who they are.
TINY = """\
services:
  web:
    image: haproxy:3.0
    command: ["haproxy", "-W", "-db", "-f", "/web.cfg"]
    expose:
      - "8080"
    ports:
      - "8001:8080"
    stop_signal: SIGTERM
    configs:
      - source: web
        target: /web.cfg
networks:
  default:
    ipam:
      config:
        - subnet: 172.31.250.0/24
configs:
  web:
    content: |
      global
        fd-hard-limit 500
      defaults
        mode http
        timeout client 5s
        timeout server 5s
        timeout connect 5s
      frontend web
        bind :8080
        http-request return status 200 content-type text/plain lf-string %H
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A *project* that dcgen runs."""

    project: Project

    def dcgen(self, *words: str) -> str:
        """Return what ``dcgen`` prints, given the project's file and Engine."""
        given = (*words, "-f", str(self.project.file))
        return run(DCGEN, *given, env={**os.environ, **self.env}, timeout_s=150)

    @property
    def env(self) -> Mapping[str, str]:
        """Return the environment that leads dcgen to the project."""
        return {**self.project.engine.env, "COMPOSE_PROJECT_NAME": self.project.name}

    def scale(self, service: str, replicas: int) -> None:
        """Write another number of replicas into the file."""
        self.dcgen("scale", service, str(replicas), "-q", "-o", str(self.project.file))
        self.project.name_images()

    def up(self, *words: str) -> None:
        """Run ``dcgen up`` in the background."""
        self.project.name_images()
        self.dcgen("up", "-d", "-q", *words)

    def status(self, *words: str) -> list[dict[str, Any]]:
        """Return the servers of all balancers and ambassadors, each with its own values."""
        found: list[dict[str, Any]] = json.loads(self.dcgen("lb", "status", "--json", *words))
        return [server for proxy in found for server in proxy["servers"]]

    def serving(self) -> set[str]:
        """Return the names of the servers that are up."""
        return {server["name"] for server in self.status() if server["status"] == "UP"}

    def await_serving(self, names: set[str], deadline_s: float = 20) -> None:
        """Return once the servers that are up are *names* and no others."""
        until(lambda: self.serving() == names, f"{sorted(names)} serve", deadline_s)

    def members(self, balancer: str) -> set[str]:
        """Return the IP addresses that the HAProxy of *balancer* leads to."""
        said = self.project.engine.docker(
            f"exec {self.project.ids()[f'{balancer}-1']} perl -e", ASK_SOCKET, SOCKET
        )
        found = csv.DictReader(said.removeprefix("# ").splitlines())
        addresses = {row["addr"] for row in found if row["status"] != "MAINT (resolution)"}
        return {address.rpartition(":")[0] for address in addresses if address}

    def replicas(self, service: str) -> set[str]:
        """Return the IP addresses of the containers of *service*."""
        ids = [one.id for one in self.project.containers() if one.service == service]
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        return set(self.project.engine.docker("inspect --format", form, *ids).split())

    def seconds_until_followed(self, balancer: str) -> float:
        """Return after how many seconds *balancer* leads to the replicas that there are now."""
        replicas = self.replicas(f"{balancer}-replicas")
        begin_s = time.monotonic()
        until(lambda: self.members(balancer) == replicas, f"{balancer} leads to {replicas}", 60)
        return time.monotonic() - begin_s

    def url(self) -> str:
        """Return where the balancer is published."""
        return f"http://{self.project.engine.address}:8001/"


def made(file: Path, source: str, *words: str) -> Path:
    """Return *file*, which dcgen with *words* makes of the Compose file *source*."""
    given = file.with_name("compose.yml")
    given.write_text(source)
    dcgen(*words, "-q", "-f", given, "-o", file)
    return file
