"""Ways that stay open: to a real HAProxy, and to a daemon; `docker` on PATH enters no container."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from composefile.labels import PROVIDED
from engine.docker.containers import LABEL, Container, Site
from engine.hosts import Host
from engine.live.kept_open import kept_open, looking
from engine.live.reach import reachable
from engine.live.running import Live
from engine.variant import Service
from lb.balancer import balancer
from lb.model import Address, Control
from lb.socket import ask as ask_socket
from tests.engine.answering import RELAY, Answering, serving
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import needs, start_haproxy, start_replica

Put = Callable[[str, str], None]
# docker exec -i ID perl -e PROGRAM PATH: it says that it was started, and runs what it is given.
ENTER = """
open({begun!r}, "a").write("x")
os.execv({perl!r}, ["perl", "-e", sys.argv[6], {admin!r}])
"""


@pytest.fixture
def admin(tmp_path: Path, cleanup: ExitStack) -> Path:
    """Give the runtime socket of a HAProxy that has two servers."""
    found = tmp_path / "admin"
    addresses = [start_replica(name, cleanup)[0] for name in ("rng1", "rng2")]
    control = Control(health_port=None, socket=str(found))
    binds = {80: f"127.0.0.1:{free_port()}"}
    made = balancer("rng", {80: addresses}, names="hosts", binds=binds, control=control)
    start_haproxy(made, tmp_path, cleanup, fds=[])
    until(found.exists, "HAProxy has its socket")
    return found


@pytest.fixture
def perl() -> str:
    """Give where perl is, before PATH has `docker` alone."""
    return shutil.which("perl") or ""


def live(service: Service, asked: list[str]) -> Live:
    def ask(line: str) -> str:
        asked.append(line)
        return "as before"

    return Live(service, ask, Site(("docker", "compose")), Container("abc", "rng", 1))


@needs("haproxy")
@needs("perl")
def test_one_program_passes_on_all_that_is_asked(
    admin: Path, perl: str, put: Put, service: Callable[[str], Service], tmp_path: Path
) -> None:
    begun, asked = tmp_path / "begun", list[str]()
    put("docker", ENTER.format(begun=str(begun), perl=perl, admin=str(admin)))

    with kept_open([live(service("{image: rng}"), asked)]) as [one]:
        first, empty = one.rows(), one.ask("set server nobody/rng1 state ready")
        answers = [one.ask("show version") for _ in range(3)]
        listening = Address.parse(first[0].address)
        found = reachable(one, [listening, Address("127.0.0.1", free_port())])

    assert [row.server for row in first] == ["127.0.0.1", "127.0.0.1-2"]
    assert empty == ask_socket(admin, "set server nobody/rng1 state ready")
    assert answers == [ask_socket(admin, "show version")] * 3
    assert found == [listening]
    assert (begun.read_text(), asked) == ("x", [])


@pytest.mark.parametrize(
    "docker",
    [
        pytest.param("sys.exit(127)", id="no perl"),
        pytest.param("print('OCI runtime exec failed')", id="words instead of an answer"),
        pytest.param("input(); os.write(1, b'400' + bytes([10]) + b'half')", id="half an answer"),
    ],
)
def test_what_cannot_be_kept_open_is_asked_as_before(
    put: Put, service: Callable[[str], Service], docker: str
) -> None:
    put("docker", docker)
    asked: list[str] = []

    with kept_open([live(service("{image: rng}"), asked)]) as [one]:
        answers = [one.ask("show version"), one.ask("show info")]

    assert answers == ["as before"] * 2
    assert asked == ["show version", "show info"]


def test_the_process_of_this_host_has_its_socket(service: Callable[[str], Service]) -> None:
    process = Live(service("{image: rng}"), str.upper)

    with kept_open([process]) as [one]:
        assert one.ask("prompt") == "PROMPT"


def raw(one: str, service: str, **more: str) -> dict[str, Any]:
    labels = {f"{LABEL}project": "shop", f"{LABEL}service": service, **more}
    return {
        "Id": one,
        "Name": f"/shop-{service}-1",
        "Image": "sha256:1",
        "Mounts": [],
        "Config": {"Labels": labels, "Image": "rng"},
        "State": {"Running": True},
        "HostConfig": {},
        "NetworkSettings": {"Networks": {"shop_default": {"IPAddress": "192.0.2.7"}}},
    }


THERE = {
    "a": raw("a", "rng"),
    "b": raw("b", "web"),
    "c": raw("c", "rng", **{f"{LABEL}oneoff": "True"}),
    "p": raw("p", "api", **{PROVIDED: "api-replicas 2"}),
}


class Daemon(Answering, BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        filters = json.loads(parse_qs(asked.query).get("filters", ["{}"])[0])
        if asked.path == "/_ping":
            self.answer("OK")
        elif filters == {"label": [f"{LABEL}project=shop"]}:
            found = [{"Id": n, "Labels": r["Config"]["Labels"]} for n, r in THERE.items()]
            self.answer(json.dumps([*found, {"Id": "d", "Labels": {}}]))
        else:
            self.answer(json.dumps(THERE[asked.path.split("/")[2]]))


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Host]:
    with serving(tmp_path, Daemon) as host:
        yield host


def test_containers_are_looked_at_by_one_connection(put: Put, daemon: Host) -> None:
    put("docker", RELAY)  # it refuses any other command
    site = Site(("docker", "compose"), daemon, "shop")

    with looking(site) as seen:
        found = [seen.containers("rng"), seen.containers("web", "rng")]

    assert [[one.id for one in some] for some in found] == [["a"], ["b", "a"]]
    assert found[0][0].addresses == {"shop_default": "192.0.2.7"}


def test_what_a_provider_made_is_found_by_its_own_name_too(put: Put, daemon: Host) -> None:
    put("docker", RELAY)

    with looking(Site(("docker", "compose"), daemon, "shop")) as seen:
        found = [seen.containers(name)[0] for name in ("api", "api-replicas")]

    assert [(one.id, one.name) for one in found] == [("p", "api-1"), ("p", "api-replicas-2")]


def test_without_a_connection_they_are_looked_at_by_commands(put: Put, daemon: Host) -> None:
    rows = "a\trng\t\nb\tweb\t\nc\trng\t\nd\t\t\np\tapi\tapi-replicas 2"
    there = json.dumps([THERE[one] for one in ("a", "c", "p")])
    put("docker", f"print({ {'ps': rows, 'inspect': there} }[sys.argv[1]])")

    with looking(Site(("docker", "compose"), daemon, "shop")) as seen:
        found = seen.containers("rng", "api-replicas")

    assert [one.id for one in found] == ["a", "p"]
