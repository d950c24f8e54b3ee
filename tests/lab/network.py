"""The lab's network: a switch in a namespace of its own, one namespace a host, one link to us.

    this machine ── dcg<id> ══ [ dcgen-<id>-lan: bridge ] ══ eth0 [ dcgen-<id>-node1 ]
                                                         ══ eth0 [ dcgen-<id>-node2 ]

The bridge lives apart so that the machine's own firewall never sees a frame of the lab and needs
no rule for it. No host has a way out: its default route is unreachable, so that look-ups and
pulls fail at once instead of after 20 s, and nothing leaves the machine.
"""

import ipaddress
import json
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from tests.lab.commands import CommandError, run

NAMESPACES = Path("/run/netns")
# RFC 2544 sets 198.18.0.0/15 aside for test networks: no real route leads there.
SUBNETS = ipaddress.IPv4Network("198.18.0.0/15")
FIRST_HOST = 10


def namespace(lab: str, name: str) -> str:
    """Return the name of the network namespace of *name*, a host or "lan"."""
    return f"dcgen-{lab}-{name}"


def link(lab: str) -> str:
    """Return the name of this machine's end of the link into the lab."""
    return f"dcg{lab}"


def host_address(subnet: str, index: int) -> str:
    """Return the address of the host number *index*, counted from 0."""
    return str(ipaddress.ip_network(subnet)[FIRST_HOST + index])


def our_address(subnet: str) -> str:
    """Return this machine's address in the lab."""
    return str(ipaddress.ip_network(subnet)[1])


def free_subnet(taken: Iterable[str]) -> str:
    """Return a /24 that no route of this machine and none of *taken* overlaps."""
    used = [ipaddress.IPv4Network(subnet) for subnet in taken if subnet]
    used += _routes()
    for subnet in SUBNETS.subnets(new_prefix=24):
        if not any(subnet.overlaps(other) for other in used):
            return str(subnet)
    raise RuntimeError(f"no /24 of {SUBNETS} is free")


def _routes() -> Iterator[ipaddress.IPv4Network]:
    for route in json.loads(run("ip", "-4", "-json", "route", "show", "table", "all")):
        with suppress(ValueError):  # "default" is no network, and overlaps everything
            yield ipaddress.IPv4Network(route["dst"], strict=False)


def build_switch(lab: str, subnet: str) -> None:
    """Make the bridge, and the link from this machine to it."""
    lan = namespace(lab, "lan")
    run("ip", "netns", "add", lan)
    run("ip", "-n", lan, "link", "add", "lan", "type", "bridge")
    run("ip", "-n", lan, "link", "set", "lan", "up")
    run("ip", "link", "add", link(lab), "type", "veth", "peer", "name", "machine", "netns", lan)
    run("ip", "-n", lan, "link", "set", "machine", "master", "lan", "up")
    run("ip", "address", "add", f"{our_address(subnet)}/24", "dev", link(lab))
    run("ip", "link", "set", link(lab), "up")


def plug_in(lab: str, name: str, address: str) -> None:
    """Make the namespace of the host *name* and connect it to the bridge as *address*."""
    lan, host = namespace(lab, "lan"), namespace(lab, name)
    run("ip", "netns", "add", host)
    run("ip", "-n", lan, "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", host)
    run("ip", "-n", lan, "link", "set", name, "master", "lan", "up")
    run("ip", "-n", host, "address", "add", f"{address}/24", "dev", "eth0")
    run("ip", "-n", host, "link", "set", "eth0", "up")
    run("ip", "-n", host, "link", "set", "lo", "up")
    run("ip", "-n", host, "route", "add", "unreachable", "default")


def drop(lab: str, name: str, peers: Iterable[str]) -> None:
    """Make the host *name* lose every packet from and to the addresses *peers*."""
    _in_raw_table(lab, name, "--insert", peers)


def pass_again(lab: str, name: str, peers: Iterable[str]) -> None:
    """Undo `drop` with the same arguments; what was never dropped is no error."""
    with suppress(CommandError):
        _in_raw_table(lab, name, "--delete", peers)


def _in_raw_table(lab: str, name: str, verb: str, peers: Iterable[str]) -> None:
    # The raw table comes before Docker's own chains and before connection tracking, so that
    # published ports and connections that are open already are cut too. What a container sends
    # passes PREROUTING with the peer as its destination.
    enter = ("nsenter", f"--net={NAMESPACES / namespace(lab, name)}", "iptables", "--wait")
    for peer in peers:
        for chain, end in (
            ("PREROUTING", "--source"),
            ("PREROUTING", "--destination"),
            ("OUTPUT", "--destination"),
        ):
            run(*enter, "--table", "raw", verb, chain, end, peer, "--jump", "DROP")


def processes(lab: str) -> list[int]:
    """Return the ids of all processes in the lab's namespaces, in no order."""
    found: list[int] = []
    for name in namespaces(lab):
        with suppress(CommandError):
            found += [int(pid) for pid in run("ip", "netns", "pids", name).split()]
    return found


def namespaces(lab: str) -> list[str]:
    """Return the lab's network namespaces that exist."""
    return sorted(path.name for path in NAMESPACES.glob(f"{namespace(lab, '*')}"))


def tear_down(lab: str) -> None:
    """Remove all that this module made for *lab*; what is gone already is no error."""
    subprocess.run(["ip", "link", "delete", link(lab)], capture_output=True, check=False)
    for name in namespaces(lab):
        run("ip", "netns", "delete", name)


def mounted() -> bool:
    """Return whether the folder of network namespaces is a mount, as `ip netns add` makes it."""
    return any(line.split()[4] == str(NAMESPACES) for line in _mounts())


def unmount() -> None:
    """Take away the mount and the folder that `ip netns add` made, if no namespace is left."""
    if mounted() and not any(NAMESPACES.iterdir()):
        run("umount", NAMESPACES)
        NAMESPACES.rmdir()


def _mounts() -> list[str]:
    return Path("/proc/self/mountinfo").read_text().splitlines()
