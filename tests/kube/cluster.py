"""A Kubernetes of several nodes on this machine: a lab whose hosts are nodes.

control   etcd, API server, controllers, scheduler, DNS
node1 …   Docker, kubelet, kube-proxy; its pods have the addresses of its own bridge
outside   a place in the same network that is no node
"""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.kube import control, node
from tests.kube.kubectl import Kubectl, is_ready
from tests.kube.node import Control
from tests.lab import daemon, network
from tests.lab.commands import CommandError, run
from tests.lab.daemon import Seat
from tests.lab.lab import Lab
from tests.lab.registry import registry
from tests.lab.waiting import until

CONTROL, OUTSIDE = "control", "outside"
# Above those of hosts.
INDEX = {CONTROL: 30, OUTSIDE: 31}
PROJECT, TAG = "coins", "1"


class Cluster(Lab):
    """A lab whose hosts are the nodes of a cluster."""

    @property
    def kubectl(self) -> Kubectl:
        """Return what reaches the cluster."""
        return Kubectl(self._control().config)

    def address(self, name: str) -> str:
        """Return the address of a node, or of what is outside."""
        return str(self.seat(name).address)

    def begin(self, nodes: Sequence[str]) -> None:
        """Start the control plane and *nodes*, and return when all are ready."""
        seats = [self.seat(name) for name in (CONTROL, OUTSIDE, *nodes)]
        for seat in seats:
            seat.folder.mkdir()
        for seat in seats[:2]:
            network.plug_in(self.state.id, seat.name, str(seat.address))
        control.prepare(seats[0])
        self._record(seats[0], daemon.spawn(seats[0], control.script(seats[0], self._control())))
        for seat in seats[2:]:
            node.prepare(seat)
        self.add_hosts(nodes)
        for seat in seats:
            for words in node.routes(seat, seats[2:]):
                run("ip", "-n", str(seat.namespace), "route", "add", *words.split())
        self.await_nodes(*nodes)

    def await_nodes(self, *names: str, deadline_s: float = 90) -> None:
        """Return once the nodes *names* are ready."""
        until(lambda: set(names) <= self.ready(), f"{' '.join(names)} are ready", deadline_s)

    def seat(self, name: str) -> Seat:
        """Return where the processes of *name* run: a node, the control plane, or outside."""
        if name not in INDEX:
            return node.node(super().seat(name), self._control())
        space = network.namespace(self.state.id, name)
        address = network.host_address(self.state.subnet, INDEX[name])
        return Seat(name, self.folder / name, self._cgroup(), space, address)

    def _control(self) -> Control:
        seat = self.seat(CONTROL)
        return Control(str(seat.address), seat.folder / "kubeconfig")

    def ready(self) -> set[str]:
        """Return the names of the nodes that are ready, as the cluster says."""
        if not self.state.daemons[CONTROL].alive():
            raise RuntimeError(f"the control plane ended: see {self.seat(CONTROL).folder}")
        try:
            found = self.kubectl.get("nodes")["items"]
        except CommandError:  # the API server does not answer yet
            return set()
        return {one["metadata"]["name"] for one in found if is_ready(one)}


@contextmanager
def images(cluster: Cluster, folder: Path) -> Iterator[str]:
    """Give HOST:PORT/PATH of a registry in *folder* from which the nodes pull DockerCoins.

    What the file does not build, each of them has already.
    """
    cluster.load(cluster.images(), *cluster.hosts())
    engine = cluster.engine(cluster.hosts()[0])
    with registry(cluster, folder) as place:
        for name in ("rng", "hasher", "webui", "worker"):
            pushed = f"{place}/{PROJECT}/{name}:{TAG}"
            engine.docker(f"tag dcgen-lab/{name} {pushed}")
            engine.docker(f"push {pushed}", timeout_s=120)
        yield f"{place}/{PROJECT}"


@contextmanager
def beside(cluster: Cluster, *command: str) -> Iterator[None]:
    """Run *command* outside of the cluster, where its pods reach it, for as long as the block."""
    seat = cluster.seat(OUTSIDE)
    enter = ("nsenter", f"--net={network.NAMESPACES / str(seat.namespace)}")
    with (seat.folder / "log").open("ab") as log:
        process = subprocess.Popen([*enter, *command], stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def old_names(cluster: Cluster, seconds: float) -> Iterator[None]:
    """Let the cluster's DNS give answers that are up to *seconds* old, as many clusters' does."""
    seat = cluster.seat(CONTROL)
    control.settings(seat, hold_s=seconds)
    try:
        yield
    finally:
        control.settings(seat, hold_s=0)


@contextmanager
def names_outside(cluster: Cluster, names: dict[str, str]) -> Iterator[None]:
    """Let the cluster's DNS know *names* of what is outside, each with its address."""
    seat = cluster.seat(CONTROL)
    control.settings(seat, hold_s=0, outside=names)
    try:
        yield
    finally:
        control.settings(seat, hold_s=0)
