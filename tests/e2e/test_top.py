"""`dcgen top` on three hosts at once: containers, HAProxy's figures, `docker stats`, log lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.live import RNG, Running, made
from tests.e2e.load import load
from tests.e2e.report import Notebook

pytestmark = pytest.mark.e2e

NODES = ("node1", "node2", "node3")
# Each request is a line in the log of the replica that answers it.
COUNTED = RNG + "    labels:\n      dcgen.count: GET\n"


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
    sample = _once(one, [one.project.engine.url, "tcp://127.0.0.1:1"])

    assert [problem["host"] for problem in sample["problems"]] == ["tcp://127.0.0.1:1"]
    assert [(group["name"], group["up"]) for group in sample["groups"]] == [("rng", 2)]
