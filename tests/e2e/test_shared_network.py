"""Two projects on one network, each with a `web`; and a port that is decided at the start."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.live import TINY, Running, made
from tests.e2e.report import Notebook
from tests.e2e.sources import repetition
from tests.lab.lab import LOCAL, TODAY, Lab
from tests.lab.project import fetch
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

NETWORK = "between-projects"
SUBNET = "172.31.251.0/24"
REQUESTS = 40
PUBLISHED = {"blog": 8001, "shop": 8002}
SHARED = TINY.replace(
    "networks:\n  default:\n", f"networks:\n  default:\n    name: {NETWORK}\n    external: true\n"
).replace("    ipam:\n      config:\n        - subnet: 172.31.250.0/24\n", "")
PORT = "${API_PORT:-8080}"


@pytest.fixture
def shared(lab: Lab, request: pytest.FixtureRequest) -> Iterator[None]:
    """Have a network on the Engine of the test that belongs to no project."""
    host = request.getfixturevalue("host")
    if host == TODAY:
        request.getfixturevalue("today")
    engine = lab.engine(host)
    engine.docker(f"network create --subnet {SUBNET} {NETWORK}")
    with ExitStack() as cleanup:
        cleanup.callback(engine.docker, f"network rm {NETWORK}")
        yield


def _running(new_project: NewProject, folder: Path, host: str, name: str, how: str) -> Running:
    folder.mkdir()
    source = SHARED.replace("8001:8080", f"{PUBLISHED[name]}:8080")
    file = made(folder / "generated.yml", source, "scale", "web", "2", how, "--mode", "http")
    return Running(new_project(host, file, name=name))


def _answers(one: Running) -> Counter[str]:
    url = f"http://{one.project.engine.address}:{PUBLISHED[one.project.name]}/"
    return Counter(fetch(url).decode().strip() for _ in range(REQUESTS))


def _replicas(one: Running) -> set[str]:
    return {c.id[:12] for c in one.project.containers() if c.running and c.service != "web"}


def _await_both(one: Running) -> None:
    until(lambda: len(one.serving()) == 2, f"both replicas of {one.project.name} serve")
    until(lambda: _answers(one).keys() == _replicas(one), "both answer, and no others")


@pytest.mark.parametrize(
    ("host", "how"),
    [
        pytest.param(LOCAL, "--static", id="static on engine-20"),
        pytest.param(LOCAL, "--dynamic", id="dynamic on engine-20", marks=repetition),
        pytest.param(TODAY, "--dynamic", id="dynamic on engine-of-today"),
    ],
)
@pytest.mark.usefixtures("shared")
def test_requests_stay_in_their_project_on_a_network_that_two_are_on(
    new_project: NewProject, host: str, how: str, tmp_path: Path, notebook: Notebook
) -> None:
    both = [_running(new_project, tmp_path / name, host, name, how) for name in PUBLISHED]
    for one in both:
        one.up()
    for one in both:
        _await_both(one)

    one = both[0]
    one.dcgen("scale", "web", "2", "-q", "--timeout-connect", "3", "-o", str(one.project.file))
    one.dcgen("lb", "reload")
    one.dcgen("rollout", "web", "-q")
    until(lambda: len(one.serving()) == 2, "both new replicas serve")

    found = [(_answers(running), _replicas(running)) for running in both]
    strayed = sum(count for who, mine in found for name, count in who.items() if name not in mine)
    notebook.note("requests that reached the other project", f"{strayed} of {2 * REQUESTS}", "0")
    assert [who.keys() for who, _ in found] == [mine for _, mine in found]
    assert strayed == 0


@pytest.mark.parametrize("host", [pytest.param(LOCAL, id="engine-20")])
@pytest.mark.usefixtures("shared")
def test_an_application_on_such_a_network_is_taken_over(
    new_project: NewProject, host: str, tmp_path: Path
) -> None:
    other = _running(new_project, tmp_path / "shop", host, "shop", "--static")
    other.up()
    _await_both(other)
    one = _running(new_project, tmp_path / "blog", host, "blog", "--static")
    original = new_project(host, tmp_path / "blog" / "compose.yml", name="blog")
    original.up()
    begin = original.ids()["web-1"]

    one.up("--drain-deadline", "5")

    assert begin not in one.project.ids().values()
    assert one.project.replicas() == {"web": 1, "web1": 1, "web2": 1}
    _await_both(one)
    _await_both(other)


def test_balancer_listens_on_the_port_of_the_start(
    new_project: NewProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = TINY.replace("8001:8080", f"{PORT}:{PORT}").replace("bind :8080", f"bind :{PORT}")
    file = made(
        tmp_path / "generated.yml", source.replace('- "8080"', f'- "{PORT}"'), "scale", "web", "2"
    )
    one = Running(new_project("local", file))
    for port in (8080, 9000):
        monkeypatch.setenv("API_PORT", str(port))
        one.project.up()

        url = f"http://{one.project.engine.address}:{port}/"
        until(lambda: len(one.serving()) == 2, f"both replicas serve {port}")
        assert fetch(url).decode().strip() in _replicas(one)
