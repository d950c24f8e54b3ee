"""The services that the arguments of a command on a running variant name."""

from collections.abc import Sequence

from engine.variant import Variant
from faults import Place, UserError, nearest


def require_services(variant: Variant, names: Sequence[str], *, replicas: bool = False) -> None:
    """Return if *variant* has all services *names*; with *replicas*, ``worker-3`` is one, too.

    Raises:
        UserError: One of them is not there.
    """
    known = variant.services.keys()
    for name in names:
        if name not in known and not (replicas and name.rpartition("-")[0] in known):
            fix = nearest(name, known, f"choose one of: {', '.join(known)}")
            what = f"no service named {name!r}"
            raise UserError(what, fix=fix, where=Place(str(variant.file)))


def with_replicas(variant: Variant, names: Sequence[str]) -> list[str]:
    """Return *names*, a balancer's followed by the services that it leads to, each once.

    A person who names ``rng`` means what the source calls so: HAProxy and the replicas behind it.

    Raises:
        UserError: A label of dcgen's does not read as what it should be.
    """
    found: list[str] = []
    for name in names:
        service = variant.services.get(name)
        behind = service.identity.replicas if service else []
        found += [name, *(one for one in behind if one in variant.services)]
    return list(dict.fromkeys(found))
