"""`dcgen lb`: a balancer is looked at, drained, reloaded and led elsewhere while it serves."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from tests.e2e.conftest import NewProject, NewRedis
from tests.e2e.live import RNG, TINY, Running, made
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.e2e.sources import engine
from tests.lab.commands import CommandError
from tests.lab.kept import ends
from tests.lab.lab import LOCAL, TODAY
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

STORE = 'services:\n  redis:\n    image: redis\n    ports:\n      - "6390:6379"\n'
LONGEST_GAP_S = 1.0


def _running(new_project: NewProject, folder: Path, *words: str, host: str = "local") -> Running:
    file = made(folder / "generated.yml", RNG, "scale", "rng", *words)
    running = Running(new_project(host, file))
    running.up()
    return running


def _on_two_hosts(new_project: NewProject, folder: Path) -> tuple[Running, list[str]]:
    # Returns one of the two projects, and where their Engines are.
    hosts = ("local", "node1")
    for host in hosts:
        one = _running(new_project, folder, "2", host=host)
        one.await_serving({"rng1", "rng2"})
    return one, [new_project(host, one.project.file).engine.url for host in hosts]


def test_status_shows_the_servers_of_every_host(new_project: NewProject, tmp_path: Path) -> None:
    one, hosts = _on_two_hosts(new_project, tmp_path)

    found = json.loads(one.dcgen("lb", "status", "--json", "--host", hosts[0], "--host", hosts[1]))

    assert [proxy["host"] for proxy in found] == hosts
    assert [len(proxy["servers"]) for proxy in found] == [2, 2]


def test_what_runs_is_listed_read_and_stopped_on_every_host(
    new_project: NewProject, tmp_path: Path
) -> None:
    one, hosts = _on_two_hosts(new_project, tmp_path)
    where = ("--host", hosts[0], "--host", hosts[1])

    def states() -> dict[tuple[str, str], str]:
        found = json.loads(one.dcgen("ps", "--json", *where))
        return {(row["host"], row["service"]): row["state"] for row in found}

    wanted = {(host, name) for host in hosts for name in ("rng", "rng1", "rng2")}
    assert states() == dict.fromkeys(sorted(wanted), "running")
    told = [line.split() for line in one.dcgen("logs", "--tail", "5", *where).splitlines()]
    assert {(host, name.partition("-")[0]) for host, name, *_ in told} >= {
        (host, name) for host in hosts for name in ("rng1", "rng2")
    }
    one.dcgen("stop", *where)
    assert states() == dict.fromkeys(sorted(wanted), "exited")


@pytest.mark.parametrize("kind", ["--dynamic", "--static"])
def test_a_drained_server_gets_nothing_until_it_is_ready(
    new_project: NewProject, tmp_path: Path, kind: str
) -> None:
    one = _running(new_project, tmp_path, "2", kind)
    drained = "rng-replicas-2" if kind == "--dynamic" else "rng2"
    with load(one.url()) as constant:
        constant.await_answers_of(2)
        one.dcgen("lb", "drain", drained)
        alone = constant.who()
        one.dcgen("lb", "ready", drained)
        constant.await_answers_of(2)

    assert len(alone) == 1
    assert constant.failed == []


@dataclass(slots=True)
class Writers:
    """Clients that count in a Redis as fast as they can, and connect again when cut off."""

    place: tuple[str, int]
    gaps_s: list[float] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        client = redis.Redis(*self.place, socket_timeout=2)
        last_s = time.monotonic()
        while not self._over.is_set():
            try:
                client.incr("written")
            except redis.RedisError:
                continue
            now_s = time.monotonic()
            self.gaps_s.append(now_s - last_s)
            last_s = now_s
        client.close()

    def around(self, act: Callable[[], None]) -> None:
        """Write while *act* runs, and some more before and after."""
        threads = [threading.Thread(target=self.run, daemon=True) for _ in range(8)]
        for thread in threads:
            thread.start()
        try:
            self.more()
            act()
            self.more()
        finally:
            self._over.set()
            for thread in threads:
                thread.join(10)

    def more(self) -> None:
        """Return once 500 more were written."""
        goal = len(self.gaps_s) + 500
        until(lambda: len(self.gaps_s) >= goal, "500 more are written", 20)


@pytest.mark.parametrize(
    "by",
    [
        pytest.param("address", id="to-an-address"),
        pytest.param("name", id="to-a-name-which-needs-a-reload"),
    ],
)
def test_after_a_retarget_nothing_is_written_to_the_old_redis(
    new_project: NewProject, new_redis: NewRedis, tmp_path: Path, by: str, notebook: Notebook
) -> None:
    old = new_redis("local")
    target = new_redis("node1").upstream
    file = made(tmp_path / "generated.yml", STORE, "ambassador", f"redis={old.upstream}")
    one = Running(new_project("local", file))
    one.up()
    with _named(one, "elsewhere") as name:
        target = f"{name}:6379" if by == "name" else target
        found = _retargeted(one, old.upstream, target)
        # A container that is started again leads to the new one, too.
        one.project.engine.docker("restart", one.project.ids()["redis-1"])
        until(lambda: one.status()[0]["check"] == "L7OK", "it has an upstream", 20)
    notebook.note(f"blackout by {by}, as dcgen says it", f"{found.blackout_ms} ms")
    notebook.note_seconds(f"longest wait of a client, by {by}", found.longest_s, LONGEST_GAP_S)

    assert found.written == found.written_later
    assert target in file.read_text().partition("dcgen.upstream: ")[2].splitlines()[0]
    assert one.status()[0]["address"].split(":")[1] == target.split(":")[1]


@dataclass(frozen=True, slots=True)
class Retargeted:
    """What was *written* to the old Redis when the command ended, and later; the clients' wait."""

    written: int
    written_later: int
    longest_s: float
    blackout_ms: int


