"""`dcgen top` on three hosts at once: containers, HAProxy's figures, `docker stats`, log lines."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.door import DCGEN, dcgen
from tests.e2e.live import RNG, TINY, Running, made
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

NODES = ("node1", "node2", "node3")
# Each request is a line in the log of the replica that answers it.
COUNTED = RNG + "    labels:\n      dcgen.count: GET\n"

WITH_STORE = TINY.replace("networks:", "  redis:\n    image: redis\nnetworks:", 1)


def _once(one: Running, hosts: list[str]) -> dict[str, Any]:
    words = [word for host in hosts for word in ("--host", host)]
    found: dict[str, Any] = json.loads(one.dcgen("top", "--once", "--json", *words))
    return found


def test_one_sample_shows_the_replicas_of_three_hosts(
    new_project: NewProject, tmp_path: Path, notebook: Notebook
) -> None:
    file = made(tmp_path / "generated.yml", COUNTED, "scale", "rng", "2")
    everywhere = [Running(new_project(node, file)) for node in NODES]
    for one in everywhere:
        one.up()
        one.await_serving({"rng1", "rng2"})
    hosts = [one.project.engine.url for one in everywhere]
    engine = everywhere[2].project.engine
    engine.docker("stop", "--time", "1", everywhere[2].project.ids()["rng2-1"])
    with load(everywhere[0].url()) as constant:
        constant.await_answers_of(2)
        sample = _once(everywhere[0], hosts)
    (rng,) = sample["groups"]
    members = {(one["host"], one["name"]): one for one in rng["members"]}
    busy = [members[hosts[0], name] for name in ("rng1", "rng2")]
    notebook.note("requests a second, as HAProxy counts them", f"{rng['per_s']:.1f}")
    notebook.note("as the counted log lines say", f"{rng['units_per_s']:.1f}")

    assert sample["problems"] == []
    assert len(members) == 9
    assert (rng["up"], rng["replicas"]) == (5, 6)
    assert members[hosts[2], "rng2"]["state"] == "exited"
    assert all(one["traffic"]["per_s"] > 0 and one["units_per_s"] > 0 for one in busy)
    assert members[hosts[1], "rng1"]["traffic"]["per_s"] == 0
    running = [one for one in members.values() if one["state"] == "running"]
    assert all(one["memory_bytes"] > 0 and one["cpu_percent"] is not None for one in running)


def test_a_host_that_does_not_answer_hides_no_other(
    new_project: NewProject, tmp_path: Path
) -> None:
    one = Running(new_project("node1", made(tmp_path / "generated.yml", RNG, "scale", "rng", "2")))
    one.up()
    one.await_serving({"rng1", "rng2"})
    words = [str(DCGEN), "top", "--once", "--json", "-f", str(one.project.file)]
    words += ["--host", one.project.engine.url, "--host", "tcp://127.0.0.1:1"]
    env = {**os.environ, **one.env}
    done = subprocess.run(words, stdout=subprocess.PIPE, timeout=150, env=env, check=False)
    sample = json.loads(done.stdout)

    assert done.returncode == 3
    assert [problem["host"] for problem in sample["problems"]] == ["tcp://127.0.0.1:1"]
    assert [(group["name"], group["up"]) for group in sample["groups"]] == [("rng", 2)]


def test_replicas_that_come_are_marked_and_an_ambassador_shows_where_it_leads(
    new_project: NewProject, tmp_path: Path
) -> None:
    file = made(tmp_path / "generated.yml", WITH_STORE, "scale", "web", "1", "--dynamic")
    dcgen("ambassador", "redis=127.0.0.1:6379", "-q", "-f", file, "-o", file)
    one = Running(new_project("local", file))
    one.up()
    one.await_serving({"web-replicas-1"})
    words = [str(DCGEN), "top", "--json", "--interval", "1", "-f", str(file)]
    env = {**os.environ, **one.env}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=env) as top:
        samples = map(json.loads, top.stdout or ())
        first = next(samples)
        one.scale("web", 3)
        one.up()
        said: list[str] = []

        def three() -> list[dict[str, Any]]:
            sample = next(samples)
            said.extend(f"{mark['service']} {mark['what']}" for mark in sample["marks"])
            groups: list[dict[str, Any]] = sample["groups"]
            found = groups[0]["up"] == 3 and all(m["traffic"] for m in groups[0]["members"][1:])
            return groups if found else []

        web, redis = until(three, "three replicas serve", 60)
        top.terminate()
    replicas = [member["name"] for member in web["members"] if member["role"] == "replica"]
    led_to = [member["traffic"]["address"] for member in redis["members"] if member["traffic"]]

    assert [group["name"] for group in first["groups"]] == ["web", "redis"]
    assert "web scaled 1 → 3" in said or {"web scaled 1 → 2", "web scaled 2 → 3"} <= set(said)
    assert replicas == ["web-replicas-1", "web-replicas-2", "web-replicas-3"]
    # A container reaches its machine by an address of the network.
    assert [address.rpartition(":")[2] for address in led_to] == ["6379"]
