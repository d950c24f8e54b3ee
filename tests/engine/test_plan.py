"""A plan knows every address, variable and order before anything starts."""

import re
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from dcgen.errors import HostError, UserError
from engine.plan import Process, plan
from engine.variant import Variant

Write = Callable[[str], Variant]
Build = Callable[..., Path]
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


def free_port(cleanup: ExitStack) -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def processes(variant: Variant, scratch: Path) -> dict[str, Process]:
    return {process.name: process for process in plan(variant, scratch).processes}


def test_replicas_are_numbered_processes(variant: Write, build: Build, tmp_path: Path) -> None:
    build("web")
    build("worker", port=None)

    assert sorted(processes(variant(SCALED), tmp_path)) == [
        "web",
        "web1",
        "web2",
        "worker.1",
        "worker.2",
    ]


def test_a_wish_for_replicas_wins_over_the_file(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("worker", port=None)
    planned = plan(variant(SCALED), tmp_path, scale={"worker": 1})

    assert "worker" in [process.name for process in planned.processes]


def test_the_name_of_a_balanced_service_leads_to_its_balancer(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("worker", port=None)
    found = processes(variant(SCALED), tmp_path)

    assert found["worker.1"].env["WEB_URL"] == f"http://{found['web'].answers}"


def test_a_balancer_has_its_replicas_as_servers(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("worker", port=None)
    planned = plan(variant(SCALED), tmp_path)
    found = {process.name: process for process in planned.processes}
    servers = re.findall(r"^ +server (\S+) (\S+)", planned.files[tmp_path / "web.cfg"], re.M)

    assert servers == [(name, str(found[name].answers)) for name in ("web1", "web2")]


def test_each_replica_is_told_its_own_port(variant: Write, build: Build, tmp_path: Path) -> None:
    build("web")
    build("worker", port=None)
    found = processes(variant(SCALED), tmp_path)

    assert [f"{p.env['HOST']}:{p.env['PORT']}" for p in (found["web1"], found["web2"])] == [
        str(found["web1"].answers),
        str(found["web2"].answers),
    ]
    assert "PORT" not in found["worker.1"].env


def test_balancers_start_after_replicas_and_callers_last(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    build("worker", port=None)
    found = processes(variant(SCALED), tmp_path)

    assert found["web1"].wave < found["web"].wave < found["worker.1"].wave


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

    assert re.findall(r"^ +server (\S+)", planned.files[tmp_path / "web.cfg"], re.M) == [
        "members.1",
        "members.2",
        "members.3",
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
    text = planned.files[tmp_path / "redis.cfg"]

    assert re.findall(r"^ +server \S+ (\S+)", text, re.M) == ["192.0.2.7:32768"]
    assert f"bind {planned.processes[0].answers}\n" in text


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

    assert found["worker"].env["REDIS_URL"] == f"redis://{found['redis'].answers}/0"


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

    assert processes(variant(text), tmp_path)["worker"].env["REDIS_URL"] == "redis://192.0.2.7:6379/0"


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

    assert found["worker"].env["CACHE"] == f"redis://:secret@{found['redis'].answers}/1"
    assert found["worker"].env["ELSEWHERE"] == "http://example.test/redis"


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
    env = processes(variant(text), tmp_path)["worker"].env

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

    assert found["worker"].env["STORE_URL"] == f"redis://{found['redis'].answers}/0"


def test_a_balancer_listens_on_the_published_port(
    variant: Write, build: Build, tmp_path: Path, cleanup: ExitStack
) -> None:
    build("web")
    build("worker", port=None)
    port = free_port(cleanup)
    text = SCALED.replace("image: haproxy:lts", f'image: haproxy:lts\n    ports: ["{port}:80"]')
    planned = plan(variant(text), tmp_path)

    assert f"bind {HOST}:{port}\n" in planned.files[tmp_path / "web.cfg"]


def test_a_port_published_without_an_address_is_served_on_loopback_unless_asked(
    variant: Write, build: Build, tmp_path: Path, cleanup: ExitStack
) -> None:
    build("web")
    port = free_port(cleanup)
    found = variant(f'services:\n  web: {{build: web, ports: ["{port}:80"]}}\n')
    hosts = [
        plan(found, tmp_path, **options).processes[0].env["HOST"]
        for options in ({}, {"publish_on": "0.0.0.0"})
    ]

    assert hosts == [HOST, "0.0.0.0"]


def test_an_address_in_the_file_is_kept(
    variant: Write, build: Build, tmp_path: Path, cleanup: ExitStack
) -> None:
    build("web")
    text = f'services:\n  web: {{build: web, ports: ["0.0.0.0:{free_port(cleanup)}:80"]}}\n'
    found = processes(variant(text), tmp_path)["web"]

    assert (found.env["HOST"], found.answers and found.answers.host) == ("0.0.0.0", HOST)


def test_a_container_port_alone_is_published_on_a_free_port(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    found = processes(variant('services:\n  web: {build: web, ports: ["80"]}\n'), tmp_path)["web"]

    assert str(found.published[80]) == str(found.answers)


def test_a_busy_port_is_named_with_its_service_and_line(
    variant: Write, build: Build, tmp_path: Path, cleanup: ExitStack
) -> None:
    build("web")
    listener = cleanup.enter_context(socket.create_server((HOST, 0)))
    port = listener.getsockname()[1]
    text = f'services:\n  web:\n    build: web\n    ports:\n      - "{port}:80"\n'

    with pytest.raises(HostError, match="'web' publishes port 80.*listens there") as caught:
        plan(variant(text), tmp_path)
    assert str(port) in caught.value.what
    assert str(caught.value.where).endswith("compose.yml:5")


def test_two_services_on_one_port_are_refused(
    variant: Write, build: Build, tmp_path: Path, cleanup: ExitStack
) -> None:
    build("web")
    port = free_port(cleanup)
    text = f"""
services:
  one: {{build: web, ports: ["{port}:80"]}}
  two: {{build: web, ports: ["0.0.0.0:{port}:80"]}}
"""
    with pytest.raises(UserError, match="'two' publishes port 80.*and so does 'one'"):
        plan(variant(text), tmp_path)


def test_all_refusals_are_said_at_once(variant: Write, tmp_path: Path) -> None:
    text = "services:\n  one: {image: nginx}\n  two: {image: mysql}\n"

    with pytest.raises(UserError) as caught:
        plan(variant(text), tmp_path)
    assert "compose.yml:2: service 'one' runs image 'nginx'" in caught.value.what
    assert "compose.yml:3: service 'two' runs image 'mysql'" in caught.value.what
    assert caught.value.fix == "use --engine docker"


def test_dependencies_order_the_start(variant: Write, build: Build, tmp_path: Path) -> None:
    build("web")
    text = "services:\n  a: {build: web, depends_on: [b]}\n  b: {build: web, links: [c]}\n"
    found = processes(variant(text + "  c: {build: web}\n"), tmp_path)

    assert found["c"].wave < found["b"].wave < found["a"].wave


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

    assert found["job"].wave < found["web"].wave
    assert found["web"].waits_for == {"job"}


def test_services_that_wait_for_each_other_are_refused(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web")
    text = "services:\n  a: {build: web, depends_on: [b]}\n  b: {build: web, depends_on: [a]}\n"

    with pytest.raises(UserError, match="wait for each other"):
        plan(variant(text), tmp_path)


def test_a_label_that_names_no_service_is_refused(variant: Write, tmp_path: Path) -> None:
    text = "services:\n  web: {image: x, labels: {dcgen.role: balancer, dcgen.balances: 'no:80'}}\n"

    with pytest.raises(UserError, match="compose.yml:2: 'web': it balances 'no:80'"):
        plan(variant(text), tmp_path)


def test_a_wish_for_an_unknown_service_is_refused(variant: Write, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no service named 'rgn'"):
        plan(variant("services:\n  rng: {image: redis}\n"), tmp_path, scale={"rgn": 2})
