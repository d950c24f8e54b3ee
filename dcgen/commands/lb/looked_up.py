"""The upstreams of ``dcgen lb retarget``: addresses, or hosts on which they are looked for."""

from dcgen.commands.assignments import assignments, upstreams
from dcgen.commands.elsewhere import on_host
from lb.address import Address


def looked_up(words: tuple[str, ...]) -> list[tuple[str, tuple[Address, ...]]]:
    """Return service and upstreams of *words*: ``redis=192.0.2.7:6379``, or ``redis=node2:``.

    Raises:
        UsageError: A word does not read so, or names a host that is not in the list.
        HostError: A host does not answer, or no container there publishes the service.
    """
    found = []
    for name, value in assignments(words, "HOST:PORT"):
        if value.endswith(":"):
            one = on_host(value.removesuffix(":"), name)
            found.append(f"{name}={Address(one.host, one.port)}")
        else:
            found.append(f"{name}={value}")
    return upstreams(tuple(found))
