"""How `make compare` judges what it measured."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from benchmarks.compare import Result, findings
from tests.lab.waiting import until

ROOT = Path(__file__).parents[2]
ONE = Result(9.7, {})


@pytest.mark.parametrize(
    ("three", "words"),
    [
        pytest.param(
            Result(29.0, {"rng1": 100, "rng2": 101, "rng3": 99}), [], id="as it should be"
        ),
        pytest.param(Result(27.0, {"rng1": 82, "rng2": 118, "rng3": 100}), [], id="just so"),
        pytest.param(Result(20.0, {"rng1": 1, "rng2": 1, "rng3": 1}), ["2.7 times"], id="too slow"),
        pytest.param(Result(29.0, {"rng1": 70, "rng2": 130, "rng3": 100}), ["20%"], id="uneven"),
        pytest.param(Result(29.0, {}), ["20%"], id="unknown shares"),
    ],
)
def test_comparison_names_what_it_misses(three: Result, words: list[str]) -> None:
    found = findings(ONE, three)

    assert len(found) == len(words)
    assert all(word in finding for word, finding in zip(words, found, strict=True))


def _mines(pid: int) -> bool:
    # Python says a traceback of its own for a Ctrl-C while it starts.
    try:
        below = psutil.Process(pid).children(recursive=True)
        return any("worker.py" in " ".join(one.cmdline()) for one in below)
    except psutil.Error:
        return False


def test_ctrl_c_ends_make_without_an_error() -> None:
    environment = {name: value for name, value in os.environ.items() if name[:4] != "MAKE"}
    with subprocess.Popen(
        ["make", "compare", "SECONDS=60"],
        cwd=ROOT,
        env=environment,
        start_new_session=True,  # a group, as in a terminal: Ctrl-C reaches all of it
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as make:
        assert make.stdout
        said = ""
        while "1 rng, 10 workers:" not in said:
            said += make.stdout.read(1) or pytest.fail(f"it ended: {said}")
        until(lambda: _mines(make.pid), "a worker runs")
        os.killpg(make.pid, signal.SIGINT)
        said += make.stdout.read()

    assert [word for word in ("***", "Abort", "Traceback") if word in said] == []
    assert make.returncode == -signal.SIGINT
