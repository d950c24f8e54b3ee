"""`dcgen rollout`: new containers for all replicas of a service that does not stop serving."""

from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.live import RNG, TINY, Running, made
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.e2e.sources import repetition
from tests.lab.commands import CommandError

pytestmark = pytest.mark.e2e

kinds = pytest.mark.parametrize(
    ("words", "replicas"),
    [
        pytest.param(["3", "--dynamic"], {"rng-replicas"}, id="dynamic"),
        pytest.param(["3"], {"rng1", "rng2", "rng3"}, id="static", marks=repetition),
        pytest.param(["1"], {"rng1"}, id="static-and-alone"),
    ],
)


@pytest.fixture
def rng(new_project: NewProject, tmp_path: Path, words: list[str]) -> Running:
    """Give rng, which reads `rng.env`, behind a balancer, started with dcgen."""
    (tmp_path / "rng.env").write_text("A=1\n")
    source = RNG.replace("  rng:\n", "  rng:\n    env_file: rng.env\n", 1)
    file = made(tmp_path / "generated.yml", source, "scale", "rng", *words)
    running = Running(new_project("local", file))
    running.up()
    return running


def _ids(running: Running, services: set[str]) -> set[str]:
    return {one.id for one in running.project.containers() if one.service in services}


@kinds
def test_every_replica_is_replaced_and_no_request_fails(
    rng: Running, replicas: set[str], notebook: Notebook
) -> None:
    before, balancer = _ids(rng, replicas), rng.project.ids()["rng-1"]
    with load(rng.url()) as constant:
        rng.dcgen("rollout", "rng", "-q")
        constant.more(200)
        answering = constant.who()
    notebook.note(f"rollout of {len(before)} rng", constant.verdict, "0 failed")
    after = _ids(rng, replicas)

    assert constant.failed == []
    assert not before & after
    assert answering == {f"RNG running on {one[:12]}" for one in after}
    assert rng.project.ids()["rng-1"] == balancer


@pytest.mark.parametrize("words", [pytest.param(["1"], id="static-and-alone")])
def test_what_the_only_replica_works_on_is_answered_before_it_goes(
    rng: Running, notebook: Notebook
) -> None:
    # 100 ms each, one at a time: ten clients always have a request open, and the others wait.
    with load(rng.url() + "16") as constant:
        rng.dcgen("rollout", "rng", "-q")
        constant.more(30)
    notebook.note("rollout of the only rng, which always works", constant.verdict, "0 failed")

    assert constant.failed == []


@pytest.mark.parametrize(
    ("words", "replicas"),
    [
        pytest.param(["2", "--dynamic"], {"rng-replicas"}, id="dynamic"),
        pytest.param(["2"], {"rng1", "rng2"}, id="static", marks=repetition),
    ],
)
def test_a_new_image_that_never_serves_is_taken_back_and_no_request_fails(
    rng: Running, replicas: set[str], notebook: Notebook
) -> None:
    before = _ids(rng, replicas)
    for service in replicas:
        rng.project.engine.docker("tag redis", f"{rng.project.name}-{service}")
    with load(rng.url()) as constant:
        with pytest.raises(CommandError, match="the old replicas keep running"):
            rng.dcgen("rollout", "rng", "-q", "--healthy-deadline", "8")
        constant.more(200)
        answering = constant.who()
    notebook.note("a rollout that is taken back", constant.verdict, "0 failed")

    assert constant.failed == []
    assert _ids(rng, replicas) == before
    assert len(answering) == len(before)


@pytest.mark.parametrize(
    ("words", "replicas", "changed"),
    [
        pytest.param(["2", "--dynamic"], {"rng-replicas"}, ("A=1", "A=2"), id="dynamic"),
        pytest.param(["2"], {"rng1", "rng2"}, ("interval: 2s", "interval: 3s"), id="static"),
    ],
)
def test_up_replaces_changed_replicas_one_at_a_time_and_no_request_fails(
    rng: Running, replicas: set[str], changed: tuple[str, str], notebook: Notebook
) -> None:
    before, file = _ids(rng, replicas), rng.project.file
    if changed[0] not in file.read_text():
        file = file.with_name("rng.env")
    with load(rng.url()) as constant:
        rng.up()
        untouched = _ids(rng, replicas)
        file.write_text(file.read_text().replace(*changed))
        rng.up()
        constant.more(200)
    notebook.note("up with another definition of 2 rng", constant.verdict, "0 failed")

    assert untouched == before
    assert not before & _ids(rng, replicas)
    assert len(_ids(rng, replicas)) == len(before)
    assert constant.failed == []


# It takes longer to serve than a rollout waits by itself, and its health check says so.
SLOW = TINY.replace(
    'command: ["haproxy", "-W", "-db", "-f", "/web.cfg"]',
    """command: ["sh", "-c", "sleep 5; exec haproxy -W -db -f /web.cfg"]
    healthcheck:
      test: ["CMD", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080"]
      interval: 1s
      start_period: 30s""",
)


def test_a_new_replica_gets_the_time_that_its_own_health_check_asks_for(
    new_project: NewProject, tmp_path: Path, notebook: Notebook
) -> None:
    file = made(tmp_path / "generated.yml", SLOW, "scale", "web", "1", "--dynamic")
    slow = Running(new_project("local", file))
    slow.up()
    slow.await_serving({"web-replicas-1"})
    before = _ids(slow, {"web-replicas"})

    with load(slow.url()) as constant:
        slow.dcgen("rollout", "web", "-q", "--healthy-deadline", "1")
        constant.more(100)
    notebook.note("rollout that waits five times its deadline", constant.verdict, "0 failed")

    assert constant.failed == []
    assert len(_ids(slow, {"web-replicas"}) - before) == 1
