"""Who may have looked a name up once, by what the file says."""

from pathlib import Path

from engine.docker.containers import Site
from engine.live.dependents import command, dependents
from engine.variant import parse

FILE = """\
services:
  app:
    image: haproxy:3.0
    labels:
      dcgen.role: balancer
      dcgen.service: app
      dcgen.balances: app1:8000
  app1:
    image: example/app:1
    labels:
      dcgen.role: replica
      dcgen.service: app
    environment:
      APP_URL: http://app:8000
  web:
    image: nginx:1.26
    depends_on: [app]
  worker:
    image: example/worker:1
    environment:
      APP_URL: http://app:8000
  db:
    image: postgres:17
"""


def test_who_depends_on_a_service_or_dials_it_is_its_dependent() -> None:
    app = parse(FILE, Path("compose.yml")).services["app"]

    assert dependents(app) == ["web", "worker"]


def test_the_command_names_the_files_and_each_dependent() -> None:
    site = Site(("docker", "compose", "-f", "my file.yml"))

    assert command(site, ["web", "worker"]) == "docker compose -f 'my file.yml' restart web worker"
