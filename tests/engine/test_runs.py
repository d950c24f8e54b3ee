"""A run is known to other commands of the same user, and to nobody else."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine import runs
from engine.events import Exited, Line, Ready, Restarting, Started
from engine.process import record
from engine.process.process import Plan, Process
from engine.snapshot import Entry
from faults import HostError

FILE = Path("compose.yml")
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def run(cleanup: ExitStack) -> record.Run:
    return cleanup.enter_context(record.begin(FILE))


@pytest.fixture
def process(process: Callable[..., Process]) -> Process:
    return process("rng")


def test_what_does_not_run_is_not_found() -> None:
    assert runs.find(FILE) is None


def test_a_run_is_found_as_long_as_it_is_held(process: Process) -> None:
    with record.begin(FILE) as run:
        run.begin(Plan((process,)))
        during = runs.find(FILE)

    assert during
    assert during.entries == (Entry("rng", "rng"),)
    assert runs.find(FILE) is None


def test_the_same_file_runs_once(run: record.Run, process: Process) -> None:
    run.begin(Plan((process,)))

    with pytest.raises(HostError, match=r"'compose.yml' runs already"), record.begin(FILE):
        pass


def test_another_file_runs_beside_it(run: record.Run, tmp_path: Path) -> None:
    with record.begin(tmp_path / "compose.yml") as other:
        assert other.folder != run.folder


def test_each_event_changes_what_ps_shows(run: record.Run, process: Process) -> None:
    run.begin(Plan((process,)))
    events = (Started("rng", 7), Ready("rng", 0.1), Exited("rng", 1), Restarting("rng", 1, 0.1))
    states = []
    for event in events:
        run.record(event)
        snapshot = runs.find(FILE)
        assert snapshot
        states.append((snapshot.entries[0].state, snapshot.entries[0].pid))

    assert states == [("starting", 7), ("running", 7), ("exited (1)", 0), ("restarting", 0)]


def test_files_of_a_plan_are_private_and_end_with_the_run(process: Process) -> None:
    with record.begin(FILE) as run:
        file = run.scratch / "rng.cfg"
        run.begin(Plan((process,), {file: "global\n"}))

        assert file.read_text() == "global\n"
        assert run.scratch.stat().st_mode & 0o077 == 0
        assert run.folder.parent.stat().st_mode & 0o077 == 0
    assert not run.scratch.exists()


def test_a_folder_that_others_can_enter_is_not_trusted(home: Path) -> None:
    (home / "dcgen").mkdir(mode=0o755)
    (home / "dcgen").chmod(0o755)

    with pytest.raises(HostError, match="only you can enter"):
        runs.find(FILE)


def test_a_run_whose_process_was_killed_is_over(cleanup: ExitStack) -> None:
    source = f"""
from pathlib import Path
from engine.process import record
from engine.process.process import Plan
with record.begin(Path({str(FILE.resolve())!r})) as run:
    run.begin(Plan(()))
    print("held", flush=True)
    input()
