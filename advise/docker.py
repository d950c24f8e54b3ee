"""The stage of an experiment as a Compose project of its own."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from advise.asked import Asked
from advise.making import with_room
from composefile.model import Model
from engine.hosts import Host
from engine.trial.on_docker import running
from engine.trial.trial import Trial
from engine.variant import Variant, parse
from faults import UsageError


@contextmanager
def as_containers(
    model: Model, asked: Asked, counts: Mapping[str, int], room: Mapping[str, int], host: Host
) -> Iterator[Trial]:
    """Hold *model* as it runs on *host*, as a Compose project of its own; see `as_local`.

    Raises:
        UsageError: What asks it cannot reach *host*.
        HostError: It does not start, or does not go on.
    """
    source, text = Path(model.document.file), with_room(model, room)
    variant = parse(text, source)
    load = asked.load
    if load and host.is_remote:
        what = f"nothing is published on '{host}', so that what asks cannot reach it"
        raise UsageError(what, fix="let the application ask itself, or run advise on that host")
    published = {name: _first_port(variant, name) for name in asked.asked(variant)}
    kept = [one.name for one in variant if one.name not in room and not one.identity.role]
    with ExitStack() as stack:
        found, lives = stack.enter_context(
            running(
                variant,
                text,
                counts,
                host,
                everywhere=asked.count,
                published=published,
                fresh=kept,
            )
        )
        answers = stack.enter_context(load.asking(found.address)) if load else None
        yield stack.enter_context(closing(Trial(lives, found, asked.measured(found.told), answers)))


def _first_port(variant: Variant, name: str) -> int:
    identity = variant.services[name].identity
    return next(iter(identity.ports))
