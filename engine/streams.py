"""Lines of commands on Docker hosts, as they come: of several at once, or in the background."""

import os
import select
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.child import Child
from engine.hosts import Host, not_started
from engine.silence import Silence
from faults import HostError

_TICK_S = 0.1
_END_WITHIN_S = 2.0
_INTERRUPTED = 130


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
    """A command streamed from several hosts at once; one that fails does not hide the others.

    Args:
        command: The words.
        hosts: Each once.
        more: Host to words that follow those of *command* there.
        parallel: On how many hosts it runs at the same time; 0 for all.
        silence: Tells which hosts are lost: the command is killed there; None: it may hang.
        tick: Called again and again, some ten times a second, also while no host says anything.
    """

    def __init__(
        self,
        command: Sequence[str],
        hosts: Sequence[Host],
        *,
        more: Mapping[Host, Sequence[str]] | None = None,
        parallel: int = 0,
        silence: Silence[Host] | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._commands = {host: (*command, *(more or {}).get(host, ())) for host in hosts}
        self._waiting = list(hosts)
        self._parallel = parallel or len(hosts)
        self._silence = silence
        self._tick = tick
        self._children: dict[Host, Child] = {}
        self._begin_s: dict[Host, float] = {}
        self._lost: set[Host] = set()
        self._stopped = False
        self._told: set[Host] = set()

    def stop(self) -> None:
        """Pass an interruption on to every host's command. Safe in a signal handler."""
        self._stopped = True
        for host, child in list(self._children.items()):
            self._told.add(host)
            child.signal(signal.SIGINT)

    def run(self) -> Generator[HostEvent, None, None]:
        """Yield what the command says on each host, and how it ended there.

        It ends with 3 where the host is lost or cannot be reached, and with 130 where it was
        stopped before it began, or before it ended well.

        Raises:
            HostError: It cannot be started.
        """
        try:
            with selectors.DefaultSelector() as selector:
                while self._waiting or self._children:
                    yield from self._begun(selector)
                    yield from self._read(selector)
                    yield from self._given_up()
                    yield from self._ended(selector)
                    self._tick()
        finally:
            for child in self._children.values():
                child.signal(signal.SIGKILL)
                child.popen.wait()
                child.close()
            if self._silence:
                self._silence.close()

    def _begun(self, selector: selectors.BaseSelector) -> Iterator[HostEvent]:
        # Once stopped, none begins, and that is told when those that had begun have ended.
        while self._waiting and len(self._children) < (1 if self._stopped else self._parallel):
            host = self._waiting.pop(0)
            if self._stopped:
                yield HostDone(host, _INTERRUPTED, 0.0)
            elif host.trouble:
                yield from _not_reached(host, self._commands[host])
            else:
                child = _started(self._commands[host], host)
                self._take(host, child)
                self._begin_s[host] = time.monotonic()
                self._heard(host)
                selector.register(child, selectors.EVENT_READ, host)
                yield HostStarted(host, self._commands[host])

    def _take(self, host: Host, child: Child) -> None:
        self._children[host] = child
        if self._stopped and host not in self._told:  # it was stopped while this one was started
            child.signal(signal.SIGINT)

    def _read(self, selector: selectors.BaseSelector) -> Iterator[HostLine]:
        for key, _ in selector.select(_TICK_S) if self._children else ():
            child = self._children[key.data]
            self._heard(key.data)
            for text in child.lines():
                yield HostLine(key.data, text)
            if child.at_end:
                selector.unregister(child)

    def _heard(self, host: Host) -> None:
        if self._silence:
            self._silence.heard(host)

    def _given_up(self) -> Iterator[HostLine]:
        running = [host for host in self._children if host not in self._lost]
        for host, reason in self._silence.lost(running) if self._silence else ():
            self._lost.add(host)
            self._children[host].signal(signal.SIGKILL)
            yield HostLine(host, f"{reason}: given up")

    def _ended(self, selector: selectors.BaseSelector) -> Iterator[HostEvent]:
        for host, child in list(self._children.items()):
            if (code := child.code()) is None:
                continue
            for text in child.last_lines():
                yield HostLine(host, text)
            if child in selector.get_map():
                selector.unregister(child)
            child.close()
            del self._children[host]
            if host in self._lost:
                code = HostError.exit_code
            elif self._stopped and code:  # programs differ in what they end with then
                code = _INTERRUPTED
            yield HostDone(host, code, time.monotonic() - self._begin_s[host])


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
        self._popen = _in_background(command, host, subprocess.DEVNULL, subprocess.DEVNULL)
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


class Feeding:
    """One command on *host* that is fed through its standard input.

    Raises:
        HostError: It cannot be started, or the host cannot be reached.
    """

    def __init__(self, host: Host, command: Sequence[str]) -> None:
        self._popen = _in_background(command, host, subprocess.PIPE, subprocess.STDOUT)
        self._fd = self._popen.stdin.fileno() if self._popen.stdin else -1
        os.set_blocking(self._fd, False)

    def takes(self, within_s: float) -> bool:
        """Tell whether it takes more, or has ended, within *within_s* seconds."""
        return bool(select.select([], [self._fd], [], within_s)[1])

    def feed(self, data: memoryview) -> int:
        """Write what it takes of *data* now, and return how much; -1 if it has ended."""
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            return -1

    def ends(self, within_s: float) -> bool:
        """End its input; tell whether it ends within *within_s* seconds."""
        with suppress(BrokenPipeError):
            if self._popen.stdin:
                self._popen.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(within_s)
        return self._popen.returncode is not None

    def said(self) -> tuple[int, str]:
        """Return the exit code of a command that has ended, and what it wrote."""
        out = self._popen.stdout.read() if self._popen.stdout else b""
        return self._popen.wait(), out.decode("utf-8", "replace")

    def kill(self) -> None:
        """Kill it, if it runs. Safe in a signal handler."""
        with suppress(ProcessLookupError):
            self._popen.kill()

    def close(self) -> None:
        """Kill it, wait for it, and let go of it."""
        self.kill()
        self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout):
            with suppress(BrokenPipeError):
                if stream:
                    stream.close()


def _not_reached(host: Host, command: tuple[str, ...]) -> Iterator[HostEvent]:
    yield HostStarted(host, command)
    for text in str(host.trouble).splitlines():
        yield HostLine(host, text)
    yield HostDone(host, HostError.exit_code, 0.0)


def _in_background(
    command: Sequence[str], host: Host, stdin: int, stderr: int
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            command,
            env=host.environment(),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,  # Ctrl-C reaches only us: we end it, or its input ends
        )
    except OSError as error:
        raise not_started(command, error) from None


def _started(command: Sequence[str], host: Host) -> Child:
    try:
        return Child.start(command, Path.cwd(), host.environment())
    except OSError as error:
        raise not_started(command, error) from None
