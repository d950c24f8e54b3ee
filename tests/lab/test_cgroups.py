"""What a host leaves in control groups goes with it, whatever state it is in."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.lab.daemon import remove_cgroups
from tests.lab.waiting import until

V1 = Path("/sys/fs/cgroup/freezer")
ROOT = V1 if V1.is_dir() else Path("/sys/fs/cgroup")


@pytest.fixture
def group() -> Path:
    """Give a control group that can be frozen, two below one of the lab's."""
    made = ROOT / f"dcgen-test-{os.getpid()}" / "node1" / "container"
    try:
        made.mkdir(parents=True)
    except OSError as error:
        pytest.skip(f"no control groups for this user: {error.strerror}")
    return made


def test_a_paused_container_that_a_dead_daemon_left_ends_and_goes(group: Path) -> None:
    state, word, frozen = (
        ("freezer.state", "FROZEN", "FROZEN") if ROOT == V1 else ("cgroup.freeze", "1", "frozen 1")
    )
    shown = group / (state if ROOT == V1 else "cgroup.events")
    with subprocess.Popen(["sleep", "600"]) as paused:
        (group / "cgroup.procs").write_text(str(paused.pid))
        (group / state).write_text(word)
        until(lambda: frozen in shown.read_text(), "it is frozen")
        paused.kill()
        remove_cgroups(f"/{group.parents[1].name}")

    assert not group.parents[1].exists()