def _retargeted(one: Running, old: str, target: str) -> Retargeted:
    writers = Writers((one.project.engine.address, 6390))
    counts: list[int] = []
    blackouts: list[int] = []

    def act() -> None:
        said = json.loads(one.dcgen("lb", "retarget", "--json", f"redis={target}"))
        blackouts.append(said[0]["blackout_ms"])
        counts.append(_written(old))
        writers.more()
        counts.append(_written(old))

    writers.around(act)
    return Retargeted(counts[0], counts[1], max(writers.gaps_s), blackouts[0])


@contextmanager
def _named(one: Running, name: str) -> Iterator[str]:
    words = f"run --detach --name {name} --network {one.project.name}_default redis"
    one.project.engine.docker(words)
    try:
        yield name
    finally:
        one.project.engine.docker("rm --force --volumes", name)


def _written(upstream: str) -> int:
    host, _, port = upstream.partition(":")
    with redis.Redis(host, int(port), socket_timeout=5, decode_responses=True) as client:
        return int(str(client.get("written")))


def test_nobody_is_led_to_where_nobody_listens(new_project: NewProject, tmp_path: Path) -> None:
    file = made(tmp_path / "generated.yml", STORE, "ambassador", "redis=127.0.0.1:6379")
    before = file.read_text()
    one = Running(new_project("local", file))
    one.up()

    with pytest.raises(CommandError, match="nothing listens"):
        one.dcgen("lb", "retarget", "redis=127.0.0.1:1")
    assert file.read_text() == before


@engine(LOCAL)
def test_a_reload_brings_new_replicas_in_and_loses_no_request(
    new_project: NewProject, host: str, tmp_path: Path, notebook: Notebook
) -> None:
    one = _running(new_project, tmp_path, "2", host=host)
    balancer = one.project.ids()["rng-1"]
    with load(one.url()) as constant, ExitStack() as cleanup:
        one.scale("rng", 4)
        one.project.compose("up -d --no-deps --no-recreate rng3 rng4")
        place = (one.project.engine.address, 8001)
        kept = [cleanup.enter_context(socket.create_connection(place)) for _ in range(4)]
        one.dcgen("lb", "reload", "rng")
        turns = ends(kept)
        constant.await_answers_of(4)
    notebook.note("2 to 4 static rng by a reload", constant.verdict, "0 failed")
    notebook.note("kept connections that ended at once then", str(max(map(len, turns))), "not 4")

    assert constant.failed == []
    assert len(turns) > 1
    assert one.project.ids()["rng-1"] == balancer


@engine(TODAY)
def test_reloads_of_a_balancer_that_asks_dns_lose_no_request(
    new_project: NewProject, host: str, tmp_path: Path, notebook: Notebook
) -> None:
    file = made(tmp_path / "generated.yml", TINY, "scale", "web", "3", "--dynamic")
    one = Running(new_project(host, file))
    one.up()
    with load(one.url(), clients=4) as constant:
        for seconds in (3, 4, 5):
            words = ("-q", "-o", str(file), "--timeout-connect", str(seconds))
            one.dcgen("scale", "web", "3", *words)
            one.dcgen("lb", "reload")
            constant.more(200)
    notebook.note("3 reloads of a dynamic balancer", constant.verdict, "0 failed")

    assert constant.failed == []


def test_a_configuration_that_haproxy_refuses_changes_nothing(
    new_project: NewProject, tmp_path: Path
) -> None:
    one = _running(new_project, tmp_path, "2")
    text = one.project.file.read_text()
    one.project.file.write_text(text.replace("balance leastconn", "balance sideways"))
    with load(one.url()) as constant:
        with pytest.raises(CommandError, match="HAProxy refuses the new configuration"):
            one.dcgen("lb", "reload")
        constant.await_answers_of(2)
    assert constant.failed == []
