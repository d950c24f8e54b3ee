"""A list of Docker hosts, and what a person chooses from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.hosts import Host
from faults import Place, UsageError, UserError, nearest


@dataclass(frozen=True, slots=True)
class Inventory:
    """The hosts of one list, in its order.

    Attributes:
        hosts: Each with the place where it stands; None for the command line.
        groups: Name to the names of its hosts.
    """

    hosts: Mapping[Host, Place | None]
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def chosen(self, names: Sequence[str]) -> "Inventory":
        """Return what *names* choose: a host, a group, or the hosts with a label ``KEY=VALUE``.

        Raises:
            UsageError: One of them chooses nothing.
        """
        wanted = {host for name in names for host in self._meant(name)}
        return replace(self, hosts={h: place for h, place in self.hosts.items() if h in wanted})

    def _meant(self, name: str) -> list[Host]:
        key, _, value = name.partition("=")
        of_group = self.groups.get(name, ())
        found = [
            host
            for host in self.hosts
            if name in {str(host), host.address}
            or str(host) in of_group
            or ("=" in name and host.labels.get(key) == value)
        ]
        if not found and name in self.groups:
            fix = f"write its hosts: `{name}: [{next(iter(self.hosts))}]`"
            raise UsageError(f"group {name!r} of the list has no hosts", fix=fix)
        if not found:
            known = [*map(str, self.hosts), *self.groups]
            fix = nearest(name, known, f"name one of {', '.join(known)}")
            raise UsageError(f"the list of hosts has no {name!r}", fix=fix)
        return found


def add(found: dict[Host, Place | None], host: Host, place: Place) -> None:
    """Put *host*, which stands at *place*, to those *found* in the same file.

    Raises:
        UserError: One of them is the same host.
    """
    for other, there in found.items():
        if (host.address or host.context) == (other.address or other.context):
            line = f" in line {there.line}" if there else ""
            what = f"'{host}' is the same host as '{other}'{line}"
            raise UserError(what, fix="remove one of them", where=place)
    found[host] = place