"""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", source]
    holder = cleanup.enter_context(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
    cleanup.callback(holder.kill)
    assert holder.stdout
    holder.stdout.readline()
    held = runs.find(FILE)
    holder.kill()
    holder.wait()

    assert held
    assert held.pid == holder.pid
    assert runs.find(FILE) is None
    with record.begin(FILE):
        pass


def test_the_log_outlives_the_run_until_it_is_forgotten(process: Process) -> None:
    with record.begin(FILE) as run:
        run.begin(Plan((process,)))
        for text in ("one", "two | three"):
            run.record(Line("rng", text))

    found = list(runs.logs(FILE, follow=False))
    assert found == [Line("rng", "one"), Line("rng", "two | three")]
    runs.forget(FILE)
    with pytest.raises(HostError, match=r"no log of 'compose.yml'"):
        list(runs.logs(FILE, follow=False))


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        pytest.param("worker", ["worker-1", "worker-2"], id="all replicas of a service"),
        pytest.param("worker-2", ["worker-2"], id="one replica"),
        pytest.param("my.app", ["my.app"], id="a name with a dot"),
    ],
)
def test_lines_of_chosen_services_are_read(
    chosen: str, expected: list[str], run: record.Run
) -> None:
    for name in ("worker-1", "worker-2", "rng", "my.app"):
        run.record(Line(name, "x"))

    found = runs.logs(FILE, services=frozenset({chosen}), follow=False)
    assert [line.name for line in found] == expected


def test_the_last_lines_are_read_if_asked(run: record.Run) -> None:
    for text in "abc":
        run.record(Line("rng", text))

    found = [[line.text for line in runs.logs(FILE, tail=tail, follow=False)] for tail in (0, 2, 9)]
    assert found == [[], ["b", "c"], ["a", "b", "c"]]


class _Says(threading.Event):
    # Each time that somebody waits for it, the next run of the file says the next text.
    def __init__(self, *texts: str) -> None:
        super().__init__()
        self._texts = iter(texts)

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 - that of an event
        text = next(self._texts, None)
        if text:
            with record.begin(FILE) as run:
                run.record(Line("rng", text))
        return text is None


def test_what_was_said_before_is_no_new_line(run: record.Run) -> None:
    run.record(Line("rng", "before"))

    assert list(runs.new_lines(FILE, _Says("", ""))) == []


def test_new_lines_go_on_in_the_next_run() -> None:
    found = runs.new_lines(FILE, _Says("", "one", "", "", "two", "", ""))
    assert [line.text for line in found] == ["one", "two"]


def test_a_folder_of_somebody_else_is_not_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/no/such/folder")
    monkeypatch.setattr("tempfile.tempdir", str(home))

    assert runs.folder_of(FILE).parent.parent == home


def test_the_log_keeps_a_bounded_number_of_bytes(
    monkeypatch: pytest.MonkeyPatch, process: Process
) -> None:
    monkeypatch.setattr(record, "LOG_BYTES", 1000)
    with record.begin(FILE) as run:
        run.begin(Plan((process,)))
        for number in range(1000):
            run.record(Line("rng", f"{number}"))

    found = list(runs.logs(FILE, follow=False))
    assert found[-1].text == "999"
    assert sum(len(line.text) for line in found) < 2000


ENTRY = {"name": "lb-1", "service": "lb", "pid": 0, "state": "up", "restarts": 0, "ports": ""}
SPOILT_ENTRIES = (
    *(7, [7], [{"a": 1}], [{**ENTRY, "name": "../x"}], [{**ENTRY, "state": "\x1b[31m"}]),
    *([{**ENTRY, "pid": -1}], [{**ENTRY, "pid": 1}], [{**ENTRY, "ports": None}]),
)


@pytest.mark.parametrize(
    "text",
    [
        *("", "\0", "[]", "7", "null", "[" * 100_000, '{"pid": 7}'),
        *(
            json.dumps({"pid": pid, "file": "f", "entries": []})
            for pid in (-1, 0, 1, True, "7", 2**70, None)
        ),
        *(json.dumps({"pid": 7, "file": "f", "entries": found}) for found in SPOILT_ENTRIES),
    ],
)
def test_a_spoilt_record_is_refused_and_no_process_gets_a_signal(
    text: str, run: record.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[object] = []
    monkeypatch.setattr(runs.os, "kill", lambda *words: killed.append(words))
    (run.folder / "run.json").write_text(text)

    with pytest.raises(HostError, match="the record of a run is spoilt"):
        runs.stop(FILE)
    assert killed == []


@pytest.mark.parametrize("name", ["run.json", "lock"])
def test_a_pipe_in_the_folder_of_a_run_is_not_waited_for(name: str, run: record.Run) -> None:
    (run.folder / name).unlink(missing_ok=True)
    os.mkfifo(run.folder / name)

    with pytest.raises(HostError, match=f"{name}'"):
        runs.find(FILE)
    if name == "lock":
        with pytest.raises(HostError, match="is not a file"), record.begin(FILE):
            pass


def test_a_full_disk_is_said_with_the_folder(run: record.Run, process: Process) -> None:
    full = Path("/dev/full")

    with pytest.raises(HostError, match=f"cannot write into '{run.folder}': No space left"):
        run.begin(Plan((process,), {full: "global\n"}))


def test_a_run_that_ends_while_it_is_looked_at_is_not_found(
    run: record.Run, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.begin(Plan((process,)))
    read = runs.text_file.read

    def ends_before(path: Path, most_bytes: int) -> str:
        path.unlink()
        return read(path, most_bytes)

    monkeypatch.setattr(runs.text_file, "read", ends_before)

    assert runs.read(run.folder) is None
