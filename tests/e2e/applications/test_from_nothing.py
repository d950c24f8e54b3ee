"""Applications whose health checks say what they need: `up --wait` ends, and all is served."""

from pathlib import Path

import pytest

from tests.e2e.applications.conftest import HasImages
from tests.e2e.applications.running import changed, copied, started
from tests.e2e.conftest import NewProject
from tests.e2e.load import load
from tests.lab.commands import CommandError, run
from tests.lab.lab import LOCAL, Lab
from tests.lab.project import fetch
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

# nginx with a port for TLS that its configuration does not listen on, and one that starts slowly.
SITES = """\
services:
  site:
    image: nginx:1.26
    ports:
      - "8443:443"
      - "8001:80"
    healthcheck:
      test: curl -fsS http://127.0.0.1:80/
      interval: 1s
    configs:
      - source: site
        target: /etc/nginx/conf.d/default.conf
  slow:
    image: example/app:1
    environment:
      START_S: "60"
    expose:
      - "8000"
    healthcheck:
      test: curl -fsS http://localhost:8000/
      interval: 1s
      start_period: 90s
configs:
  site:
    content: |
      server { listen 80; location / { return 200 "$$hostname\\n"; } }
"""
DATABASES = """\
services:
  postgres:
    image: postgres:17
    ports: ["5432:5432"]
    environment: {POSTGRES_DB: shop, POSTGRES_PASSWORD: for-a-test}
    healthcheck: {test: pg_isready --username postgres --host 127.0.0.1, interval: 1s, retries: 30}
  mariadb:
    image: mariadb:11
    ports: ["3306:3306"]
    environment: {MARIADB_DATABASE: blog, MARIADB_USER: blog, MARIADB_PASSWORD: for-a-test}
    healthcheck:
      test: mariadb-admin ping --user=blog --password=for-a-test --host=127.0.0.1
      interval: 1s
      retries: 30
"""


def test_nginx_with_a_port_that_it_does_not_serve_and_a_slow_starter_become_healthy(
    new_project: NewProject, applications: HasImages, tmp_path: Path
) -> None:
    source = tmp_path / "compose.yml"
    source.write_text(SITES)
    variant = changed(source, "scale site 2 --health from-healthcheck", "scale slow 2 --dynamic")
    running = started(variant, LOCAL, "sites", new_project, applications)
    with load(running.url()) as constant:
        constant.await_answers_of(2)

    # `--wait` ended, so Docker called both balancers healthy: HAProxy has seen the slow one serve.
    assert constant.failed == []
    assert {one["name"] for one in running.status("slow") if one["status"] == "UP"} == {
        "slow-replicas-1",
        "slow-replicas-2",
    }


def test_django_with_allowed_hosts_and_databases_elsewhere_are_healthy(
    new_project: NewProject,
    applications: HasImages,
    lab: Lab,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = lab.engine(LOCAL).address
    monkeypatch.setenv("SHOP_HOST", here)
    elsewhere = tmp_path / "compose.yml"
    elsewhere.write_text(DATABASES)
    started(elsewhere, LOCAL, "databases", new_project, applications)
    shop = changed(
        copied("shop", tmp_path / "shop"),
        "scale web 2 --mode http --health from-healthcheck",
        "scale celery 2",
        f"ambassador --db {here}:5432",
    )
    blog = copied("blog", tmp_path / "blog")
    text = blog.read_text().replace("8001:80", "8002:80")
    # The port of the X protocol, as in the files of those who came from MySQL: MariaDB has none.
    blog.write_text(
        text.replace("image: mariadb:11", 'image: mariadb:11\n    expose: ["33060", "3306"]')
    )
    blog = changed(blog, f"ambassador --db {here}:3306")

    web = started(shop, LOCAL, "shop", new_project, applications)
    started(blog, LOCAL, "blog", new_project, applications)
    with load(web.url()) as constant:
        constant.await_answers_of(2)

    assert constant.failed == []
    assert fetch(f"http://{here}:8002/").startswith(b"blog on ")
    until(lambda: int(fetch(f"{web.url()}ticks")) > 0, "the workers take what the scheduler sends")
    with pytest.raises(CommandError, match="400"):
        run("curl", "-fsS", "-H", "Host: elsewhere.example", web.url())
