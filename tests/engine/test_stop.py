"""Everything ends, in order, and leaves no process."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine.events import (
    Event,
    Line,
    Started,
    Stopped,
)
from engine.process.process import Process
from engine.process.supervisor import Supervisor
from tests.lab.waiting import until

DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN);"
DEAF += " print('up', flush=True); time.sleep(60)"

Make = Callable[..., Process]
Run = Callable[..., tuple[Supervisor, Iterator[Event]]]


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # Somebody else's orphan stays a zombie until its new parent looks, which may be just now.
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def assert_gone(pid: int) -> None:
    until(lambda: is_gone(pid), f"process {pid} is gone")


def test_waves_stop_the_other_way_round(process: Make, run: Run) -> None:
    source = (
        "import signal, sys, time\n"
        "signal.signal(15, lambda *_: (print('bye', flush=True), time.sleep(0.2), sys.exit()))\n"
        "print('up', flush=True)\ntime.sleep(60)"
    )
    supervisor, events = run(process("first", source), process("second", source, wave=1))
    lines: list[Line] = []
    for event in events:
        if isinstance(event, Line):
            lines.append(event)
            if len(lines) == 2:
                supervisor.stop("both are up")

    assert [line.name for line in lines if line.text == "bye"] == ["second", "first"]


def test_a_deaf_process_is_killed(process: Make, run: Run) -> None:
    supervisor, events = run(process("deaf", DEAF), process("polite", wave=1))
    pids = []
    up = set()
    for event in events:
        if isinstance(event, Started):
            pids.append(event.pid)
        if isinstance(event, Line):
            up.add(event.name)
            if len(up) == 2:
                supervisor.stop("now")
        if isinstance(event, Stopped):
            stopped = event

    assert stopped.killed == ("deaf",)
    assert all(is_gone(pid) for pid in pids)


def test_asking_twice_kills_at_once(
    process: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.process.supervisor.ASK_FOR_S", 3600)
    supervisor, events = run(process("deaf", DEAF))
    for event in events:
        if event == Line("deaf", "up"):
            supervisor.stop("now")
            supervisor.stop("now")
        if isinstance(event, Stopped):
            stopped = event

    assert stopped.killed == ("deaf",)


def test_what_a_process_started_itself_ends_with_it(process: Make, run: Run) -> None:
    source = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen(['sleep', '60'])\nprint(child.pid, flush=True)\ntime.sleep(60)"
    )
    supervisor, events = run(process("a", source))
    for event in events:
        if isinstance(event, Line):
            grandchild = int(event.text)
            supervisor.stop("now")

    assert_gone(grandchild)


def test_a_run_that_is_dropped_leaves_no_process(process: Make, run: Run) -> None:
    _, events = run(process("a"))
    started = next(event for event in events if isinstance(event, Started))
    events.close()  # type: ignore[attr-defined]  # it is a generator

    assert is_gone(started.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of our death")
def test_a_killed_supervisor_leaves_no_process(tmp_path: Path, cleanup: ExitStack) -> None:
    source = f"""
import sys
from pathlib import Path
from engine.events import Line
from engine.process.process import Plan, Process, Restart
from engine.process.supervisor import Supervisor
command = (sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)")
process = Process("a", "a", command, Path({str(tmp_path)!r}), {{}}, None, 0, Restart())
for event in Supervisor(Plan((process,))).run():
    if isinstance(event, Line):
        print(event.text, flush=True)
"""
    command = [sys.executable, "-c", source]
    parent = cleanup.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    cleanup.callback(parent.kill)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()

    assert_gone(pid)
