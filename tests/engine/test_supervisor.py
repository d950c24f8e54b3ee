"""Real processes are started in order, watched, and started again."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.events import (
    AllReady,
    Event,
    Exited,
    Failed,
    Line,
    Ready,
    Restarting,
    Silent,
    Started,
    Stopped,
    Stopping,
    Summary,
)
from engine.process.process import Plan, Process, Restart
from engine.process.supervisor import Supervisor
from faults import HostError
from lb.model import Address
from tests.lab.ports import free_port

from .conftest import FOREVER

Make = Callable[..., Process]
Run = Callable[..., tuple[Supervisor, Iterator[Event]]]


def names(events: list[Event], kind: type) -> list[str]:
    return [event.name for event in events if isinstance(event, kind)]


def test_a_wave_starts_when_the_one_before_is_ready(process: Make, run: Run) -> None:
    _, events = run(process("second", wave=1), process("first"), for_s=0.1)
    steps = [event for event in events if isinstance(event, Started | Ready)]

    assert [(type(s), s.name) for s in steps] == [
        (Started, "first"),
        (Ready, "first"),
        (Started, "second"),
        (Ready, "second"),
    ]


def test_a_process_with_a_port_is_ready_when_it_answers(process: Make, run: Run) -> None:
    port = free_port()
    source = (
        f"import socket, time; time.sleep(0.3); s = socket.create_server(('127.0.0.1', {port}))"
    )
    _, events = run(process("a", source + "; time.sleep(60)", answers=Address("127.0.0.1", port)))
    ready = next(event for event in events if isinstance(event, Ready))

    assert ready.after_s >= 0.3


def test_a_port_that_never_answers_is_said_once_and_holds_nobody_up(
    process: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.process.supervisor.ANSWER_WITHIN_S", 0.2)
    silent = process("a", answers=Address("127.0.0.1", 1))
    supervisor, events = run(silent, process("b", wave=1), for_s=0.5)
    seen = list(events)

    assert [e.address for e in seen if isinstance(e, Silent)] == ["127.0.0.1:1"]
    assert names(seen, Started) == ["a", "b"]
    assert [(e.processes, e.of) for e in seen if isinstance(e, AllReady)] == [(1, 2)]
    assert not supervisor.failed


def test_what_answers_late_is_ready_all_the_same(
    process: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.process.supervisor.ANSWER_WITHIN_S", 0.1)
    port = free_port()
    source = f"import socket, time; time.sleep(1); s = socket.create_server(('127.0.0.1', {port}))"
    late = process("a", source + "; time.sleep(60)", answers=Address("127.0.0.1", port))
    supervisor, events = run(late)
    for event in events:
        if isinstance(event, Ready):
            supervisor.stop("it is ready")
            ready = event

    assert ready.name == "a"


def test_every_line_is_said_with_the_name_of_its_process(process: Make, run: Run) -> None:
    source = "import sys; print('out'); print('err', file=sys.stderr); print('no end', end='')"
    _, events = run(process("a", source))

    lines = [(e.name, e.text) for e in events if isinstance(e, Line)]
    assert lines == [("a", "out"), ("a", "err"), ("a", "no end")]


def test_the_last_words_are_heard_also_if_they_are_many(process: Make, run: Run) -> None:
    _, events = run(process("a", "for i in range(30000): print('line', i)"))

    assert names(list(events), Line) == ["a"] * 30000


def test_a_death_is_said_with_its_code_and_the_others_go_on(process: Make, run: Run) -> None:
    supervisor, events = run(process("dies", "raise SystemExit(7)"), process("stays"), for_s=3)
    seen = list(events)
    stopped = next(event for event in seen if isinstance(event, Stopped))
    summary = next(event for event in seen if isinstance(event, Summary))

    assert [e for e in seen if isinstance(e, Exited | Failed)] == [Exited("dies", 7)]
    assert Stopping("3 s are over") in seen
    assert (stopped.processes, stopped.exited, summary.exited) == (1, {"dies": 7}, {"dies": 7})
    assert not supervisor.failed


def test_what_a_signal_killed_has_the_code_that_docker_gives(process: Make, run: Run) -> None:
    _, events = run(process("a", "import os; os.kill(os.getpid(), 9)"))

    assert Exited("a", 137) in list(events)


@pytest.mark.parametrize(
    ("source", "waits", "reason"),
    [
        pytest.param(
            "raise SystemExit(7)", {"db"}, "it needs 'db', which exited with code 7", id="a job"
        ),
        pytest.param(
            "pass", set(), "it needs 'db', which exited with code 0", id="one to be healthy"
        ),
        pytest.param(FOREVER, set(), "it needs 'db', which does not answer", id="a silent one"),
    ],
)
def test_what_needs_a_lost_one_ends_the_run(
    source: str,
    waits: set[str],
    reason: str,
    process: Make,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    within_s = 1 if source == FOREVER else 60
    monkeypatch.setattr("engine.process.supervisor.ANSWER_WITHIN_S", within_s)
    database = process("db", source, answers=None if waits else Address("127.0.0.1", 1))
    caller = process("a", wave=1, waits_for=frozenset(waits), needs=frozenset({"db"}))
    supervisor, events = run(database, caller)
    seen = list(events)

    assert [e for e in seen if isinstance(e, Failed)] == [Failed("a", reason)]
    assert names(seen, Started) == ["db"]
    assert supervisor.failed


def test_what_starts_after_one_that_died_starts_all_the_same(process: Make, run: Run) -> None:
    supervisor, events = run(process("db", "raise SystemExit(7)"), process("a", wave=1), for_s=0.3)

    assert names(list(events), Started) == ["db", "a"]
    assert not supervisor.failed


def test_one_that_dies_again_and_again_holds_nobody_up(process: Make, run: Run) -> None:
    broken = process("db", "raise SystemExit(7)", restart=Restart("always"))
    supervisor, events = run(broken, process("a", wave=1), for_s=0.3)
    seen = list(events)

    assert "a" in names(seen, Started)
    assert Stopping("0.3 s are over") in seen
    assert not supervisor.failed


def test_a_job_that_ends_well_stops_nothing(process: Make, run: Run) -> None:
    supervisor, events = run(process("job", "pass"), process("stays"), for_s=3)
    seen = list(events)

    assert Exited("job", 0) in seen
    assert Stopping("3 s are over") in seen
    assert not supervisor.failed


def test_a_run_ends_when_all_jobs_have_ended(process: Make, run: Run) -> None:
    _, events = run(process("job", "pass"))

    assert Stopping("all processes have ended") in list(events)


def test_what_waits_for_a_job_starts_after_its_end(process: Make, run: Run) -> None:
    job = process("job", "import time; time.sleep(0.3)")
    _, events = run(job, process("a", wave=1, waits_for=frozenset({"job"})), for_s=0.1)
    steps = [e for e in events if isinstance(e, Exited | Started)]

    assert [(type(s), s.name) for s in steps] == [
        (Started, "job"),
        (Exited, "job"),
        (Started, "a"),
    ]


def test_a_process_is_started_again_as_often_as_its_policy_says(process: Make, run: Run) -> None:
    supervisor, events = run(process("a", "raise SystemExit(1)", restart=Restart("on-failure", 2)))
    seen = list(events)

    assert names(seen, Started) == ["a"] * 3
    assert [e.nth for e in seen if isinstance(e, Restarting)] == [1, 2]
    assert not supervisor.failed


def test_a_killed_process_comes_back(process: Make, run: Run) -> None:
    supervisor, events = run(process("a", restart=Restart("always")))
    pids: list[int] = []
    for event in events:
        if isinstance(event, Started):
            pids.append(event.pid)
        if isinstance(event, Line) and len(pids) == 1:
            os.kill(pids[0], signal.SIGKILL)
        elif isinstance(event, Line):
            supervisor.stop("it is back")

    assert len(set(pids)) == 2
    assert not supervisor.failed


def test_a_run_for_a_time_counts_from_when_all_is_ready(process: Make, run: Run) -> None:
    supervisor, events = run(process("a"), for_s=0.3)
    for event in events:
        if isinstance(event, AllReady):
            begin_s = supervisor._ready_at  # what it counts from, not when we are told
        if isinstance(event, Stopping):
            passed_s = time.monotonic() - begin_s

    assert passed_s >= 0.3


def test_a_program_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    broken = Process("a", "a", ("/no/such",), tmp_path, {}, None, 0, Restart())

    with pytest.raises(HostError, match=r"cannot start 'a' \(/no/such\): No such file"):
        list(Supervisor(Plan((broken,))).run())
