"""Processes of a measurement: each on loopback, and each ended by the caller's `ExitStack`."""

import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from lb.model import Address

LOOPBACK = "127.0.0.1"
_PATIENCE_S = 10.0
_STOP_S = 5.0
_DESCRIPTORS = 65536

# Below the ports that the kernel gives to outgoing connections, of which there will be thousands.
_PORTS = range(10_000, 32_000)


def need(*programs: str) -> None:
    """Return if all *programs* are there; else end the process and name those that are not."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        sys.exit(f"not on PATH: {', '.join(missing)}; see docs/benchmarks.md")


def allow_descriptors() -> int:
    """Raise the limit of open files as far as this user may; return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (max(hard, _DESCRIPTORS), hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
        except (ValueError, PermissionError):
            continue
        return wanted
    return soft


def free_address(host: str = LOOPBACK) -> Address:
    """Return an address on *host* on which nobody listens."""
    for port in random.sample(_PORTS, len(_PORTS)):
        if _is_free(host, port):
            return Address(host, port)
    raise OSError(f"no free port on {host}")


def used_s(pid: int) -> float:
    """Return the seconds of processor time that process *pid* and its children used (Linux)."""
    waiting, ticks = [pid], 0
    while waiting:
        folder = Path(f"/proc/{waiting.pop()}")
        fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # proc(5): utime and stime, 14 and 15
        children = folder / "task" / folder.name / "children"
        waiting += [int(child) for child in children.read_text(encoding="utf-8").split()]
    return ticks / os.sysconf("SC_CLK_TCK")


def _is_free(host: str, port: int) -> bool:
    try:
        with socket.create_server((host, port)):
            return True
    except OSError:
        return False


def start(
    command: Sequence[str], log: Path, cleanup: ExitStack, address: Address | None = None
) -> subprocess.Popen[bytes]:
    """Start *command* and wait until it listens on *address*; its output goes to *log*."""
    output = cleanup.enter_context(log.open("ab"))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    cleanup.callback(end, process)
    if address:
        until(lambda: process.poll() is not None or answers(address), f"{command[0]} on {address}")
        if process.poll() is not None:
            sys.exit(f"{command[0]} ended: {log.read_text(encoding='utf-8')}")
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask *process* to stop, kill it if it does not, and wait until it is gone."""
    process.terminate()  # a killed HAProxy master would leave its workers
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(address: Address) -> bool:
    """Return whether somebody listens on *address*."""
    try:
        with socket.create_connection((address.host, address.port), timeout=1):
            return True
    except OSError:
        return False


def until(condition: Callable[[], bool], what: str, patience_s: float = _PATIENCE_S) -> None:
    """Wait until *condition* holds.

    Raises:
        TimeoutError: It does not, for *patience_s*; *what* was awaited.
    """
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {patience_s:.0f} s: {what}")
        time.sleep(0.01)
