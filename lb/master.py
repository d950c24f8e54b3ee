"""A HAProxy master with workers: start it, give it a new configuration, end it.

A new configuration goes through five steps: stage, compare, check, swap, reload. If the new worker
does not start, the last configuration that ran is put back. The master is asked through its socket,
so that another container which shares the folder can do it as well.
Source: HAProxy Management Guide, 9.4 "Master CLI".
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from faults import HostError, UserError
from lb.check import check

CLOSING_S = 5  # for clients that are connected when the container is told to stop
_RELOAD_S = 20  # while a new worker finds its port taken, HAProxy tries again for two of them
_AGAIN_S = 0.02
_ANSWER_S = 5
_END = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
_AGAIN = (signal.SIGUSR2, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a HAProxy keeps its configuration and its sockets."""

    path: Path

    @property
    def config(self) -> Path:
        """The configuration that runs, or will."""
        return self.path / "haproxy.cfg"

    @property
    def master(self) -> Path:
        """The socket of the master."""
        return self.path / "master.sock"

    @property
    def admin(self) -> Path:
        """The runtime socket of the worker."""
        return self.path / "haproxy.sock"

    @contextlib.contextmanager
    def alone(self, *, wait: bool = True) -> Iterator[None]:
        """Wait until no one else changes the configuration, and keep others waiting.

        Raises:
            BlockingIOError: Someone changes it, and *wait* is false.
        """
        with (self.path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield


def put(folder: Folder, text: str) -> bool:
    """Make *text* the configuration to start with; return whether it is another one.

    Raises:
        UserError: HAProxy refuses it; the former one stays.
        HostError: There is no HAProxy to ask.
    """
    if folder.config.exists() and folder.config.read_text(encoding="utf-8") == text:
        return False
    check(text)
    _swap(folder, text)
    return True


def change(folder: Folder, text: str) -> bool:
    """Give the HAProxy that runs in *folder* the configuration *text*; return whether it is new.

    No connection is lost: the old worker keeps those that it has until they end.

    Raises:
        UserError: HAProxy refuses *text*, or cannot run it; it goes on as before.
        HostError: No HAProxy answers in *folder*.
    """
    with folder.alone():
        _processes(folder, until=lambda _: True)
        former = folder.config.read_text(encoding="utf-8")
        if not put(folder, text):
            return False
        if not _reload(folder):
            _swap(folder, former)
            _reload(folder)
            raise UserError(
                "HAProxy could not start with the new configuration, and keeps the old one",
                fix="read its log for the reason; often a port is in use",
            )
    return True


def run(folder: Folder, closing_s: float = CLOSING_S) -> int:
    """Run HAProxy with the configuration in *folder* until it ends; return its exit code.

    SIGTERM, SIGINT and SIGUSR1 end it: nothing new is accepted, and after *closing_s* what is still
    open is closed. SIGUSR2 and SIGHUP make it read its configuration again.
    """
    got: SimpleQueue[int] = SimpleQueue()
    for number in (*_END, *_AGAIN, signal.SIGCHLD):
        signal.signal(number, lambda number, _: got.put(number))
    socket_words = f"{folder.master},mode,600"
    command = ["haproxy", "-W", "-db", "-S", socket_words, "-f", str(folder.config)]
    with subprocess.Popen(command) as master:
        while (code := master.poll()) is None:
            received = got.get()
            if received in _AGAIN:
                _tell(folder, master, signal.SIGUSR2)
            elif received in _END:
                return _end(folder, master, closing_s)
    return code


def _end(folder: Folder, master: subprocess.Popen[bytes], closing_s: float) -> int:
    deadline = time.monotonic() + closing_s
    _tell(folder, master, signal.SIGUSR1)
    with contextlib.suppress(subprocess.TimeoutExpired):
        master.wait(max(0, deadline - time.monotonic()))
    master.terminate()  # nothing if it has ended
    master.wait()
    return 0


def _tell(folder: Folder, master: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # When it has started a worker, the master executes itself anew, and a signal is lost meanwhile
    # (HAProxy 2.5 to 3.0: SIGUSR1, SIGUSR2 and SIGHUP are blocked, then ignored). Once it answers,
    # it listens to signals.
    deadline = time.monotonic() + CLOSING_S
    while master.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError), folder.alone(wait=False):
            _parse(_ask(folder.master, "show proc"))
            master.send_signal(number)
            return
        time.sleep(_AGAIN_S)
    master.send_signal(number)


def _swap(folder: Folder, text: str) -> None:
    staged = folder.config.with_suffix(".new")
    staged.write_text(text, encoding="utf-8")
    staged.replace(folder.config)


def _reload(folder: Folder) -> bool:
    """Reload; return whether a new worker took over."""
    before = _processes(folder, until=lambda _: True)
    with contextlib.suppress(OSError):  # up to 2.6 the master ends the connection without an answer
        _ask(folder.master, "reload")
    after = _processes(folder, until=lambda found: found.reloads > before.reloads)
    return bool(after.workers - before.workers)


@dataclass(frozen=True, slots=True)
class _Processes:
    reloads: int
    workers: frozenset[int]


def _processes(folder: Folder, until: Callable[[_Processes], bool]) -> _Processes:
    # While it reloads, the master does not answer; when it has just started, neither.
    deadline = time.monotonic() + _RELOAD_S
    while True:
        with contextlib.suppress(OSError, ValueError):
            found = _parse(_ask(folder.master, "show proc"))
            if until(found):
                return found
        if time.monotonic() > deadline:
            raise HostError(
                f"no HAProxy answers at '{folder.master}'",
                fix="start one there first: 'run', and share its volume",
            )
        time.sleep(_AGAIN_S)


def _parse(answer: str) -> _Processes:
    reloads, workers, section = None, set(), ""
    for line in answer.splitlines():
        words = line.split()
        if line.startswith("# "):
            section = line
        elif words[1:2] == ["master"]:
            reloads = int(words[2])
        elif words[1:2] == ["worker"] and section == "# workers":
            workers.add(int(words[0]))
    if reloads is None:
        raise ValueError(answer)
    return _Processes(reloads, frozenset(workers))


def _ask(path: Path, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_ANSWER_S)
        connection.connect(os.fspath(path))
        connection.sendall(f"{command}\n".encode())
        connection.shutdown(socket.SHUT_WR)  # else the master waits for the next command
        with connection.makefile(encoding="utf-8") as answer:
            return answer.read()
