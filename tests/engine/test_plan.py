"""A plan knows every process and their order before anything starts."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.process.plan import plan
from engine.process.process import Process
from engine.variant import Variant
from faults import HostError, UserError

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


def test_replicas_are_numbered_processes(variant: Write, build: Build, tmp_path: Path) -> None:
    build("web")
    build("worker", port=None)

    assert sorted(processes(variant(SCALED), tmp_path)) == [
        "web-1",
        "web1-1",
        "web2-1",
        "worker-1",
        "worker-2",
    ]


def test_replicas_run_what_the_first_one_builds(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("worker", port=None)
    shared = SCALED.replace("web1: {build", "web1: {image: coins/web, build")

    planned = processes(
        variant(shared.replace("web2: {build: web", "web2: {image: coins/web")), tmp_path
    )

    assert planned["web1-1"].command[0] == planned["web2-1"].command[0]


def test_a_wish_for_replicas_wins_over_the_file(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("worker", port=None)
    planned = plan(variant(SCALED), tmp_path, scale={"worker": 1})

    workers = [p.name for p in planned.processes if p.service == "worker"]
    assert workers == ["worker-1"]


def test_a_balancer_has_its_replicas_as_servers(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("worker", port=None)
    planned = plan(variant(SCALED), tmp_path)
    found = {process.name: process for process in planned.processes}
    servers = re.findall(r"^ +server (\S+) (\S+)", planned.files[tmp_path / "web-1.cfg"], re.M)

    assert servers == [(name, str(found[f"{name}-1"].answers)) for name in ("web1", "web2")]


def test_balancers_start_after_replicas_and_callers_last(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("worker", port=None)
    found = processes(variant(SCALED), tmp_path)

    assert found["web1-1"].wave < found["web-1"].wave < found["worker-1"].wave


def test_a_replicated_service_can_be_balanced_by_its_one_name(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    text = """
services:
  web: {image: x, labels: {dcgen.role: balancer, dcgen.balances: "members:80"}}
  members: {build: web, deploy: {replicas: 3}}
"""
    planned = plan(variant(text), tmp_path)

    assert re.findall(r"^ +server (\S+)", planned.files[tmp_path / "web-1.cfg"], re.M) == [
        "members-1",
        "members-2",
        "members-3",
    ]


def test_several_replicas_without_a_balancer_are_refused(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")

    with pytest.raises(UserError, match="'web' has 2 replicas on port 80") as caught:
        plan(variant("services:\n  web: {build: web, scale: 2}\n"), tmp_path)
    assert "dcgen scale web 2" in caught.value.fix


def test_an_ambassador_leads_to_its_upstream(variant: Write, tmp_path: Path) -> None:
    text = """
services:
  redis:
    image: haproxy:lts
    labels: {dcgen.role: ambassador, dcgen.upstream: "192.0.2.7:32768", dcgen.ports: "6379"}
"""
    planned = plan(variant(text), tmp_path)
    text = planned.files[tmp_path / "redis-1.cfg"]

    assert re.findall(r"^ +server \S+ (\S+)", text, re.M) == ["192.0.2.7:32768"]
    assert f"bind {planned.processes[0].answers}\n" in text


def test_all_refusals_are_said_at_once(variant: Write, tmp_path: Path) -> None:
    text = "services:\n  one: {image: nginx}\n  two: {image: mysql}\n"

    with pytest.raises(UserError) as caught:
        plan(variant(text), tmp_path)
    one, two = caught.value.reasons
    assert "compose.yml:2: service 'one' runs image 'nginx'" in one
    assert "compose.yml:3: service 'two' runs image 'mysql'" in two
    assert caught.value.fix == "use --engine docker"


def test_dependencies_order_the_start(variant: Write, build: Build, tmp_path: Path) -> None:
    build("web")
    text = "services:\n  a: {build: web, depends_on: [b]}\n  b: {build: web, links: [c]}\n"
    found = processes(variant(text + "  c: {build: web}\n"), tmp_path)

    assert found["c-1"].wave < found["b-1"].wave < found["a-1"].wave


def test_a_job_that_servers_wait_for_starts_before_them(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("job", port=None)
    text = """
services:
  web: {build: web, depends_on: {job: {condition: service_completed_successfully}}}
  job: {build: job}
"""
    found = processes(variant(text), tmp_path)

    assert found["job-1"].wave < found["web-1"].wave
    assert found["web-1"].waits_for == {"job"}


def test_services_that_wait_for_each_other_are_refused(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    text = "services:\n  a: {build: web, depends_on: [b]}\n  b: {build: web, depends_on: [a]}\n"

    with pytest.raises(UserError, match="wait for each other"):
        plan(variant(text), tmp_path)


def test_a_label_that_names_no_service_is_refused(variant: Write, tmp_path: Path) -> None:
    text = "services:\n  web: {image: x, labels: {dcgen.role: balancer, dcgen.balances: 'no:80'}}\n"

    with pytest.raises(UserError, match=r"compose.yml:2: 'web': it balances 'no:80'"):
        plan(variant(text), tmp_path)


def test_a_wish_for_an_unknown_service_is_refused(variant: Write, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no service named 'rgn'"):
        plan(variant("services:\n  rng: {image: redis}\n"), tmp_path, scale={"rgn": 2})


def test_no_replicas_is_no_service(variant: Write, build: Build, tmp_path: Path) -> None:
    build("web")
    text = "services:\n  a: {build: web}\n  b: {build: web, deploy: {replicas: 0}}\n"
    found = processes(variant(text), tmp_path)

    assert (list(found), "B_URL" in found["a-1"].env) == (["a-1"], False)


def test_a_volume_that_redis_does_not_get_is_said(variant: Write, tmp_path: Path) -> None:
    text = "services:\n  redis: {image: redis, volumes: ['data:/data']}\n"

    assert plan(variant(text), tmp_path).notices == (
        "redis: its data ends with the run; volumes need --engine docker",
    )


def test_a_socket_whose_path_the_system_would_refuse_is_refused(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("worker", port=None)

    with pytest.raises(HostError, match="longer path") as caught:
        plan(variant(SCALED), tmp_path / ("x" * 90))
    assert "XDG_RUNTIME_DIR" in caught.value.fix
