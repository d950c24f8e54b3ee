"""A node: a Docker daemon of the lab, and beside it the kubelet and kube-proxy.

Each runs in the namespaces of its host, so that a power cut ends all three at once.
"""

import shlex
from dataclasses import dataclass, replace
from pathlib import Path

from tests.kube import programs
from tests.lab import daemon
from tests.lab.daemon import Seat

PODS = "172.20.0.0/14"  # the daemons' bridges, of which each node has one
SERVICES = "10.219.0.0/16"  # inside the lab's namespaces alone
PAUSE = "pause:lab"
# Without the right to lower it, nobody may ask for less than the value that a process has.
OUT_OF_MEMORY = Path("/proc/self/oom_score_adj")
# What holds a pod's network must end when it is told to: else each pod takes 10 s longer.
WAITS = "trap exit TERM; /busybox sleep 2147483647 & wait"
RUNC = """\
#!/bin/sh
# runc may not lower the score by which the kernel chooses whom to kill: here it stays as it is.
last=
for word in "$@"; do
    [ "$last" = --bundle ] &&
        sed -i 's/"oomScoreAdj": *-[0-9]*/"oomScoreAdj":0/' "$word/config.json"
    last=$word
done
exec runc "$@"
"""


@dataclass(frozen=True, slots=True)
class Control:
    """What a node knows of the control plane: its address, and the file that lets one in."""

    address: str
    config: Path


def node(seat: Seat, control: Control) -> Seat:
    """Return the host *seat* as a node of *control*'s cluster."""
    flags = ["--ip-masq=false", "--userland-proxy=false"]
    if not _may_lower():
        flags += ["--add-runtime=lab=/run/lab/runc", "--default-runtime=lab"]
    return replace(
        seat,
        hidden=(),  # the kubelet is in the cache of a person's home
        first=tuple(_lines(seat, control)),
        flags=tuple(flags),
    )


def _lines(seat: Seat, control: Control) -> list[str]:
    kubelet = [
        *("--root-dir=/run/lab/kubelet", "--cert-dir=/run/lab/pki"),
        *("--volume-plugin-dir=/run/lab/plugins", f"--pod-infra-container-image={PAUSE}"),
        *("--container-runtime=docker", "--docker-endpoint=unix:///run/lab/docker.sock"),
        *(f"--node-ip={seat.address}", f"--address={seat.address}", "--network-plugin="),
        *("--cgroup-driver=cgroupfs", f"--cgroup-root={seat.cgroup}/{seat.name}"),
        *("--cgroups-per-qos=false", "--enforce-node-allocatable=", "--fail-swap-on=false"),
        *("--eviction-hard=", "--oom-score-adj=0", "--max-pods=100", "--registry-qps=0"),
        *(f"--cluster-dns={control.address}", "--cluster-domain=cluster.local"),
        *("--resolv-conf=/etc/resolv.conf", "--healthz-port=0"),
        "--node-status-update-frequency=5s",
    ]
    # The limits on connections are the machine's, which is not ours.
    limits = ("max-per-core=0", "min=0", "tcp-timeout-established=0s", "tcp-timeout-close-wait=0s")
    proxy = [
        *(f"--cluster-cidr={PODS}", "--proxy-mode=iptables", "--oom-score-adj=0"),
        *(f"--conntrack-{limit}" for limit in limits),
    ]
    here = (f"--kubeconfig={control.config}", f"--hostname-override={seat.name}")
    docker = "docker --host unix:///run/lab/docker.sock"
    bundle = f"tar --create --directory {programs.folder()} busybox"
    return [
        # The kubelet writes into it, wherever its own folder is.
        "mkdir -p /run/var /run/var.work",
        "mount -t overlay overlay -o lowerdir=/var,upperdir=/run/var,workdir=/run/var.work /var",
        "echo 1 > /proc/sys/net/ipv4/ip_forward",
        "(",
        f"until {docker} version > /run/lab/docker.log 2>&1; do sleep 0.1; done",
        "iptables --policy FORWARD ACCEPT",  # Docker drops what comes from the pods of other nodes
        f"{docker} image inspect {PAUSE} > /run/lab/docker.log 2>&1 || {bundle} | {docker} import"
        f" --change {shlex.quote(_command())} - {PAUSE}",
        f"{programs.folder() / 'kube-proxy'} {shlex.join([*here, *proxy])} >> /run/lab/proxy.log"
        " 2>&1 &",
        f"exec {programs.folder() / 'kubelet'} {shlex.join([*here, *kubelet])}"
        " >> /run/lab/kubelet.log 2>&1",
        ") &",
    ]


def prepare(seat: Seat) -> None:
    """Put what a node needs into the folder of *seat*."""
    runc = seat.folder / "runc"
    runc.write_text(RUNC)
    runc.chmod(0o755)


def routes(seat: Seat, seats: list[Seat]) -> list[str]:
    """Return the routes of *seat* to the pods of the other *seats* and to Services, as ip's words.

    Services have none of their own: kube-proxy sends elsewhere what is on the way to one, and
    before that there must be a way.
    """
    others = (other for other in seats if other.name != seat.name)
    pods = [f"{_network(other)} via {other.address}" for other in others]
    return [*pods, f"{SERVICES} dev eth0"]


def _network(seat: Seat) -> str:
    return daemon.bridge(seat.index).replace(".1/", ".0/")


def _command() -> str:
    return f'CMD ["/busybox", "sh", "-c", "{WAITS}"]'


def _may_lower() -> bool:
    try:
        before = OUT_OF_MEMORY.read_text()
        OUT_OF_MEMORY.write_text(str(int(before) - 1))
        OUT_OF_MEMORY.write_text(before)
    except OSError:
        return False
    return True
