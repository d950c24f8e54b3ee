"""How many replicas `dcgen up` is to run: on all hosts, and on single ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dcgen.commands.assignments import counts
from dcgen.commands.named import among
from engine.hosts import Host
from faults import UsageError


@dataclass(frozen=True, slots=True)
class Wanted:
    """Service to replicas instead of what the file says: *everywhere*, or *there* on a host."""

    everywhere: Mapping[str, int] = field(default_factory=dict)
    there: Mapping[Host, Mapping[str, int]] = field(default_factory=dict)

    def on(self, host: Host) -> dict[str, int]:
        """Return service to replicas on *host*."""
        return {**self.everywhere, **self.there.get(host, {})}

    def most(self) -> dict[str, int]:
        """Return service to the most replicas that a host is to have."""
        found = dict(self.everywhere)
        for scale in self.there.values():
            found |= {name: max(number, found.get(name, 0)) for name, number in scale.items()}
        return found

    def words(self, hosts: Sequence[Host]) -> dict[Host, list[str]]:
        """Return host to what Compose's ``up`` is told there."""
        return {
            host: [
                word
                for pair in self.on(host).items()
                for word in ("--scale", "=".join(map(str, pair)))
            ]
            for host in hosts
        }


def wanted(scale: tuple[str, ...], single: tuple[str, ...], hosts: Sequence[Host]) -> Wanted:
    """Return what the values of ``--scale`` and ``--set`` say.

    Args:
        scale: ``SERVICE=N``.
        single: ``HOST:SERVICE=N``.
        hosts: On which it is to run.

    Raises:
        UsageError: A value does not read so, or names none of *hosts*.
    """
    of_host: dict[Host, list[str]] = {}
    for word in single:
        name, equals, number = word.rpartition("=")
        host, colon, service = name.rpartition(":")  # an address has colons, a service has none
        if not (equals and colon and host and service):
            raise UsageError(f"{word!r} is not HOST:SERVICE=N", fix="write --set node1:worker=5")
        of_host.setdefault(among(host, hosts), []).append(f"{service}={number}")
    there = {host: dict(counts(tuple(words))) for host, words in of_host.items()}
    return Wanted(dict(counts(scale)), there)
