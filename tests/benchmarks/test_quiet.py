"""Whether a disturbed measurement is told from a quiet one."""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.quiet import Quiet, our_ticks, watched
from tests.lab.waiting import until

pytestmark = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="no /proc/stat")

_WORK = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"


def test_the_work_of_a_child_is_ours() -> None:
    before = our_ticks()

    subprocess.run([sys.executable, "-c", _WORK], check=True)

    assert our_ticks() - before >= 0.25 * os.sysconf("SC_CLK_TCK")


def test_a_quiet_measurement_is_made_once() -> None:
    quiet, times = Quiet(patience_s=60, most=2), []

    quiet(lambda: times.append(time.monotonic()))

    assert len(times) == len(quiet.others) == 1


def test_no_repetition_without_patience() -> None:
    quiet, times = Quiet(patience_s=0, most=-1), []

    quiet(lambda: times.append(time.monotonic()))

    assert len(times) == 1


def test_the_work_of_others_is_seen(tmp_path: Path) -> None:
    done = tmp_path / "done"
    work = f"{_WORK}\nopen({str(done)!r}, 'w').close()"

    def orphan() -> None:
        command = f"{shlex.quote(sys.executable)} -c {shlex.quote(work)} &"
        subprocess.run(["sh", "-c", command], check=True)
        until(done.exists, "the work is done")

    _, others = watched(orphan)

    assert others > 0.05
