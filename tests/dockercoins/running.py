"""The services of DockerCoins as real processes, each on a free loopback port, and a real Redis."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.lab.ports import free_port
from tests.lab.waiting import until

DOCKERCOINS = Path(__file__).parents[2] / "dockercoins"


def wait_until(condition: Callable[[], object], what: str, within_s: float = 90) -> None:
    until(condition, what, within_s)


def answers(port: int, within_s: float = 1) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), within_s):
        return True
    return False


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[bytes]
    output: Path
    url: str = ""

    def log(self) -> str:
        return self.output.read_text()

    def requests(self) -> list[str]:
        """Return what the log says of each request, such as ``'GET /7' 200 7``."""
        lines = self.log().splitlines()
        return [line.split(" ", 1)[1] for line in lines if line.startswith("127.0.0.1 ")]

    def wait_for_log(self, text: str, within_s: float = 30, after: int = 0) -> None:
        wait_until(lambda: text in self.log()[after:], f"{text!r} in the log", within_s)

    def stop(self, number: int = signal.SIGTERM) -> float:
        start = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(60)
        return time.monotonic() - start


Start = Callable[..., Running]


class RedisServer:
    """A Redis, or a Valkey, that can be started late, killed and started again on its port.

    Args:
        folder: Where its data is.
        program: What runs.
        options: More options, such as ``appendonly="yes"``.
    """

    def __init__(
        self, folder: Path, cleanup: ExitStack, program: str = "redis-server", **options: str
    ) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = cleanup.enter_context(redis.Redis(port=self.port))
        self.folder, self._cleanup = folder, cleanup
        self._program, self._options = program, options

    def start(self) -> "RedisServer":
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "save": ""}
        options |= self._options
        command = [
            self._program,
            *(str(word) for k, v in options.items() for word in (f"--{k}", v)),
        ]
        # Python ignores SIGXFSZ, and so does this Redis: past a limit, a write just fails.
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, restore_signals=False)
        self._cleanup.enter_context(self.process)
        self._cleanup.callback(self.process.kill)
        wait_until(lambda: answers(self.port) and self._loaded(), "Redis answers")
        return self

    def kill(self) -> None:
        """End it as a crash does: nothing is saved any more."""
        self.process.kill()
        self.process.wait()

    def _loaded(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(self.client.ping())
        return False

    def hashes(self) -> int:
        return int(self.client.get("hashes") or 0)


def starter(folder: Path, cleanup: ExitStack, **always: str) -> Start:
    """Return what starts a service with the variables *always* and further ones."""

    def start(service: str, **environment: str) -> Running:
        port = int(environment.get("PORT") or free_port())
        output = folder / f"{service}-{port}.log"
        process = subprocess.Popen(
            [sys.executable, f"{service}.py"],
            cwd=DOCKERCOINS / service,
            env=os.environ | {"HOST": "127.0.0.1", "PORT": str(port)} | always | environment,
            stdout=cleanup.enter_context(output.open("wb")),
            stderr=subprocess.STDOUT,
        )
        cleanup.enter_context(process)
        cleanup.callback(process.kill)
        running = Running(process, output, f"http://127.0.0.1:{port}")
        if service != "worker":
            wait_until(lambda: answers(port) or process.poll() is not None, f"{service} answers")
        assert process.poll() is None, running.log()
        return running

    return start
