"""A real sshd on loopback with keys of its own, and an ssh on PATH that knows it."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.ports import free_port
from tests.lab.waiting import until

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
# As root it wants this folder, which its service would make; a container has no services.
PRIVILEGES = Path("/run/sshd")


@dataclass(frozen=True)
class Sshd:
    """An sshd on *port* of 127.0.0.1; *folder* has its files and those of its client."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """The address as DOCKER_HOST names it."""
        return f"ssh://127.0.0.1:{self.port}"

    def connections(self) -> int:
        """Return how many TCP connections lead to it."""
        words = ("ss", "--tcp", "--no-header", "state", "established", f"( dport = :{self.port} )")
        return len(subprocess.check_output(words, text=True).splitlines())

    def strangers(self) -> None:
        """Let the client know no host."""
        (self.folder / "known_hosts").write_text("")

    def locked(self) -> None:
        """Let it accept no key."""
        (self.folder / "authorized_keys").write_text("")


@contextmanager
def running(
    folder: Path, bin_folder: Path, *options: str, within: Sequence[str | Path] = ()
) -> Iterator[Sshd]:
    """Run an sshd with *options*; put an ``ssh`` that knows it into *bin_folder*.

    *within* are the words before it, which become it: as ``unshare`` does.
    """
    if os.geteuid() == 0:
        PRIVILEGES.mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    for name in ("host", "user"):
        words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
        subprocess.run(words, check=True)
    (folder / "authorized_keys").write_text((folder / "user.pub").read_text())
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    _write(folder / "sshd_config", "ListenAddress 127.0.0.1", f"Port {port}", *options,
           f"HostKey {folder}/host", f"AuthorizedKeysFile {folder}/authorized_keys",
           "StrictModes no", "UsePAM no", "PidFile none")  # fmt: skip
    _write(folder / "config", f"IdentityFile {folder}/user", "IdentitiesOnly yes",
           f"UserKnownHostsFile {folder}/known_hosts", "GlobalKnownHostsFile none")  # fmt: skip
    # ssh takes the home of the user from the system, whatever HOME says.
    client = bin_folder / "ssh"
    client.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/config "$@"\n')
    client.chmod(0o755)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*within, str(SSHD), "-D", "-e", "-f", folder / "sshd_config"], stderr=log
        )
    try:
        until(lambda: _answers(port), f"sshd answers; see {folder / 'log'}", 30)
        yield Sshd(port, folder, process)
    finally:
        process.kill()
        process.wait()


def _write(path: Path, *lines: str) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
