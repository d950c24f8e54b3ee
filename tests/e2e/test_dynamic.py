"""`dcgen scale --dynamic`: replicas come and go, and nothing else of the application notices."""

import time
from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.live import RNG, TINY, Running, made
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.lab.project import fetch
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

FOLLOWS_WITHIN_S = 2.0
MANY = 40


def _names(service: str, replicas: int) -> set[str]:
    return {f"{service}-replicas-{number}" for number in range(1, replicas + 1)}


def _balancer(running: Running, service: str = "rng") -> str:
    return running.project.ids()[f"{service}-1"]


@pytest.fixture
def rng(new_project: NewProject, tmp_path: Path) -> Running:
    """Give three rng behind a balancer that finds them by DNS."""
    file = made(tmp_path / "generated.yml", RNG, "scale", "rng", "3", "--dynamic")
    running = Running(new_project("local", file))
    running.up()
    return running


@pytest.fixture
def tiny(new_project: NewProject, tmp_path: Path) -> Running:
    """Give three tiny servers behind a balancer that finds them by DNS."""
    file = made(tmp_path / "generated.yml", TINY, "scale", "web", "3", "--dynamic")
    running = Running(new_project("local", file))
    running.up()
    return running


def test_scaling_with_dcgen_leaves_the_balancer_alone_and_loses_no_request(
    rng: Running, notebook: Notebook
) -> None:
    rng.await_serving(_names("rng", 3))
    before = _balancer(rng)
    follows_s = []
    with load(rng.url()) as constant:
        for replicas in (6, 2, 6):
            rng.scale("rng", replicas)
            rng.up()
            follows_s.append(rng.seconds_until_followed("rng"))
            constant.await_answers_of(replicas)
    notebook.note("3 to 6 to 2 to 6 replicas with dcgen", constant.verdict, "0 failed")
    notebook.note_seconds("the balancer follows, at worst", max(follows_s), FOLLOWS_WITHIN_S)

    assert constant.failed == []
    assert _balancer(rng) == before


def test_scaling_with_compose_alone_costs_http_clients_nothing(
    new_project: NewProject, tmp_path: Path, notebook: Notebook
) -> None:
    words = ("scale", "rng", "3", "--dynamic", "--mode", "http")
    rng = Running(new_project("local", made(tmp_path / "generated.yml", RNG, *words)))
    rng.up()
    rng.await_serving(_names("rng", 3))
    before = _balancer(rng)
    follows_s = []
    with load(rng.url()) as constant:
        # DNS knows containers before they listen: a request tries elsewhere, six times at most.
        # `dcgen up` leads nobody there before they do.
        for replicas in (6, 3, 6):
            rng.project.up(f"--scale rng-replicas={replicas}")
            follows_s.append(rng.seconds_until_followed("rng"))
            constant.await_answers_of(replicas)
    notebook.note("3 to 6 to 3 to 6 replicas with Compose", constant.verdict, "0 failed")
    notebook.note_seconds("the balancer follows, at worst", max(follows_s), FOLLOWS_WITHIN_S)

    assert constant.failed == []
    assert _balancer(rng) == before


def test_forty_replicas_all_serve_and_their_name_may_vanish_and_return(
    tiny: Running, notebook: Notebook
) -> None:
    before = _balancer(tiny, "web")
    tiny.project.up(f"--scale web-replicas={MANY}")
    begin_s = time.monotonic()
    tiny.await_serving(_names("web", MANY))
    notebook.note_seconds(f"{MANY} replicas serve after their start", time.monotonic() - begin_s)
    tiny.project.up("--scale web-replicas=0")
    tiny.await_serving(set())
    with pytest.raises(OSError, match="closed"):
        fetch(tiny.url())
    tiny.project.up("--scale web-replicas=2")

    with load(tiny.url(), clients=2) as constant:
        constant.await_answers_of(2)
    assert _balancer(tiny, "web") == before


def test_an_address_that_another_container_takes_is_left_alone(tiny: Running) -> None:
    project = tiny.project
    gone = next(one for one in project.containers() if one.service == "web-replicas")
    address = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    freed = project.engine.docker("inspect --format", address, gone.id).strip()
    project.engine.docker("rm --force", gone.id)
    network = f"--network {project.name}_default --ip {freed}"
    with load(tiny.url(), clients=4) as constant:
        config = str(project.file.parent / "foreign.cfg")
        _write_foreign(Path(config), tiny)
        project.engine.docker(
            f"run --detach --name foreign {network} --volume {config}:/web.cfg:ro"
            " haproxy:3.0 haproxy -W -db -f /web.cfg"
        )
        try:
            until(lambda: "foreign" not in constant.who(), "nobody asks it", 60)
            constant.more(2000)
            later = constant.who()
        finally:
            project.engine.docker("rm --force foreign")
    assert len(later) == 2


def _write_foreign(file: Path, tiny: Running) -> None:
    text = tiny.project.file.with_name("compose.yml").read_text()
    config = text.partition("content: |\n")[2].replace("%H", "foreign")
    file.write_text("\n".join(line[6:] for line in config.splitlines()) + "\n")
