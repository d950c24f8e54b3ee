"""What a generated container may do, how it bears strange limits, and how it ends."""

import json
import resource
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lb.image import GRACE_S
from tests.e2e.conftest import NewProject
from tests.e2e.live import TINY, made
from tests.e2e.report import Notebook
from tests.e2e.sources import engines_in_turn, repetition
from tests.lab.project import Project
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

SCALED = ("scale", "web", "2")
LOW = (*SCALED, "--port", "8080", "--port", "80")
AMBASSADOR = ("ambassador", "web=192.0.2.7:8080", "--port", "8080")
MOST = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
ROOM = 40_000  # file descriptors: what 16,384 connections need, and some


def _inspected(project: Project) -> dict[str, Any]:
    one = next(one for one in project.containers() if one.service == "web")
    found: dict[str, Any] = json.loads(project.engine.docker("inspect", one.id))[0]
    return found


def _limited(file: Path, limits: str) -> Path:
    """Give *file* the limits of open files, as a host would."""
    ulimits = f"    ulimits: {{nofile: {limits}}}\n    stop_grace_period: "
    file.write_text(file.read_text().replace("    stop_grace_period: ", ulimits))
    return file


@engines_in_turn(
    "made_by",
    {
        "balancer-inline": (LOW, "inline"),
        "ambassador-inline": (AMBASSADOR, "inline"),
        "ambassador-file": (AMBASSADOR, "file"),
        "balancer-file": (LOW, "file"),
    },
)
def test_container_has_no_more_rights_than_it_needs(
    new_project: NewProject, host: str, tmp_path: Path, made_by: tuple[tuple[str, ...], str]
) -> None:
    words, config = made_by
    project = new_project(
        host, made(tmp_path / "generated.yml", TINY, *words, "--lb-config", config)
    )
    project.up()
    found = _inspected(project)
    status = project.engine.docker(f"exec {found['Id']} cat /proc/1/status")

    assert "\nUid:\t99\t99\t99\t99\n" in status
    for kind in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert f"\n{kind}:\t0000000000000000\n" in status
    assert "\nNoNewPrivs:\t1\n" in status
    if words is LOW:
        start = "cat /proc/sys/net/ipv4/ip_unprivileged_port_start"
        assert project.engine.docker(f"exec {found['Id']} {start}").strip() == "0"
    # Compose copies an inline configuration into the container: see decision 0007.
    assert found["HostConfig"]["ReadonlyRootfs"] is (config == "file")


@pytest.mark.parametrize(
    ("limits", "room"),
    [
        pytest.param(f"{{soft: {MOST}, hard: {MOST}}}", ROOM, id="as many as this machine grants"),
        pytest.param(
            f"{{soft: 1024, hard: {MOST}}}", ROOM, id="few, but not at most", marks=repetition
        ),
        pytest.param("{soft: 1024, hard: 1024}", 1024, id="few"),
    ],
)
def test_it_runs_under_any_limit_of_open_files(
    new_project: NewProject, tmp_path: Path, limits: str, room: int
) -> None:
    file = _limited(made(tmp_path / "generated.yml", TINY, *SCALED), limits)
    project = new_project("local", file)
    project.up()

    until(lambda: _inspected(project)["State"]["Health"]["Status"] == "healthy", "it is healthy")
    worker = (
        'worker=$(grep -l "^PPid:.1$" /proc/[0-9]*/status); cat "$worker" "${worker%status}limits"'
    )
    shown = project.engine.docker(f"exec {_inspected(project)['Id']} sh -c", worker)
    used = shown.partition("VmRSS:")[2].split()[0]
    most = shown.partition("Max open files")[2].split()[0]

    assert int(used) < 60_000  # KiB: a table for a million descriptors alone takes more
    assert int(most) <= room


def test_it_ends_by_itself_within_its_grace_period_while_clients_idle(
    new_project: NewProject, tmp_path: Path, notebook: Notebook
) -> None:
    project = new_project("local", made(tmp_path / "generated.yml", TINY, *SCALED))
    project.up()
    until(lambda: _inspected(project)["State"]["Health"]["Status"] == "healthy", "it is healthy")
    port = int(project.url("web", 8080).rpartition(":")[2])

    with ExitStack() as cleanup:
        for _ in range(10):
            cleanup.enter_context(socket.create_connection((project.engine.address, port)))
        begin_s = time.monotonic()
        project.compose("stop web")
        took_s = time.monotonic() - begin_s
    notebook.note("stopping a balancer with ten idle clients", f"{took_s:.1f} s", f"{GRACE_S} s")

    # Docker kills what does not end within its grace period, and that is exit code 137.
    assert _inspected(project)["State"]["ExitCode"] == 0
