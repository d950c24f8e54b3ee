"""Docker hosts, and the one way to run a command there: attached, called, or as a stream.

Commands are lists of words; no shell reads them. A host is named as Docker names it
(``tcp://192.0.2.7:2375``, ``ssh://user@host``, or a context), and a command finds its daemon by
DOCKER_HOST or DOCKER_CONTEXT: whatever runs one takes its variables from `Host.environment`.
Streams are in `engine.streams`; which hosts a person names, in `engine.hosts.listed`.
"""

import os
import re
import signal
import socket as sockets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from faults import HostError, UsageError

WITHIN_S = 60.0
_END_WITHIN_S = 5.0
_LOCAL = ("unix://", "npipe://", "fd://")
_DEFAULT = "unix:///var/run/docker.sock"
# With DOCKER_HOST, Docker takes no context; the others belong to an address.
_OF_AN_ADDRESS = ("DOCKER_HOST", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
INSTALL = "install Docker with its Compose plugin"
_FULL = re.compile("no space left on device|disk quota exceeded", re.IGNORECASE)


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
    """A machine with a Docker daemon; as text its name, nothing for the default one.

    Attributes:
        address: As DOCKER_HOST names it; None for the default: the one that Docker itself takes.
        name: What a person calls it: in a list of hosts, or the Docker context; else empty.
        context: The Docker context that reaches it, with its certificates; else empty.
        labels: What a list of hosts says of it.
        socket: The socket here that leads to its daemon, while a command runs; else empty.
        trouble: Why it cannot be reached; None if nothing is known to be wrong.

    Raises:
        UsageError: The address is an empty text.
    """

    address: str | None = None
    name: str = ""
    context: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)
    socket: str = field(default="", compare=False)
    trouble: HostError | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.address == "":
            fix = "give tcp://HOST:PORT or ssh://USER@HOST, or leave out --host"
            raise UsageError("the address of a Docker host is empty", fix=fix)

    def __str__(self) -> str:
        return self.name or self.address or ""

    @property
    def title(self) -> str:
        """How a message calls it: its name, or where it is."""
        return str(self) or self.endpoint

    @property
    def endpoint(self) -> str:
        """Where its daemon is, as far as the environment says: Docker may have a context."""
        return self.address or os.environ.get("DOCKER_HOST") or _DEFAULT

    @property
    def is_remote(self) -> bool:
        """Whether it is another machine."""
        return not self.endpoint.startswith(_LOCAL)

    def environment(self) -> Mapping[str, str]:
        """Return the variables for a program that is to reach its daemon.

        Raises:
            HostError: It cannot be reached.
        """
        if self.trouble:
            raise self.trouble
        if self.address is None:
            return os.environ
        others = {key: value for key, value in os.environ.items() if key not in _OF_AN_ADDRESS}
        if self.socket:
            return {**others, "DOCKER_HOST": f"unix://{self.socket}", "DOCKER_CONTEXT": ""}
        if self.context:
            return {**others, "DOCKER_CONTEXT": self.context}
        # A context would win over DOCKER_HOST.
        return {**os.environ, "DOCKER_HOST": self.address, "DOCKER_CONTEXT": ""}

    def attach(
        self, command: Sequence[str], text: str | None = None, *, stderr: int | None = None
    ) -> int:
        """Run *command* with this terminal as its own, and return its exit code.

        A SIGTERM that reaches us is passed on; Ctrl-C reaches it from the terminal.

        Args:
            command: The words.
            text: Its standard input; None for ours.
            stderr: The descriptor of its standard error; None for ours.
        """
        stdin = None if text is None else subprocess.PIPE
        env = self.environment()
        with subprocess.Popen(command, env=env, stdin=stdin, stderr=stderr, text=True) as popen:
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
            raise not_started(command, error) from None
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    @contextmanager
    def converse(self, command: Sequence[str]) -> Iterator[sockets.socket]:
        """Give the standard input and output of *command*, which runs out of sight meanwhile.

        At the end its input ends, and if it does not end itself, it is ended.

        Args:
            command: The words.

        Raises:
            HostError: It cannot be started.
        """
        ours, theirs = sockets.socketpair()
        with ours:
            with theirs:
                popen = self._conversing(command, theirs.fileno())
            try:
                yield ours
            finally:
                with suppress(OSError, subprocess.TimeoutExpired):
                    ours.shutdown(sockets.SHUT_WR)
                    popen.wait(_END_WITHIN_S)
                popen.terminate()
                popen.wait()

    def _conversing(self, command: Sequence[str], channel: int) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(
                command,
                env=self.environment(),
                stdin=channel,
                stdout=channel,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C must not end it halfway
            )
        except OSError as error:
            raise not_started(command, error) from None


DEFAULT_HOST = Host()


def not_started(command: Sequence[str], error: OSError) -> HostError:
    """Return the error for a *command* that the system refuses to start with *error*."""
    if isinstance(error, FileNotFoundError):
        return HostError(f"there is no '{command[0]}' on PATH", fix=INSTALL)
    return HostError(f"cannot start '{command[0]}': {error.strerror}", fix=INSTALL)


def is_full(said: str) -> bool:
    """Tell whether what a program *said* is that there is no room on a disk.

    Source: strerror(3) of ENOSPC and EDQUOT, which the Engine passes on as they are.
    """
    return bool(_FULL.search(said))


def full(host: Host, what: str = "") -> HostError:
    """Return the error for the full disk of *host*; *what* could not be done there."""
    fix = "free space there, as by `docker image prune`, and run the same command again"
    return HostError(f"the disk of '{host.title}' is full{what and f': {what}'}", fix=fix)
