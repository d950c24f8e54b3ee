"""A service of a run by `dcgen up` that dies: what becomes of it, of the others and of the run."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

from .commands import Up, dcgen
from .conftest import SCALED

Build = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("home", "haproxy")


def test_a_service_that_dies_is_named_with_its_code_and_the_others_go_on(
    build: Build, file: Path, cleanup: ExitStack
) -> None:
    build("dies", "raise SystemExit(7)", port=None)
    file.write_text(f"{SCALED}  dies: {{build: dies}}\n")
    up = Up.start(file, "--for", "600", cleanup=cleanup)
    up.wait_for("dies-1 exited with code 7")
    stopped = dcgen("stop", "-f", str(file))
    code = up.finish()

    assert (stopped.returncode, code) == (0, 0)
    assert any("3 processes stopped" in line for line in up.said)
    assert any("exited before: dies-1 with code 7" in line for line in up.said)
    assert "  dies-1: exited with code 7" in up.said


def test_a_killed_replica_behind_a_balancer_costs_no_answer(up: Up) -> None:
    url = up.wait_for("http://").split()[1]
    up.wait_for("ready")
    entries = json.loads(dcgen("ps", "--json", "-f", str(up.file)).stdout)
    victim = next(entry["pid"] for entry in entries if entry["name"] == "web1-1")
    os.kill(victim, signal.SIGKILL)
    up.wait_for("web1-1 exited with code 137")

    assert {urlopen(url, timeout=60).read().decode() for _ in range(10)} == {"two"}
    up.end(signal.SIGINT)
    assert up.said[-1].endswith("; exited before: web1-1 with code 137")


def test_a_run_whose_only_service_fails_ends_as_compose_up_does(build: Build, file: Path) -> None:
    build("dies", "raise SystemExit(7)", port=None)
    file.write_text("services:\n  dies: {build: dies}\n")
    run = dcgen("up", "-f", str(file), "--engine", "process")

    assert run.returncode == 0
    assert "stopping: all processes have ended" in run.stderr
    assert "exited before: dies-1 with code 7" in run.stderr


def test_a_service_that_needs_a_job_that_failed_ends_the_run(build: Build, file: Path) -> None:
    build("job", "raise SystemExit(7)", port=None)
    condition = "{job: {condition: service_completed_successfully}}"
    services = f"  job: {{build: job}}\n  next: {{build: job, depends_on: {condition}}}\n"
    file.write_text(f"services:\n{services}")
    run = dcgen("up", "-f", str(file), "--engine", "process")

    assert run.returncode == 1
    assert "next-1: it needs 'job-1', which exited with code 7" in run.stderr


def test_a_service_that_dies_is_started_again_if_the_file_says_so(
    build: Build, file: Path, cleanup: ExitStack
) -> None:
    build("dies", "import time; time.sleep(0.1); raise SystemExit(7)", port=None)
    file.write_text(f"{SCALED}  dies: {{build: dies, restart: always}}\n")
    up = Up.start(file, cleanup=cleanup)

    assert up.wait_for("restart 2") == "dies-1: restart 2, in 0.2 s"
