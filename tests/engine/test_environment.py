"""A process is told where its neighbours are, and what its file sets."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.process.plan import plan
from engine.process.process import Process
from engine.variant import Variant

Write = Callable[[str], Variant]
Build = Callable[..., Path]

SCALED = """
services:
  worker: {build: worker, deploy: {replicas: 2}}
  web:
    image: haproxy:lts
    labels: {dcgen.role: balancer, dcgen.service: web, dcgen.balances: "web1:80 web2:80"}
  web1: {build: web, labels: {dcgen.role: replica}}
  web2: {build: web, labels: {dcgen.role: replica}}
"""
pytestmark = pytest.mark.usefixtures("haproxy", "redis_server")


def processes(variant: Variant, scratch: Path) -> dict[str, Process]:
    return {process.name: process for process in plan(variant, scratch).processes}


def test_the_name_of_a_balanced_service_leads_to_its_balancer(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("worker", port=None)
    found = processes(variant(SCALED), tmp_path)

    assert found["worker-1"].env["WEB_URL"] == f"http://{found['web-1'].answers}"


def test_each_replica_is_told_its_own_port(variant: Write, build: Build, tmp_path: Path) -> None:
    build("web")
    build("worker", port=None)
    found = processes(variant(SCALED), tmp_path)

    assert [f"{p.env['HOST']}:{p.env['PORT']}" for p in (found["web1-1"], found["web2-1"])] == [
        str(found["web1-1"].answers),
        str(found["web2-1"].answers),
    ]
    assert "PORT" not in found["worker-1"].env


def test_the_name_of_an_ambassador_for_redis_is_a_redis_url(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("worker", port=None)
    text = """
services:
  worker: {build: worker}
  redis:
    image: haproxy:lts
    labels: {dcgen.role: ambassador, dcgen.upstream: "192.0.2.7:32768", dcgen.ports: "6379"}
"""
    found = processes(variant(text), tmp_path)

    assert found["worker-1"].env["REDIS_URL"] == f"redis://{found['redis-1'].answers}/0"


@pytest.mark.parametrize(
    "hosts",
    [
        pytest.param('["redis:192.0.2.7"]', id="list"),
        pytest.param('["redis=192.0.2.7"]', id="list with equals"),
        pytest.param("{redis: 192.0.2.7}", id="map"),
    ],
)
def test_an_extra_host_is_reached_on_its_well_known_port(
    hosts: str, variant: Write, build: Build, tmp_path: Path
) -> None:
    build("worker", port=None)
    text = f"services:\n  worker: {{build: worker, extra_hosts: {hosts}}}\n"

    assert (
        processes(variant(text), tmp_path)["worker-1"].env["REDIS_URL"]
        == "redis://192.0.2.7:6379/0"
    )


def test_urls_of_the_file_that_name_a_service_are_led_to_it(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("worker", port=None)
    text = """
services:
  worker:
    build: worker
    environment:
      CACHE: redis://:secret@redis:6379/1
      ELSEWHERE: http://example.test/redis
  redis: {image: redis}
"""
    found = processes(variant(text), tmp_path)

    assert found["worker-1"].env["CACHE"] == f"redis://:secret@{found['redis-1'].answers}/1"
    assert found["worker-1"].env["ELSEWHERE"] == "http://example.test/redis"


def test_a_process_sees_the_variables_of_its_file_and_not_ours(
    variant: Write, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build("worker", port=None, lines="ENV A=image B=image C=image")
    (tmp_path / "worker.env").write_text("B=file\nC=file\n")
    monkeypatch.setenv("OURS", "1")
    monkeypatch.setenv("PASSED", "on")
    text = """
services:
  worker: {build: worker, env_file: worker.env, environment: [C=environment, PASSED]}
"""
    env = processes(variant(text), tmp_path)["worker-1"].env

    assert [env.get(k) for k in ("A", "B", "C", "PASSED", "OURS")] == [
        "image",
        "file",
        "environment",
        "on",
        None,
    ]


def test_an_alias_of_a_link_is_a_name_too(variant: Write, build: Build, tmp_path: Path) -> None:
    build("worker", port=None)
    text = "worker: {build: worker, links: ['redis:store']}\nredis: {image: redis}\n"
    found = processes(variant(text), tmp_path)

    assert found["worker-1"].env["STORE_URL"] == f"redis://{found['redis-1'].answers}/0"
