"""`make demo` kills a process half-way, and the run ends well all the same."""

import subprocess
import sys
from pathlib import Path


def test_a_killed_service_is_named_at_the_end_of_a_good_run(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(
        "services:\n  one: {image: redis}\n  two: {image: redis}\n"
    )
    command = [sys.executable, "-m", "benchmarks.demo", str(tmp_path / "compose.yml")]
    run = subprocess.run(
        [*command, "--for", "4", "--kill", "two"], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0
    assert "two is killed: the other replicas take its requests" in run.stderr
    assert "1 processes stopped" in run.stderr
    assert "two-1: exited with code 137" in run.stdout
