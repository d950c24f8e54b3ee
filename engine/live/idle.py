"""Who is connected to a container, and whether it listens, seen from its own network.

A second container shares the network of the first one for a moment and reads the kernel's table:
nothing is assumed of an image that is not ours, which may have no shell.
Source: Linux, Documentation/networking/proc_net_tcp.
"""

from collections.abc import Sequence

from engine.docker.containers import Container, Site
from engine.live.peers import BY_US, START_WITHIN_S, hexadecimal, ipv4
from faults import HostError

# $1 is how many tenths of a second to wait, $2 the ports in hexadecimal, joined by "|". The last
# state is printed: an open connection is in state 01.
_WAIT = r"""
row="^ *[0-9]+: [0-9A-F]+:($2) ([0-9A-F]+):[0-9A-F]+ 01 "
while :; do
    open=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -E "$row")
    [ -z "$open" ] && exit
    [ "$1" -le 0 ] && break
    set -- $(($1 - 1)) "$2"
    sleep 0.1
done
echo "$open" | while read -r _ _ peer _; do echo "${peer%:*}"; done
"""
_LISTENS = 'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -E "$1" || :'


def await_idle(
    site: Site, container: Container, image: str, ports: Sequence[int], deadline_s: float
) -> list[str]:
    """Return when nobody is connected to *ports* of *container*, or after *deadline_s* seconds.

    Args:
        site: Where it runs.
        container: It; it may be another's.
        image: What to look with: it is there, and has a shell.
        ports: Those that it listens on.
        deadline_s: Seconds.

    Returns:
        The IPv4 address of each connection that is still open; none if that cannot be seen.
    """
    script = ("-c", _WAIT, "sh", str(round(deadline_s * 10)), hexadecimal(ports))
    try:
        said = _beside(site, container, image, script, START_WITHIN_S + deadline_s)
    except HostError:
        return []
    return [address for word in said.split() if (address := ipv4(word))]


def listens(site: Site, container: Container, image: str, ports: Sequence[int]) -> bool:
    """Tell whether *container* listens on one of *ports*.

    Args:
        site: Where it runs.
        container: It; it may be another's.
        image: What to look with: it is there, and has a shell.
        ports: Those that it may listen on.

    Returns:
        Whether it does; no if that cannot be seen, as when it has ended.
    """
    row = f"^ *[0-9]+: [0-9A-F]+:({hexadecimal(ports)}) [0-9A-F]+:0000 0A "
    try:
        return bool(_beside(site, container, image, ("-c", _LISTENS, "sh", row), START_WITHIN_S))
    except HostError:
        return False


def _beside(
    site: Site, container: Container, image: str, script: Sequence[str], within_s: float
) -> str:
    words = ("run", "--rm", *BY_US, "--network", f"container:{container.id}", "--entrypoint", "sh")
    return site.docker(*words, image, *script, within_s=within_s)
