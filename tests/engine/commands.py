"""The installed command as a process of its own, as a person starts it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

DCGEN = (sys.executable, "-m", "dcgen")


def dcgen(*words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``dcgen`` to its end."""
    return subprocess.run(
        [*DCGEN, *words], input=text, capture_output=True, text=True, timeout=60, check=False
    )


@dataclass(slots=True)
class Up:
    """A ``dcgen up`` in the foreground."""

    file: Path
    popen: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    @classmethod
    def start(cls, file: Path, *words: str, cleanup: ExitStack) -> "Up":
        command = [*DCGEN, "up", "-f", str(file), "--engine", "process", *words]
        pipe = subprocess.PIPE
        popen = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)
        cleanup.enter_context(popen)
        cleanup.callback(_end, popen)
        return cls(file, popen)

    def wait_for(self, words: str) -> str:
        """Return the first line on stderr that has *words* in it; what was said is kept."""
        for line in _lines(self.popen.stderr):
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"{words!r} was never said: {self.said}")

    def pids(self) -> list[int]:
        """Return the processes that ``dcgen ps`` lists."""
        entries: list[dict[str, Any]] = json.loads(
            dcgen("ps", "--json", "-f", str(self.file)).stdout
        )
        return [entry["pid"] for entry in entries if entry["pid"]]

    def end(self, number: signal.Signals) -> int:
        """Send *number*, and return the exit code."""
        self.popen.send_signal(number)
        return self.finish()

    def finish(self) -> int:
        """Return the exit code, once it has ended; keep what it still says, errors last."""
        # `communicate` would miss the lines that `wait_for` has read from the pipe and not shown.
        with ThreadPoolExecutor() as pool:
            rest = [
                pool.submit(list, _lines(one)) for one in (self.popen.stdout, self.popen.stderr)
            ]
            try:
                return self.popen.wait(60)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                raise
            finally:
                self.said += [line for lines in rest for line in lines.result()]


def alive(pids: list[int]) -> list[int]:
    """Return those of *pids* that still run."""
    return [pid for pid in pids if Path(f"/proc/{pid}").exists() or _answers(pid)]


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _lines(stream: IO[str] | None) -> Iterator[str]:
    yield from (line.rstrip("\n") for line in stream or ())


def _end(popen: subprocess.Popen[str]) -> None:
    if popen.poll() is None:
        popen.terminate()
        popen.communicate(timeout=60)
