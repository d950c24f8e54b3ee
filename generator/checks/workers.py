"""A service that runs several times without a balancer, since nobody dials it."""

from collections.abc import Iterator
from itertools import chain

from composefile.document import Service
from composefile.images import is_ambiguous, serves
from composefile.listening import discover
from composefile.model import Model
from composefile.references import Reference, dials, mentions
from composefile.values import texts
from faults import UsageError, UserError
from generator.result import Notice, Settings


def runs_image(model: Model, name: str) -> bool:
    """Tell whether service *name* runs what its image runs: its command, or one that serves."""
    given = [model.get(name, key) for key in ("entrypoint", "command")]
    if all(value is None for value in given):
        return True
    is_built = model.get(name, "build") is not None
    return not is_built and serves(model.image(name), chain(*map(texts, given)))


def serving_ports(model: Model, service: Service) -> list[int]:
    """Return the TCP ports that callers of *service* may dial; empty if none can be known.

    What the image exposes counts if *service* runs what the image runs, or if it is called.

    Raises:
        UserError: An entry is no port, or every declared port is UDP or SCTP.
    """
    serves = runs_image(model, service.name) or bool(callers(model, service.name))
    return discover(model, service, by_image=serves)


def callers(model: Model, name: str) -> list[str]:
    """Return the services whose settings say that they connect to service *name*."""
    return [other for other in model.names if other != name and dials(model, other, name)]


def require_worker(model: Model, name: str, replicas: int, settings: Settings) -> None:
    """Refuse to run service *name* *replicas* times without a balancer.

    Raises:
        UserError: Another service dials it, it can only have one container, or the format has no
            replicas.
        UsageError: *settings* are about a balancer, and for no other service.
    """
    dialled = callers(model, name) if settings.balancer else []
    if dialled:
        raise UserError(
            f"cannot tell which port {name!r} listens on; {dialled[0]!r} connects to it",
            fix=f'give `--port PORT`, or add `expose: ["PORT"]` to {name!r}',
            where=model.where(name),
        )
    if settings.chosen and not settings.for_others:
        why = f"no port of {name!r} is known" if settings.balancer else "`--no-balancer` was given"
        raise UsageError(
            f"{why}, so it gets no balancer, and {', '.join(settings.chosen)} would have no effect",
            fix=f"give {'its port with `--port PORT`' if settings.balancer else 'one of both'},"
            " or leave out what is about the balancer",
        )
    if model.document.v1:
        why = "has no port to balance" if settings.balancer else "is to have no balancer"
        raise UserError(
            f"service {name!r} {why}, and the v1 format has no replicas",
            fix=f"scale it with Compose: docker-compose scale {name}={replicas}",
            where=model.where(name),
        )
    if model.get(name, "container_name") is not None:
        raise UserError(
            f"service {name!r} has a `container_name`, which only one container can have",
            fix=f"remove `container_name` from {name!r}"
            + (", or give `--port PORT` if it is a server" if settings.balancer else ""),
            where=model.where(name, "container_name"),
        )


def worker_notices(
    model: Model, name: str, others: list[Reference], settings: Settings
) -> Iterator[Notice]:
    """Yield who mentions service *name*, which gets no balancer, and which port it may have."""
    if not settings.balancer:
        yield from _of_callers(model, name)
        return
    naming = [other.service for other in others if other.key == "depends_on"]
    naming += [other for other in model.names if other != name and mentions(model, other, [name])]
    named = list(dict.fromkeys(naming))
    if named:
        one = len(named) == 1
        yield Notice(
            f"{name!r} gets no balancer, for no port of it is known, and"
            f" {_listed(named)} {'mentions' if one else 'mention'} it",
            model.where(name),
            fix=f"give `--port PORT` if {'that one connects' if one else 'they connect'}"
            f" to {name!r}, `--no-balancer` if not",
        )
    exposed = [] if runs_image(model, name) else discover(model, model.document.service(name))
    if exposed:
        yield Notice(
            f"the image of {name!r} exposes {', '.join(map(str, exposed))}, but {name!r} runs"
            " another command and nothing connects to it: it gets no balancer",
            model.where(name, "command"),
            fix=f"give `--port {exposed[0]}` if it listens there",
        )
    yield from _of_variants(model, name)


def _of_variants(model: Model, name: str) -> Iterator[Notice]:
    is_built = model.get(name, "build") is not None
    if not is_built and runs_image(model, name) and is_ambiguous(model.image(name)):
        yield Notice(
            f"{name!r} gets no balancer, for variants of its image listen on different ports",
            model.where(name, "image"),
            fix="give `--port PORT` if it is a server",
        )


def _of_callers(model: Model, name: str) -> Iterator[Notice]:
    found = callers(model, name)
    if found:
        connect = "connects" if len(found) == 1 else "connect"
        yield Notice(
            f"{_listed(found)} {connect} to {name!r}, whose name is now that of all its replicas:"
            " whoever keeps an address or a connection uses one",
            model.where(found[0]),
            fix="leave out `--no-balancer` if the replicas are to share that work evenly",
        )


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(map(repr, names[:-1])), repr(names[-1])]))
