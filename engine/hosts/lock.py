"""The lock on a project: so that two people do not change it on the same hosts at once.

The name of a container is unique in an Engine, so a container that is created and never started is
a lock, and needs neither a shell there nor anything of ours. Its labels say whose it is.
"""

import getpass
import os
import re
import secrets
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from engine.hosts import Host, is_full
from faults import HostError

# Who holds it, as people read it: on no other container.
OF_LOCK = "dcgen.lock"
OF_PROJECT = "dcgen.lock.project"
_OF_TIME = "dcgen.lock.time"
_OF_TOKEN = "dcgen.lock.token"  # noqa: S105 - it tells one command from another
# Where the process number of the command means something: one boot of one machine, and there one
# namespace of processes, as containers have their own (pid_namespaces(7)).
_OF_BOOT = "dcgen.lock.boot"
_FORMAT = f'{{{{.ID}}}}\t{{{{.Label "{OF_LOCK}"}}}}\t{{{{.Label "{_OF_TIME}"}}}}'
_EMPTY = "dcgen-lock-image"
_EMPTY_TAR = "\0" * 1024  # two blocks of zeros end an archive: it holds no file


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock.

    Attributes:
        id: Of the container that is the lock.
        owner: ``user@machine (process 123)``.
        since: A time, in UTC.
    """

    id: str
    owner: str
    since: str

    def __str__(self) -> str:
        return f"{self.owner} since {self.since}"


def name(project: str) -> str:
    """Return the name of the container that locks *project*."""
    return f"dcgen-lock-{project}"


@contextmanager
def locked(hosts: Sequence[Host], project: str) -> Iterator[None]:
    """Hold the lock on *project* on all of *hosts* during the block.

    They are locked in the order of their addresses, so that of two commands one gets all. A host
    that cannot be reached is left out: nothing can be changed there, either. So is one whose disk
    is full: nothing can be started there, and `down` has to be able to make room.

    One that a command of this machine left there is taken over if its process is gone: it was
    killed, or could not reach the host any more.

    Raises:
        HostError: Somebody else holds it on one of them; then it is held on none.
    """
    token = secrets.token_hex(8)
    held: list[Host] = []
    with ThreadPoolExecutor(max_workers=max(1, len(hosts))) as pool:
        images = dict(zip(hosts, pool.map(_image, hosts), strict=True))
        try:
            for host in sorted(hosts, key=lambda one: one.endpoint):
                if image := images[host]:
                    held.append(host)  # before: what an interruption leaves is removed, too
                    _take(host, project, token, image)
            yield
        finally:
            list(pool.map(lambda host: _give_back(host, token), held))


def holder(host: Host, project: str) -> Holder | None:
    """Return who holds the lock on *project* on *host*; None if nobody does.

    Raises:
        HostError: The host cannot be reached.
    """
    words = ("--all", "--no-trunc", f"--filter=label={OF_PROJECT}={project}", f"--format={_FORMAT}")
    rows = [line.split("\t") for line in _done(host, "ps", *words).splitlines()]
    return next((Holder(*row) for row in rows if len(row) == 3), None)  # noqa: PLR2004 - as _FORMAT


def remove(host: Host, found: Holder) -> None:
    """Take the lock that *found* holds on *host* away from it.

    Raises:
        HostError: The host cannot be reached.
    """
    _done(host, "rm", "--force", "--volumes", found.id)


def _take(host: Host, project: str, token: str, image: str, *, again: bool = False) -> None:
    labels = {
        OF_LOCK: f"{_whose()} (process {os.getpid()})",
        OF_PROJECT: project,
        _OF_TIME: datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC"),
        _OF_TOKEN: token,
        _OF_BOOT: _boot(),
    }
    words = [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
    create = ("docker", "create", "--name", name(project), "--network", "none", *words)
    ended = host.call((*create, image, "true"))  # a command, as the image may have none
    if ended.code == 0 or is_full(ended.err):
        return
    if "already in use" not in ended.err:
        said = (ended.err.strip() or "it did not answer in time").splitlines()[-1]
        what = f"cannot lock project '{project}' on '{host.title}': {said}"
        raise HostError(what, fix="check that host: dcgen hosts")
    found = holder(host, project)
    if found and not again and _is_left_by_us(host, found):
        remove(host, found)
        _take(host, project, token, image, again=True)
        return
    whose = f"is being changed by {found}" if found else "has just been changed"
    fix = f"wait; if it was killed: dcgen hosts unlock {project} --force, on all of its hosts"
    raise HostError(f"project '{project}' on '{host.title}' {whose}", fix=fix)


def _is_left_by_us(host: Host, found: Holder) -> bool:
    # Whether a process of ours held it, on this machine since it was started, that is gone.
    ours = re.fullmatch(rf"{re.escape(_whose())} \(process (\d+)\)", found.owner)
    boot = _boot()
    if not ours or not boot:
        return False
    words = ("--all", "--no-trunc", f"--filter=label={_OF_BOOT}={boot}", "--format={{.ID}}")
    if found.id not in _done(host, "ps", *words).split():
        return False
    try:
        os.kill(int(ours[1]), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is there, and somebody else's
        return False
    return False


def _boot() -> str:
    # Empty where the system does not tell one boot from another: then nothing is taken over.
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return boot and f"{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    return ""


def _image(host: Host) -> str:
    # Any will do, as nothing is started; HAProxy's declares no volume that Docker would fill.
    # Empty if the host cannot be reached.
    try:
        listed = _done(host, "images", "--format={{.ID}} {{.Repository}}").splitlines()
        rows = sorted((line.split() for line in listed), key=lambda row: "haproxy" not in row[-1])
        return rows[0][0] if rows else _empty(host)
    except HostError:
        return ""


def _empty(host: Host) -> str:
    _done(host, "import", "-", _EMPTY, text=_EMPTY_TAR)
    return _EMPTY


def _give_back(host: Host, token: str) -> None:
    # What is not there any more, or not reached, is shown by `dcgen hosts`.
    with suppress(HostError):
        words = ("--all", f"--filter=label={_OF_TOKEN}={token}", "--format={{.ID}} {{.Image}}")
        for row in _done(host, "ps", *words).splitlines():
            _done(host, "rm", "--force", "--volumes", row.split()[0])
            if row.split()[-1] == _EMPTY:
                _done(host, "rmi", _EMPTY)


def _whose() -> str:
    return f"{_user()}@{socket.gethostname()}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return str(os.getuid())


def _done(host: Host, *words: str, text: str = "") -> str:
    ended = host.call(("docker", *words), text)
    if ended.code != 0:
        said = (ended.err.strip() or "it did not answer in time").splitlines()[-1]
        what = f"'docker {words[0]}' failed on '{host.title}': {said}"
        raise HostError(what, fix="check that it answers: dcgen hosts")
    return ended.out
