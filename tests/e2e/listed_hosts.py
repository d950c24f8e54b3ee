"""A person who names the hosts of the lab by a list, and what README has that person run."""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.hosts import lock
from tests.e2e.door import DCGEN
from tests.lab import network
from tests.lab.lab import LOCAL, Lab

NODES = ("node1", "node2", "node3")
README = Path(__file__).parents[2] / "README.md"
IN_ANOTHER = 'hostname elsewhere && exec "$@"'


@dataclass(frozen=True, slots=True)
class Hosts:
    """A person in *folder*, who names the hosts of *lab* by a list."""

    lab: Lab
    folder: Path

    @classmethod
    def listed(cls, lab: Lab, folder: Path, source: str, nodes: Sequence[str] = NODES) -> "Hosts":
        """Write the list of hosts, and *source* as the Compose file."""
        lines = [f"  {node}: {lab.engine(node).url}\n" for node in nodes]
        (folder / "hosts.yml").write_text("".join(["hosts:\n", *lines]))
        (folder / "compose.yml").write_text(source)
        return cls(lab, folder)

    def command(self, *words: str) -> list[str]:
        """Return ``dcgen`` with *words* on those hosts."""
        return [str(DCGEN), *words, "--hosts", "hosts.yml"]

    def run(self, *words: str, elsewhere: bool = False) -> subprocess.CompletedProcess[str]:
        """Return how ``dcgen`` with *words* ended; *elsewhere*: on a machine of another name."""
        apart = ("unshare", "--uts", "sh", "-c", IN_ANOTHER, "sh") if elsewhere else ()
        return subprocess.run(
            [*apart, *self.command(*words)],
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=self.environment(),
            text=True,
            timeout=240,
        )

    @contextmanager
    def begun(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Have ``dcgen`` with *words* run in a session of its own, which is killed at the end."""
        with subprocess.Popen(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(),
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as popen:
            try:
                yield popen
            finally:
                if popen.poll() is None:
                    os.killpg(popen.pid, signal.SIGKILL)

    def environment(self) -> Mapping[str, str]:
        """Return the variables of that person: the Docker of this machine is the lab's."""
        return self.lab.engine(LOCAL).env

    def does(self, *words: str, elsewhere: bool = False) -> str:
        """Return what it says on standard error, after it has ended well."""
        ended = self.run(*words, elsewhere=elsewhere)
        assert ended.returncode == 0, ended.stderr + ended.stdout
        return ended.stderr

    def fails(self, *words: str, last: str = "") -> str:
        """Return what it says, after it has ended as it does where a host fails, with *last*."""
        ended = self.run(*words)
        said = ended.stdout + ended.stderr
        assert ended.returncode == 3, said
        assert last in ["", *ended.stderr.splitlines()], said
        return said

    def left(self, project: str) -> list[str]:
        """Return the containers of *project* that any host has, those of its lock, too."""
        labels = (f"com.docker.compose.project={project}", f"{lock.OF_PROJECT}={project}")
        asked = [(self.lab.engine(node), label) for node in NODES for label in labels]
        return " ".join(host.docker(f"ps -aqf label={label}") for host, label in asked).split()

    def looks(self, *words: str, sees: str) -> None:
        """Return when ``dcgen`` with *words*, which goes on, has printed two lines, with *sees*."""
        with self.begun(*words) as popen:
            first = list(islice(popen.stdout or (), 2))
        assert sees in "".join(first), first

    @contextmanager
    def cut_off(self, node: str) -> Iterator[None]:
        """Have the host *node* lose every packet from and to us during the block."""
        ours = [network.our_address(self.lab.state.subnet)]
        network.drop(self.lab.state.id, node, ours)
        try:
            yield
        finally:
            network.pass_again(self.lab.state.id, node, ours)


def of_readme() -> list[list[str]]:
    """Return what README runs on several hosts, without ``dcgen`` and the list of hosts."""
    section = README.read_text().partition("\n## Several hosts\n")[2].partition("\n## ")[0]
    found = [shlex.split(line, comments=True) for line in re.findall(r"^\$ (.+)$", section, re.M)]
    assert all(words[0] == "dcgen" and "--hosts hosts.yml" in " ".join(words) for words in found)
    return [" ".join(words[1:]).replace("--hosts hosts.yml", "").split() for words in found]
