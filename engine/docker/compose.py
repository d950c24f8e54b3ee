"""A variant on Docker hosts: which Compose to call, whether a daemon answers, one host or many.

Commands are lists of words; no shell reads them. A host is named as Docker names it
(``tcp://192.0.2.7:2375``, ``ssh://user@host``) and reaches Docker as DOCKER_HOST.
"""

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from engine.child import Child
from engine.events import Event, HostDone, HostLine, HostStarted
from faults import HostError

ANSWERS_WITHIN_S = 2.0
SSH_ANSWERS_WITHIN_S = 15.0
_TICK_S = 0.1
_INSTALL = "install Docker with its Compose plugin"


def compose(*, v1: bool) -> tuple[str, ...]:
    """Return the words that call Compose.

    Args:
        v1: The file has no ``services:`` key: only docker-compose 1.x reads it.

    Raises:
        HostError: There is no such Compose on this machine.
    """
    if not v1 and _first_line(["docker", "compose", "version"]):
        return ("docker", "compose")
    old = _first_line(["docker-compose", "version", "--short"])
    if v1:
        if old.lstrip("v").startswith("1."):
            return ("docker-compose",)
        what = "a file without 'services:' needs docker-compose 1.x, which is not installed"
        found = f" (found {old})" if old else ""
        raise HostError(what + found, fix="install docker-compose 1.29")
    if old:
        return ("docker-compose",)
    what = "Docker has no Compose plugin" if shutil.which("docker") else "there is no Docker"
    raise HostError(f"{what} on this machine", fix=_INSTALL)


def trouble(host: str = "") -> str | None:
    """Return why no Docker daemon can be used on *host*; None if one answers.

    Args:
        host: As DOCKER_HOST names it; empty for the one that Docker itself takes.
    """
    if not shutil.which("docker"):
        return "there is no 'docker' command on PATH"
    within_s = SSH_ANSWERS_WITHIN_S if host.startswith("ssh://") else ANSWERS_WITHIN_S
    try:
        asked = subprocess.run(
            ["docker", "version", "--format", "{{.Server.Version}}"],  # noqa: S607 - from PATH
            env=environment(host),
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no Docker daemon answers at {_address(host)} within {within_s:.0f} s"
    if asked.returncode == 0:
        return None
    said = asked.stderr.strip().splitlines()
    return f"no Docker daemon answers at {_address(host)}" + (f" ({said[-1]})" if said else "")


def require(host: str = "") -> None:
    """Return if a Docker daemon answers on *host*.

    Raises:
        HostError: None does.
    """
    if reason := trouble(host):
        fix = "start Docker, or set DOCKER_HOST to a daemon that runs"
        raise HostError(reason, fix=fix)


def attach(command: Sequence[str], host: str = "", text: str | None = None) -> int:
    """Run *command* with this terminal as its own, and return its exit code.

    A SIGTERM that reaches us is passed on; Ctrl-C reaches it from the terminal.

    Args:
        command: The words.
        host: As DOCKER_HOST names it; empty for the one that Docker itself takes.
        text: Its standard input; None for ours.
    """
    stdin = None if text is None else subprocess.PIPE
    with subprocess.Popen(command, env=environment(host), stdin=stdin, text=True) as popen:
        before = {
            signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
            signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: popen.terminate()),
        }
        try:
            if popen.stdin and text is not None:
                with suppress(BrokenPipeError):
                    popen.communicate(text)
            return popen.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Everywhere:
    """One command on several hosts at once; a host that fails does not hide the others."""

    def __init__(self, command: Sequence[str], hosts: Sequence[str]) -> None:
        self._command = tuple(command)
        self._hosts = hosts
        self._children: dict[str, Child] = {}

    def stop(self) -> None:
        """Pass an interruption on to every host's command. Safe in a signal handler."""
        for child in self._children.values():
            child.signal(signal.SIGINT)

    def run(self) -> Iterator[Event]:
        """Yield what the command says on each host, and how it ended there."""
        begin_s = time.monotonic()
        try:
            with selectors.DefaultSelector() as selector:
                for host in self._hosts:
                    child = _started(self._command, host)
                    self._children[host] = child
                    selector.register(child, selectors.EVENT_READ, host)
                    yield HostStarted(host, self._command)
                while self._children:
                    yield from self._read(selector)
                    yield from self._ended(selector, begin_s)
        finally:
            for child in self._children.values():
                child.signal(signal.SIGKILL)
                child.popen.wait()
                child.close()

    def _read(self, selector: selectors.BaseSelector) -> Iterator[Event]:
        for key, _ in selector.select(_TICK_S):
            child = self._children[key.data]
            for text in child.lines():
                yield HostLine(key.data, text)
            if child.at_end:
                selector.unregister(child)

    def _ended(self, selector: selectors.BaseSelector, begin_s: float) -> Iterator[Event]:
        for host, child in list(self._children.items()):
            if (code := child.code()) is None:
                continue
            for text in child.last_lines():
                yield HostLine(host, text)
            if child in selector.get_map():
                selector.unregister(child)
            child.close()
            del self._children[host]
            yield HostDone(host, code, time.monotonic() - begin_s)


def _started(command: Sequence[str], host: str) -> Child:
    try:
        return Child.start(command, Path.cwd(), environment(host))
    except OSError as error:
        what = f"cannot start '{command[0]}': {error.strerror}"
        raise HostError(what, fix=_INSTALL) from error


def environment(host: str) -> Mapping[str, str]:
    """Return the variables for a program that is to reach Docker on *host*; empty is our own."""
    if not host:
        return os.environ
    # A context would win over DOCKER_HOST.
    return {**os.environ, "DOCKER_HOST": host, "DOCKER_CONTEXT": ""}


def _address(host: str) -> str:
    return f"'{host or os.environ.get('DOCKER_HOST') or 'unix:///var/run/docker.sock'}'"


def _first_line(command: list[str]) -> str:
    # Of what a version question prints; empty if there is no such command.
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip().partition("\n")[0] if asked.returncode == 0 else ""
