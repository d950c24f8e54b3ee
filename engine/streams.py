"""Lines of commands on Docker hosts, as they come: of several at once, or in the background."""

import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.child import Child
from engine.hosts import Host, not_started
from faults import HostError

_TICK_S = 0.1
_END_WITHIN_S = 2.0


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
                    if host.trouble:
                        yield from _not_reached(host, self._command)
                        continue
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


class Following:
    """One command on *host* in the background; each of its lines goes to *take* as it comes.

    Args:
        host: Where.
        command: The words.
        take: Gets a line without its end; what is written to standard error is left out.

    Raises:
        HostError: It cannot be started.
    """

    def __init__(self, host: Host, command: Sequence[str], take: Callable[[str], None]) -> None:
        self._take = take
        try:
            self._popen = subprocess.Popen(
                command,
                env=host.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches only us, and we end it
            )
        except OSError as error:
            raise not_started(command, error) from None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._popen.poll() is None

    def close(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            self._popen.terminate()
        try:
            self._popen.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._thread.join(_END_WITHIN_S)
        if self._popen.stdout and not self._thread.is_alive():
            self._popen.stdout.close()

    def _read(self) -> None:
        for line in self._popen.stdout or ():
            self._take(line.decode("utf-8", "replace").rstrip("\r\n"))


def _not_reached(host: Host, command: tuple[str, ...]) -> Iterator[HostEvent]:
    yield HostStarted(host, command)
    for text in str(host.trouble).splitlines():
        yield HostLine(host, text)
    yield HostDone(host, HostError.exit_code, 0.0)


def _started(command: Sequence[str], host: Host) -> Child:
    try:
        return Child.start(command, Path.cwd(), host.environment())
    except OSError as error:
        raise not_started(command, error) from None
