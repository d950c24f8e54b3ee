"""`dcgen lb` on a run of processes, as a person uses it."""

import json
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.engine.commands import Up, dcgen
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import end

pytestmark = pytest.mark.usefixtures("home", "haproxy")


@pytest.fixture
def rng(tmp_path: Path, build: Callable[..., Path], cleanup: ExitStack) -> Path:
    """Run a dynamic variant with three replicas, and return its file."""
    file, made = tmp_path / "compose.yml", tmp_path / "generated.yml"
    file.write_text(f"services:\n  rng:\n    build: {build('rng')}\n")
    done = dcgen("scale", "rng", "3", "--dynamic", "-f", str(file), "-o", str(made))
    assert done.returncode == 0, done.stderr
    Up.start(made, cleanup=cleanup).wait_for("are ready")
    return made


def _servers(file: Path) -> dict[str, dict[str, Any]]:
    shown = dcgen("lb", "status", "--json", "-f", str(file))
    assert shown.returncode == 0, shown.stderr
    return {one["name"]: one for proxy in json.loads(shown.stdout) for one in proxy["servers"]}


def test_a_dynamic_variant_has_a_server_for_each_process(rng: Path) -> None:
    # A check that came before a process listened leaves "UP 1/3" until the next one.
    until(lambda: {one["status"] for one in _servers(rng).values()} == {"UP"}, "all are up")

    assert list(_servers(rng)) == ["rng-replicas-1", "rng-replicas-2", "rng-replicas-3"]


def test_a_server_is_drained_and_made_ready_again(rng: Path) -> None:
    drained = dcgen("lb", "drain", "rng-replicas-2", "-f", str(rng))
    status = _servers(rng)["rng-replicas-2"]["status"]
    dcgen("lb", "ready", "rng", "-f", str(rng))

    assert "rng-replicas-2: idle after" in drained.stderr
    assert status == "DRAIN"
    assert _servers(rng)["rng-replicas-2"]["status"] == "UP"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["lb", "drain", "rgn"], 1, "no server named 'rgn'", id="a typo"),
        pytest.param(["lb", "status", "worker"], 1, "is neither a balancer nor", id="no balancer"),
        pytest.param(["lb", "reload"], 3, "is a process", id="a reload"),
        pytest.param(["lb", "retarget", "rng=h:1"], 1, "is not an ambassador", id="no ambassador"),
        pytest.param(["rollout", "rng"], 2, "no containers", id="a rollout"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(
    rng: Path, words: list[str], code: int, said: str
) -> None:
    done = dcgen(*words, "-f", str(rng))

    assert done.returncode == code
    assert said in done.stderr
    assert "fix: " in done.stderr


def test_what_does_not_run_is_said(tmp_path: Path) -> None:
    file = tmp_path / "compose.yml"
    file.write_text("services:\n  rng:\n    image: haproxy\n    labels: [dcgen.role=ambassador]\n")

    done = dcgen("lb", "status", "-f", str(file), "--engine", "process")

    assert done.returncode == 3
    assert "no balancer" in done.stderr


def _redis(cleanup: ExitStack, folder: Path) -> tuple[int, redis.Redis]:
    port = free_port()
    folder.mkdir()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    cleanup.callback(end, process)
    client = cleanup.enter_context(redis.Redis("127.0.0.1", port, decode_responses=True))
    until(lambda: _answers(client), "Redis answers")
    return port, client


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


@pytest.mark.usefixtures("redis_server")
@pytest.mark.parametrize("lb_config", ["inline", "args"])
def test_an_ambassador_is_led_elsewhere_and_its_sessions_are_closed(
    lb_config: str, tmp_path: Path, cleanup: ExitStack
) -> None:
    (old_port, old), (new_port, new) = (_redis(cleanup, tmp_path / n) for n in ("old", "new"))
    published = free_port()
    file, made = tmp_path / "compose.yml", tmp_path / "generated.yml"
    file.write_text(
        f"services:\n  redis:\n    image: redis\n    ports: ['127.0.0.1:{published}:6379']\n"
    )
    upstream = f"redis=127.0.0.1:{old_port}"
    dcgen("ambassador", upstream, "-f", str(file), "-o", str(made), "--lb-config", lb_config)
    Up.start(made, cleanup=cleanup).wait_for("are ready")
    client = cleanup.enter_context(redis.Redis("127.0.0.1", published, socket_timeout=60))
    client.incr("written")

    words = ("lb", "retarget", "--json", f"redis=127.0.0.1:{new_port}", "-f", str(made))
    done = dcgen(*words)
    client.incr("written")

    assert done.returncode == 0, done.stderr
    assert 0 <= json.loads(done.stdout)[0]["blackout_ms"] < 10_000  # null if nobody had answered
    assert (old.get("written"), new.get("written")) == ("1", "1")
    assert f"dcgen.upstream: host.docker.internal:{new_port}\n" in made.read_text()
