"""Published ports are served as the file says, and what is busy is named."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine.process.plan import plan
from engine.process.process import Process
from engine.variant import Variant
from faults import HostError, UserError

Write = Callable[[str], Variant]
Build = Callable[..., Path]
FreePort = Callable[[], int]
HOST = "127.0.0.1"

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


def test_a_balancer_listens_on_the_published_port(
    variant: Write, build: Build, tmp_path: Path, free_port: FreePort
) -> None:
    build("web")
    build("worker", port=None)
    port = free_port()
    text = SCALED.replace("image: haproxy:lts", f'image: haproxy:lts\n    ports: ["{port}:80"]')
    planned = plan(variant(text), tmp_path)

    assert f"bind {HOST}:{port}\n" in planned.files[tmp_path / "web-1.cfg"]


def test_a_port_published_without_an_address_is_served_on_loopback_unless_asked(
    variant: Write, build: Build, tmp_path: Path, free_port: FreePort
) -> None:
    build("web")
    port = free_port()
    found = variant(f'services:\n  web: {{build: web, ports: ["{port}:80"]}}\n')
    hosts = [
        plan(found, tmp_path, **options).processes[0].env["HOST"]
        for options in ({}, {"publish_on": "0.0.0.0"})
    ]

    assert hosts == [HOST, "0.0.0.0"]


def test_an_address_in_the_file_is_kept(
    variant: Write, build: Build, tmp_path: Path, free_port: FreePort
) -> None:
    build("web")
    text = f'services:\n  web: {{build: web, ports: ["0.0.0.0:{free_port()}:80"]}}\n'
    found = processes(variant(text), tmp_path)["web-1"]

    assert (found.env["HOST"], found.answers and found.answers.host) == ("0.0.0.0", HOST)


def test_a_container_port_alone_is_published_on_a_free_port(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    found = processes(variant('services:\n  web: {build: web, ports: ["80"]}\n'), tmp_path)["web-1"]

    assert str(found.published[80]) == str(found.answers)


def test_a_busy_port_is_named_with_its_service_and_line(
    variant: Write, build: Build, tmp_path: Path, cleanup: ExitStack
) -> None:
    build("web")
    listener = cleanup.enter_context(socket.create_server((HOST, 0)))
    port = listener.getsockname()[1]
    text = f'services:\n  web:\n    build: web\n    ports:\n      - "{port}:80"\n'

    with pytest.raises(HostError, match=r"'web' publishes port 80.*listens there") as caught:
        plan(variant(text), tmp_path)
    assert str(port) in caught.value.what
    assert str(caught.value.where).endswith("compose.yml:5")


def test_two_services_on_one_port_are_refused(
    variant: Write, build: Build, tmp_path: Path, free_port: FreePort
) -> None:
    build("web")
    port = free_port()
    text = f"""
services:
  one: {{build: web, ports: ["{port}:80"]}}
  two: {{build: web, ports: ["0.0.0.0:{port}:80"]}}
"""
    with pytest.raises(UserError, match=r"'two' publishes port 80.*and so does 'one'"):
        plan(variant(text), tmp_path)
