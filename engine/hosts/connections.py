"""The connections of one command: a forwarded socket for each host that ssh reaches.

Docker and Compose open a connection of their own for each request, and a stock sshd drops what is
more than ten at once (sshd_config(5), MaxStartups). So one ssh a host holds one connection, and all
requests go through a socket that it forwards, in a folder that only we may enter.
"""

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.child import Child
from engine.hosts import DEFAULT_HOST, Host, not_started, ssh
from faults import HostError

_POLL_S = 0.02
_END_WITHIN_S = 2.0
_LONGEST_FOLDER = 60  # a socket's path has 107 bytes, and ssh adds 17 to a name while it binds


@dataclass(slots=True)
class Connection:
    """The ssh that holds the connection to *host*, with its sockets in *folder*.

    *in_use* tells that it forwards the socket; *said* is what ssh has written so far.
    """

    host: Host
    folder: Path
    child: Child
    in_use: bool = False
    said: list[str] = field(default_factory=list)

    @classmethod
    def start(cls, host: Host, folder: Path) -> "Connection":
        """Start ssh; it ends when we do, even when we are killed.

        Raises:
            HostError: There is no ssh.
        """
        folder.mkdir(mode=0o700)
        command = ssh.master(host, folder / "c")
        try:
            return cls(host, folder, Child.start(command, folder, DEFAULT_HOST.environment()))
        except OSError as error:
            raise not_started(command, error) from None

    @property
    def lost(self) -> bool:
        """Whether it ended by itself, or is about to: its socket refuses who connects."""
        return self.child.code() is not None or (self.in_use and not _accepts(self._near))

    def reached(self) -> Host:
        """Return the host, reached through the forwarded socket.

        Raises:
            HostError: ssh cannot connect, or there is no socket of Docker's.
        """
        self._wait()
        far = ssh.far_socket(self.host) or self._asked()
        ended = DEFAULT_HOST.call(ssh.forward(self.host, self.folder / "c", self._near, far))
        if ended.code != 0:
            raise ssh.error(self.host, [*self._heard(), *ended.err.splitlines()])
        self.in_use = True
        return replace(self.host, socket=str(self._near))

    def close(self) -> None:
        """End it."""
        self.child.end(_END_WITHIN_S)

    @property
    def _near(self) -> Path:
        return self.folder / "d"

    def _wait(self) -> None:
        until_s = time.monotonic() + ssh.CONNECTS_WITHIN_S + 5
        while not (self.folder / "c").exists():
            if self.lost or time.monotonic() > until_s:
                raise ssh.error(self.host, self._heard())
            time.sleep(_POLL_S)

    def _heard(self) -> list[str]:
        take = self.child.last_lines if self.lost else self.child.lines
        self.said += take()
        return self.said

    def _asked(self) -> str:
        ended = DEFAULT_HOST.call(ssh.question(self.host, self.folder / "c"))
        address = (ended.out.strip().splitlines() or [""])[-1]
        if address.startswith("unix:///"):
            return address.removeprefix("unix://")
        said, _, places = address.partition(" ")
        if ended.code == 0 and said == "none":
            what = f"no Docker daemon runs on '{self.host.title}' for this user: no {places}"
            raise HostError(what, fix="start Docker there, or name its socket: ssh://HOST/PATH")
        if ended.code == 0 and said == "denied":
            what = f"this user may not open Docker's socket on '{self.host.title}': {places}"
            raise HostError(what, fix="add the user to the group 'docker' there, or name another")
        if ended.code == 0 and "://" in address:
            what = f"Docker on '{self.host.title}' uses {address}, which is not a socket"
            raise HostError(what, fix="name a socket there: ssh://HOST/PATH")
        return "/var/run/docker.sock"  # a host that grants no shell, only sockets


@contextmanager
def opened(hosts: Sequence[Host], tell: Callable[[str], None]) -> Iterator[tuple[Host, ...]]:
    """Open what *hosts* need, all at once, and end it at the end of the block.

    Yields:
        The hosts in the same order; one that cannot be reached says so when it is used.

    Args:
        hosts: Each once.
        tell: Gets a sentence for each connection that was lost meanwhile.

    Raises:
        HostError: There is no ssh.
    """
    far = [host for host in hosts if host.endpoint.startswith("ssh://")]
    if not far:
        yield tuple(hosts)
        return
    folder = _private()
    connections: list[Connection] = []
    try:
        # By this thread: a child ends with the thread that started it.
        for number, host in enumerate(far):
            connections.append(Connection.start(host, folder / str(number)))
        reached = dict(zip(far, _all_reached(connections), strict=True))
        yield tuple(reached.get(host, host) for host in hosts)
    finally:
        for connection in connections:
            if connection.lost and connection.in_use:
                tell(f"the ssh connection to '{connection.host.title}' was lost")
            connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def _all_reached(connections: Sequence[Connection]) -> list[Host]:
    with ThreadPoolExecutor(max_workers=len(connections)) as pool:
        try:
            return list(pool.map(_outcome, connections))
        except BaseException:  # Ctrl-C: what still connects ends, and with it what waits for it
            for connection in connections:
                connection.child.signal(signal.SIGTERM)
            raise


def _outcome(connection: Connection) -> Host:
    try:
        return connection.reached()
    except HostError as error:
        return replace(connection.host, trouble=error)


def _private() -> Path:
    # mkdtemp makes it for this user alone (mode 700).
    usual = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    fits = len(usual) < _LONGEST_FOLDER and os.access(usual, os.W_OK | os.X_OK)
    return Path(tempfile.mkdtemp(prefix="dcgen-", dir=usual if fits else "/tmp"))  # noqa: S108 - mkdtemp's is private
