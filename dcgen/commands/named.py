"""A host that an argument names, as in ``node1:worker``: of a list, a context, an address."""

from collections.abc import Sequence

from engine.hosts import Host
from faults import UsageError, nearest


def of(word: str, what: str) -> tuple[str, str]:
    """Return host and rest of *word*, ``HOST:`` and *what*; no host is an empty text.

    An address has colons; a service has none.

    Raises:
        UsageError: Nothing follows the last colon.
    """
    host, colon, rest = word.rpartition(":")
    if not rest or (colon and not host):
        raise UsageError(f"{word!r} is not HOST:{what}", fix=f"write it as node1:{what.lower()}")
    return host, rest


def among(name: str, hosts: Sequence[Host]) -> Host:
    """Return the one of *hosts* that *name* means: its name, or its address.

    Raises:
        UsageError: None of them.
    """
    for host in hosts:
        if name in {str(host), host.address}:
            return host
    known = [str(host) for host in hosts if str(host)]
    otherwise = f"name one of {', '.join(known)}" if known else "name it with --host, too"
    raise UsageError(f"{name!r} is none of the hosts", fix=nearest(name, known, otherwise))


def alone(name: str, hosts: Sequence[Host]) -> Host:
    """Return the host that *name* means: one of *hosts*, or any if there are none.

    Raises:
        UsageError: It is none of *hosts*, or neither an address nor a context.
        HostError: Docker cannot say which contexts there are.
    """
    if hosts:
        return among(name, hosts)
    from engine.hosts import contexts, listed  # noqa: PLC0415 - most hosts are in a list

    (host,) = contexts.with_addresses(listed.given([name]).hosts)
    return host
