"""Docker contexts: the address that each has, asked of Docker once."""

from collections.abc import Mapping
from dataclasses import replace

from engine.hosts import DEFAULT_HOST, Host
from engine.hosts.names import wrong
from faults import HostError, Place, nearest

_LIST = ("docker", "context", "ls", "--format", "{{.Name}}\t{{.DockerEndpoint}}")


def with_addresses(hosts: Mapping[Host, Place | None]) -> tuple[Host, ...]:
    """Return *hosts*, those of a Docker context with its address.

    Args:
        hosts: Each with the place where it is named; None for the command line.

    Raises:
        UserError: There is no such context; a `UsageError` if the command line names it.
        HostError: Docker cannot say which there are.
    """
    if not any(host.context for host in hosts):
        return tuple(hosts)
    known = _known()
    return tuple(_with_address(host, place, known) for host, place in hosts.items())


def _with_address(host: Host, place: Place | None, known: Mapping[str, str]) -> Host:
    if not host.context:
        return host
    if host.context not in known:
        otherwise = f"create it (docker context create), or give its address: ssh://{host.context}"
        fix = nearest(host.context, known, otherwise)
        raise wrong(f"there is no Docker context {host.context!r}", fix, place)
    return replace(host, address=known[host.context])


def _known() -> dict[str, str]:
    ended = DEFAULT_HOST.call(_LIST)
    if ended.code != 0:
        said = (ended.err.strip() or "it did not answer").splitlines()[-1]
        what = f"Docker cannot list its contexts: {said}"
        raise HostError(what, fix="run `docker context ls`, or give addresses: ssh://USER@HOST")
    rows = (line.split("\t") for line in ended.out.splitlines())
    return {row[0].strip(" *"): row[1].strip() for row in rows if len(row) > 1}
