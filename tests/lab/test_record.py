"""What a lab writes down about itself, and how it tells its own processes from others."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.lab import record
from tests.lab.record import Process, State


def test_this_process_is_alive() -> None:
    assert record.this_process().alive()


def test_a_later_process_with_the_same_number_is_another_one() -> None:
    earlier = replace(record.this_process(), start=1)

    assert not earlier.alive()


def test_a_process_of_an_earlier_boot_is_dead() -> None:
    assert not replace(record.this_process(), boot="another").alive()


def test_a_process_that_ended_and_was_not_waited_for_is_dead() -> None:
    with subprocess.Popen(["true"]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

        assert not Process.of(child.pid).alive()


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(State("ab12", "198.18.0.0/24"), id="kept until somebody says down"),
        pytest.param(
            State("ab12", "198.18.0.0/24", Process(7, 8, "b"), {"node1": Process(9, 10, "b")}),
            id="owned and with a daemon",
        ),
    ],
)
def test_a_record_reads_as_it_was_written(state: State, tmp_path: Path) -> None:
    record.save(state, tmp_path)

    assert record.load(tmp_path) == state


def test_a_lab_that_never_wrote_its_record_counts_as_left_by_a_dead_run(tmp_path: Path) -> None:
    assert record.owner_is_gone(record.load(tmp_path))


def test_a_lab_that_nobody_owns_is_left_alone() -> None:
    assert not record.owner_is_gone(State("ab12", "198.18.0.0/24", owner=None))
