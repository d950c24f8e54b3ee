"""A run that lives in a project while another command is run there, and whose folder is spoilt."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.fuzz.projects import put

# A run takes parts of a second; a machine may be busy.
WITHIN_S = 60
BEGINS_S = 20
CODES = {0, 1, 2, 3, 130}
# Ctrl-C before dcgen can listen ends it as it ends any program.
INTERRUPTED = {*CODES, -signal.SIGINT}
SIGNS = ("Traceback", "Exception ignored", "Logging error", "Fatal Python error")
UP = ("up", "--engine", "process", "--free-ports", "--for", "30")
JUNK = b"{\xff\x1b["


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def _replace(path: Path, *, fifo: bool = False) -> None:
    path.unlink(missing_ok=True)
    put(path, "fifo" if fifo else JUNK)


def _unlink(paths: Iterator[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


SPOILS: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "it vanishes": _remove,
    "its scratch vanishes": lambda folder: _remove(folder / "s"),
    "its sockets vanish": lambda folder: _unlink((folder / "s").glob("*.sock")),
    "its record vanishes": lambda folder: (folder / "run.json").unlink(missing_ok=True),
    "its log vanishes": lambda folder: (folder / "log").unlink(missing_ok=True),
    "its record is junk": lambda folder: _replace(folder / "run.json"),
    "its log is junk": lambda folder: _replace(folder / "log"),
    "its log is a pipe": lambda folder: _replace(folder / "log", fifo=True),
    "it cannot be entered": lambda folder: folder.chmod(0),
}


@contextmanager
def beside(
    spoil: str, inside: Path, runs: Path, environment: Mapping[str, str], found: list[str]
) -> Iterator[None]:
    """Hold a run of the project *inside*, spoilt once it has begun; add what is wrong to *found*.

    Args:
        spoil: One of `SPOILS`.
        inside: The folder of the project.
        runs: Where the folders of runs are.
        environment: Of the run.
        found: Faults so far.
    """
    command, pipe = [sys.executable, "-m", "dcgen", *UP], subprocess.PIPE
    with subprocess.Popen(
        command, cwd=inside, env=environment, stdout=pipe, stderr=pipe, start_new_session=True
    ) as run:
        try:
            _await(runs, run)
            for folder in (runs / "dcgen").glob("*"):
                SPOILS[spoil](folder)
            yield
            if run.poll() is None:
                run.send_signal(signal.SIGINT)
            found += _wrong(run)
        finally:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
            for folder in (runs / "dcgen").glob("*"):
                folder.chmod(0o700)


def _await(runs: Path, run: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + BEGINS_S
    while run.poll() is None and not _has_begun(runs):
        if time.monotonic() > deadline:
            return
        time.sleep(0.01)


def _has_begun(runs: Path) -> bool:
    try:
        return bool([*runs.glob("dcgen/*/s/*")])
    except FileNotFoundError:  # a folder went while it was looked at
        return False


def _wrong(run: subprocess.Popen[bytes]) -> Iterator[str]:
    _, err = run.communicate(timeout=WITHIN_S)
    text = err.decode("utf-8", "replace")
    yield from (f"the run beside it says {word!r}: {text}" for word in SIGNS if word in text)
    if run.returncode not in INTERRUPTED:
        yield f"the run beside it ends with {run.returncode}: {text}"
