"""Podman and podman-compose in namespaces of their own, from Debian's packages in a folder.

Nothing is installed: the packages' ``/usr`` and ``/etc`` lie over the machine's for the processes
of one `Podman` alone. One process holds them together, and ends with the one that started it; then
every container ends, and no mount is left. There is no way out of its network.
"""

import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab import apt, daemon
from tests.lab.commands import run
from tests.lab.record import Process
from tests.lab.waiting import until

SUITE = "bookworm"  # the oldest that has netavark: it runs with the C library of any newer one
PACKAGES = (
    "podman",
    "podman-compose",
    "crun",
    "conmon",
    "netavark",
    "aardvark-dns",
    "golang-github-containers-common",
    "golang-github-containers-image",
    "libassuan0",
    "libgpgme11",
    "libsubid4",
    "libyajl2",
    "python3-dotenv",
    "python3-yaml",
)
START_S = 60.0
CONTAINERS_CONF = """\
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
cgroups = "disabled"
log_driver = "k8s-file"
[network]
network_backend = "netavark"
"""
STORAGE_CONF = """\
[storage]
driver = "overlay"
graphroot = "/run/storage"
runroot = "/run/containers"
"""


@dataclass(frozen=True, slots=True)
class Podman:
    """A running Podman: *folder* is its, *inside* a process in its namespaces."""

    folder: Path
    inside: Process

    @property
    def url(self) -> str:
        """Return the ``DOCKER_HOST`` of its socket, for those that run in its namespaces."""
        return "unix:///run/lab/podman.sock"

    def run(
        self,
        *words: str | Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        timeout_s: float = 60,
    ) -> str:
        """Return what *words* wrote to stdout, run in its namespaces; *env* is all they get beside.

        Raises:
            CommandError: They ended with another code than 0, or not in time.
        """
        enter = ("nsenter", "--mount", "--net", "--pid", "--uts", "--target", str(self.inside.pid))
        change = ("env", "--chdir", str(cwd))
        whole = {"PATH": os.environ["PATH"], "HOME": "/root", "LANG": "C.UTF-8"} | dict(env or {})
        return run(*enter, *change, *words, env=whole, timeout_s=timeout_s)


def folder(cache: Path) -> Path:
    """Return where in *cache* the packages' files are, or will be."""
    return cache / "podman"


def fetch(cache: Path) -> None:
    """Put the packages' files into *cache*, whole or not at all; do nothing if they are there.

    Raises:
        CommandError: apt-get refused.
    """
    goal = folder(cache)
    if goal.exists():
        return
    with apt.unpacked(SUITE, PACKAGES, cache) as tree:
        tree.rename(goal)


@contextmanager
def running(cache: Path, work: Path) -> Iterator[Podman]:
    """Give a Podman that answers; *work* is an empty folder for its socket and its log.

    Its images and containers are in memory: they are gone with it, however it ends.

    Raises:
        RuntimeError: It ended instead; what it said is in the message.
    """
    (work / "start.sh").write_text(_script(folder(cache), work))
    apart = "unshare --uts --net --mount --pid --fork --kill-child --mount-proc"
    words = shlex.split(f"setpriv --pdeathsig KILL {apart} {daemon.init()} -- sh -e")
    with (
        (work / "log").open("w") as log,
        subprocess.Popen(
            [*words, work / "start.sh"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        ) as holder,
    ):
        try:
            yield _ready(holder, work)
        finally:
            holder.kill()
            holder.wait()


def _ready(holder: subprocess.Popen[bytes], work: Path) -> Podman:
    def ready() -> bool:
        if holder.poll() is not None:
            raise RuntimeError(f"Podman ended:\n{(work / 'log').read_text()}")
        return daemon.answers(work / "podman.sock")

    until(ready, f"Podman answers; see {work / 'log'}", START_S)
    children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
    return Podman(work, Process.of(int(children[0])))


def _script(tree: Path, work: Path) -> str:
    files = {"containers.conf": CONTAINERS_CONF, "storage.conf": STORAGE_CONF}
    for name, text in files.items():
        (work / name).write_text(text)
    lines = [
        "hostname podman",
        "mount -t tmpfs tmpfs /run",
        "mkdir -p /run/lab /run/tree /run/etc /run/work /run/lock",
        f"mount --bind {shlex.quote(str(work))} /run/lab",
        f"mount --bind {shlex.quote(str(tree))} /run/tree",
        "layers=lowerdir=/run/tree/etc:/etc,upperdir=/run/etc,workdir=/run/work",
        "mount -t overlay overlay -o $layers /etc",
        "mount -t overlay overlay -o lowerdir=/run/tree/usr:/usr /usr",
        "mkdir -p /etc/containers",
        *(f"cp /run/lab/{name} /etc/containers/{name}" for name in files),
        # crun refuses controllers in version 2 beside those in version 1, needed or not.
        "if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi",
        "ip link set lo up",
        "exec podman system service --time=0 unix:///run/lab/podman.sock",
    ]
    return "\n".join(lines) + "\n"
