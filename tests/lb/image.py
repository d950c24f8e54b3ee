"""The image without Docker, and clients of what it balances."""

import csv
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from lb.master import Folder
from tests.lab.waiting import until
from tests.lb.processes import end, get, runtime


class Image:
    """The image without Docker: the entry point, in a folder of its own."""

    def __init__(self, folder: Path, cleanup: ExitStack, **environment: str) -> None:
        self.folder, self.cleanup = Folder(folder / "run"), cleanup
        self.environment = {"DCGEN_RUN": str(self.folder.path), **environment}

    def start(self, *words: object) -> subprocess.Popen[bytes]:
        log = self.cleanup.enter_context((self.folder.path.parent / "log").open("ab"))
        process = subprocess.Popen(_command(words), env=self._all(), stdout=log, stderr=log)
        self.cleanup.callback(self._end, process)
        until(lambda: process.poll() is not None or self.folder.master.exists(), "it runs")
        return process

    def call(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            _command(words),
            env=self._all(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def workers(self) -> int:
        log = (self.folder.path.parent / "log").read_text()
        return log.count("New worker")

    def clients(self) -> int:
        """Return how many connections of clients HAProxy has accepted and not closed."""
        lines = runtime(self.folder.admin, "show stat").removeprefix("# ").splitlines()
        rows = csv.DictReader(lines)
        return sum(int(row["scur"]) for row in rows if row["svname"] == "FRONTEND")

    def _all(self) -> Mapping[str, str]:
        return os.environ | self.environment

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        sys.stdout.write((self.folder.path.parent / "log").read_text())  # shown if it fails
        # Its HAProxy must not be left behind.
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with ExitStack() as late:
                late.callback(end, process)
                process.wait(60)


def _command(words: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-m", "lb", *map(str, words)]


def wait_for(port: int, answer: str) -> None:
    def answered() -> bool:
        try:
            return get(port)[1] == answer
        except OSError:
            return False

    until(answered, f"port {port} answers {answer!r}")


def answers(port: int, count: int) -> set[str]:
    try:
        return {get(port)[1] for _ in range(count)}
    except OSError:
        return set()


def whole(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as answer:
        return answer.read()


def outcome(port: int) -> object:
    try:
        return get(port)
    except OSError as error:
        return repr(error)
