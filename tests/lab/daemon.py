"""Start and end a Docker daemon in namespaces of its own.

One process holds a host together: ``unshare`` with ``--kill-child``. To kill it is to cut the
power: the daemon, containerd and every container end at once and leave no mount behind.
"""

import http.client
import os
import shlex
import shutil
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.lab.network import NAMESPACES
from tests.lab.record import Process
from tests.lab.waiting import until

PORT = 55555
START_S = 40.0
INITS = ("docker-init", "tini", "/usr/libexec/docker/docker-init", "/usr/lib/docker/docker-init")


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a daemon runs.

    *namespace* None means the machine's own network, for builds that need packages; such a daemon
    gets no bridge and touches no firewall. *hidden* folders are empty for the daemon and its
    containers, as the client's folders are on a host that is really remote. *programs* is the
    folder of its dockerd and containerd, None for the installed ones. *first* are lines of the
    shell that becomes the daemon, and *flags* are more of its options.
    """

    name: str
    folder: Path
    cgroup: str
    namespace: str | None = None
    address: str | None = None
    index: int = 0
    hidden: tuple[Path, ...] = ()
    programs: Path | None = None
    first: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def socket(self) -> Path:
        """Return the daemon's Unix socket, which this machine reaches whatever is cut."""
        return self.folder / "docker.sock"


def start(seat: Seat) -> Process:
    """Start the daemon of *seat*; `wait_until_ready` says when it answers."""
    (seat.folder / "data").mkdir(parents=True, exist_ok=True)
    (seat.folder / "resolv.conf").write_text(_resolver(seat))
    return spawn(seat, _script(seat))


def spawn(seat: Seat, script: str) -> Process:
    """Start a shell with *script* in the namespaces of *seat*: all that it starts ends with it."""
    (seat.folder / "start.sh").write_text(script)
    enter = [f"nsenter --net={NAMESPACES / seat.namespace}"] if seat.namespace else []
    apart = "unshare --uts --mount --pid --fork --kill-child --mount-proc"
    words = shlex.split(" ".join([*enter, apart, init(), "-- sh"]))
    log = (str(seat.folder / "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    pid = os.posix_spawnp(
        words[0],
        [*words, str(seat.folder / "start.sh")],
        _environment(seat),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, *log),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,  # a Ctrl-C in the terminal is for us alone
    )
    return Process.of(pid)


def wait_until_ready(seat: Seat, daemon: Process) -> None:
    """Return once the daemon answers.

    Raises:
        RuntimeError: It ended instead; the end of its log is in the message.
    """

    def ready() -> bool:
        if not daemon.alive():
            raise RuntimeError(f"the daemon of {seat.name} ended:\n{log_end(seat)}")
        return answers(seat.socket)

    until(ready, f"the daemon of {seat.name} answers; see {seat.folder / 'log'}", START_S)


def kill(daemon: Process) -> None:
    """End the daemon and all that runs under it, at once, as a power cut does."""
    if not daemon.alive():
        return
    os.kill(daemon.pid, signal.SIGKILL)
    until(lambda: not daemon.alive(), f"process {daemon.pid} is gone")
    try:
        os.waitpid(daemon.pid, 0)
    except ChildProcessError:
        return  # an earlier run started it


def bridge(index: int) -> str:
    """Return the address and the network of the bridge on the host with that *index*."""
    return f"172.{20 + index}.0.1/24"


def log_end(seat: Seat) -> str:
    """Return the last lines that the daemon wrote."""
    return "\n".join((seat.folder / "log").read_text(errors="replace").splitlines()[-15:])


def _groups(name: str) -> list[Path]:
    while True:
        with suppress(FileNotFoundError):  # somebody else's group went while it was looked at
            return list(Path("/sys/fs/cgroup").glob(f"**/{name}"))


def remove_cgroups(cgroup: str) -> None:
    """Remove the control groups below *cgroup*, in every hierarchy that has it.

    A group can go only when its last process is gone, so afterwards nothing of the lab runs: what
    the end of a process namespace kills may take a moment to die, and what a paused container holds
    dies only when it is let go on.
    """
    roots = _groups(cgroup.strip("/"))

    def gone() -> bool:
        for root in roots:
            _thaw(root)
            for folder, _, _ in os.walk(root, topdown=False):
                with suppress(OSError):
                    Path(folder).rmdir()
        return not any(root.exists() for root in roots)

    until(gone, f"every process of {cgroup} has ended")


def _thaw(root: Path) -> None:
    for file, word in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
        for state in root.glob(f"**/{file}"):
            with suppress(OSError):
                state.write_text(word)


def init() -> str:
    """Return the program that reaps what others leave, as the first process of a namespace."""
    found = next(filter(None, map(shutil.which, INITS)), None)
    if not found:
        raise RuntimeError(f"none of {', '.join(INITS)} is installed")
    return found


def _environment(seat: Seat) -> dict[str, str]:
    # Only a build may know the machine's proxies; a host in the lab has no way out.
    if seat.namespace is None:
        return dict(os.environ)
    return {"PATH": os.environ["PATH"], "HOME": "/root", "LANG": "C.UTF-8"}


def _script(seat: Seat) -> str:
    hide = [f"mount -t tmpfs tmpfs {shlex.quote(str(path))}" for path in seat.hidden]
    chosen = [f"export PATH={shlex.quote(str(seat.programs))}:$PATH"] if seat.programs else []
    lines = [
        "set -e",
        f"hostname {seat.name}",
        # Else two daemons meet in /run, and their mounts outlive them.
        "mount -t tmpfs tmpfs /run",
        "mkdir -p /run/lock /run/lab /run/etc /run/work",
        f"mount --rbind {shlex.quote(str(seat.folder))} /run/lab",  # with a small disk, if any
        # Else all daemons share /etc/docker/key.json, which is their identity.
        "mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/work /etc",
        "rm -rf /etc/docker /etc/resolv.conf",
        "mkdir /etc/docker",
        "cp /run/lab/resolv.conf /etc/resolv.conf",
        *hide,
        *chosen,
        *seat.first,
        f"exec dockerd {shlex.join(_flags(seat))}",
    ]
    return "\n".join(lines) + "\n"


def _resolver(seat: Seat) -> str:
    if seat.namespace:
        return "nameserver 127.0.0.1\n"
    return Path("/etc/resolv.conf").read_text()


def _flags(seat: Seat) -> list[str]:
    flags = [
        "--data-root=/run/lab/data",
        "--host=unix:///run/lab/docker.sock",
        f"--cgroup-parent={seat.cgroup}/{seat.name}",
        "--exec-opt=native.cgroupdriver=cgroupfs",  # no systemd in the daemon's own /run
    ]
    if seat.address is None:
        return [
            *flags,
            "--bridge=none",
            "--iptables=false",
            "--ip6tables=false",
            "--ip-forward=false",
        ]
    return [
        *flags,
        f"--host=tcp://{seat.address}:{PORT}",
        f"--insecure-registry={seat.address}/24",  # one of the lab (`tests.lab.registry`)
        "--tls=false",  # asked for, so that the daemon does not wait to warn about it
        f"--bip={bridge(seat.index)}",  # the address of a container tells its host
        f"--default-address-pool=base=172.{40 + seat.index}.0.0/16,size=24",
        *seat.flags,
    ]


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=2)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(2)
        self.sock.connect(str(self._path))


def answers(socket_file: Path) -> bool:
    """Return whether an Engine answers at the Unix socket *socket_file*."""
    connection = _SocketConnection(socket_file)
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
