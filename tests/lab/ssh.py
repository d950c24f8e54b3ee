"""An sshd on a host of the lab, as Debian configures it, and a client that has a key for it."""

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.lab.commands import run
from tests.lab.lab import Lab
from tests.lab.waiting import until


@dataclass(frozen=True, slots=True)
class SshHost:
    """A host that ssh reaches: *url* is its ``DOCKER_HOST``; *path* has an ssh that knows it."""

    url: str
    address: str
    path: Path

    def connections(self) -> int:
        """Return how many TCP connections lead from here to its sshd."""
        words = ("ss", "--tcp", "--no-header", "state", "established")
        return len(run(*words, f"( dst {self.address} and dport = :22 )").splitlines())


@contextmanager
def sshd(lab: Lab, name: str, folder: Path) -> Iterator[SshHost]:
    """Run a stock sshd on the host *name*; *folder* gets the client's files."""
    engine = lab.engine(name)
    key = folder / "key"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    script = "\n".join(
        [
            # /etc, /run and /root are the host's own: the daemon's start made them so.
            "set -e",
            "mkdir -p /run/sshd /root/.ssh",
            "chmod 700 /root /root/.ssh",
            "ln -sf /run/lab/docker.sock /run/docker.sock",
            "rm -f /etc/ssh/ssh_host_*",
            "ssh-keygen -A > /dev/null",
            f"echo {shlex.quote(key.with_suffix('.pub').read_text())} > /root/.ssh/authorized_keys",
            "exec /usr/sbin/sshd -D -e",
        ]
    )
    daemon = psutil.Process(lab.state.daemons[name].pid).children()[0]
    enter = ("nsenter", "--target", str(daemon.pid), "--mount", "--uts", "--net", "--pid")
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen([*enter, "sh", "-c", script], stdout=log, stderr=log)
    try:
        known = folder / "known_hosts"

        def scanned() -> bool:
            words = ("ssh-keyscan", "-T", "5", "-t", "ed25519", engine.address)
            found = subprocess.run(words, capture_output=True, text=True, check=False).stdout
            known.write_text(found)
            return bool(found)

        until(scanned, f"sshd answers; see {folder / 'sshd.log'}", 40)
        yield SshHost(f"ssh://root@{engine.address}", engine.address, _client(folder, key, known))
    finally:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.wait()


def _client(folder: Path, key: Path, known: Path) -> Path:
    # ssh takes the home of the user from the system, whatever HOME says.
    config = folder / "config"
    config.write_text(f"IdentityFile {key}\nUserKnownHostsFile {known}\n")
    programs = folder / "programs"
    programs.mkdir()
    program = programs / "ssh"
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {config} "$@"\n')
    program.chmod(0o755)
    return programs
