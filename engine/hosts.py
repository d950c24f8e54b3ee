"""Docker hosts, and the one way to run a command on them: attached, streamed or called.

Commands are lists of words; no shell reads them. A host is named as Docker names it
(``tcp://192.0.2.7:2375``, ``ssh://user@host``), and a command finds its daemon by DOCKER_HOST.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.child import Child
from faults import HostError, UsageError

WITHIN_S = 60.0
_LOCAL = ("unix://", "npipe://", "fd://")
_DEFAULT = "unix:///var/run/docker.sock"
_TICK_S = 0.1
_INSTALL = "install Docker with its Compose plugin"


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that was called.

    Attributes:
        code: Its exit code; None if it did not end in time, and was killed.
        out: Its standard output.
        err: Its standard error.
    """

    code: int | None
    out: str = ""
    err: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """A machine with a Docker daemon; as text its address, nothing for the default one.

    Attributes:
        address: As DOCKER_HOST names it; None for the default: the one that Docker itself takes.

    Raises:
        UsageError: The address is an empty text.
    """

    address: str | None = None

    def __post_init__(self) -> None:
        if self.address == "":
            fix = "give tcp://HOST:PORT or ssh://USER@HOST, or leave out --host"
            raise UsageError("the address of a Docker host is empty", fix=fix)

    def __str__(self) -> str:
        return self.address or ""

    @property
    def endpoint(self) -> str:
        """Where its daemon is, as far as the environment says: Docker may have a context."""
        return self.address or os.environ.get("DOCKER_HOST") or _DEFAULT

    @property
    def is_remote(self) -> bool:
        """Whether it is another machine."""
        return not self.endpoint.startswith(_LOCAL)

    def environment(self) -> Mapping[str, str]:
        """Return the variables for a program that is to reach its daemon."""
        if self.address is None:
            return os.environ
        # A context would win over DOCKER_HOST.
        return {**os.environ, "DOCKER_HOST": self.address, "DOCKER_CONTEXT": ""}

    def attach(self, command: Sequence[str], text: str | None = None) -> int:
        """Run *command* with this terminal as its own, and return its exit code.

        A SIGTERM that reaches us is passed on; Ctrl-C reaches it from the terminal.

        Args:
            command: The words.
            text: Its standard input; None for ours.
        """
        stdin = None if text is None else subprocess.PIPE
        env = self.environment()
        with subprocess.Popen(command, env=env, stdin=stdin, text=True) as popen:
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

    def stream(self, command: Sequence[str]) -> Child:
        """Start *command*, and return it: its lines are read as they come.

        Raises:
            HostError: It cannot be started.
        """
        try:
            return Child.start(command, Path.cwd(), self.environment())
        except OSError as error:
            raise _not_started(command, error) from None

    def call(self, command: Sequence[str], text: str = "", *, within_s: float = WITHIN_S) -> Ended:
        """Run *command* out of sight, and return how it ended.

        Args:
            command: The words.
            text: Its standard input.
            within_s: Seconds after which it is killed.

        Raises:
            HostError: It cannot be started.
        """
        try:
            ended = subprocess.run(
                command,
                input=text,
                env=self.environment(),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=within_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Ended(None)
        except OSError as error:
            raise _not_started(command, error) from None
        return Ended(ended.returncode, ended.stdout, ended.stderr)


DEFAULT_HOST = Host()


def _not_started(command: Sequence[str], error: OSError) -> HostError:
    if isinstance(error, FileNotFoundError):
        return HostError(f"there is no '{command[0]}' on PATH", fix=_INSTALL)
    return HostError(f"cannot start '{command[0]}': {error.strerror}", fix=_INSTALL)


@dataclass(frozen=True, slots=True)
class HostStarted:
    """A command runs on a Docker host."""

    host: Host
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HostLine:
    """One line of output of the command on a Docker host."""

    host: Host
    text: str


@dataclass(frozen=True, slots=True)
class HostDone:
    """The command ended on a Docker host with *code*, after *after_s* seconds."""

    host: Host
    code: int
    after_s: float


HostEvent = HostStarted | HostLine | HostDone


class Everywhere:
    """One command streamed from several hosts at once; one that fails does not hide the others.

    Args:
        command: The words.
        hosts: Each once.
    """

    def __init__(self, command: Sequence[str], hosts: Sequence[Host]) -> None:
        self._command = tuple(command)
        self._hosts = hosts
        self._children: dict[Host, Child] = {}

    def stop(self) -> None:
        """Pass an interruption on to every host's command. Safe in a signal handler."""
        for child in self._children.values():
            child.signal(signal.SIGINT)

    def run(self) -> Iterator[HostEvent]:
        """Yield what the command says on each host, and how it ended there.

        Raises:
            HostError: It cannot be started.
        """
        begin_s = time.monotonic()
        try:
            with selectors.DefaultSelector() as selector:
                for host in self._hosts:
                    child = host.stream(self._command)
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

    def _read(self, selector: selectors.BaseSelector) -> Iterator[HostLine]:
        for key, _ in selector.select(_TICK_S):
            child = self._children[key.data]
            for text in child.lines():
                yield HostLine(key.data, text)
            if child.at_end:
                selector.unregister(child)

    def _ended(self, selector: selectors.BaseSelector, begin_s: float) -> Iterator[HostEvent]:
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
